"""Apply an edited plan as it stands, or not at all.

    printed steps ── mark_of ──► mark, in the plan file ──► the same steps: not edited
                                                        └─► other steps: `as_edited`

Alternative steps belong to the printed ones, so an edited plan has none.
"""

from fractions import Fraction
from hashlib import blake2b
from typing import Any

import msgspec

from preflight.errors import CallError
from preflight.plan.av import CutPointFinder
from preflight.plan.steps import Cut, Encode, Packets, Plan, Step, find
from preflight.probe.cut_points import Wanted
from preflight.values.phrase import phrase
from preflight.values.ready import ready
from preflight.values.remedy import Remedy
from preflight.values.units import decimal, exact

FINEST = 1_000_000
"""Greatest denominator of a printed decimal: 0.3333333333333333 s is a third."""
GREATEST = 10**9
"""Greatest number of a step; a larger one could not even be shown."""
LATER = frozenset({"cut_off", "drops_s", "left_px", "top_px"})
"""Fields that steps have had only since version 0.1.0."""
SLACK_S = Fraction(1, 1000)
"""Tolerance of a cut point in seconds: printed times are rounded."""


def exactly(wanted: type, value: Any) -> Any:  # noqa: ANN401 - msgspec's signature
    """Parse a number of a plan file as a fraction; for msgspec."""
    if wanted is not Fraction or isinstance(value, bool) or not isinstance(value, int | float | str):
        msg = phrase("expected a number, got {q}", q=repr(value))
        raise ValueError(msg)
    found = exact(value).limit_denominator(FINEST)
    if abs(found) > GREATEST:
        msg = phrase("expected a number up to {n}, got {q}", n=f"{GREATEST:,}", q=str(value)[:40])
        raise ValueError(msg)
    return found


def mark_of(steps: tuple[Step, ...]) -> str:
    """Hash steps as in a plan file."""
    told = [_as_ever(msgspec.to_builtins(step, enc_hook=str)) for step in steps]
    return blake2b(msgspec.json.encode(told), digest_size=8).hexdigest()


def _as_ever(step: dict[str, Any]) -> dict[str, Any]:
    """Remove unset fields that earlier plan files do not have, so that their marks hold."""
    return {name: value for name, value in step.items() if value is not None or name not in LATER}


def mark_of_printed(steps: list[dict[str, Any]]) -> str:
    """Hash steps about to be printed."""
    return mark_of(msgspec.convert(steps, type=ready(tuple[Step, ...]), dec_hook=exactly))


def as_edited(plan: Plan, points: CutPointFinder) -> Plan:
    """Prepare an edited plan: no alternative, and its cut at the current cut points.

    Args:
        plan: with the edited steps.
        points: finds cut points of the source.

    Raises:
        CallError: frames must be encoded, and no step does.
    """
    cut, encodes = find(plan.steps, Cut), any(isinstance(s, Encode) and s.codec == "libx264" for s in plan.steps)
    if plan.kind != "video" or cut is None or (encodes and not cut.packets):
        return msgspec.structs.replace(plan, otherwise=())
    cut_point = None if encodes else points(_exactly_there(cut))
    if cut_point is None:
        begin, end = decimal(cut.start_s), decimal(cut.start_s + cut.length_s)
        raise CallError(
            phrase(
                "{q1}: the plan was edited, and {q2} to {q3} s cannot be kept without encoding",
                q1=plan.asset.path,
                q2=begin,
                q3=end,
            ),
            advice=Remedy("plan-with-part", span=f"{begin}-{end}"),
        )
    packets = Packets(cut_point.first, cut_point.frames)
    there = msgspec.structs.replace(cut, start_s=cut_point.start_s, length_s=cut_point.length_s, packets=packets)
    steps = tuple(there if step is cut else step for step in plan.steps)
    return msgspec.structs.replace(plan, steps=steps, otherwise=())


def _exactly_there(cut: Cut) -> Wanted:
    end = cut.start_s + cut.length_s + SLACK_S
    return Wanted(start_s=cut.start_s, end_s=end, start_slack_s=SLACK_S, end_slack_s=2 * SLACK_S)
