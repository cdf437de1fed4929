"""Frames of an open clip at increasing moments.

Far moments are reached by seeking, where the container has an index; on the way only reference frames are decoded.
"""

from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

from preflight.media.footage import timed
from preflight.probe.faults import Unreadable
from preflight.probe.keyframes import is_keyframe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from av import VideoFrame
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

SOUGHT = {"mov", "matroska"}
"""Containers with a keyframe index; a seek in a transport stream may end where nothing can be decoded."""
FAR_S = Fraction(2)
"""Distance beyond which to seek instead of decoding on."""
STEP_BACK_S = Fraction(5)
"""How much earlier to seek after an overshoot."""


class Reel:
    """A clip's frames, read forward to one moment after another.

    Args:
        container: the clip, at its start.
        track: its video stream.

    Raises:
        Unreadable: it has no frames.
    """

    def __init__(self, container: "InputContainer", track: "VideoStream") -> None:
        self.container = container
        self.track = track
        self._rest = timed(container, track)
        first = next(self._rest, None)
        if first is None:
            raise Unreadable("no picture can be decoded")
        self._zero_s = first[0]
        self._sought = first[1].pts is not None and bool(SOUGHT & set(container.format.name.split(",")))
        self._now, self._next = first, next(self._rest, None)
        self._lost = False
        self._begun_s: Fraction | None = None
        self._whole_s: Fraction | None = None
        """Time before which only reference frames are decoded."""

    def at(self, time_s: Fraction) -> "tuple[Fraction, VideoFrame]":
        """Advance to a moment; return the displayed frame and its time. Moments must not decrease."""
        moment = time_s + self._zero_s
        if self._lost or self._is_far(moment):
            self._seek(moment)
        while self._next and self._next[0] <= moment:
            self._now, self._next = self._next, next(self._rest, None)
        return max(self._now[0] - self._zero_s, Fraction(0)), self._now[1]

    def keyframe(self, until_s: Fraction, since_s: Fraction) -> Fraction | None:
        """Advance to the last keyframe between two moments; return its time, or None. Moments must not decrease.

        Returns None where the clip is not sought, or the moment is near.
        """
        until = until_s + self._zero_s
        if not self._is_far(until):
            return None
        here = self._first_from(until, until)
        self._whole_s, begun = None, self._begun_s
        if here is None or begun is None or not since_s + self._zero_s <= begun <= until or here[0] > begun:
            self._lost = True
            return None
        self._now, self._next = here, next(self._rest, None)
        return begun - self._zero_s

    def _is_far(self, moment: Fraction) -> bool:
        """Tell whether to seek to a moment (on the file's clock) instead of decoding on."""
        return self._sought and self._next is not None and moment > self._next[0] + FAR_S

    def _seek(self, moment: Fraction) -> None:
        """Seek to a frame at or before a moment, or to the start."""
        self._lost = False
        for target in (moment, moment - STEP_BACK_S, self._zero_s):
            here = self._first_from(max(target, self._zero_s), moment)
            if here and (here[0] <= moment or target == self._zero_s):
                self._now, self._next = here, next(self._rest, None)
                return

    def _ease(self, packet: "Packet[Any]") -> None:
        """Decode only reference frames on the way; the rest changes no later frame."""
        early = self._whole_s is not None and packet.pts is not None and packet.pts * packet.time_base < self._whole_s
        skipped: Literal["NONREF", "DEFAULT"] = "NONREF" if early else "DEFAULT"
        if self.track.codec_context.skip_frame != skipped:
            self.track.codec_context.skip_frame = skipped

    def _first_from(self, target: Fraction, moment: Fraction) -> "tuple[Fraction, VideoFrame] | None":
        """Seek and return the first frame; note which frame is displayed at the moment, and its start."""
        import av

        place = int(target / (self.track.time_base or 1))
        self._begun_s = self._whole_s = None
        try:
            self.container.seek(place, stream=self.track)
            ahead = (packet for packet in self.container.demux(self.track) if packet.size)
            begin = next(ahead)
            if target > self._zero_s and not is_keyframe(begin):
                return None
            self._begun_s = None if begin.pts is None else begin.pts * begin.time_base
            self._whole_s = _shown_at(moment, chain([begin], ahead))
            self.container.seek(place, stream=self.track)
        except (av.FFmpegError, ValueError, OverflowError, StopIteration):
            return None
        self._rest = timed(self.container, self.track, self._ease)
        return next(self._rest, None)


def _shown_at(moment: Fraction, packets: "Iterable[Packet[Any]]") -> Fraction | None:
    """Return the start of the frame displayed at a moment, or None where packets do not tell."""
    shown: Fraction | None = None
    for packet in packets:
        if packet.pts is None or packet.dts is None:
            return None
        if packet.dts * packet.time_base > moment:
            break
        begin = packet.pts * packet.time_base
        if begin <= moment and not packet.is_discard:
            shown = begin if shown is None else max(shown, begin)
    return shown
