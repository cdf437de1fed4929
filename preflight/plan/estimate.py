"""Estimate a plan's output: size, duration and processing time."""

from fractions import Fraction

import msgspec

from preflight.plan.steps import Crop, Cut, Encode, Extend, Lead, Pad, Plan, Resize, Retime, find
from preflight.values.facts import Facts, ImageFacts, VideoFacts
from preflight.workers.processors import processors

PIXELS_READ_S = 120_000_000
PIXELS_WRITTEN_S = 45_000_000
"""Pixels that one slow processor decodes, and encodes, a second."""
START_S = Fraction(1, 2)
"""Seconds for starting, measuring and comparing."""


class OutputEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """Estimated output."""

    size_px: tuple[int, int] | None = None
    length_s: Fraction | None = None
    seconds: Fraction | None = None
    """Processing time on this machine; None where unknown."""


def estimate_output(plan: Plan, facts: Facts, pace: Fraction = Fraction(1)) -> OutputEstimate:
    """Estimate the output of a plan.

    Args:
        plan: what is done.
        facts: of the source.
        pace: how many times longer than on the machine of the constants above an encode takes.
    """
    if isinstance(facts, ImageFacts):
        return OutputEstimate(size_px=planned_size(plan, facts.given_px), seconds=START_S)
    made = find(plan.steps, Extend) or find(plan.steps, Cut)
    length = made.length_s if made else facts.duration_s
    if length is not None and not made:
        length += held_s(plan)
    if not isinstance(facts, VideoFacts):
        return OutputEstimate(length_s=length, seconds=START_S)
    size = planned_size(plan, (facts.width_px, facts.height_px))
    return OutputEstimate(size_px=size, length_s=length, seconds=_seconds(plan, facts, size, length, pace))


def held_s(plan: Plan) -> Fraction:
    """Compute how long a plan holds the first frame, in seconds."""
    lead = find(plan.steps, Lead)
    return lead.length_s if lead and lead.how == "hold" else Fraction(0)


def planned_size(plan: Plan, before: tuple[int, int]) -> tuple[int, int]:
    """Compute the planned width and height in pixels."""
    shaped = find(plan.steps, Pad) or find(plan.steps, Resize) or find(plan.steps, Crop)
    return (shaped.width_px, shaped.height_px) if shaped else before


def _seconds(
    plan: Plan, facts: VideoFacts, size: tuple[int, int], length: Fraction | None, pace: Fraction
) -> Fraction | None:
    if find(plan.steps, Encode) is None:
        return START_S
    retime = find(plan.steps, Retime)
    rate = retime.frame_rate_hz if retime else facts.frame_rate_hz
    if length is None or rate is None or facts.frame_rate_hz is None:
        return None
    read = facts.coded_width_px * facts.coded_height_px * length * facts.frame_rate_hz / PIXELS_READ_S
    written = size[0] * size[1] * length * rate / PIXELS_WRITTEN_S
    return START_S + (read + written) / processors() * pace
