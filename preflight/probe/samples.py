"""Whether an index points at frames: each sample must begin as its codec requires.

An index with wrong offsets or sizes looks valid, but its samples cannot be decoded. A few bytes of each reveal that
without a decoder. Damage further inside is not found here.

Sources: ISO 14496-15, 5.3.3 and 8.3.3 (lengths before NAL units); H.264, table 7-1; H.265, table 7-1; ISO 10918-1, B.2
(SOI); RDD 36, 5.1 (ProRes frame); ISO 14496-2, 6.2 (start codes); VP9 bitstream, 6.2 (frame_marker).
"""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import islice
from typing import BinaryIO

from preflight.probe.faults import Unreadable
from preflight.probe.reading import read_at
from preflight.probe.remote import remote
from preflight.probe.spots import Entry, bring_keyframes
from preflight.values.phrase import phrase

TOLERATED = Fraction(1, 10)
"""Part of a clip that damage may destroy; beyond that the index is wrong."""
MOST_SAMPLES = 10_000
"""Most samples to check: minutes more than any limit allows."""
MOST_UNITS = 64
"""Most NAL units before the first slice."""
H264_WIDTH_AT, HEVC_WIDTH_AT = 4, 21
"""Offset in avcC and hvcC of the two bits with the width of lengths, less one byte."""
HEAD_BYTES = 8
VP9_MARKER = 2


FrameCheck = Callable[[BinaryIO, int, int], bool | None]
"""Tells whether bytes at an offset begin like a frame; None where parameter sets come first."""


def refuse_foreign(stream: BinaryIO, entries: Iterable[Entry], codec: str, record: bytes) -> set[int]:
    """Check every sample of an index; those behind a lost keyframe count as lost.

    Returns the indexes, from 0, of samples with parameter sets.

    Args:
        stream: the file; its position is kept.
        entries: the video stream's index.
        codec: its codec.
        record: the codec's configuration.

    Raises:
        Unreadable: too many samples cannot be frames.
    """
    check, position = _check_for(codec, record), stream.tell()
    bringing: set[int] = set()
    if check is None:
        return bringing
    total = lost = 0
    key_lost = False
    for place, entry in _looked_at(stream, entries):
        total += 1
        seen = check(stream, entry.pos, entry.size)
        foreign = seen is False
        bringing |= {place} if seen is None else set()
        key_lost = foreign if entry.is_keyframe else key_lost
        lost += foreign or key_lost
    stream.seek(position)
    if lost > TOLERATED * total:
        raise Unreadable(
            phrase("its index points elsewhere: {n1} of {n2} samples hold no {w} pictures", n1=lost, n2=total, w=codec)
        )
    return bringing


def _looked_at(stream: BinaryIO, entries: Iterable[Entry]) -> Iterator[tuple[int, Entry]]:
    """Yield the samples to check, with their index: of a file elsewhere those of a few keyframes."""
    if far := remote(stream):
        listed = list(entries)
        return ((place, listed[place]) for place in bring_keyframes(far, listed))
    return enumerate(islice(entries, MOST_SAMPLES))


def _check_for(codec: str, record: bytes) -> FrameCheck | None:
    """Return the check for a codec, or None."""
    if codec == "h264" and len(record) > H264_WIDTH_AT and record[0] == 1:
        return _chain(1 + (record[H264_WIDTH_AT] & 3), _is_h264_slice, _is_h264_set)
    if codec == "hevc" and len(record) > HEVC_WIDTH_AT and record[0] == 1:
        return _chain(1 + (record[HEVC_WIDTH_AT] & 3), _is_hevc_slice, _is_hevc_set)
    begins = BEGINNINGS.get(codec)
    return (lambda stream, at, size: size > 0 and begins(_read(stream, at, HEAD_BYTES))) if begins else None


BEGINNINGS: dict[str, Callable[[bytes], bool]] = {
    "mjpeg": lambda head: head.startswith(b"\xff\xd8"),
    "prores": lambda head: head[4:8] == b"icpf",
    "mpeg4": lambda head: head.startswith(b"\0\0\1"),
    "vp9": lambda head: bool(head) and head[0] >> 6 == VP9_MARKER,
}


def _chain(width: int, is_slice: Callable[[int], bool], is_set: Callable[[int], bool]) -> FrameCheck:
    """Return the check for NAL units with lengths of `width` bytes: they must reach a slice."""

    def check(stream: BinaryIO, at: int, size: int) -> bool | None:
        end, bringing = at + size, False
        for _ in range(MOST_UNITS):
            head = _read(stream, at, width + 1)
            length, at = int.from_bytes(head[:width], "big"), at + width
            if len(head) <= width or not 0 < length <= end - at or head[width] & 0x80:  # forbidden_zero_bit
                return False
            if is_slice(head[width]):
                return None if bringing else True
            bringing |= is_set(head[width])
            at += length
        return False

    return check


def _is_h264_slice(first: int) -> bool:
    return 1 <= (first & 31) <= 5  # noqa: PLR2004 - nal_unit_type of coded slices


def _is_hevc_slice(first: int) -> bool:
    return (first >> 1 & 63) < 32  # noqa: PLR2004 - the same


def _is_h264_set(first: int) -> bool:
    return first & 31 in (7, 8)


def _is_hevc_set(first: int) -> bool:
    return first >> 1 & 63 in (33, 34)


def _read(stream: BinaryIO, at: int, size: int) -> bytes:
    return read_at(stream, max(at, 0), size)
