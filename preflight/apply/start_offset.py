"""Find when a clip's video starts in its container, so that cuts count from the first frame, as plans do."""

import math
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

from preflight.probe import open_without_waiting
from preflight.probe.container import opened
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.probe.keyframes import is_keyframe
from preflight.probe.video import AV_TIME_BASE, video_streams
from preflight.workers.isolated import call_isolated

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

LOOKED_AT = 32
"""Video packets among which the first frame lies: more than any codec reorders."""


def start_offset_s(path: str, demuxer: str) -> Fraction:
    """Measure the seconds from the container's start to its first frame, in a child; 0 where unknown.

    ffmpeg counts from the earliest stream: audio that begins before the video would move a cut.

    Args:
        path: the clip.
        demuxer: libav's name of its format.
    """
    try:
        return call_isolated(start_offset_here, path, demuxer)
    except Unmeasured:
        return Fraction(0)


def start_offset_here(path: str, demuxer: str) -> Fraction:
    """Run `start_offset_s` in this process."""
    import av

    try:
        with open(path, "rb", opener=open_without_waiting) as stream, opened(stream, demuxer) as container:
            videos = video_streams(container)
            if not videos:
                return Fraction(0)
            begun: object = container.start_time  # None in Matroska without audio, whatever its stubs say
            earliest, shown = _begins_s(container, videos[0], told=demuxer == "mov")
            return max(shown - (begun * AV_TIME_BASE if isinstance(begun, int) else earliest), Fraction(0))
    except (av.FFmpegError, ValueError, OSError, LookupError, Unreadable):
        return Fraction(0)


def begins_whole(path: str, demuxer: str, begin_s: Fraction) -> bool:
    """Tell whether a seek lands on a keyframe; True where nothing is sought or nobody can tell.

    Args:
        path: the clip.
        demuxer: libav's name of its format.
        begin_s: seconds since the container's start.
    """
    try:
        return not begin_s or call_isolated(begins_here, path, demuxer, begin_s)
    except Unmeasured:
        return True


def begins_here(path: str, demuxer: str, begin_s: Fraction) -> bool:
    """Run `begins_whole` in this process, for a moment above 0."""
    import av

    try:
        with open(path, "rb", opener=open_without_waiting) as stream, opened(stream, demuxer) as container:
            video = video_streams(container)[0]
            begun = Fraction(container.start_time or 0) * AV_TIME_BASE
            container.seek(math.floor((begun + begin_s) / (video.time_base or 1)), stream=video)
            return is_keyframe(next(packet for packet in container.demux(video) if packet.size))
    except (av.FFmpegError, ValueError, OSError, LookupError, StopIteration, Unreadable):
        return True


def _begins_s(container: "InputContainer", stream: "VideoStream", *, told: bool) -> tuple[Fraction, Fraction]:
    """Find when the first packet begins and when the first frame is shown, in seconds; ValueError where nothing says.

    Frames before the first keyframe are not shown. Only MP4 and MOV declare a stream's start, by edit lists; elsewhere
    libav guesses without a decoder.
    """
    base = stream.time_base or Fraction(1)
    packets = (packet for packet in container.demux(stream) if packet.size and packet.pts is not None)
    earlier: list[int] = []
    for packet in packets:
        begun = packet.pts or 0
        if packet.is_keyframe and not earlier:
            begun = min((begun, *(one.pts or 0 for one in islice(packets, LOOKED_AT))))
            begun_s = stream.start_time * base if told and stream.start_time is not None else begun * base
            return begun_s, begun_s
        if packet.is_keyframe:
            return min(earlier) * base, begun * base
        earlier.append(begun)
    raise ValueError("no keyframe")
