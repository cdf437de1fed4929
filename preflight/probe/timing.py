"""Timing of a clip's frames, by its index or packets: count, duration and rate.

MP4 and MOV have a sample index, which libav reads with edit lists applied: it gives each frame's offset and time
without reading media. Fragmented files and other containers are read packet by packet.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from preflight.probe.bitstream.fields import BOTTOM, EITHER, FRAME, TOP, Reader
from preflight.probe.container import MAX_PACKETS, words
from preflight.probe.faults import Unreadable
from preflight.probe.frames import Frame, Sample, by_time, frames_of
from preflight.probe.grid import COARSEST, MILLISECOND, Grid, find_grid, usual_rates
from preflight.probe.offsets import show_times
from preflight.probe.reordered import is_reordered
from preflight.values.facts import Side
from preflight.values.phrase import phrase
from preflight.values.units import decimal

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from preflight.probe.spots import Entry

TICK_S = Fraction(1, 500)
"""An edit list uses ticks of the movie, often milliseconds, rounded down: 2.83333 s become 2.833, and 60 frames per
second 60.007. Such a difference shortens no frame."""
TOLD_NEAR = Fraction(1, 10_000)
"""Tolerance between a stated and the exact rate: 23.976 for 24000/1001."""


PLACED = {"avi"}
"""Demuxers of containers that give each frame a place instead of a time: they count frames as they are stored."""
SIDES: dict[int, Side] = {TOP: "top", BOTTOM: "bottom", EITHER: "top"}
"""Where unknown which field is first, top is assumed, as in most streams."""


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """Presentation of the frames."""

    duration_s: Fraction | None
    frames: int | None
    how: str
    grid: Grid | None = None
    """Their constant rate, if any."""
    start_s: Fraction | None = None
    """Start of the first frame, by the container's clock."""
    fields: Side | None = None
    """The first field in time, where samples are single fields."""
    reordered: bool = False
    """Whether frames are shown in another order than stored, and the container does not say which."""

    @property
    def rate_hz(self) -> Fraction | None:
        """The constant rate, or else frames over seconds; None if unknown."""
        return self.grid.rate_hz if self.grid else mean_rate(self.frames, self.duration_s)

    @property
    def rate_how(self) -> str:
        """The source of the rate."""
        if self.grid is None or not self.grid.tick_s:
            return f"{self.how}: frames over duration"
        return f"{self.how}: {self._snapped(self.grid)}"

    @property
    def duration_how(self) -> str:
        """The source of the duration."""
        snapped = self.grid is not None and self.grid.tick_s
        return f"{self.how}: frames over rate" if snapped else self.how

    def _snapped(self, grid: Grid) -> str:
        tick = decimal(grid.tick_s * 1000)
        return f"every frame within half a tick ({tick} ms) of {decimal(grid.rate_hz)} fps"


def mean_rate(frames: int | None, duration_s: Fraction | None) -> Fraction | None:
    """Return frames over seconds; None where either is missing or zero."""
    return Fraction(frames * duration_s.denominator, duration_s.numerator) if frames and duration_s else None


def indexed(stream: BinaryIO, size: int, video: "VideoStream", reader: Reader) -> Timing | None:
    """Read the timing from the sample index of an MP4 or MOV; None where only packets have it.

    Args:
        stream: the file; its position is kept.
        size: in bytes.
        video: its video stream.
        reader: tells fields from frames.
    """
    listed = list(video.index_entries)
    if listed:
        reader.begin_at(stream, listed[0].pos, listed[0].size)
    entries = [entry for entry in listed if not entry.is_discard]
    if len(entries) < 2 or video.duration is None or not entries[0].is_keyframe:  # noqa: PLR2004 - two have a step
        return None
    if reader.finds_fields and _any_field(stream, entries, reader):
        return None
    told = show_times(stream, size, video.id)
    decoded = told if told is not None else tuple(entry.timestamp for entry in entries)
    shown = sorted(decoded)
    if len(shown) != len(entries) or decoded[0] != shown[0] or len(set(shown)) < len(shown):
        return None
    apart = _span(shown) - video.duration
    if abs(apart) >= max(shown[-1] - shown[-2], 1):
        return None
    base = _base(video)
    rounded = 0 < apart * base <= TICK_S
    end = shown[0] + (_span(shown) if rounded else video.duration)
    start = video.start_time * base if video.start_time is not None else None
    frames = [*(Frame(at, 0) for at in shown[:-1]), Frame(shown[-1], end - shown[-1])]
    timing = timing_of(frames, base, "PyAV, sample index with edit list", rates_told(video), slack_s=TICK_S)
    return msgspec.structs.replace(timing, start_s=start)


def _any_field(stream: BinaryIO, entries: "Iterable[Entry]", reader: Reader) -> bool:
    position = stream.tell()
    found = any(reader.of_file(stream, entry.pos, entry.size) != FRAME for entry in entries)
    stream.seek(position)
    return found


def _span(shown: Sequence[int]) -> int:
    """Return the duration of the frames left by an edit list, in ticks of their track.

    The index lacks the last frame's duration; assume that of the one before.
    """
    return shown[-1] + (shown[-1] - shown[-2]) - shown[0]


def walked(container: "InputContainer", video: "VideoStream", reader: Reader) -> Timing:
    """Read the timing from a stream's packets, without decoding.

    Args:
        container: the clip, at its start.
        video: its video stream.
        reader: tells fields from frames.

    Raises:
        Unreadable: the container breaks off.
    """
    placed = container.format.name in PLACED
    samples = list(_samples(_packets(container, video), reader, placed=placed))
    frames, base = frames_of(samples), _base(video)
    if not any(sample.timed for sample in samples):
        return Timing(duration_s=None, frames=len(frames) or None, how="PyAV, every packet")
    fields = next((SIDES[sample.structure] for sample in by_time(samples) if sample.structure != FRAME), None)
    timing = timing_of(frames, base, "PyAV, every packet", rates_told(video))
    reordered = placed and any(sample.is_reordered for sample in samples)
    return msgspec.structs.replace(timing, fields=fields, reordered=reordered)


def _packets(container: "InputContainer", video: "VideoStream") -> "Iterator[Packet[Any]]":
    import av

    count = 0
    try:
        for packet in container.demux(video):
            if packet.size:
                count += 1
                if count > MAX_PACKETS:
                    raise Unreadable(phrase("more than {n} packets", n=f"{MAX_PACKETS:,}"))
                yield packet
    except (av.FFmpegError, ValueError, OSError, LookupError) as error:  # LookupError: streams that begin later on
        raise Unreadable(phrase("breaks off after {n} packets: {how}", n=count, how=words(error))) from None


def _samples(packets: "Iterable[Packet[Any]]", reader: Reader, *, placed: bool) -> Iterator[Sample]:
    """Yield packets as samples; one without a time follows the previous, and one with a place lasts until the next."""
    following = 0
    key: int | None = None
    for packet in packets:
        reader.begin_with(packet)
        told = packet.dts if placed or packet.pts is None else packet.pts
        start, length = following if told is None else told, 0 if placed else packet.duration or 0
        leads = key is not None and start < key
        following = start + length
        begins = packet.is_keyframe and key is None
        key = start if begins else key
        yield Sample(
            start=start,
            length=length,
            is_key=packet.is_keyframe,
            structure=reader.of_packet(packet) if reader.finds_fields else FRAME,
            stands_alone=(begins or leads) and reader.stands_alone(packet),
            is_hidden=packet.is_discard,
            timed=told is not None,
            is_reordered=placed and is_reordered(packet),
        )


def timing_of(
    frames: Sequence[Frame], base: Fraction, how: str, told: Iterable[Fraction] = (), slack_s: Fraction = Fraction(0)
) -> Timing:
    """Return count, duration and rate of frames.

    Args:
        frames: in display order, in ticks; without durations, the last is assumed as long as the one before.
        base: seconds per tick.
        how: the source of the times.
        told: rates by the container.
        slack_s: rounding of the end.
    """
    if not frames:
        return Timing(duration_s=None, frames=None, how=how)
    starts = [frame.start for frame in frames]
    end = max(frame.start + frame.length for frame in frames)
    if end == starts[-1] and len(starts) > 1:
        end += starts[-1] - starts[-2]
    grid = find_grid(starts, base, told)
    last_s = (end - starts[-1]) * base
    if grid and abs(last_s - 1 / grid.rate_hz) <= (max(grid.tick_s + base, slack_s) if grid.tick_s else 0):
        length: Fraction | None = len(frames) / grid.rate_hz
    else:
        grid, length = None, (end - starts[0]) * base
    return Timing(duration_s=length, frames=len(frames), how=how, grid=grid, start_s=starts[0] * base)


def claimed(duration_s: Fraction | None, frames: int | None, base: Fraction, rate: Fraction | None) -> Timing:
    """Return the timing by a header; replace a rounded rate by the nominal one.

    Args:
        duration_s: its duration.
        frames: its frame count; None where it has only a rate.
        base: seconds per tick.
        rate: its rate.
    """
    if frames is None and duration_s and rate:
        frames = round(duration_s * rate)
    timing = Timing(duration_s=duration_s, frames=frames, how="PyAV, header")
    if not duration_s or not frames or not _is_rounded(duration_s, frames, base):
        return timing
    mean = frames / duration_s
    tick = max(base, MILLISECOND)
    usual = usual_rates(mean, min(2 * tick / duration_s, COARSEST))
    near = [rate for rate in usual if abs(frames / rate - duration_s) <= tick]
    if not near:
        return timing
    nominal = min(near, key=lambda usual: abs(usual - mean))
    return msgspec.structs.replace(timing, grid=Grid(nominal, tick), duration_s=frames / nominal)


def _is_rounded(duration_s: Fraction, frames: int, base: Fraction) -> bool:
    """Tell whether a duration is rounded to ticks or milliseconds: no multiple of equal frames."""
    ticks, parts = duration_s.numerator * base.denominator, duration_s.denominator * base.numerator
    return parts > 0 and ticks % (parts * frames) != 0


def rates_told(video: "VideoStream") -> Iterator[Fraction]:
    """Yield common rates near those of the container, made on demand."""
    told = [Fraction(rate) for rate in (video.average_rate, video.base_rate) if rate]
    halves = [rate / 2 for rate in told]
    yield from (
        usual
        for rate in (*told, *halves)
        for usual in usual_rates(rate, 2 * TOLD_NEAR)
        if abs(usual / rate - 1) <= TOLD_NEAR
    )


def _base(video: "VideoStream") -> Fraction:
    return video.time_base or Fraction(1)
