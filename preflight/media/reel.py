"""An open clip wound from one moment to the next: moments in, the frames that are shown then out.

In a container with an index what lies far ahead is sought, and on the way to it only those frames are decoded that
others are built upon.
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
"""Containers with an index of their key pictures; in a transport stream a seek may end where nothing can be decoded."""
FAR_S = Fraction(2)
"""A moment further ahead than this is sought; a nearer one is reached by decoding on."""
STEP_BACK_S = Fraction(5)
"""How much earlier is sought where seeking overshot."""


class Reel:
    """The pictures of an open clip, wound to one moment after the other.

    Args:
        container: the clip, at its beginning.
        track: its pictures.

    Raises:
        Unreadable: there are none.
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
        """Before it only frames are decoded that others are built upon."""

    def at(self, time_s: Fraction) -> "tuple[Fraction, VideoFrame]":
        """Wind to a moment, which must not lie before the last one; return the frame shown, with its own time."""
        moment = time_s + self._zero_s
        if self._lost or self._is_far(moment):
            self._seek(moment)
        while self._next and self._next[0] <= moment:
            self._now, self._next = self._next, next(self._rest, None)
        return max(self._now[0] - self._zero_s, Fraction(0)), self._now[1]

    def keyframe(self, until_s: Fraction, since_s: Fraction) -> Fraction | None:
        """Wind to the last keyframe up to a moment and return its time; None where none is found from another one on.

        Both moments must not lie before the last one. Where nothing is sought, or what lies ahead is near, none is.
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
        """Tell whether a moment by the clock of the file is sought, and not reached by decoding on."""
        return self._sought and self._next is not None and moment > self._next[0] + FAR_S

    def _seek(self, moment: Fraction) -> None:
        """Go to a frame at or before a moment; where none can be found, to the beginning."""
        self._lost = False
        for target in (moment, moment - STEP_BACK_S, self._zero_s):
            here = self._first_from(max(target, self._zero_s), moment)
            if here and (here[0] <= moment or target == self._zero_s):
                self._now, self._next = here, next(self._rest, None)
                return

    def _ease(self, packet: "Packet[Any]") -> None:
        """On the way to a moment decode only what others are built upon: what is left out changes no later picture."""
        early = self._whole_s is not None and packet.pts is not None and packet.pts * packet.time_base < self._whole_s
        skipped: Literal["NONREF", "DEFAULT"] = "NONREF" if early else "DEFAULT"
        if self.track.codec_context.skip_frame != skipped:
            self.track.codec_context.skip_frame = skipped

    def _first_from(self, target: Fraction, moment: Fraction) -> "tuple[Fraction, VideoFrame] | None":
        """Seek, and return the first frame from there; note which frame is shown at a moment, and where it begins."""
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
    """Return when the frame begins that is shown at a moment; None where the packets do not tell."""
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
