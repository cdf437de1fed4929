"""Raw photographs: the size of what the camera saw, and the preview that can stand for it."""

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fixtures.recipe_tiff import ASCII, BYTE, EXIF, LONG, RATIONAL, SHORT, Directory, dng, jpeg, tiff
from preflight.probe.pillow import open_image
from preflight.probe.sniff import sniff
from tests.specimens import MEDIA, image, probed

SENSOR: Directory = [
    (254, LONG, [0]),
    (256, LONG, [800]),
    (257, LONG, [600]),
    (258, SHORT, [14]),
    (262, SHORT, [32803]),
]
PREVIEW_AT = 2048


def camera(tmp_path: Path, name: str, *chain: Directory, mark: int = 42, behind: bytes = b"") -> Path:
    path = tmp_path / name
    path.write_bytes(tiff(*chain, mark=mark, behind=PREVIEW_AT) + behind)
    return path


def with_preview(shown: bytes, *fields: "tuple[int, int, list[int] | bytes | Directory]") -> Directory:
    return [(254, LONG, [1]), (513, LONG, [PREVIEW_AT]), (514, LONG, [len(shown)]), *fields]


def test_a_dng_has_the_size_of_its_sensor_and_its_largest_preview() -> None:
    facts = image("image-raw.dng")
    assert (facts.format, facts.raw, facts.width_px, facts.height_px) == ("dng", True, 480, 640)
    assert facts.preview
    assert (facts.preview.width_px, facts.preview.height_px, facts.decoded) == (600, 450, True)


def test_a_dng_without_a_preview_says_so_and_is_not_opened() -> None:
    facts = image("image-raw-without-preview.dng")
    assert (facts.preview, facts.decoded, facts.width_px) == (None, False, 480)
    assert facts.obstacle


def test_a_damaged_preview_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    dng(path)
    content = path.read_bytes()
    path.write_bytes(content[:-900] + bytes(500) + content[-400:])
    assert image(path).preview is None
    assert image(path, "header").preview is not None


def test_a_raw_photograph_that_ends_early_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    dng(path, preview=False)
    path.write_bytes(path.read_bytes()[:-10])
    found = probed(path)
    assert found.fault
    assert "cut short: 10 bytes" in found.fault.message


def test_what_is_shown_of_a_raw_photograph_is_its_preview() -> None:
    with (MEDIA / "image-raw.dng").open("rb") as stream:
        sniffed = sniff(stream)
        assert sniffed
        assert open_image(stream, sniffed).size == (600, 450)


@pytest.mark.parametrize(
    ("maker", "format_"),
    [
        (b"NIKON CORPORATION\0", "nef"),
        (b"SONY\0", "arw"),
        (b"PENTAX\0", "pef"),
        (b"SAMSUNG\0", "srw"),
        (b"Leaf\0", "raw"),
    ],
)
def test_makers_are_told_apart_by_their_names(maker: bytes, format_: str, tmp_path: Path) -> None:
    shown = jpeg((700, 500))
    path = camera(tmp_path, "a.raw", with_preview(shown, (271, ASCII, maker)), SENSOR, behind=shown)
    facts = image(path)
    assert (facts.format, facts.width_px, facts.height_px, facts.bit_depth) == (format_, 800, 600, 14)
    assert facts.preview
    assert facts.preview.width_px == 700


def test_a_default_crop_is_what_is_shown_of_the_sensor(tmp_path: Path) -> None:
    cropped: Directory = [*SENSOR, (0xC620, RATIONAL, [784, 1, 588, 1])]
    path = camera(tmp_path, "a.dng", [(0xC612, BYTE, [1, 4, 0, 0])], cropped)
    assert (image(path).width_px, image(path).height_px) == (784, 588)


def test_a_cr2_has_the_size_that_exif_says_of_the_picture_and_the_preview_of_its_first_directory(
    tmp_path: Path,
) -> None:
    shown = jpeg((720, 480))
    details: Directory = [(0xA002, SHORT, [5616]), (0xA003, SHORT, [3744])]
    strip = [(273, LONG, [PREVIEW_AT]), (279, LONG, [len(shown)]), (259, SHORT, [6])]
    slices: Directory = [(259, SHORT, [6]), (0xC640, SHORT, [2, 1936, 1920])]
    path = camera(tmp_path, "a.cr2", [*strip, (EXIF, LONG, details)], slices, behind=shown)
    facts = image(path)
    assert (facts.format, facts.width_px, facts.height_px) == ("cr2", 5616, 3744)
    assert facts.preview
    assert facts.preview.width_px == 720


def test_an_orf_and_an_rw2_are_known_by_their_marks(tmp_path: Path) -> None:
    sides: Directory = [(256, LONG, [4640]), (257, LONG, [3472])]
    assert (image(camera(tmp_path, "a.orf", sides, mark=0x4F52)).format) == "orf"
    borders: Directory = [(4, SHORT, [4]), (5, SHORT, [8]), (6, SHORT, [3004]), (7, SHORT, [4008])]
    facts = image(camera(tmp_path, "a.rw2", borders, mark=0x55))
    assert (facts.format, facts.width_px, facts.height_px) == ("rw2", 4000, 3000)


def test_a_raf_has_its_size_in_its_own_table_and_its_turn_in_its_preview(tmp_path: Path) -> None:
    shown = jpeg((600, 400), exif=tiff([(0x0112, SHORT, [8])]))
    table = (
        struct.pack(">I", 2) + struct.pack(">HHHH", 0x100, 4, 3296, 4936) + struct.pack(">HHHH", 0x111, 4, 3264, 4896)
    )
    head = b"FUJIFILMCCD-RAW 0201".ljust(84, b"\0") + struct.pack(">III", 200, len(shown), 200 + len(shown))
    path = tmp_path / "a.raf"
    path.write_bytes(head.ljust(200, b"\0") + shown + table)
    facts = image(path)
    assert (facts.format, facts.width_px, facts.height_px, facts.orientation) == ("raf", 3264, 4896, 8)
    assert facts.preview


def test_an_ordinary_tiff_is_no_raw_photograph(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("RGB", (400, 320)).save(path, tiffinfo={271: "NIKON CORPORATION"})
    assert (image(path).format, image(path).raw) == ("tiff", False)


@given(
    st.binary(max_size=400), st.sampled_from([b"IIRO\x08\0\0\0", b"IIU\0\x08\0\0\0", b"FUJIFILMCCD-RAW ".ljust(100)])
)
def test_no_bytes_make_the_reader_raise(tmp_path_factory: pytest.TempPathFactory, tail: bytes, head: bytes) -> None:
    path = tmp_path_factory.mktemp("raw") / "a.orf"
    path.write_bytes(head + tail)
    found = probed(path)
    assert found.facts is not None or found.fault is not None


def test_a_stream_of_a_raw_photograph_is_known_wherever_it_stands() -> None:
    stream = io.BytesIO((MEDIA / "image-raw.dng").read_bytes())
    sniffed = sniff(stream)
    assert sniffed
    assert sniffed.format == "dng"
