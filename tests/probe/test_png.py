"""What Pillow does not say of a PNG: its depth, and whether all of its rows are there."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from preflight.probe.png import Header, is_whole, read_header
from tests.specimens import MEDIA, probed


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(
    width: int, height: int, rows: bytes, *, depth: int = 8, color: int = 0, interlace: int = 0, parts: int = 1
) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    packed = zlib.compress(rows)
    size = -(-len(packed) // parts)
    data = b"".join(chunk(b"IDAT", packed[at : at + size]) for at in range(0, len(packed), size))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"tEXt", b"a\0b") + data + chunk(b"IEND", b"")


def whole(content: bytes) -> bool:
    stream = io.BytesIO(content)
    header = read_header(stream)
    assert header
    return is_whole(stream, header)


@pytest.mark.parametrize(
    ("header", "size"),
    [
        (Header(10, 4, 8, 1, interlaced=False), 44),
        (Header(10, 4, 1, 1, interlaced=False), 12),
        (Header(10, 4, 16, 3, interlaced=False), 244),
        (Header(1, 1, 8, 1, interlaced=True), 2),
        (Header(8, 8, 8, 1, interlaced=True), 64 + 15),
    ],
)
def test_a_header_tells_how_many_bytes_its_rows_take(header: Header, size: int) -> None:
    assert header.raw_bytes() == size


@given(st.integers(1, 40), st.integers(1, 40))
def test_interlace_stores_every_pixel_once(width: int, height: int) -> None:
    passes = Header(width, height, 8, 1, interlaced=True).raw_bytes()
    assert width * height < passes <= width * height + 2 * height + 8


def test_a_header_is_read_and_what_has_none_is_told() -> None:
    found = read_header(io.BytesIO(png(7, 5, b"", depth=16, color=6, interlace=1)))
    assert found == Header(7, 5, 16, 4, interlaced=True)
    assert read_header(io.BytesIO(b"\x89PNG\r\n\x1a\n")) is None
    assert read_header(io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", bytes(20)))) is None


@pytest.mark.parametrize("parts", [1, 3])
def test_a_picture_is_whole_only_with_its_last_byte(parts: int) -> None:
    rows = bytes(11 * 4)
    assert whole(png(10, 4, rows, parts=parts))
    assert not whole(png(10, 4, rows[:-1], parts=parts))


def test_rows_beyond_the_last_do_no_harm() -> None:
    assert whole(png(10, 4, bytes(11 * 9)))


def test_data_that_is_no_zlib_is_not_whole() -> None:
    assert not whole(png(10, 4, b"").replace(zlib.compress(b""), b"\xff" * len(zlib.compress(b""))))


def test_a_chunk_that_claims_more_than_the_file_holds_ends_the_reading() -> None:
    content = png(10, 4, bytes(44))
    at = content.index(b"IDAT") - 4
    assert whole(content[:at] + struct.pack(">I", 2**31 - 1) + content[at + 4 :])
    assert not whole(content[:at])


@pytest.mark.parametrize("interlace", [0, 1])
def test_a_picture_whose_last_rows_are_missing_is_refused_though_pillow_opens_it(
    interlace: int, tmp_path: Path
) -> None:
    path = tmp_path / "short.png"
    wanted = Header(400, 400, 8, 1, interlaced=bool(interlace)).raw_bytes()
    path.write_bytes(png(400, 400, bytes(wanted - 401), interlace=interlace))
    found = probed(path)
    assert found.fault
    assert found.fault.kind == "unreadable"


def test_a_black_picture_that_is_whole_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "black.png"
    Image.new("RGB", (400, 400)).save(path)
    assert probed(path).fault is None


def test_interlaced_specimens_made_by_pillow_are_whole() -> None:
    with (MEDIA / "image-ok.png").open("rb") as stream:
        header = read_header(stream)
        assert header
        assert is_whole(stream, header)
