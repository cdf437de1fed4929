"""First and last frame of MPEG audio in a file.

Players skip ID3v1 and v2, APEv2 and Lyrics3 tags, HTML, newlines and zeros around it; they are no damage. Frames are
found by headers, each at the end of the previous frame.

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
"""Frames that must follow one another where expected; elsewhere more."""
MOST_SPANS = 1000
"""Most runs of frames to separate."""
SYNC = re.compile(rb"\xff[\xe2-\xff][\x10-\xef]")
"""A sync word with a valid layer and bit rate."""


class Frames(msgspec.Struct, frozen=True):
    """Runs of consecutive frames, in bytes; the last may be truncated."""

    spans: tuple[tuple[int, int], ...]
    """Start and end of each run."""
    alike: bool = True
    """Whether all runs share version, layer and rate."""
    junk: bool = False
    """Whether anything but tags lies between runs."""

    @property
    def start(self) -> int:
        """Start of the first frame."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """End of the last frame."""
        return self.spans[-1][1]


class _Reader:
    """Buffered access to headers at any offset."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at, self._block = 0, b""

    def header(self, at: int) -> bytes:
        """Return four bytes at an offset, fewer at the end."""
        if not self._at <= at <= self._at + len(self._block) - HEADER_BYTES:
            self._stream.seek(at)
            self._at, self._block = at, self._stream.read(BLOCK_BYTES)
        return self._block[at - self._at : at - self._at + HEADER_BYTES]

    def next_sync(self, at: int) -> int:
        """Return the offset of the next possible header, or -1."""
        while self.header(at):
            found = SYNC.search(self._block, at - self._at)
            if found:
                return self._at + found.start()
            at = max(self._at + len(self._block) - HEADER_BYTES, at) + 1
        return -1


def only_frames(stream: BinaryIO, size: int, sniffed: Sniffed) -> BinaryIO:
    """Return MPEG audio without data before and after its frames; other files unchanged."""
    frames = frames_in(stream, size) if sniffed.opener == "mp3" else None
    stream.seek(0)
    return of_frames(stream, frames) if frames else stream


def of_frames(stream: BinaryIO, frames: Frames) -> BinaryIO:
    """Return a file's frames, and what lies between them unless tags.

    After junk before the first frame, readers ignore a LAME tag; keep one byte so that libav does too.
    """
    before = int(frames.start != behind_tags(stream))
    spans = ((frames.start, frames.end),) if frames.junk else frames.spans
    (start, end), *others = spans
    return joined([Part(stream, start - before, end), *(Part(stream, *span) for span in others)])


def frames_in(stream: BinaryIO, size: int) -> Frames | None:
    """Find the frames of a file of `size` bytes; None where too few follow one another.

    A leading tag is skipped by its stated length, as by players, unless it exceeds the file; so is junk between runs. A
    decoder must judge whether a run is chance.
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
    """Return the end of the frames from here; few headers differ, and each is parsed once."""
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
    """Return the offset from `at` on where a number of frames follow one another, or -1."""
    at = reader.next_sync(at)
    while at >= 0:
        if _in_a_row(reader, at, size, many):
            return at
        at = reader.next_sync(at + 1)
    return -1


def _in_a_row(reader: _Reader, at: int, size: int, many: int) -> bool:
    """Tell whether a number of similar frames follow one another; two are enough at the end of the file."""
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
    """Return the properties shared by a stream's frames; 0 for no header."""
    return int.from_bytes(head) & FIXED_BITS if len(head) == HEADER_BYTES else 0
