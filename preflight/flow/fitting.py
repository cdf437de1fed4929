"""List the ways to fit a refused shape, for a person who chooses by eye.

Judged ── planned by each way of fitting ──► Fittings, as asked first
"""

from collections.abc import Iterator
from fractions import Fraction

import msgspec

from preflight.media.fitted import Fitting
from preflight.plan import FixOptions, planned
from preflight.plan.steps import BLUR, BLUR_PART, Crop, Pad, Plan, Resize, find
from preflight.profiles.schema import Profile
from preflight.values.choices import Fit
from preflight.values.facts import Area, ImageFacts, VideoFacts
from preflight.values.findings import Judged
from preflight.values.phrase import phrase

WAYS: tuple[Fit, ...] = ("crop", "pad", "blur")


def fittings(judged: Judged, profile: Profile, fix_options: FixOptions) -> tuple[Fitting, ...]:
    """List how an image or clip would be cropped or padded; empty where its shape may stay.

    Args:
        judged: the asset with its facts and findings.
        profile: the limits.
        fix_options: the choice so far, which comes first.
    """
    facts = judged.facts
    if not isinstance(facts, ImageFacts | VideoFacts) or judged.asset.is_url:
        return ()
    size = facts.given_px if isinstance(facts, ImageFacts) else (facts.width_px, facts.height_px)
    found: list[Fitting] = []
    for words, options in _ways(judged, fix_options):
        shown = _fitting(words, planned(judged, profile, options, None), size)
        same = any(msgspec.structs.replace(shown, words=one.words) == one for one in found) if shown else True
        found += [shown] if shown and not same else []
    return tuple(found)


def _ways(judged: Judged, fix_options: FixOptions) -> Iterator[tuple[str, FixOptions]]:
    """Yield the options that are asked for, then each way of fitting."""
    if fix_options.fit_named or judged.asset.path in fix_options.crop_of:
        yield "as asked", fix_options
    for way in WAYS:
        yield way, msgspec.structs.replace(fix_options, fit=way, fit_named=True, crop_of={})


def _fitting(words: str, plan: Plan, size: tuple[int, int]) -> Fitting | None:
    """Describe the crop or the padding of a plan; None where it has neither."""
    crop, pad, resize = find(plan.steps, Crop), find(plan.steps, Pad), find(plan.steps, Resize)
    if crop:
        left, top = (size[0] - crop.width_px) // 2, (size[1] - crop.height_px) // 2
        if crop.left_px is not None and crop.top_px is not None:
            left, top = crop.left_px, crop.top_px
        part = Area(left_px=left, top_px=top, width_px=crop.width_px, height_px=crop.height_px)
        return Fitting(words=phrase("{way}: {step}", way=words, step=crop.words()), shown_px=size, part=part)
    if pad is None:
        return None
    scale = Fraction(size[0], resize.width_px) if resize else Fraction(1)
    frame = round(pad.width_px * scale), round(pad.height_px * scale)
    blurred = pad.fill == BLUR
    fill, blur = ("black", float(BLUR_PART)) if blurred else (pad.fill, None)
    return Fitting(
        words=phrase("{way}: {step}", way=words, step=pad.words()), shown_px=size, frame_px=frame, fill=fill, blur=blur
    )


__all__ = ["fittings"]
