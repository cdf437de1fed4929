"""The box tree of MP4 and MOV where libav does not show it: rotation, fragments, location tags.

mutagen gives up at the first unexpected byte, which real camera files have. This parser skips what it does not know,
and reads only a few small payloads.
"""

import re
import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

import msgspec

from preflight.probe.movie import PLACES, Movie
from preflight.probe.orientation import UNCHANGED, Matrix, Orientation, of_matrices

CONTAINERS = {b"moov", b"trak", b"udta"}
"""Boxes to descend into; libav covers the sample tables."""
MAX_BOXES = 100_000
"""Most boxes to visit: a day of fragments, one per second."""
MAX_DEPTH = 12
"""Nesting depth; real files reach seven."""
MAX_PAYLOAD = 1 << 16
TRACK_MATRIX_AT, MOVIE_MATRIX_AT = (40, 52), (36, 48)
"""Offset of the matrix in version 0 and 1."""

LENGTH, LONG_LENGTH = struct.Struct(">II"), struct.Struct(">IQ")
"""Timescale and duration in version 0 and 1."""
LOCATION_KEY = re.compile(rb"com\.apple\.quicktime\.location\.ISO6709|\xa9xyz|loci|LocationInformation")


class Box(msgspec.Struct, frozen=True):
    """A box: its path such as `moov/trak/tkhd`, and its payload's place."""

    path: bytes
    start: int
    end: int


class Boxes(msgspec.Struct, frozen=True, kw_only=True):
    """Properties from the box tree."""

    fragmented: bool
    turns: tuple[Orientation, ...]
    """Orientation of each track in file order, by the matrices of track and movie."""
    location: bool
    claimed_s: Fraction | None
    """Duration by the movie header; libav computes its own from the tracks."""


def read_boxes(movie: Movie) -> Boxes:
    """Read location, duration and orientation from a movie's boxes."""
    headers, tracks, location = [], [], False
    for box in movie.boxes:
        if box.name == b"mvhd" and not box.track:
            headers.append(box.payload)
        elif box.name == b"tkhd" and box.payload and box.parent == b"trak":
            tracks.append(box.payload)
        elif box.name in PLACES:
            location = location or _tells_location(box.name, box.payload)
    whole = matrix_at(headers[0], *MOVIE_MATRIX_AT) if headers else UNCHANGED
    return Boxes(
        fragmented=movie.fragmented,
        turns=tuple([of_matrices(matrix_at(track, *TRACK_MATRIX_AT), whole) for track in tracks]),
        claimed_s=next(filter(None, map(movie_length_s, headers)), None),
        location=location,
    )


def boxes_of(stream: BinaryIO, size: int) -> Iterator[Box]:
    """Yield the boxes of a file, parents first; skip the rest of a parent at an invalid one."""
    stretches = [(0, size, b"")]
    for _ in range(MAX_BOXES):
        if not stretches:
            return
        at, end, parent = stretches.pop()
        box = _box_at(stream, at, end, parent)
        if box is None:
            continue
        yield box
        stretches.append((box.end, end, parent))
        if box.path.rsplit(b"/", 1)[-1] in CONTAINERS:
            stretches.append((box.start, box.end, box.path))


def _box_at(stream: BinaryIO, at: int, end: int, parent: bytes) -> Box | None:
    stream.seek(at)
    head = stream.read(16)
    if at + 8 > end or len(head) < 8 or parent.count(b"/") >= MAX_DEPTH:  # noqa: PLR2004 - a box header is eight bytes
        return None
    length, name, long_length = *struct.unpack(">I4s", head[:8]), head[8:16]
    start = at + 8
    if length == 1 and len(long_length) == 8:  # noqa: PLR2004 - a 64-bit length follows
        length, start = int.from_bytes(long_length, "big"), at + 16
    stop = end if length == 0 else min(at + length, end)
    return Box(parent + b"/" + name if parent else name, start, stop) if stop >= start else None


def matrix_at(header: bytes, short: int, long: int) -> Matrix:
    """Return the matrix of a track or movie header, or the identity.

    Source: ISO 14496-12, 8.2.2 and 8.3.2: nine 32-bit numbers, a b u c d v x y w.

    Args:
        header: the payload.
        short: offset of the matrix in version 0.
        long: offset in version 1.
    """
    at = long if header[:1] == b"\1" else short
    if len(header) < at + 20:
        return UNCHANGED
    a, b, _, c, d = struct.unpack_from(">5i", header, at)
    return (a, b, c, d) if any((a, b, c, d)) else UNCHANGED


def movie_length_s(mvhd: bytes) -> Fraction | None:
    """Return the duration of a movie header in seconds; None without one, as in fragmented files.

    Source: ISO 14496-12, 8.2.2: timescale and duration, 32 bits in version 0, duration 64 bits in version 1.
    """
    layout, at, unknown = (LONG_LENGTH, 20, 2**64 - 1) if mvhd[:1] == b"\1" else (LENGTH, 12, 2**32 - 1)
    if len(mvhd) < at + layout.size:
        return None
    scale, length = layout.unpack_from(mvhd, at)
    return Fraction(length, scale) if scale and length not in (0, unknown) else None


def _tells_location(name: bytes, payload: bytes) -> bool:
    """Tell whether a metadata box holds a location: QuickTime keys, ©xyz or 3GPP loci."""
    return name != b"meta" or LOCATION_KEY.search(payload, 0, MAX_PAYLOAD) is not None


def top_tracks(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the content of each track, up to a bounded size."""
    for box in boxes_of(stream, size):
        if box.path == b"moov/trak":
            stream.seek(box.start)
            yield stream.read(min(box.end - box.start, MAX_PAYLOAD))
