"""Another way where the first missed: a plan and the verdict on what it led to in, the next plan to try out."""

from collections.abc import Callable
from fractions import Fraction

import msgspec

from preflight.findings import Judged
from preflight.plan.steps import Cut, Encode, Extend, Plan, Step, find

LIGHTER = Fraction(3, 5)
"""The part of a bit rate that is tried where a file became too large."""
SIZE_RULES = {"video/size", "audio/size"}
LENGTH_RULES = {"video/duration", "audio/duration"}
SHORTER_S = Fraction(1, 20)
"""What is cut off more where a file became too long: more than a frame at any rate that is allowed."""


def another_way(plan: Plan, judged: Judged | None) -> Plan | None:
    """Return the plan to try after one that missed; None when there is none.

    Args:
        plan: the one that was carried out.
        judged: the verdict on the result; None when there was no result.
    """
    if plan.otherwise:
        return msgspec.structs.replace(plan, steps=plan.otherwise, otherwise=())
    findings = judged.findings if judged else ()
    broken = {finding.rule for finding in findings if finding.severity == "error"}
    if broken & SIZE_RULES and any(isinstance(step, Encode) and step.max_bit_rate for step in plan.steps):
        return _changed(plan, _lighter)
    cut, extend = find(plan.steps, Cut), find(plan.steps, Extend)
    if broken & LENGTH_RULES and cut and not extend:
        return _changed(plan, _shorter)
    return None


def _changed(plan: Plan, change: Callable[[Step], Step]) -> Plan:
    return msgspec.structs.replace(plan, steps=tuple(map(change, plan.steps)))


def _lighter(step: Step) -> Step:
    if not isinstance(step, Encode) or not step.max_bit_rate:
        return step
    return msgspec.structs.replace(step, max_bit_rate=int(step.max_bit_rate * LIGHTER))


def _shorter(step: Step) -> Step:
    if not isinstance(step, Cut) or step.packets or step.length_s <= SHORTER_S:
        return step
    return msgspec.structs.replace(step, length_s=step.length_s - SHORTER_S)
