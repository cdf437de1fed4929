"""Cuts found among reference frames alone, moved to the very frame: rough cuts in, exact ones out.

A decoder that leaves out frames to which no other refers shows a new shot too late, by what was left out between. Most
encoders begin a shot with an intra frame, which then is the cut; for others the frames between are decoded.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.media.footage import timed
from preflight.media.shots import pixel_difference

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    Glance = NDArray[Any]

GAP = Fraction(3, 2)
"""Frames' mean distance, in multiples, above which some were left out between two."""
SHARE, AT_LEAST = Fraction(1, 4), 300
"""Most frames decoded again, as a part of all, and what may be decoded anyway."""
STANDS_OUT = 2.0
"""How many times as large as the next change a cut is: a pan changes evenly."""


class Rough(msgspec.Struct, frozen=True, kw_only=True):
    """A cut between two decoded frames."""

    before_s: Fraction
    cut_s: Fraction
    is_intra: bool
    """Whether the later frame refers to no other."""


def exact_cuts(reader: "Reader", rough: Sequence[Rough], glance: "Callable[[VideoFrame], Glance]") -> list[Fraction]:
    """Find the frame that begins each shot; leave out what proves to be motion, or cannot be looked at.

    Args:
        reader: reads the clip again.
        rough: cuts in order, on the file's clock.
        glance: makes a frame small.
    """
    found = (one.cut_s if reader.is_exact(one) else _sought(reader.between(one), glance) for one in rough)
    return [cut for cut in found if cut is not None]


class Reader:
    """Reads stretches of a clip, all frames of them; on from one to the next where no keyframe lies between.

    Args:
        container: a clip in which seeking is exact; its position changes.
        track: its video stream.
        keys_s: times of its keyframes, in order.
    """

    def __init__(self, container: "InputContainer", track: "VideoStream", keys_s: Sequence[Fraction]) -> None:
        self._container, self._track, self._keys_s = container, track, keys_s
        self._apart = 1 / Fraction(track.average_rate or 25)
        self._left = max(int((track.frames or 0) * SHARE), AT_LEAST)
        self._frames: Iterator[tuple[Fraction, VideoFrame]] = iter(())
        self._last: tuple[Fraction, VideoFrame] | None = None

    def is_exact(self, one: Rough) -> bool:
        """Tell whether nothing was left out before a cut, or an intra frame begins the shot."""
        return one.is_intra or one.cut_s - one.before_s <= GAP * self._apart

    def between(self, one: Rough) -> "Iterator[tuple[Fraction, VideoFrame]]":
        """Decode the frames from before a cut to the cut."""
        import av

        try:
            self._go_to(one.before_s)
            if self._last and self._last[0] == one.before_s:
                yield self._last
            while self._left > 0 and (self._last is None or self._last[0] < one.cut_s):
                self._left -= 1
                self._last = next(self._frames, None)
                if self._last is None or self._last[0] > one.cut_s:
                    return
                if self._last[0] >= one.before_s:
                    yield self._last
        except (av.FFmpegError, ValueError, OverflowError):
            return

    def _go_to(self, moment: Fraction) -> None:
        """Seek, unless reading on is sooner there."""
        here = self._last[0] if self._last else None
        keys = bisect_right(self._keys_s, moment)
        if here is not None and here <= moment and bisect_right(self._keys_s, here) == keys:
            return
        self._track.codec_context.skip_frame = "DEFAULT"
        self._container.seek(int(moment / (self._track.time_base or 1)), stream=self._track)
        self._frames, self._last = timed(self._container, self._track), None


def _sought(
    frames: "Iterable[tuple[Fraction, VideoFrame]]", glance: "Callable[[VideoFrame], Glance]"
) -> Fraction | None:
    """Return the time of the frame that differs most from the one before; None where none stands out."""
    before: Glance | None = None
    changes: list[tuple[float, Fraction]] = []
    for moment, frame in frames:
        now = glance(frame)
        if before is not None:
            changes.append((pixel_difference(now, before), moment))
        before = now
    largest = sorted(changes, reverse=True)
    if not largest or (len(largest) > 1 and largest[0][0] < STANDS_OUT * largest[1][0]):
        return None
    return largest[0][1]


__all__ = ["Reader", "Rough", "exact_cuts"]
