"""The box tree of MP4 and MOV, as far as libav does not show it: rotation, fragments, location tags.

mutagen walks the same tree but gives up at the first odd byte, which real camera files have; this walker passes over
what it does not understand and reads no payload but the few small ones asked for.
"""

import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

import msgspec

CONTAINERS = {b"moov", b"trak", b"udta"}
"""What the boxes asked for lie in; of the sample tables libav tells all there is."""
MAX_BOXES = 100_000
"""Steps through the tree: a day of fragments, one a second; more is an attack."""
MAX_DEPTH = 12
"""Boxes within boxes: real files have seven."""
MAX_PAYLOAD = 1 << 16

LOCATION_KEYS = (b"com.apple.quicktime.location.ISO6709", b"\xa9xyz", b"loci", b"LocationInformation")


class Box(msgspec.Struct, frozen=True):
    """One box: its path such as `moov/trak/tkhd` and where its payload lies."""

    path: bytes
    start: int
    end: int


class Boxes(msgspec.Struct, frozen=True, kw_only=True):
    """What the tree says."""

    fragmented: bool
    rotations: tuple[int, ...]
    """Clockwise degrees by track, in file order."""
    location: bool
    claimed_s: Fraction | None
    """The length of the whole that the movie header claims; libav computes its own from the tracks."""


def read_boxes(stream: BinaryIO, size: int) -> Boxes:
    """Read the tree of a file of `size` bytes."""
    fragmented = location = False
    rotations: list[int] = []
    claimed: Fraction | None = None
    for box in _walk(stream, size):
        if box.path == b"moof":
            fragmented = True
        elif box.path.endswith(b"trak/tkhd"):
            rotations += [rotation(_payload(stream, box))] if box.end > box.start else []
        elif box.path == b"moov/mvhd":
            claimed = claimed or movie_length_s(_payload(stream, box))
        else:
            location = location or _tells_location(stream, box)
    return Boxes(fragmented=fragmented, rotations=tuple(rotations), claimed_s=claimed, location=location)


def _walk(stream: BinaryIO, size: int) -> Iterator[Box]:
    """Yield the boxes of a file, outer before inner; pass over what is left of a stretch that cannot be a box."""
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


def _payload(stream: BinaryIO, box: Box) -> bytes:
    stream.seek(box.start)
    return stream.read(min(box.end - box.start, MAX_PAYLOAD))


def rotation(tkhd: bytes) -> int:
    """Return the clockwise turn in a track header's matrix: 0, 90, 180 or 270 degrees.

    Source: ISO 14496-12, 8.3.2: the matrix is nine 32-bit numbers, a b u c d v x y w, 40 bytes into a version 0 box.
    """
    at = 52 if tkhd[:1] == b"\1" else 40
    if len(tkhd) < at + 20:
        return 0
    a, b, _, c, d = struct.unpack_from(">5i", tkhd, at)
    signs = tuple((value > 0) - (value < 0) for value in (a, b, c, d))
    turns = {(0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270, (0, 1, 1, 0): 90, (0, -1, -1, 0): 270}
    return turns.get(signs, 0)


def movie_length_s(mvhd: bytes) -> Fraction | None:
    """Return the length in seconds that a movie header claims; None when it claims none, as in fragmented files.

    Source: ISO 14496-12, 8.2.2: timescale and duration, 32 bits wide in version 0, duration 64 bits in version 1.
    """
    layout, at, unknown = (">IQ", 20, 2**64 - 1) if mvhd[:1] == b"\1" else (">II", 12, 2**32 - 1)
    if len(mvhd) < at + struct.calcsize(layout):
        return None
    scale, length = struct.unpack_from(layout, mvhd, at)
    return Fraction(length, scale) if scale and length not in (0, unknown) else None


def _tells_location(stream: BinaryIO, box: Box) -> bool:
    """Tell whether a metadata box holds a place: QuickTime keys, ©xyz or 3GPP loci."""
    name = box.path.rsplit(b"/", 1)[-1]
    if name in (b"\xa9xyz", b"loci"):
        return True
    return name == b"meta" and any(key in _payload(stream, box) for key in LOCATION_KEYS)


def top_tracks(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the content of each track of a movie, or as much of it as is looked at."""
    for box in _walk(stream, size):
        if box.path == b"moov/trak":
            stream.seek(box.start)
            yield stream.read(min(box.end - box.start, MAX_PAYLOAD))
