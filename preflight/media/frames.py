"""Stills: an image, or moments of a clip, in; small JPEGs as a viewer sees them out."""

import io
import math
import time
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from preflight.media.colors import eight_bits, flat, in_srgb, on_screen, smooth
from preflight.media.footage import open_video
from preflight.media.image import decode_image, decoding
from preflight.media.reel import Reel
from preflight.media.view import as_seen, fitting, shown_as
from preflight.values.facts import ImageFacts, VideoFacts
from preflight.values.still import Still

if TYPE_CHECKING:
    from PIL import Image

QUALITY = 85


def frames_at(
    path: str, format_name: str, times_s: Iterable[Fraction], max_side_px: int, *, within_s: float = math.inf
) -> tuple[Still, ...]:
    """Return the frame displayed at each moment, in the order given; past the end, the last frame.

    Args:
        path: a clip.
        format_name: its measured format.
        times_s: seconds from the start of the first frame.
        max_side_px: longest side; smaller frames keep their size.
        within_s: seconds after which no further frame is sought; the first is always there.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: no frame can be decoded.
    """
    moments, until_s = tuple(times_s), time.monotonic() + within_s
    facts = shown_as(path, format_name)
    with open_video(path, format_name) as (container, track):
        reel = Reel(container, track)
        stills: dict[Fraction, Still] = {}
        for moment in sorted(set(moments)):
            if stills and time.monotonic() > until_s:
                break
            time_s, frame = reel.at(moment)
            stills[moment] = _encoded(as_seen(frame, facts, max_side_px), time_s)
    return tuple(stills[moment] for moment in moments if moment in stills)


def thumbnail(path: str, facts: ImageFacts | VideoFacts, max_side_px: int) -> Still:
    """Return a thumbnail of an image, or of a clip at a third of its duration.

    Raises:
        Unmeasured: it cannot be opened, changed, or is too large to decode.
        Unreadable: it cannot be decoded.
    """
    if isinstance(facts, VideoFacts):
        return frames_at(path, facts.format, [(facts.duration_s or Fraction(0)) / 3], max_side_px)[0]
    return _encoded(_small_image(path, facts, max_side_px), Fraction(0))


def _small_image(path: str, facts: ImageFacts, max_side_px: int) -> "Image.Image":
    """Decode an image small, upright, opaque and as RGB."""
    image = decode_image(path, facts, max_side_px)
    with decoding():
        small = smooth(eight_bits(image)).resize(fitting(*image.size, max_side_px))
        return in_srgb(flat(on_screen(small)))


def _encoded(image: "Image.Image", time_s: Fraction) -> Still:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=QUALITY)
    return Still(time_s=time_s, width_px=image.width, height_px=image.height, jpeg=target.getvalue())
