"""Whether a new clip shows what its source shows: the first and the last picture of both, made small and compared.

What is compared is how light and dark lie, not how light or dark they are: mapping tones and another encoder change
that a little, a wrong part, a wrong turn or a green screen change it much.
"""

import io
import itertools
import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.facts import Facts, VideoFacts
from preflight.fix.proof import planned_s
from preflight.plan.outlook import held_s
from preflight.plan.steps import Crop, Cut, Extend, Pad, Plan, Retime, find

if TYPE_CHECKING:
    from PIL import Image

    from preflight.look import Still

SIDE_PX = 32
"""Side of the small gray pictures."""
BLUR_PX = 2
"""How far those are blurred: a crop may lie half a pixel beside, and a dithered picture is all pixels."""
STILL_PX = 128
LEAST_PX = 16
"""Side below which a picture shows too little to be compared."""
ALIKE = 0.75
"""Correlation of their samples from which two pictures count as the same: 1 is the same, 0 is chance."""
FLAT = 6.0
"""Standard deviation, of 255, up to which a picture shows nothing that could be correlated."""
NEAR = 40.0
"""Mean difference, of 255, up to which two flat pictures count as the same."""
BY_PICTURES = (-1, 0, 1)
"""By how many pictures an end of the new file may lie beside what was planned."""
SUPPOSED_RATE_HZ = Fraction(30)
"""Of a clip whose rate could not be told."""
NICE = 5
"""By how much what is done meanwhile stands back: it gets a quarter of a processor that is wanted by others too."""
Ends = dict[str, "tuple[Still, ...]"]
"""Which end, `first` or `last` → the pictures of the source that may stand there in the new file."""


def ends_of(plan: Plan, before: Facts) -> Ends:
    """Return the pictures of a source that its new file has to begin and to end with, give or take one.

    They are planned, not read off the new file, so that they can be looked for while it is made.

    Raises:
        Unmeasured: the source could not be looked into.
        Unreadable: it has no pictures that can be decoded.
    """
    from preflight.look import frames_at

    path = plan.asset.path
    if not isinstance(before, VideoFacts):
        return {}
    cut, retime, rate = find(plan.steps, Cut), find(plan.steps, Retime), before.frame_rate_hz or SUPPOSED_RATE_HZ
    begin = cut.start_s if cut else Fraction(0)
    moments = dict(_moments(plan, planned_s(plan, before), retime.frame_rate_hz if retime else rate))
    there = [begin + max(moment - held_s(plan), Fraction(0)) for moment in moments.values()]
    nearly = [max(moment + by / rate, Fraction(0)) for moment in there for by in BY_PICTURES]
    stills = iter(frames_at(path, before.format, nearly, STILL_PX))
    return {name: tuple(itertools.islice(stills, len(BY_PICTURES))) for name in moments}


def ends_meanwhile(plan: Plan, before: Facts) -> Ends:
    """Do as `ends_of`, in a child of its own, with what the encoder leaves of the processors."""
    os.nice(NICE)
    return ends_of(plan, before)


def unlikeness(plan: Plan, ends: Ends, made: Path, after: Facts) -> str | None:
    """Return what of a new file does not look like its source; None where all does, or nothing can be seen.

    Args:
        plan: by which it was made.
        ends: the pictures of the source.
        made: the new file.
        after: what was measured of it.

    Raises:
        Unmeasured: it could not be looked into.
        Unreadable: it has no pictures that can be decoded.
    """
    from preflight.look import frames_at

    if not isinstance(after, VideoFacts):
        return None
    moments = dict(_moments(plan, after.duration_s, after.frame_rate_hz))
    for name, still in zip(moments, frames_at(str(made), after.format, moments.values(), STILL_PX), strict=True):
        if name in ends and not _alike(plan, ends[name], (still,)):
            return f"its {name} picture does not look like its source's"
    return None


def _moments(plan: Plan, length_s: Fraction | None, rate_hz: Fraction | None) -> Iterator[tuple[str, Fraction]]:
    """Yield the moments of a new file to look at, in seconds; the end of what was made longer is made up."""
    yield "first", Fraction(0)
    if length_s and rate_hz and not find(plan.steps, Extend):
        yield "last", max(length_s - 1 / rate_hz, Fraction(0))


def _alike(plan: Plan, source: "Iterable[Still]", made: "Iterable[Still]") -> bool:
    pairs = [(one, other) for one in source for other in made]
    tiny = any(min(still.width_px, still.height_px) < LEAST_PX for pair in pairs for still in pair)
    return tiny or any(_correlate(*_framed(plan, one, other)) for one, other in pairs)


def _framed(plan: Plan, source: "Still", made: "Still") -> "tuple[Image.Image, Image.Image]":
    """Return both pictures small and gray, without what was cropped off the one or added to the other."""
    from PIL import Image, ImageFilter, ImageOps

    one, other = (Image.open(io.BytesIO(still.jpeg)).convert("L") for still in (source, made))
    if find(plan.steps, Crop):
        one = ImageOps.fit(one, other.size)
    if find(plan.steps, Pad):
        other = ImageOps.fit(other, one.size)
    blur = ImageFilter.GaussianBlur(BLUR_PX)
    return one.resize((SIDE_PX, SIDE_PX)).filter(blur), other.resize((SIDE_PX, SIDE_PX)).filter(blur)


def _correlate(one: "Image.Image", other: "Image.Image") -> bool:
    """Tell whether light and dark lie in the same places."""
    from statistics import correlation, fmean, pstdev

    here, there = list(one.tobytes()), list(other.tobytes())
    if min(pstdev(here), pstdev(there)) <= FLAT:
        return max(pstdev(here), pstdev(there)) <= 2 * FLAT and abs(fmean(here) - fmean(there)) <= NEAR
    return correlation(here, there) >= ALIKE
