"""What Pillow does not say of a PNG: its depth before conversion, and whether all rows are there.

Pillow opens 16-bit RGB as 8-bit, and takes a zlib stream that ends early for a whole picture, its missing rows black.
Source: PNG specification, third edition, 11.2.1 (IHDR) and 8.1 (interlace).
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Adam7: first column, first row, column step, row step of each pass."""
BLOCK_BYTES = 1 << 18
IHDR_AT, IHDR_END = 16, 29


class Header(msgspec.Struct, frozen=True):
    """The picture's own description."""

    width_px: int
    height_px: int
    bit_depth: int
    channels: int
    interlaced: bool

    def raw_bytes(self) -> int:
        """Return how many bytes the unpacked rows take, each with its filter byte."""
        passes = PASSES if self.interlaced else ((0, 0, 1, 1),)
        return sum(self._pass_bytes(*one) for one in passes)

    def _pass_bytes(self, left: int, top: int, across: int, down: int) -> int:
        columns = -(-max(self.width_px - left, 0) // across)
        rows = -(-max(self.height_px - top, 0) // down)
        return rows * (1 + (columns * self.bit_depth * self.channels + 7) // 8) if columns else 0


def read_header(stream: BinaryIO) -> Header | None:
    """Read IHDR, or return None when there is none."""
    stream.seek(0)
    head = stream.read(IHDR_END)
    if len(head) < IHDR_END or head[12:16] != b"IHDR":
        return None
    width, height, depth, color, _, _, interlace = struct.unpack(">IIBBBBB", head[IHDR_AT:])
    return Header(width, height, depth, CHANNELS.get(color, 1), bool(interlace))


def is_whole(stream: BinaryIO, header: Header) -> bool:
    """Unpack the rows, keeping none, and tell whether as many bytes come out as the header promises."""
    unpacker, wanted, had = zlib.decompressobj(), header.raw_bytes(), 0
    try:
        for block in _rows(stream):
            while block and had < wanted:
                had += len(unpacker.decompress(block, BLOCK_BYTES))
                block = unpacker.unconsumed_tail  # noqa: PLW2901 - what was not unpacked yet is the next block
    except zlib.error:
        return False
    return had >= wanted


def overlong_data(stream: BinaryIO, size: int) -> int | None:
    """Return the length that an IDAT chunk claims beyond the end of the file; Pillow would ask for as much memory."""
    at, position = 8, stream.tell()
    claimed = None
    while claimed is None and at < size:
        stream.seek(at)
        length, name = int.from_bytes(stream.read(4), "big"), stream.read(4)
        at += 12 + length
        claimed = length if name == b"IDAT" and at - 4 > size else None
    stream.seek(position)
    return claimed


def _rows(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the payload of the IDAT chunks, in blocks; pass over all others."""
    stream.seek(8)
    while len(head := stream.read(8)) == 8:  # noqa: PLR2004 - a chunk header is eight bytes
        length, name = struct.unpack(">I4s", head)
        if name != b"IDAT":
            stream.seek(length + 4, 1)
            continue
        while length > 0 and (block := stream.read(min(length, BLOCK_BYTES))):
            length -= len(block)
            yield block
        stream.seek(4, 1)
