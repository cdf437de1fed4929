"""Choose the advice where a plan fixes nothing."""

from collections.abc import Iterable, Sequence

from preflight.plan.options import FixOptions
from preflight.plan.steps import LADDER, Crop, Pad, Step
from preflight.values.findings import Finding, Loss
from preflight.values.limits import Range
from preflight.values.remedy import Remedies, Remedy
from preflight.values.units import decimal

IS_URL = "It lies at a URL, where nothing can be mended: download it, and name the file instead."
ONLY_DOLBY = (
    "Its colors are those of Dolby Vision alone, which no encoder here can map: export it as HDR10, HLG or in standard "
    "range from the program that made it."
)
TOO_LONG = "Mark the part of it to keep."
NO_PREVIEW = "The picture that its camera put into it is too small: develop the raw photograph, and send that."


def on_hopeless(hopeless: Sequence[Finding], errors: Iterable[Finding], fix_options: FixOptions) -> Remedies:
    """Choose the advice on findings that nothing clears.

    Args:
        hopeless: those findings.
        errors: all errors; an aspect ratio that needs an option is advised on too, so that nobody asks twice.
        fix_options: what the user allows and asks for.
    """
    if not any(finding.rule.endswith("/duration") for finding in hopeless):
        rule = next((finding.rule for finding in (*hopeless, *errors)), "RULE")
        return (Remedy("explain-unfixable", rule=rule),)
    shape = any(finding.rule.endswith("/aspect-ratio") for finding in errors)
    named = fix_options.fit_named or fix_options.allow == "creative"
    longer = Remedy("lengthen")
    return (longer,) if named or not shape else (longer, Remedy("fit"))


def on_too_much(steps: Sequence[Step]) -> Remedy:
    """Choose the advice on steps beyond the allowed loss: that loss, or the step's own option."""
    needed: Loss = max((step.loss for step in steps), key=LADDER.index)
    lossy = any(step.loss == "lossy" for step in steps)
    if not any(isinstance(step, Crop | Pad) for step in steps):
        return Remedy("allow", loss=needed)
    return Remedy("allow-creative-and-lossy" if lossy else "allow-creative")


def on_short_part(limit: Range) -> Remedy:
    """Choose the advice on a part to keep that is too short."""
    return Remedy("mark-longer-part", span=decimal(limit.min) if limit.min is not None else "0")
