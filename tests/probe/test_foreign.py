"""A medium that no reader here knows is named for what it is; text and noise are none."""

import io
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe import probe
from preflight.probe.foreign import SIGNS, _Sign, foreign
from preflight.probe.sniff import sniff
from preflight.values.assets import Asset
from tests.specimens import MEDIA, probed

NAMES = {
    "foreign-core-audio.caf": ("audio", "Core Audio (CAF)"),
    "foreign-core-audio-named.bin": ("audio", "Core Audio (CAF)"),
    "foreign-wave64.w64": ("audio", "Wave64"),
    "foreign-sun.au": ("audio", "Sun audio (AU)"),
    "foreign-wavpack.wv": ("audio", "WavPack"),
    "foreign-true-audio.tta": ("audio", "True Audio"),
    "foreign-ac3.ac3": ("audio", "ac3 without a container"),
    "foreign-exr.exr": ("image", "OpenEXR"),
    "foreign-dpx.dpx": ("image", "DPX"),
    "foreign-netpbm.ppm": ("image", "Netpbm"),
    "foreign-targa.tga": ("image", "Targa"),
    "foreign-dds.dds": ("image", "DirectDraw Surface"),
    "foreign-pcx.pcx": ("image", "PCX"),
}
WORDS = [
    b"MAC address 00:1b:44\n",
    b"P1 is the first point, P2 the second\n",
    b"dns.example.com\n",
    b"Musepack and MP+ are formats\n",
    b"#define WIDTH 12\n#define HEIGHT 13\n",
    b"RIFFs and FORMs\n",
    b"%PDF-1.7\n",
    b"KB2533623 is an update\n",
    b"FLIF is a format\n",
    b"package main\n",
    b"<html><svg></svg></html>",
    b"\x7fELF" + bytes(60),
    b"PK\3\4" + bytes(60),
    b"SQLite format 3\0",
    b"\x93NUMPY\1\0",
    b"RIFF\x10\0\0\0sfbk",
    b"FORM\0\0\0\x10LWO2",
    b"%!PS-Adobe-3.0\n",
    b"\x0b\x77 and no frame" + bytes(4000),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_foreign_medium_is_named_by_its_content(name: str) -> None:
    kind, words = NAMES[name]
    found = probed(name)
    assert found.kind == kind
    assert found.fault
    assert found.fault.message == f"is {words} by its content, a format that is not read here; convert it"


@pytest.mark.parametrize("content", WORDS)
def test_text_and_programs_are_no_media(content: bytes) -> None:
    assert foreign(io.BytesIO(content)) is None


@given(st.integers(0, 2**64))
def test_noise_is_no_medium(seed: int) -> None:
    noise = random.Random(seed).randbytes(3_000)  # noqa: S311 - noise, no secret
    assert foreign(io.BytesIO(noise)) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_told_or_not_and_nothing_else(content: bytes) -> None:
    found = foreign(io.BytesIO(content))
    assert found is None or found.kind in ("image", "video", "audio")


def test_no_sign_is_one_of_a_format_that_is_read() -> None:
    for sign in SIGNS:
        content = bytes(sign.at) + sign.magic + bytes(100)
        if sniff(io.BytesIO(content)) is None:
            assert foreign(io.BytesIO(content)), sign


def test_what_is_read_is_never_foreign() -> None:
    for path in sorted(MEDIA.glob("*-ok.*")):
        assert probed(path.name).facts


@pytest.mark.parametrize("name", ["foreign-exr.exr", "foreign-dds.dds"])
def test_frames_of_sound_somewhere_in_a_foreign_medium_do_not_make_it_a_sound(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes((MEDIA / name).read_bytes()[:2000] + (MEDIA / "audio-15s-stored-15.05s.mp3").read_bytes())
    fault = probe(Asset(path=str(path))).fault
    assert fault is not None
    assert "not read here" in fault.message


@pytest.mark.parametrize("head", [b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n", b"ffconcat version 1.0\n", b"WEBVTT\n\n"])
def test_frames_of_sound_behind_a_text_that_readers_take_for_a_playlist_are_no_sound(
    head: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.mp3").write_bytes(head + (MEDIA / "audio-5s.mp3").read_bytes())
    fault = probed(tmp_path / "a.mp3").fault
    assert fault
    assert fault.message == "its content is no picture, clip or sound that is known here"


ONE_OF_EACH = {
    "Netpbm": [b"P6\n640 480\n255\n", b"P1 3 2 0", b"P5\n# a remark\n# another\n12 # within\n 9\n255\n", b"P4\t8\r8\n"],
    "Netpbm (PAM)": [b"P7\nWIDTH 9\n", b"P7\n# a remark\nHEIGHT 9\n"],
    "Netpbm (PFM)": [b"PF\n64 48\n-1.0\n", b"Pf\n64 48\n1.0\n"],
    "XBM": [b"#define a_width 8\n#define a_height 8\nstatic unsigned char a_bits[] = {"],
    "Monkey's Audio": [b"MAC \x96\x0f\0\0"],
    "Bink": [b"KB2a", b"KB2n", b"BIKi"],
    "FLIF": [b"FLIF31"],
    "EPS": [b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\xc5\xd0\xd3\xc6"],
    "MPEG transport stream with 204 bytes a packet": [(b"\x47" + bytes(203)) * 5],
    "PCX": [b"\n\5\1\x08" + bytes(60) + b"\0"],
    "SVG": [
        b"<svg xmlns='a'>",
        b"<?xml version='1.0'?>\n<svg>",
        b"<!-- a remark --> <!DOCTYPE svg PUBLIC 'a'>\n<svg\n",
    ],
    "MIDI": [b"MThd\0\0\0\6", b"RIFF\x10\0\0\0RMIDdata"],
    "IFF ILBM": [b"FORM\0\0\0\x10ILBM"],
    "animated cursor": [b"RIFF\x10\0\0\0ACON"],
    "Targa": [bytes(18) + b"pixels" + bytes(8) + b"TRUEVISION-XFILE.\0"],
    "REDCODE": [b"\0\0\1\0RED1", b"\0\0\1\0RED2"],
}


@pytest.mark.parametrize(("name", "content"), [(name, one) for name, all_ in ONE_OF_EACH.items() for one in all_])
def test_each_way_to_begin_a_format_is_known_and_not_from_another_place_on(name: str, content: bytes) -> None:
    found = foreign(io.BytesIO(content))
    assert found
    assert found.name == name
    if name != "Targa":
        assert foreign(io.BytesIO(b"~~" + content)) is None


@pytest.mark.parametrize(
    "content",
    [
        b"P6\n640",
        b"P9\n640 480\n",
        b"P6 wide high",
        b"P7\nDATE 9\n",
        b"#define a_width 8\n",
        b"MAC \x96\x20\0\0",
        b"KB2z",
        b"FLIF39",
        b"%!PS-Adobe-3.0\n",
        (b"\x47" + bytes(203)) * 4 + bytes(204),
        b"\n\6\1\x08" + bytes(61),
        b"<?xml version='1.0'?>\n<html>",
        b"<svgs>",
        b"TRUEVISION-XFILE.\0 and more",
        b"RIFF\x10\0\0\0",
        b"FORM\0\0\0\x10",
    ],
)
def test_what_only_resembles_a_beginning_is_none(content: bytes) -> None:
    assert foreign(io.BytesIO(content)) is None


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: f"{sign.name} {sign.magic.hex()}")
def test_a_sign_that_lacks_its_last_byte_or_has_another_is_none(sign: _Sign) -> None:
    whole = bytes(sign.at) + sign.magic
    other = whole[:-1] + bytes((whole[-1] ^ 0x80,))
    for content in (whole[:-1], other):
        found = foreign(io.BytesIO(content))
        assert (
            found is None
            or found.name != sign.name
            or any(content.startswith(one.magic, one.at) for one in SIGNS if one is not sign)
        )
