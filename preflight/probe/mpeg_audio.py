"""Where the frames of an MPEG sound begin and end in a file: what lies before and behind them is not sound.

Tags (ID3v1 and v2, APEv2, Lyrics3), a web page's beginning, a newline, zeros: players pass over all of it, and a reader
that takes it for damage is wrong. Frames are told by their headers, each at the end of the one before.
Source: ISO 11172-3, 2.4.1.3.
"""

import re
from typing import BinaryIO

import msgspec

from preflight.probe.part import part_of
from preflight.probe.sniff import FIXED_BITS, FRAMES_IN_A_ROW, Sniffed, behind_tags, mpeg_frame_bytes

BLOCK_BYTES = 1 << 16
HEADER_BYTES = 4
FEW = 3
"""Frames that have to follow one another where they are expected; where nobody knows, it has to be more."""
SYNC = re.compile(rb"\xff[\xe2-\xff][\x10-\xef]")
"""A sync word, a layer that there is, and a bit rate that is told."""


class Frames(msgspec.Struct, frozen=True):
    """Where the first frame begins and the last one ends, in bytes; one that was cut short ends with the file."""

    start: int
    end: int


class _Reader:
    """Headers at any place of a file, read by blocks."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at, self._block = 0, b""

    def header(self, at: int) -> bytes:
        """Return the four bytes at a place; fewer at the file's end."""
        if not self._at <= at <= self._at + len(self._block) - HEADER_BYTES:
            self._stream.seek(at)
            self._at, self._block = at, self._stream.read(BLOCK_BYTES)
        return self._block[at - self._at : at - self._at + HEADER_BYTES]

    def next_sync(self, at: int) -> int:
        """Return the place of the next byte that a header may begin with, or -1."""
        while self.header(at):
            found = SYNC.search(self._block, at - self._at)
            if found:
                return self._at + found.start()
            at = max(self._at + len(self._block) - HEADER_BYTES, at) + 1
        return -1


def only_frames(stream: BinaryIO, size: int, sniffed: Sniffed) -> BinaryIO:
    """Return an MPEG sound without what lies before its first frame and behind its last, any other file as it is.

    Where something else than a tag stands before the first frame, readers do not look into it for a LAME tag; so that
    libav does not either, a byte of that stays.
    """
    frames = frames_in(stream, size) if sniffed.opener == "mp3" else None
    junk = frames is not None and frames.start != behind_tags(stream)
    stream.seek(0)
    return part_of(stream, frames.start - junk, frames.end) if frames else stream


def frames_in(stream: BinaryIO, size: int, start: int = 0) -> Frames | None:
    """Find the frames of a file of `size` bytes from `start` on; None where not enough follow one another.

    What lies between frames is passed over, if frames like the first follow.
    """
    reader = _Reader(stream)
    tags = max(start, behind_tags(stream))
    at_once = _in_a_row(reader, tags, size, reader.header(tags), FEW)
    first = at = tags if at_once else _chain(reader, start, size, None)
    if first < 0:
        return None
    alike, end = reader.header(first), first
    while at >= 0:
        end = _followed(reader, at, alike)
        at = _chain(reader, end, size, alike)
    return Frames(first, min(end, size))


def _followed(reader: _Reader, at: int, alike: bytes) -> int:
    """Return where the frames end that follow one another from here; few headers differ, and each is read once."""
    lengths: dict[bytes, int] = {}
    while True:
        head = reader.header(at)
        if (length := lengths.get(head)) is None:
            length = lengths[head] = mpeg_frame_bytes(head) if _alike(head, alike) else 0
        if not length:
            return at
        at += length


def _chain(reader: _Reader, at: int, size: int, alike: bytes | None) -> int:
    """Return the place from `at` on where frames follow one another, or -1."""
    at = reader.next_sync(at)
    while at >= 0:
        if _in_a_row(reader, at, size, alike or reader.header(at), FEW if alike else FRAMES_IN_A_ROW):
            return at
        at = reader.next_sync(at + 1)
    return -1


def _in_a_row(reader: _Reader, at: int, size: int, alike: bytes, many: int) -> bool:
    """Tell whether so many frames that are alike follow one another; two are enough up to the very end of the file."""
    for passed in range(many):
        if passed > 1 and at == size:
            return True
        head = reader.header(at)
        length = mpeg_frame_bytes(head) if _alike(head, alike) else 0
        if not length:
            return False
        at += length
    return True


def _alike(head: bytes, other: bytes) -> bool:
    return int.from_bytes(head) & FIXED_BITS == int.from_bytes(other) & FIXED_BITS if len(head) == len(other) else False
