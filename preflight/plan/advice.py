"""What a person can do where a plan mends nothing: findings, steps and limits in, a sentence or two out."""

from collections.abc import Iterable, Sequence

from preflight.plan.steps import LADDER, Crop, Pad, Step
from preflight.plan.wishes import Wishes
from preflight.values.findings import Finding, Loss
from preflight.values.limits import Range
from preflight.values.units import decimal

EXTEND = "--extend loop, --extend freeze or --extend slow"
FIT = "--fit crop, --fit pad or --fit blur"
TOO_SHORT = (
    "Too short cannot be mended without changing what is shown: "
    f"use a longer one, or say how it is made longer: {EXTEND}."
)
BAD_SHAPE = f"A refused shape is cropped or padded where that is named: {FIT}."
IS_URL = "It lies at a URL, where nothing can be mended: download it, and name the file instead."
ONLY_DOLBY = (
    "Its colors are those of Dolby Vision alone, which no encoder here can map: export it as HDR10, HLG or in standard "
    "range from the program that made it."
)
NO_PREVIEW = "The picture that its camera put into it is too small: develop the raw photograph, and send that."
NO_FIX = "No fix is known for this; `preflight explain {rule}` says what can be done by hand."


def on_hopeless(hopeless: Sequence[Finding], errors: Iterable[Finding], wishes: Wishes) -> str:
    """Return the advice on findings that nothing clears.

    Args:
        hopeless: those findings.
        errors: all that count; a shape that waits for a word is told with them, so that nobody has to ask twice.
        wishes: what a person allows and asks for.
    """
    if not any(finding.rule.endswith("/duration") for finding in hopeless):
        return NO_FIX.format(rule=next((finding.rule for finding in (*hopeless, *errors)), "RULE"))
    shape = any(finding.rule.endswith("/aspect-ratio") for finding in errors)
    named = wishes.fit_named or wishes.allow == "creative"
    return TOO_SHORT if named or not shape else f"{TOO_SHORT} {BAD_SHAPE}"


def on_too_much(steps: Sequence[Step]) -> str:
    """Return the advice on steps that lose more than is allowed: the loss, and what names the step alone."""
    needed: Loss = max((step.loss for step in steps), key=LADDER.index)
    lossy = any(step.loss == "lossy" for step in steps)
    if not any(isinstance(step, Crop | Pad) for step in steps):
        return f"It needs a {needed} step: --allow {needed}."
    besides = ", with --allow lossy" if lossy else ""
    return f"It needs a creative step: say which ({FIT}{besides}), or allow any: --allow creative."


def on_short_part(limit: Range) -> str:
    """Return the advice on a part to keep that is shorter than anything may be."""
    least = decimal(limit.min) if limit.min is not None else "0"
    return f"Mark at least {least} s (--keep FILE=START-END), or say how it is made longer: {EXTEND}."
