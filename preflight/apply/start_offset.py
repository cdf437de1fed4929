"""When a clip's pictures begin: a file in, seconds out, so that a cut counts from the first picture, as plans do."""

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
"""Packets of pictures among which the first that is shown lies: more than any codec holds back."""


def start_offset_s(path: str, demuxer: str) -> Fraction:
    """Return how long after its container begins a clip's first picture is shown; 0 where that is not told.

    ffmpeg counts from where the first of the streams begins, so a sound that begins before its pictures would move a
    cut. The clip is read in a child.

    Args:
        path: the clip.
        demuxer: libav's name of its format.
    """
    try:
        return call_isolated(start_offset_here, path, demuxer)
    except Unmeasured:
        return Fraction(0)


def start_offset_here(path: str, demuxer: str) -> Fraction:
    """Do as `start_offset_s`, in this process."""
    import av

    try:
        with open(path, "rb", opener=open_without_waiting) as stream, opened(stream, demuxer) as container:
            pictures = video_streams(container)
            if not pictures or container.start_time is None:
                return Fraction(0)
            first = _first_s(container, pictures[0], told=demuxer == "mov")
            return max(first - container.start_time * AV_TIME_BASE, Fraction(0))
    except (av.FFmpegError, ValueError, OSError, LookupError, Unreadable):
        return Fraction(0)


def begins_whole(path: str, demuxer: str, begin_s: Fraction) -> bool:
    """Tell whether what a seek finds there can be decoded by itself, or nothing is sought; True where nobody can tell.

    Args:
        path: the clip.
        demuxer: libav's name of its format.
        begin_s: seconds since the container begins.
    """
    try:
        return not begin_s or call_isolated(begins_here, path, demuxer, begin_s)
    except Unmeasured:
        return True


def begins_here(path: str, demuxer: str, begin_s: Fraction) -> bool:
    """Do as `begins_whole`, in this process, for a moment that is sought."""
    import av

    try:
        with open(path, "rb", opener=open_without_waiting) as stream, opened(stream, demuxer) as container:
            picture = video_streams(container)[0]
            begun = Fraction(container.start_time or 0) * AV_TIME_BASE
            container.seek(math.floor((begun + begin_s) / (picture.time_base or 1)), stream=picture)
            return is_keyframe(next(packet for packet in container.demux(picture) if packet.size))
    except (av.FFmpegError, ValueError, OSError, LookupError, StopIteration, Unreadable):
        return True


def _first_s(container: "InputContainer", stream: "VideoStream", *, told: bool) -> Fraction:
    """Return when the first picture is shown; raise ValueError where no packet says.

    Only MP4 and MOV say when a stream begins, by their edit lists; elsewhere libav guesses without a decoder.
    """
    base = stream.time_base or Fraction(1)
    if told and stream.start_time is not None:
        return stream.start_time * base
    packets = islice(container.demux(stream), LOOKED_AT)
    return min(packet.pts for packet in packets if packet.size and packet.pts is not None) * base
