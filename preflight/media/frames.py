"""Stills: a picture or a clip and moments of it in, small JPEG pictures out, as a viewer sees them."""

import io
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from preflight.media.colors import eight_bits, flat, in_srgb, on_screen, smooth
from preflight.media.footage import pictures
from preflight.media.picture import decoding, picture_of
from preflight.media.reel import Reel
from preflight.media.view import as_seen, fitting, shown_as
from preflight.values.facts import ImageFacts, VideoFacts
from preflight.values.still import Still

if TYPE_CHECKING:
    from PIL import Image

QUALITY = 85


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
