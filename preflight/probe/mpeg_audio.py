"""Where the frames of an MPEG sound begin and end in a file: what lies before and behind them is not sound.

Tags (ID3v1 and v2, APEv2, Lyrics3), a web page's beginning, a newline, zeros: players pass over all of it, and a reader
that takes it for damage is wrong. Frames are told by their headers, each at the end of the one before.
Source: ISO 11172-3, 2.4.1.3.
"""

import re
from itertools import pairwise
from typing import BinaryIO

import msgspec

from preflight.probe.part import Part, joined
from preflight.probe.sniff import FIXED_BITS, FRAMES_IN_A_ROW, Sniffed, behind_tags, mpeg_frame_bytes
from preflight.probe.tags import only_tags

BLOCK_BYTES = 1 << 16
HEADER_BYTES = 4
FEW = 3
"""Frames that have to follow one another where they are expected; where nobody knows, it has to be more."""
MOST_SPANS = 1000
"""Rows of frames from which on what lies between is not looked at any more."""
SYNC = re.compile(rb"\xff[\xe2-\xff][\x10-\xef]")
"""A sync word, a layer that there is, and a bit rate that is told."""


class Frames(msgspec.Struct, frozen=True):
    """Where frames stand that follow one another, in bytes; the last one may have been cut short by the file's end."""

    spans: tuple[tuple[int, int], ...]
    """Beginning and end of each row of frames."""
    alike: bool = True
    """Whether the frames of all rows have version, layer and rate in common."""
    junk: bool = False
    """Whether something else than tags stands between rows."""

    @property
    def start(self) -> int:
        """Where the first frame begins."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Where the last one ends."""
        return self.spans[-1][1]


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
    """Return an MPEG sound without what lies before its first frame and behind its last, any other file as it is."""
    frames = frames_in(stream, size) if sniffed.opener == "mp3" else None
    stream.seek(0)
    return of_frames(stream, frames) if frames else stream


def of_frames(stream: BinaryIO, frames: Frames) -> BinaryIO:
    """Return frames of a file, with what lies between them where that is more than tags.

    Where something else than a tag stands before the first frame, readers do not look into it for a LAME tag; so that
    libav does not either, a byte of that stays.
    """
    before = int(frames.start != behind_tags(stream))
    spans = ((frames.start, frames.end),) if frames.junk else frames.spans
    (start, end), *others = spans
    return joined([Part(stream, start - before, end), *(Part(stream, *span) for span in others)])


def frames_in(stream: BinaryIO, size: int) -> Frames | None:
    """Find the frames of a file of `size` bytes; None where not enough follow one another.

    What a tag in front claims is passed over, as every player does, unless that is more than there is. What lies
    between rows of frames is passed over too; whether a row is one, and no chance, a decoder has to tell.
    """
    reader = _Reader(stream)
    tags = behind_tags(stream)
    at_once = _in_a_row(reader, tags, size, FEW)
    at = tags if at_once else _chain(reader, tags if tags <= size else 0, size, FRAMES_IN_A_ROW)
    spans: list[tuple[int, int]] = []
    known: set[int] = set()
    while at >= 0:
        known.add(_kind(reader.header(at)))
        end = _followed(reader, at)
        spans.append((at, min(end, size)))
        at = _chain(reader, end, size, FEW)
    if not spans:
        return None
    gaps = [(one[1], other[0]) for one, other in pairwise(spans)]
    junk = len(spans) > MOST_SPANS or any(not only_tags(stream, *gap) for gap in gaps)
    return Frames(tuple(spans), alike=len(known) == 1, junk=junk)


def _followed(reader: _Reader, at: int) -> int:
    """Return where the frames end that follow one another from here; few headers differ, and each is read once."""
    kind = _kind(reader.header(at))
    lengths: dict[bytes, int] = {}
    while True:
        head = reader.header(at)
        if (length := lengths.get(head)) is None:
            length = lengths[head] = mpeg_frame_bytes(head) if _kind(head) == kind else 0
        if not length:
            return at
        at += length


def _chain(reader: _Reader, at: int, size: int, many: int) -> int:
    """Return the place from `at` on where so many frames follow one another, or -1."""
    at = reader.next_sync(at)
    while at >= 0:
        if _in_a_row(reader, at, size, many):
            return at
        at = reader.next_sync(at + 1)
    return -1


def _in_a_row(reader: _Reader, at: int, size: int, many: int) -> bool:
    """Tell whether so many frames that are alike follow one another; two are enough up to the very end of the file."""
    kind = _kind(reader.header(at))
    for passed in range(many):
        if passed > 1 and at == size:
            return True
        head = reader.header(at)
        length = mpeg_frame_bytes(head) if _kind(head) == kind else 0
        if not length:
            return False
        at += length
    return True


def _kind(head: bytes) -> int:
    """Return what frames of one stream have in common; 0 of what is no header."""
    return int.from_bytes(head) & FIXED_BITS if len(head) == HEADER_BYTES else 0
