"""Choose the next plan after one that failed."""

from collections.abc import Callable
from fractions import Fraction

import msgspec

from preflight.plan.clip_audio import other_audio
from preflight.plan.image import WEBP
from preflight.plan.steps import Cut, Encode, Extend, Plan, Retime, Step, Write, find
from preflight.values.facts import Facts, ImageFacts, VideoFacts
from preflight.values.findings import Judged

LIGHTER = Fraction(3, 5)
"""Factor for the bit rate after a file was too large."""
SIZE_RULES = {"video/size", "audio/size"}
LENGTH_RULES = {"video/duration", "audio/duration"}
SHORTER_S = Fraction(1, 20)
"""Seconds cut off after a file was too long: more than a frame at any allowed rate."""


def next_strategy(plan: Plan, facts: Facts, judged: Judged | None) -> Plan | None:
    """Choose the plan to try after a failed one; None when there is none.

    Args:
        plan: the plan applied.
        facts: facts of the source.
        judged: the verdict on the result; None without a result.
    """
    if plan.otherwise:
        return other_way(plan)
    findings = judged.findings if judged else ()
    broken = {finding.rule for finding in findings if finding.severity == "error"}
    if broken & SIZE_RULES and any(isinstance(step, Encode) and step.max_bit_rate for step in plan.steps):
        return _changed(plan, _lighter)
    cut, extend = find(plan.steps, Cut), find(plan.steps, Extend)
    if broken & LENGTH_RULES and cut and not extend and _nearly(judged, cut):
        return _changed(plan, _shorter)
    if isinstance(facts, ImageFacts):
        return _exact(plan) if judged and not broken else None
    if isinstance(facts, VideoFacts) and (quieter := other_audio(plan, facts, judged)):
        return quieter
    return _constant(plan, facts) if judged and not broken & SIZE_RULES else None


def other_way(plan: Plan) -> Plan:
    """Build the alternative plan; it clears the warnings of its own steps."""
    also = tuple(rule for rule in plan.also if any(rule in step.clears for step in plan.otherwise))
    return msgspec.structs.replace(plan, steps=plan.otherwise, otherwise=(), also=also)


def _changed(plan: Plan, change: Callable[[Step], Step]) -> Plan:
    return msgspec.structs.replace(plan, steps=tuple(map(change, plan.steps)))


def _exact(plan: Plan) -> Plan | None:
    """Code a WebP without loss that coded with loss was no likeness: its colors at half the size bleed into a pad."""
    write = find(plan.steps, Write)
    if write is None or write.format != WEBP or write.kept or write.lossless:
        return None
    exact = msgspec.structs.replace(write, lossless=True, loss="lossy" if write.left_out else "lossless")
    return msgspec.structs.replace(plan, steps=(*plan.steps[:-1], exact))


def _nearly(judged: Judged | None, cut: Cut) -> bool:
    """Tell whether a result has about the planned duration; a wrong rate is far off."""
    if judged is None or not isinstance(judged.facts, VideoFacts) or judged.facts.duration_s is None:
        return True
    return abs(judged.facts.duration_s - cut.length_s) <= SHORTER_S


def _constant(plan: Plan, facts: Facts) -> Plan | None:
    """Add a constant rate: a mean rate miscounts the frames of a part."""
    encodes = any(isinstance(step, Encode) and step.codec == "libx264" for step in plan.steps)
    retimed = any(isinstance(step, Retime) for step in plan.steps)
    if not encodes or retimed or not isinstance(facts, VideoFacts) or not facts.frame_rate_hz:
        return None
    retime = Retime(frame_rate_hz=facts.frame_rate_hz, loss="lossy", clears=())
    before = next(place for place, step in enumerate(plan.steps) if isinstance(step, Encode | Extend))
    return msgspec.structs.replace(plan, steps=(*plan.steps[:before], retime, *plan.steps[before:]))


def _lighter(step: Step) -> Step:
    if not isinstance(step, Encode) or not step.max_bit_rate:
        return step
    return msgspec.structs.replace(step, max_bit_rate=int(step.max_bit_rate * LIGHTER))


def _shorter(step: Step) -> Step:
    if not isinstance(step, Cut) or step.packets or step.length_s <= SHORTER_S:
        return step
    return msgspec.structs.replace(
        step, length_s=step.length_s - SHORTER_S, drops_s=(step.drops_s or Fraction(0)) + SHORTER_S
    )
