"""Presentation times of MP4 and MOV samples: a file and a track in, times in decoding order out.

libav's index has decoding times; `ctts` delays the display of each, and the edit list selects the displayed ones. After
edits such as merging, only both together are right.

Source: ISO 14496-12, 8.6.1.2 (stts), 8.6.1.3 (ctts), 8.6.6 (elst): runs of a count and a 32-bit number of ticks.
"""

import struct
import zlib
from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate
from typing import BinaryIO

MAX_MOOV = 32 << 20
"""Most bytes of a movie header to read: hours of frames."""
MAX_TOPS = 1000
MOST_SAMPLES = 1_000_000
TIMED = b"mdia", b"minf", b"stbl"
UNSOUND: tuple[int, ...] = ()
UNSET = -1
"""Media time of an empty edit."""


def show_times(stream: BinaryIO, size: int, track: int) -> tuple[int, ...] | None:
    """Return the presentation times of a track; None where they equal the decoding times.

    Empty where its tables disagree.

    Args:
        stream: the file; its position is kept.
        size: in bytes.
        track: track_ID.
    """
    position = stream.tell()
    moov = movie_header(stream, size)
    stream.seek(position)
    trak = next((body for body in all_inside(moov, b"trak") if track_number(body) == track), b"")
    tables = inside(trak, TIMED)
    ctts = inside(tables, (b"ctts",))
    if not any(ctts[4:8]):
        return None
    offsets, durations = _runs(ctts), _runs(inside(tables, (b"stts",)))
    if not offsets or len(offsets) != len(durations):
        return UNSOUND
    begins = accumulate(durations[:-1], initial=0)
    shown = [begin + offset for begin, offset in zip(begins, offsets, strict=True)]
    part = _edited(trak, moov)
    return tuple(time for time in shown if part[0] <= time < part[1]) if part else UNSOUND


def movie_header(stream: BinaryIO, size: int) -> bytes:
    """Return the movie header's payload, decompressed; empty if missing or too large."""
    at = 0
    for _ in range(MAX_TOPS):
        stream.seek(at)
        head = stream.read(16)
        if len(head) < 8:  # noqa: PLR2004 - a box header
            break
        length, name = struct.unpack(">I4s", head[:8])
        start = at + 8
        if length == 1 and len(head) == 16:  # noqa: PLR2004 - a 64-bit length follows
            length, start = int.from_bytes(head[8:], "big"), at + 16
        end = size if length == 0 else min(at + length, size)
        if name == b"moov" and end - start <= MAX_MOOV:
            stream.seek(start)
            return _inflated(stream.read(end - start))
        if length < 8 and end != size:  # noqa: PLR2004 - no box
            break
        at = end
    return b""


def _inflated(moov: bytes) -> bytes:
    """Decompress a movie header, if compressed: QuickTime File Format, cmov."""
    packed = inside(moov, (b"cmov", b"cmvd"))
    if not packed:
        return moov
    try:
        plain = zlib.decompressobj().decompress(packed[4:], MAX_MOOV)
    except zlib.error:
        return b""
    return inside(plain, (b"moov",))


def children(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and payload of the boxes in a byte string."""
    at = 0
    while at + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        if length < 8:  # noqa: PLR2004 - no box, or one of 64 bits, which no table needs
            return
        yield name, content[at + 8 : at + length]
        at += length


def all_inside(content: bytes, name: bytes) -> Iterator[bytes]:
    """Yield the payloads of boxes of a name."""
    return (payload for found, payload in children(content) if found == name)


def inside(content: bytes, path: tuple[bytes, ...]) -> bytes:
    """Return the payload of the box at a path, or empty bytes."""
    for name in path:
        content = next(all_inside(content, name), b"")
    return content


def track_number(trak: bytes) -> int:
    """Return a track's track_ID."""
    tkhd = inside(trak, (b"tkhd",))
    at = 20 if tkhd[:1] == b"\1" else 12
    return int.from_bytes(tkhd[at : at + 4], "big")


def _edited(trak: bytes, moov: bytes) -> tuple[int, float] | None:
    """Return the part displayed by a track's edit list, in its ticks; None for several parts."""
    edits = [edit for edit in _edits(inside(trak, (b"edts", b"elst"))) if edit[1] != UNSET]
    if not edits:
        return -(1 << 62), float("inf")
    if len(edits) > 1:
        return None
    length, begin = edits[0]
    scale = Fraction(_scale(inside(trak, (b"mdia", b"mdhd"))), _scale(inside(moov, (b"mvhd",))) or 1)
    # An edit of length 0 lasts to the end; round up, as the movie's ticks are coarser than the track's.
    return begin, begin + float(-(-(length + 1) * scale // 1)) if length else float("inf")


def _edits(elst: bytes) -> Iterator[tuple[int, int]]:
    """Yield the edits: duration in movie ticks, and media time."""
    layout = ">Qqi" if elst[:1] == b"\1" else ">Iii"
    rows = elst[8 : 8 + int.from_bytes(elst[4:8], "big") * struct.calcsize(layout)]
    whole = len(rows) - len(rows) % struct.calcsize(layout)
    yield from ((length, begin) for length, begin, _ in struct.iter_unpack(layout, rows[:whole]))


def _scale(header: bytes) -> int:
    """Return the ticks per second of a movie or media header."""
    at = 20 if header[:1] == b"\1" else 12
    return int.from_bytes(header[at : at + 4], "big")


def _runs(table: bytes) -> list[int]:
    """Expand a table of runs; empty where it has too many numbers."""
    found: list[int] = []
    rows = table[8 : 8 + 8 * int.from_bytes(table[4:8], "big")]
    for count, value in struct.iter_unpack(">Ii", rows[: len(rows) - len(rows) % 8]):
        if len(found) + count > MOST_SAMPLES:
            return []
        found += [value] * count
    return found
