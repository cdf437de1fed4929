"""Stills: a picture or a clip and moments of it in, small JPEG pictures out, as a viewer sees them."""

import io
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import msgspec

from preflight.facts import ImageFacts, VideoFacts
from preflight.look.colors import eight_bits, flat, in_srgb, on_screen, smooth
from preflight.look.footage import pictures, timed
from preflight.look.picture import decoding, picture_of
from preflight.look.view import as_seen, fitting, shown_as
from preflight.probe.faults import Unreadable
from preflight.probe.keyframes import is_keyframe

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream
    from PIL import Image

QUALITY = 85
SOUGHT = {"mov", "matroska"}
"""Containers with an index of their key pictures; in a transport stream a seek may end where nothing can be decoded."""
FAR_S = Fraction(2)
"""A moment further ahead than this is sought; a nearer one is reached by decoding on."""
NEAR_S = Fraction(1)
"""From so far before a moment on every frame is decoded; further ahead those that no other is built upon are passed."""
STEP_BACK_S = Fraction(5)
"""How much earlier is sought where seeking overshot."""


class Still(msgspec.Struct, frozen=True, kw_only=True):
    """A small picture of a moment."""

    time_s: Fraction
    """The start of the frame that is shown, from the start of the first; 0 for a picture."""
    width_px: int
    height_px: int
    jpeg: bytes


def frames_at(path: str, format_name: str, times_s: Iterable[Fraction], max_side_px: int) -> tuple[Still, ...]:
    """Return the frame shown at each of some moments, in the order given; past the end, the last one.

    Args:
        path: a clip.
        format_name: the format that was measured.
        times_s: seconds from the start of the first frame.
        max_side_px: the longer side of a still is at most this; none is enlarged.

    Raises:
        Unmeasured: it cannot be opened, or changed since it was measured.
        Unreadable: no picture can be decoded.
    """
    moments = tuple(times_s)
    facts = shown_as(path, format_name)
    with pictures(path, format_name) as (container, track):
        reel, stills = Reel(container, track), {}
        for moment in sorted(set(moments)):
            time_s, frame = reel.at(moment)
            stills[moment] = _encoded(as_seen(frame, facts, max_side_px), time_s)
    return tuple(stills[moment] for moment in moments)


def thumbnail(path: str, facts: ImageFacts | VideoFacts, max_side_px: int) -> Still:
    """Return a small picture of a picture, or of a clip at a third of its length.

    Raises:
        Unmeasured: it cannot be opened, changed since it was measured, or is too large to be decoded here.
        Unreadable: it cannot be decoded.
    """
    if isinstance(facts, VideoFacts):
        return frames_at(path, facts.format, [(facts.duration_s or Fraction(0)) / 3], max_side_px)[0]
    return _encoded(_picture(path, facts, max_side_px), Fraction(0))


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

    def at(self, time_s: Fraction) -> "tuple[Fraction, VideoFrame]":
        """Wind to a moment, which must not lie before the last one; return the frame shown, with its own time."""
        moment = time_s + self._zero_s
        if self._sought and self._next and moment > self._next[0] + FAR_S:
            self._seek(moment)
        while self._next and self._next[0] <= moment:
            if self._next[0] > moment - NEAR_S:
                self._hurry("DEFAULT")
            self._now, self._next = self._next, next(self._rest, None)
        return max(self._now[0] - self._zero_s, Fraction(0)), self._now[1]

    def _seek(self, moment: Fraction) -> None:
        """Go to a frame at or before a moment; where none can be found, to the beginning."""
        for target in (moment, moment - STEP_BACK_S, self._zero_s):
            here = self._first_from(max(target, self._zero_s))
            if here and (here[0] <= moment or target == self._zero_s):
                self._hurry("NONREF" if here[0] <= moment - NEAR_S else "DEFAULT")
                self._now, self._next = here, next(self._rest, None)
                return

    def _hurry(self, skipped: Literal["NONREF", "DEFAULT"]) -> None:
        """On the way to a moment decode only what others are built upon: what is left out changes no later picture."""
        if self.track.codec_context.skip_frame != skipped:
            self.track.codec_context.skip_frame = skipped

    def _first_from(self, target: Fraction) -> "tuple[Fraction, VideoFrame] | None":
        import av

        place = int(target / (self.track.time_base or 1))
        try:
            self.container.seek(place, stream=self.track)
            if target > self._zero_s:
                if not is_keyframe(next(packet for packet in self.container.demux(self.track) if packet.size)):
                    return None
                self.container.seek(place, stream=self.track)
        except (av.FFmpegError, ValueError, OverflowError, StopIteration):
            return None
        self._rest = timed(self.container, self.track)
        return next(self._rest, None)


def _picture(path: str, facts: ImageFacts, max_side_px: int) -> "Image.Image":
    """Decode a picture, small: upright, without transparency, as RGB."""
    image = picture_of(path, facts, max_side_px)
    with decoding():
        small = smooth(eight_bits(image)).resize(fitting(*image.size, max_side_px))
        return in_srgb(flat(on_screen(small)))


def _encoded(image: "Image.Image", time_s: Fraction) -> Still:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=QUALITY)
    return Still(time_s=time_s, width_px=image.width, height_px=image.height, jpeg=target.getvalue())
