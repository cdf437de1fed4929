"""Cut points of a clip without re-encoding: between packets, where all frames before are displayed before all after.

    packets in decoding order ── gop_boundaries ──► GopBoundary ── best_cut_point ──► CutPoint

A clip can end at every boundary. It can begin at a keyframe that is displayed before all later packets: such a keyframe
needs no removed packet.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from preflight.probe import open_without_waiting
from preflight.probe.container import MAX_PACKETS, opened, words
from preflight.probe.cut_off import Intact, intact_part
from preflight.probe.faults import Unreadable
from preflight.probe.keyframes import is_keyframe
from preflight.probe.sniff import sniff
from preflight.probe.video import video_streams
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream


INDEXED = {"mov"}
"""Demuxers of containers that say where each frame ends, so that one that is cut off is known."""
INDEXED_FORMATS = {"mp4", "mov", "3gp", "m4a"}
"""The same containers, as facts name them."""
END_S = 2
"""Seconds before the end in which what was cut off may lie: tracks need not end together."""


class FrameTiming(msgspec.Struct, frozen=True):
    """A packet's presentation time and duration, in seconds."""

    start_s: Fraction
    length_s: Fraction
    is_key: bool = True


class GopBoundary(msgspec.Struct, frozen=True):
    """A place between two packets in decoding order."""

    packets: int
    """Number of packets before it."""
    at_s: Fraction
    """Display time of the next frame; at the last boundary, the end of the last frame."""
    is_key: bool
    """Whether a clip can begin here."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The part to keep, and the tolerance of its duration."""

    start_s: Fraction
    end_s: Fraction
    start_slack_s: Fraction = Fraction(0)
    end_slack_s: Fraction = Fraction(0)
    all_but_damage: bool = False
    """Whether all is to be kept that comes before damage at the end; the rest is not looked at then."""


class CutPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A part between two boundaries."""

    start_s: Fraction
    length_s: Fraction
    first: int
    """Video packets before it."""
    frames: int
    """Video packets in it."""
    is_whole: bool = False
    """Whether nothing at the end is damaged, so that all may be kept, where all but damage was wanted."""


WHOLE = CutPoint(start_s=Fraction(0), length_s=Fraction(0), first=0, frames=0, is_whole=True)
"""The answer that nothing has to be left out."""


def cut_point_in(path: str, wanted: Wanted) -> CutPoint | None:
    """Return the cut point nearest to a part; None for an unreadable file."""
    try:
        with open(path, "rb", opener=open_without_waiting) as stream:
            found = sniff(stream)
            stream.seek(0)
            return find_cut_point(stream, found.opener, wanted) if found and found.reader == "av" else None
    except FileNotFoundError:  # what is not here, as in a bucket, is planned again once it is, before it is copied
        return WHOLE if wanted.all_but_damage else None
    except (OSError, Unreadable):
        return None


def boundaries_in(path: str) -> list[GopBoundary]:
    """Return a clip's boundaries; none for an unreadable file."""
    try:
        with open(path, "rb", opener=open_without_waiting) as stream:
            found = sniff(stream)
            return _boundaries(stream, found.opener) if found and found.reader == "av" else []
    except (OSError, Unreadable):
        return []


def find_cut_point(stream: BinaryIO, demuxer: str, wanted: Wanted) -> CutPoint | None:
    """Return the longest part near the wanted one that needs no re-encoding, or None.

    Args:
        stream: the file.
        demuxer: libav's name of the format.
        wanted: the part, in seconds from the first displayed frame; the result is never longer.

    Raises:
        Unreadable: the container breaks off.
    """
    places = _boundaries(stream, demuxer)
    if wanted.all_but_damage:
        return _before_damage(places, intact_part(stream, demuxer))
    found = best_cut_point(places, wanted)
    if found is None or demuxer in INDEXED or found.start_s + found.length_s <= places[-1].at_s - END_S:
        return found
    return best_cut_point(list(_intact(places, intact_part(stream, demuxer))), wanted)


def _boundaries(stream: BinaryIO, demuxer: str) -> list[GopBoundary]:
    stream.seek(0)
    with opened(stream, demuxer) as container:
        streams = video_streams(container)
        return list(gop_boundaries(list(_frame_timings(container, streams[0])))) if streams else []


def _before_damage(places: Sequence[GopBoundary], intact: Intact) -> CutPoint | None:
    """Return the part up to the last boundary before damage: shown without a gap; None where a clip cannot end there.

    What was cut off may have been shown before stored frames, so that leaving out damaged packets alone leaves a gap.
    """
    if intact.is_whole:
        return WHOLE
    ends = [one for one in _intact(places, intact) if one.packets]
    if not ends or not places[0].is_key or places[-1].packets != intact.packets:
        return None
    return CutPoint(start_s=Fraction(0), length_s=ends[-1].at_s, first=0, frames=ends[-1].packets)


def _intact(places: Sequence[GopBoundary], intact: Intact) -> Iterator[GopBoundary]:
    """Yield the boundaries before which nothing is damaged."""
    for one in places:
        if one.packets <= intact.first and (intact.heard_s is None or one.at_s <= intact.heard_s):
            yield one


def _frame_timings(container: "InputContainer", stream: "VideoStream") -> Iterator[FrameTiming]:
    """Yield the packets of a stream; none when a packet has no time or an edit list hides a frame."""
    import av

    found: list[FrameTiming] = []
    try:
        for packet in container.demux(stream):
            if not packet.size:
                continue
            if packet.pts is None or packet.is_discard or len(found) >= MAX_PACKETS:
                return
            base = packet.time_base
            found.append(FrameTiming(packet.pts * base, (packet.duration or 0) * base, is_keyframe(packet)))
    except (av.FFmpegError, ValueError, OSError, LookupError) as error:
        raise Unreadable(phrase("breaks off after {n} packets: {how}", n=len(found), how=words(error))) from None
    yield from found


def gop_boundaries(shown: Sequence[FrameTiming]) -> Iterator[GopBoundary]:
    """Yield the boundaries of a stream, timed from the first displayed frame."""
    if not shown:
        return
    first = min(one.start_s for one in shown)
    later = list(accumulate((one.start_s for one in reversed(shown)), min))[::-1]
    before: Fraction | None = None
    for at, one in enumerate(shown):
        if before is None or before < later[at]:
            yield GopBoundary(at, later[at] - first, one.is_key and one.start_s == later[at])
        before = one.start_s if before is None else max(before, one.start_s)
    last = max(shown, key=lambda one: one.start_s)
    yield GopBoundary(len(shown), last.start_s + last.length_s - first, is_key=False)


def best_cut_point(places: Sequence[GopBoundary], wanted: Wanted) -> CutPoint | None:
    """Return the longest cut point within tolerance, the nearest of equal ones, or None."""
    longest, times = wanted.end_s - wanted.start_s, [boundary.at_s for boundary in places]
    found: list[CutPoint] = []
    for begin in places:
        if not begin.is_key or abs(begin.at_s - wanted.start_s) > wanted.start_slack_s:
            continue
        end = places[bisect_right(times, min(begin.at_s + longest, wanted.end_s + wanted.end_slack_s)) - 1]
        if end.packets > begin.packets and abs(end.at_s - wanted.end_s) <= wanted.end_slack_s:
            length, frames = end.at_s - begin.at_s, end.packets - begin.packets
            found.append(CutPoint(start_s=begin.at_s, length_s=length, first=begin.packets, frames=frames))
    return max(
        found, key=lambda cut_point: (cut_point.length_s, -abs(cut_point.start_s - wanted.start_s)), default=None
    )
