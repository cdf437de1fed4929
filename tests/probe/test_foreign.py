"""A medium that no reader here knows is named for what it is; text and noise are none."""

import io
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe import probe
from preflight.probe.foreign import SIGNS, foreign
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
