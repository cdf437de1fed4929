"""Where a clip can be cut without encoding: between packets, where all before is shown before all after.

    packets in decoding order ── gop_boundaries ──► GopBoundary ── best_cut_point ──► CutPoint

A clip can end at every boundary. It can begin at one whose packet is a keyframe that no earlier frame follows on the
screen: such a keyframe needs nothing that was cut off.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from preflight.probe import open_without_waiting
from preflight.probe.container import MAX_PACKETS, opened, words
from preflight.probe.faults import Unreadable
from preflight.probe.keyframes import is_keyframe
from preflight.probe.sniff import sniff
from preflight.probe.video import video_streams

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream


class FrameTiming(msgspec.Struct, frozen=True):
    """A packet of a stream: when it is shown, and for how long, in seconds."""

    start_s: Fraction
    length_s: Fraction
    is_key: bool = True


class GopBoundary(msgspec.Struct, frozen=True):
    """A place between two packets, in the order in which they are decoded."""

    packets: int
    """How many packets lie before it."""
    at_s: Fraction
    """When what lies behind it is shown; at the last border, when the last picture ends."""
    is_key: bool
    """Whether a clip can begin here."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The part that a cut should keep, and by how much a seam may miss it."""

    start_s: Fraction
    end_s: Fraction
    start_slack_s: Fraction = Fraction(0)
    end_slack_s: Fraction = Fraction(0)


class CutPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A part that begins and ends at borders."""

    start_s: Fraction
    length_s: Fraction
    first: int
    """Packets of pictures before it."""
    pictures: int
    """Packets of pictures in it."""


def cut_point_in(path: str, wanted: Wanted) -> CutPoint | None:
    """Return the seam of a clip that comes nearest to a part; None in what cannot be read."""
    try:
        with open(path, "rb", opener=open_without_waiting) as stream:
            found = sniff(stream)
            stream.seek(0)
            return find_cut_point(stream, found.opener, wanted) if found and found.reader == "av" else None
    except (OSError, Unreadable):
        return None


def find_cut_point(stream: BinaryIO, demuxer: str, wanted: Wanted) -> CutPoint | None:
    """Return the longest part near the wanted one that packets alone make up; None where there is none.

    Args:
        stream: the file.
        demuxer: libav's name of its format.
        wanted: the part, in seconds since the first picture is shown; the seam is never longer.

    Raises:
        Unreadable: the container breaks off.
    """
    with opened(stream, demuxer) as container:
        pictures = video_streams(container)
        return (
            best_cut_point(list(gop_boundaries(list(_frame_timings(container, pictures[0])))), wanted)
            if pictures
            else None
        )


def _frame_timings(container: "InputContainer", stream: "VideoStream") -> Iterator[FrameTiming]:
    """Yield the packets of a stream; nothing when one of them has no time, or an edit list hides a picture."""
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
        raise Unreadable(f"breaks off after {len(found)} packets: {words(error)}") from None
    yield from found


def gop_boundaries(shown: Sequence[FrameTiming]) -> Iterator[GopBoundary]:
    """Yield the borders of a stream's packets, with times counted from the first picture shown."""
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
    """Return the longest seam within the slack, of several the one that is nearest; None where there is none."""
    longest, times = wanted.end_s - wanted.start_s, [border.at_s for border in places]
    found: list[CutPoint] = []
    for begin in places:
        if not begin.is_key or abs(begin.at_s - wanted.start_s) > wanted.start_slack_s:
            continue
        end = places[bisect_right(times, min(begin.at_s + longest, wanted.end_s + wanted.end_slack_s)) - 1]
        if end.packets > begin.packets and abs(end.at_s - wanted.end_s) <= wanted.end_slack_s:
            length, pictures = end.at_s - begin.at_s, end.packets - begin.packets
            found.append(CutPoint(start_s=begin.at_s, length_s=length, first=begin.packets, pictures=pictures))
    return max(
        found, key=lambda cut_point: (cut_point.length_s, -abs(cut_point.start_s - wanted.start_s)), default=None
    )
