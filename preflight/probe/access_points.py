"""Keyframes of a clip by its samples, not its headers: an index or packets in, `Points` out.

samples ──► keyframes, and new parameter sets ──► the size of each ──► one size, or the first change
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import msgspec

from preflight.probe.bitstream.codec_header import CodecHeader
from preflight.probe.bitstream.frame_headers import READERS, frame_size
from preflight.probe.bitstream.parameter_sets import ParameterSets
from preflight.probe.container import codec_name, words
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.probe.movie import Track
from preflight.probe.reading import read_at
from preflight.probe.remote import remote
from preflight.probe.spots import bring_keyframes
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

SELF_DESCRIBED = {"h264", "hevc"}
SHORT_HEAD_BYTES, HEAD_BYTES = 1 << 12, 1 << 16
"""Bytes of a sample to read: usually enough for its first slice, and enough after long messages."""
MOST_POINTS = 10_000
"""Most keyframes to read: every frame of minutes."""
KEPT_FIRST, KEPT_KEYS, KEPT_BYTES = 32, 8, 64 << 20
"""Kept for a decoder: the first packets, keyframes spread over the rest, and bytes of each."""
PREFIX_BYTES = {"apv": 4}
"""Bytes that libav removes from a sample: in MP4 an APV access unit follows its size."""
AFTER = 3
"""Packets kept after each keyframe: the second field of a frame may be one."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A place where decoding can begin, or where parameter sets change."""

    sample: int
    """Index in decoding order, from 0."""
    at_s: float | None
    entry: int = 1
    """The sample entry, from 1."""
    size_px: tuple[int, int] | None = None
    """Size by the sample's own headers; None without any."""
    header: CodecHeader | None = None
    random_access: bool
    """Whether decoding can begin here: by the sample, or by the container for other codecs."""
    shown: bool = True
    """Whether the edit list shows any frame after it."""


class Points(msgspec.Struct, frozen=True, kw_only=True):
    """The keyframes, and access to their samples."""

    found: tuple[Point, ...]
    samples: int
    fetch: Callable[[int, int], "list[Packet[Any]]"]
    """Return a number of samples from one on, or fewer, or none where they were not kept."""

    @property
    def used(self) -> Point | None:
        """The first displayed one with a size."""
        return next((point for point in self.found if point.shown and point.size_px), None)


class Line(NamedTuple):
    """A copied line of an index; PyAV's own is freed when libav grows the index."""

    pos: int
    size: int
    timestamp: int
    is_keyframe: bool
    is_discard: bool


LINE = attrgetter(*Line._fields)


class Reader:
    """Reads the headers of samples.

    Args:
        codec: its name in libav.
        records: codec configurations, one per sample entry.
    """

    def __init__(self, codec: str, records: Sequence[bytes]) -> None:
        self._codec = codec
        self._records = records
        self._entry = 0
        self._sets = ParameterSets(codec, b"")

    @property
    def reads(self) -> bool:
        """Whether it supports the codec."""
        return self._codec in SELF_DESCRIBED or self._codec in READERS

    def read(self, sample: int, data: bytes, at_s: float | None, entry: int = 1) -> Point:
        """Read the start of a sample that the container marks as a keyframe."""
        if self._codec not in SELF_DESCRIBED:
            size = frame_size(self._codec, data)
            begins = size is not None or self._codec not in READERS
            return Point(sample=sample, at_s=at_s, entry=entry, size_px=size, random_access=begins)
        if entry != self._entry:
            self._entry = entry
            self._sets = ParameterSets(self._codec, self._records[min(entry, len(self._records)) - 1])
        shown = self._sets.read(data)
        header = shown.header if shown else None
        size = (header.width_px, header.height_px) if header else None
        begins = shown is not None and shown.random_access
        return Point(sample=sample, at_s=at_s, entry=entry, size_px=size, header=header, random_access=begins)


def records_of(track: Track | None, codec: str, record: bytes) -> list[bytes]:
    """Return the codec configuration of each sample entry; libav has only the first."""
    if track is None or len(track.entries) < 2:  # noqa: PLR2004 - several
        return [record]
    box = b"hvcC" if codec == "hevc" else b"avcC"
    return [entry.box(box) or record for entry in track.entries]


def points_of_index(
    stream: BinaryIO, video: "VideoStream", reader: Reader, track: Track | None, bringing: set[int]
) -> Points:
    """Read the keyframes of an index, and the samples with parameter sets.

    Args:
        stream: the file.
        video: the video stream.
        reader: reads samples.
        track: its boxes.
        bringing: samples with parameter sets.
    """
    entries = [Line(*line) for line in map(LINE, video.index_entries)]
    far = remote(stream)
    keys = bring_keyframes(far, entries) if far else (n for n, entry in enumerate(entries) if entry.is_keyframe)
    wanted = sorted(bringing.union(keys))[:MOST_POINTS]
    entry_at = track.entry_at() if track and len(track.entries) > 1 else lambda _at: 1
    base, begin = float(video.time_base or 1), entries[0].timestamp if entries else 0
    found: list[Point] = []
    for place, following in pairwise([*wanted, len(entries)]):
        entry = entries[place]
        number, at_s = entry_at(entry.pos), (entry.timestamp - begin) * base
        point = reader.read(place, _read(stream, entry.pos, min(entry.size, SHORT_HEAD_BYTES)), at_s, number)
        if point.size_px is None and reader.reads and entry.size > SHORT_HEAD_BYTES:
            point = reader.read(place, _read(stream, entry.pos, min(entry.size, HEAD_BYTES)), at_s, number)
        hidden = all(one.is_discard for one in entries[place:following])
        found.append(msgspec.structs.replace(point, shown=False) if hidden else point)
    return Points(
        found=tuple(found),
        samples=len(entries),
        fetch=_fetcher(stream, entries, PREFIX_BYTES.get(codec_name(video), 0)),
    )


def _fetcher(stream: BinaryIO, entries: Sequence[Line], prefix: int) -> "Callable[[int, int], list[Packet[Any]]]":
    def fetch(first: int, count: int) -> "list[Packet[Any]]":
        import av

        wanted = entries[first : first + count]
        far = remote(stream)
        if count == 1 and far and not far.has(wanted[0].pos + prefix, wanted[0].size - prefix):
            return []  # larger than a clip elsewhere may cost
        return [av.Packet(_read(stream, entry.pos + prefix, entry.size - prefix)) for entry in wanted]

    return fetch


def _read(stream: BinaryIO, at: int, size: int) -> bytes:
    return read_at(stream, max(at, 0), size)


def points_of_packets(container: "InputContainer", video: "VideoStream", reader: Reader) -> Points:
    """Read the keyframes and parameter sets of a stream, packet by packet."""
    kept, place, begin_s = _Kept(), -1, None
    found: list[Point] = []
    for place, packet in enumerate(_packets(container, video)):
        head = bytes(memoryview(packet)[: HEAD_BYTES if packet.is_keyframe else 0])
        if packet.is_keyframe and len(found) < MOST_POINTS:
            at_s = time_of(packet)
            begin_s = at_s if begin_s is None else begin_s
            found.append(reader.read(place, head, None if at_s is None else at_s - (begin_s or 0)))
        kept.add(place, packet)
    return Points(found=tuple(found), samples=place + 1, fetch=kept.fetch)


def _packets(container: "InputContainer", video: "VideoStream") -> "Iterator[Packet[Any]]":
    import av

    place = 0
    try:
        for packet in container.demux(video):
            if packet.size:
                place += 1
                yield packet
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError, OSError, LookupError) as error:  # LookupError: streams that begin later on
        raise Unreadable(phrase("breaks off after {n} packets: {how}", n=place, how=words(error))) from None


class _Kept:
    """Packets of a stream: the first ones, and keyframes over the rest with those after them."""

    def __init__(self) -> None:
        self._first: dict[int, Packet[Any]] = {}
        self._keys: list[dict[int, Packet[Any]]] = []
        self._last: dict[int, Packet[Any]] = {}
        self._stride = self._seen = 1

    def add(self, place: int, packet: "Packet[Any]") -> None:
        """Keep a packet for now."""
        if place < KEPT_FIRST and sum(one.size for one in self._first.values()) < KEPT_BYTES:
            self._first[place] = packet
        if packet.is_keyframe:
            self._turn()
            self._last = {place: packet}
        elif len(self._last) <= AFTER:
            self._last[place] = packet

    def _turn(self) -> None:
        """Keep the last keyframe if due; drop every second one when there are too many."""
        self._seen += 1
        if self._last and self._seen % self._stride == 0:
            self._keys.append(self._last)
        if len(self._keys) > KEPT_KEYS:
            self._keys, self._stride = self._keys[::2], self._stride * 2

    def fetch(self, first: int, count: int) -> "list[Packet[Any]]":
        """Return packets that were kept together, from one on."""
        for group in (self._first, self._last, *self._keys):
            if first in group:
                return [group[place] for place in range(first, first + count) if place in group]
        return []


def refuse_changes(points: Iterable[Point]) -> None:
    """Raise Unmeasured where displayed frames have several sizes, with the time of the first change."""
    size: tuple[int, int] | None = None
    for point in points:
        if point.shown and point.size_px:
            if size is not None and point.size_px != size:
                raise changed(size, point.size_px, point.at_s)
            size = point.size_px


def changed(was: tuple[int, int], now: tuple[int, int], at_s: float | None) -> Unmeasured:
    """Build the fault for frames of several sizes."""
    return Unmeasured(
        phrase(
            "its pictures change from {n1} x {n2} to {n3} x {n4} px at {when}: they have no one size to judge",
            n1=was[0],
            n2=was[1],
            n3=now[0],
            n4=now[1],
            when=moment(at_s),
        )
    )


def time_of(packet: "Packet[Any]") -> float | None:
    """Compute when a packet is shown, else decoded, in seconds; None where it does not say."""
    time = packet.pts if packet.pts is not None else packet.dts
    return None if time is None or packet.time_base is None else float(Fraction(time) * packet.time_base)


def moment(at_s: float | None) -> str:
    """Word a time in seconds."""
    return "an unknown time" if at_s is None else phrase("{n} s", n=f"{at_s:.2f}")


def reshaped(was: Fraction, now: Fraction, at_s: float | None) -> Unmeasured:
    """Build the fault for frames of several sample aspect ratios, and with them several displayed sizes."""
    return Unmeasured(
        phrase(
            "its pixels change their shape from {n1} to {n2} at {when}: its pictures have no one size to judge",
            n1=f"{was.numerator}:{was.denominator}",
            n2=f"{now.numerator}:{now.denominator}",
            when=moment(at_s),
        )
    )
