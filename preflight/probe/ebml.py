"""Elements of a Matroska or WebM file: an open file in, identifiers and offsets out.

Sources: RFC 8794 (EBML), RFC 9559 (Matroska).
"""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from preflight.probe.reading import read_at

SEGMENT, TRACKS, TRACK, CLUSTER = 0x18538067, 0x1654AE6B, 0xAE, 0x1F43B675
SIMPLE_BLOCK, BLOCK_GROUP = 0xA3, 0xA0
MEDIA = {CLUSTER, SIMPLE_BLOCK, BLOCK_GROUP}
MAX_STREAMED = 500_000
"""Most elements of a recorded live stream: an hour of blocks."""
MAX_ELEMENTS = 20_000
"""Most elements in one level; a Segment has a Cluster every few seconds."""
LONGEST = 12
"""Bytes of an identifier, at most four, and of a length, at most eight."""


class Element(msgspec.Struct, frozen=True):
    """An element: its identifier with marker, and its payload's place."""

    id: int
    start: int
    end: int | None
    """None for an unknown length, as in recorded live streams."""


def elements(stream: BinaryIO, at: int, end: int) -> Iterator[Element]:
    """Yield the elements of a byte range; one of unknown length is the last."""
    for _ in range(MAX_ELEMENTS):
        found = _element(read_at(stream, at, min(LONGEST, end - at)), at)
        if found is None:
            return
        yield found
        if found.end is None:
            return
        at = found.end


def inner(stream: BinaryIO, outer: Element, end: int, *path: int) -> Iterator[Element]:
    """Yield the elements at a path below another, in a file that ends at `end`."""
    for found in elements(stream, outer.start, end if outer.end is None else min(outer.end, end)):
        if found.id == path[0]:
            yield from inner(stream, found, end, *path[1:]) if path[1:] else (found,)


def segment_of(stream: BinaryIO, size: int) -> Element | None:
    """Return a file's Segment, which holds all media."""
    return next((found for found in elements(stream, 0, size) if found.id == SEGMENT), None)


def tracks_of(stream: BinaryIO, size: int) -> Iterator[Element]:
    """Yield the TrackEntry elements of a file of `size` bytes; of the first list, as libav does."""
    segment = segment_of(stream, size)
    tracks = next(inner(stream, segment, size, TRACKS), None) if segment else None
    if tracks:
        yield from inner(stream, tracks, size, TRACK)


def hiding(stream: BinaryIO, size: int) -> Element | None:
    """Find an element before the tracks that ends past the file: readers that seek the next one find other tracks."""
    for found in elements(stream, 0, size):
        inside = elements(stream, found.start, min(found.end or size, size)) if found.id == SEGMENT else (found,)
        for one in inside:
            if one.id == TRACKS:
                return None
            if one.end is not None and one.end > size:
                return one
    return None


def last_media(stream: BinaryIO, segment: Element, size: int) -> Element | None:
    """Find the last Cluster, or block of a Cluster of unknown length, in a Segment of unknown length.

    None where it has none, or too many elements to tell.
    """
    at, last, reached = segment.start, None, 0
    while reached < MAX_STREAMED:
        before = at
        for found in elements(stream, at, size):
            reached += 1
            last = found if found.id in MEDIA else last
            at = found.start if found.end is None and found.id in (CLUSTER, SEGMENT) else found.end or size
        if at == before or at >= size:
            return last
    return None


def _element(head: bytes, at: int) -> Element | None:
    wide = 9 - head[0].bit_length() if head and head[0] else LONGEST
    if len(head) <= wide or not head[wide]:
        return None
    long = 9 - head[wide].bit_length()
    if wide > 4 or len(head) < wide + long:  # noqa: PLR2004 - an identifier has at most four bytes: RFC 8794, 5
        return None
    length = int.from_bytes(head[wide : wide + long], "big") - (1 << 7 * long)
    start = at + wide + long
    unknown = length == (1 << 7 * long) - 1
    return Element(int.from_bytes(head[:wide], "big"), start, None if unknown else start + length)
