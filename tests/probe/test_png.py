"""PNG: what its chunks say, and whether all of its rows are there."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from preflight.probe.faults import Unreadable
from preflight.probe.metadata import read_metadata
from preflight.probe.png import Header, plain
from tests.probe.png_by_hand import GRAY, GRAY_ALPHA, PALETTE, RGB, RGBA, chunk, fault, png, read, with_data
from tests.specimens import MEDIA, image, probed

TURNED = b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"


def rows_bytes(header: Header) -> int:
    return sum(shape.rows * (shape.row_bytes + 1) for shape in header.shapes())


@pytest.mark.parametrize(
    ("header", "size"),
    [
        (Header(10, 4, 8, GRAY, interlaced=False), 44),
        (Header(10, 4, 1, GRAY, interlaced=False), 12),
        (Header(10, 4, 16, RGB, interlaced=False), 244),
        (Header(1, 1, 8, GRAY, interlaced=True), 2),
        (Header(8, 8, 8, GRAY, interlaced=True), 64 + 15),
    ],
)
def test_a_header_tells_how_many_bytes_its_rows_take(header: Header, size: int) -> None:
    assert rows_bytes(header) == size


@given(st.integers(1, 40), st.integers(1, 40))
def test_interlace_stores_every_pixel_once(width: int, height: int) -> None:
    passes = rows_bytes(Header(width, height, 8, GRAY, interlaced=True))
    assert width * height < passes <= width * height + 2 * height + 8


def test_a_header_is_read() -> None:
    assert read(png(7, 5, b"", depth=16, color=RGBA, interlace=1)).header == Header(7, 5, 16, RGBA, interlaced=True)


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", bytes(20)),
        png(0, 5, b""),
        png(5, 5, b"", depth=3),
        png(5, 5, b"", color=5),
        png(5, 5, b"", interlace=2),
        png(5, 5, b"", color=PALETTE),
        png(5, 5, b"").replace(b"IDAT", b"idAT"),
    ],
)
def test_a_header_that_no_png_can_have_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read(content)


@pytest.mark.parametrize("parts", [1, 3])
def test_a_picture_is_whole_only_with_its_last_byte(parts: int) -> None:
    rows = bytes(11 * 4)
    assert fault(png(10, 4, rows, parts=parts)) is None
    said = fault(png(10, 4, rows[:-1], parts=parts))
    assert said
    assert "cut short" in said


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("color", [GRAY, RGB, GRAY_ALPHA, RGBA])
@pytest.mark.parametrize("interlace", [0, 1])
def test_every_kind_of_picture_is_counted_to_its_last_row(depth: int, color: int, interlace: int) -> None:
    size = rows_bytes(Header(37, 23, depth, color, interlaced=bool(interlace)))
    assert fault(png(37, 23, bytes(size), depth=depth, color=color, interlace=interlace)) is None
    assert fault(png(37, 23, bytes(size - 1), depth=depth, color=color, interlace=interlace))


@pytest.mark.parametrize("place", ["before", "behind"])
def test_a_second_header_is_damage(place: str) -> None:
    content = png(10, 4, bytes(44))
    header = content[8 : 8 + 25]
    said = fault(with_data(zlib.compress(bytes(44)), **{place: header}))
    assert said
    assert "twice" in said


def test_pixels_that_are_parted_by_another_chunk_are_damage() -> None:
    packed = zlib.compress(bytes(44))
    content = with_data(packed[:5], behind=chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", packed[5:]))
    said = fault(content)
    assert said
    assert "parted" in said


@pytest.mark.parametrize("name", [b"IHDR", b"IDAT", b"tEXt"])
def test_a_wrong_checksum_is_damage(name: bytes) -> None:
    content = bytearray(png(10, 4, bytes(44)))
    at = content.index(name)
    content[at + 4 + int.from_bytes(content[at - 4 : at], "big")] ^= 1
    said = fault(bytes(content))
    assert said
    assert name.decode() in said


def test_a_broken_text_behind_the_pixels_is_left_out_as_every_reader_does() -> None:
    content = png(10, 4, bytes(44))
    end = content.index(b"IEND") - 4
    text = bytearray(chunk(b"tEXt", b"a\0b"))
    text[-1] ^= 1
    assert fault(content[:end] + bytes(text) + content[end:]) is None


def test_without_the_chunk_that_ends_it_a_picture_is_cut_short() -> None:
    content = png(10, 4, bytes(44))
    assert fault(content[: content.index(b"IEND") - 4])
    assert fault(content[: content.index(b"IEND") + 2])


def test_a_chunk_that_claims_more_than_the_file_holds_is_damage() -> None:
    content = png(10, 4, bytes(44))
    at = content.index(b"IDAT") - 4
    said = fault(content[:at] + struct.pack(">I", 2**31 - 1) + content[at + 4 :])
    assert said
    assert "2,147,483,647" in said


@pytest.mark.parametrize("interlace", [0, 1])
def test_a_picture_whose_last_rows_are_missing_is_refused_though_pillow_opens_it(
    interlace: int, tmp_path: Path
) -> None:
    path = tmp_path / "short.png"
    wanted = rows_bytes(Header(400, 400, 8, GRAY, interlaced=bool(interlace)))
    path.write_bytes(png(400, 400, bytes(wanted - 401), interlace=interlace))
    found = probed(path)
    assert found.fault
    assert found.fault.kind == "unreadable"


def test_a_black_picture_that_is_whole_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "black.png"
    Image.new("RGB", (400, 400)).save(path)
    assert probed(path).fault is None


def test_specimens_made_by_pillow_are_whole() -> None:
    for name in ("image-ok.png", "image-alpha.png", "image-palette.png", "image-16-bit-rgb.png", "image-animated.png"):
        assert fault((MEDIA / name).read_bytes()) is None


def noisy(mode: str, size: tuple[int, int]) -> Image.Image:
    """Paint what makes an encoder take every filter."""
    bands = [Image.effect_noise(size, 40 + n).point(lambda v: v & 0xF8) for n in range(len(mode) - 1)]
    return Image.merge(mode, [*bands, Image.new("L", size, 255)])


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("hole", [False, True])
def test_alpha_that_is_opaque_everywhere_is_no_transparency(mode: str, hole: bool, tmp_path: Path) -> None:
    picture = noisy(mode, (310, 301))
    for row in range(301):
        picture.paste(tuple([row % 256] * (len(mode) - 1) + [255]), (row, row, row + 40, row + 1))
    if hole:
        picture.putpixel((309, 300), (*[9] * (len(mode) - 1), 254))
    path = tmp_path / "alpha.png"
    picture.save(path)
    assert image(path).alpha is hole
    assert image(path, "header").alpha is True


def raw_profile(kind: bytes, content: bytes) -> bytes:
    digits = content.hex().encode()
    lines = b"\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    return b"\n" + kind + b"\n" + b"%8d" % len(content) + b"\n" + lines + b"\n"


XMP = b"<x tiff:Orientation='6'/>"


@pytest.mark.parametrize(
    "beside",
    [
        chunk(b"eXIf", TURNED[6:]),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw_profile(b"exif", TURNED))),
        chunk(b"tEXt", b"Raw profile type APP1\0" + raw_profile(b"generic", TURNED)),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(XMP)),
        chunk(b"zTXt", b"Raw profile type xmp\0\0" + zlib.compress(raw_profile(b"xmp", XMP))),
    ],
    ids=["eXIf", "zTXt exif", "tEXt APP1", "iTXt XMP", "packed iTXt XMP", "zTXt xmp"],
)
def test_orientation_is_read_wherever_a_png_keeps_it(beside: bytes) -> None:
    assert read_metadata(read(png(10, 4, bytes(44), beside=beside)).metadata).orientation == 6


def test_metadata_behind_the_pixels_is_read_when_all_of_the_file_is() -> None:
    content = png(10, 4, bytes(44))
    end = content.index(b"IEND") - 4
    behind = content[:end] + chunk(b"eXIf", TURNED[6:]) + content[end:]
    assert read_metadata(read(behind, whole=True).metadata).orientation == 6


def test_a_color_profile_of_more_than_a_megabyte_is_no_fault_and_is_kept(tmp_path: Path) -> None:
    profile = b"profile" + bytes(1_500_000)
    packed = chunk(b"iCCP", b"large\0\0" + zlib.compress(profile))
    path = tmp_path / "large.png"
    path.write_bytes(png(400, 320, bytes(401 * 320), beside=packed))
    assert probed(path).fault is None
    assert plain(io.BytesIO(path.read_bytes()))[1] == profile
