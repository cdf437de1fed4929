"""Whether a new file shows what its source shows: the first and the last picture of both, made small and compared.

What is compared is how light and dark lie, not how light or dark they are: mapping tones and another encoder change
that a little, a wrong part, a wrong turn or a green screen change it much.
"""

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.facts import Facts, ImageFacts, VideoFacts
from preflight.plan.steps import Crop, Cut, Extend, Pad, Plan, find

if TYPE_CHECKING:
    from PIL import Image

    from preflight.look import Still

SIDE_PX = 32
"""Side of the small gray pictures."""
STILL_PX = 128
LEAST_PX = 16
"""Side below which a picture shows too little to be compared."""
ALIKE = 0.75
"""Correlation of their samples from which two pictures count as the same: 1 is the same, 0 is chance."""
FLAT = 6.0
"""Standard deviation, of 255, up to which a picture shows nothing that could be correlated."""
NEAR = 40.0
"""Mean difference, of 255, up to which two flat pictures count as the same."""


def unlikeness(plan: Plan, before: Facts, made: Path, after: Facts) -> str | None:
    """Return what of a new file does not look like its source; None where all does, or nothing can be seen.

    Raises:
        Unmeasured: one of the two could not be looked into.
        Unreadable: one of the two has no pictures that can be decoded.
    """
    source = plan.asset.path
    if isinstance(before, ImageFacts) and isinstance(after, ImageFacts):
        from preflight.look import thumbnail

        pair = (thumbnail(source, before, STILL_PX),), (thumbnail(str(made), after, STILL_PX),)
        return None if _alike(plan, *pair) else "it does not look like its source"
    if isinstance(before, VideoFacts) and isinstance(after, VideoFacts):
        return _unlike_end(plan, before, made, after)
    return None


def _unlike_end(plan: Plan, before: VideoFacts, made: Path, after: VideoFacts) -> str | None:
    from preflight.look import frames_at

    cut = find(plan.steps, Cut)
    begin = cut.start_s if cut else Fraction(0)
    picture = 1 / (before.frame_rate_hz or Fraction(30))
    for name, theirs in _moments(plan, after):
        moments = [max(begin + theirs + by * picture, Fraction(0)) for by in (-1, 0, 1)]
        ours = frames_at(str(made), after.format, [theirs], STILL_PX)
        if not _alike(plan, frames_at(plan.asset.path, before.format, moments, STILL_PX), ours):
            return f"its {name} picture does not look like its source's"
    return None


def _moments(plan: Plan, after: VideoFacts) -> Iterator[tuple[str, Fraction]]:
    """Yield the moments of the new file to look at, in seconds; the end of what was made longer is made up."""
    yield "first", Fraction(0)
    if after.duration_s and after.frame_rate_hz and not find(plan.steps, Extend):
        yield "last", max(after.duration_s - 1 / after.frame_rate_hz, Fraction(0))


def _alike(plan: Plan, source: "Iterable[Still]", made: "Iterable[Still]") -> bool:
    pairs = [(one, other) for one in source for other in made]
    tiny = any(min(still.width_px, still.height_px) < LEAST_PX for pair in pairs for still in pair)
    return tiny or any(_correlate(*_framed(plan, one, other)) for one, other in pairs)


def _framed(plan: Plan, source: "Still", made: "Still") -> "tuple[Image.Image, Image.Image]":
    """Return both pictures small and gray, without what was cropped off the one or added to the other."""
    from PIL import Image, ImageOps

    one, other = (Image.open(io.BytesIO(still.jpeg)).convert("L") for still in (source, made))
    if find(plan.steps, Crop):
        one = ImageOps.fit(one, other.size)
    if find(plan.steps, Pad):
        other = ImageOps.fit(other, one.size)
    return one.resize((SIDE_PX, SIDE_PX)), other.resize((SIDE_PX, SIDE_PX))


def _correlate(one: "Image.Image", other: "Image.Image") -> bool:
    """Tell whether light and dark lie in the same places."""
    from statistics import correlation, fmean, pstdev

    here, there = list(one.tobytes()), list(other.tobytes())
    if min(pstdev(here), pstdev(there)) <= FLAT:
        return max(pstdev(here), pstdev(there)) <= 2 * FLAT and abs(fmean(here) - fmean(there)) <= NEAR
    return correlation(here, there) >= ALIKE
