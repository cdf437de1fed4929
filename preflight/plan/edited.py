"""A plan that a person has edited is carried out as it stands, or not at all.

    steps as they were printed ── mark_of ──► mark, in the plan file ──► the same steps: nothing was edited
                                                                     └─► other steps: `as_edited`

What stands in for a plan that misses was made for the steps that were printed: for others it would be another plan.
"""

from fractions import Fraction
from hashlib import blake2b
from typing import Any

import msgspec

from preflight.errors import CallError
from preflight.plan.av import Seams
from preflight.plan.steps import Cut, Encode, Packets, Plan, Step, find
from preflight.probe.cut_points import Wanted
from preflight.values.remedy import Remedy
from preflight.values.units import decimal, exact

FINEST = 1_000_000
"""The largest denominator of a number that was printed as a decimal: 0.3333333333333333 s were a third."""
LATER = frozenset({"drops_s", "left_px", "top_px"})
"""Fields that steps have had only since version 0.1.0."""
SLACK_S = Fraction(1, 1000)
"""By how much a cut may miss a border between packets: its times were rounded when they were printed."""


def exactly(wanted: type, value: Any) -> Any:  # noqa: ANN401 - msgspec's signature
    """Read a number of a plan file as a fraction; for msgspec."""
    if wanted is not Fraction or isinstance(value, bool) or not isinstance(value, int | float | str):
        msg = f"expected a number, got {value!r}"
        raise ValueError(msg)
    return exact(value).limit_denominator(FINEST)


def mark_of(steps: tuple[Step, ...]) -> str:
    """Return what tells steps, as a plan file holds them, from all others."""
    told = [_as_ever(msgspec.to_builtins(step, enc_hook=str)) for step in steps]
    return blake2b(msgspec.json.encode(told), digest_size=8).hexdigest()


def _as_ever(step: dict[str, Any]) -> dict[str, Any]:
    """Return a step without what earlier plan files do not know of and it does not say, so that their marks hold."""
    return {name: value for name, value in step.items() if value is not None or name not in LATER}


def mark_of_printed(steps: list[dict[str, Any]]) -> str:
    """Return the mark of steps that were made ready for printing: of what will be read again."""
    return mark_of(msgspec.convert(steps, type=tuple[Step, ...], dec_hook=exactly))


def as_edited(plan: Plan, points: Seams) -> Plan:
    """Return an edited plan with nothing in its stead, and its cut between the packets that lie there now.

    Args:
        plan: with the steps as a person left them.
        points: finds where the source can be cut without encoding.

    Raises:
        CallError: the pictures would have to be encoded, and no step does.
    """
    cut, encodes = find(plan.steps, Cut), any(isinstance(s, Encode) and s.codec == "libx264" for s in plan.steps)
    if plan.kind != "video" or cut is None or (encodes and not cut.packets):
        return msgspec.structs.replace(plan, otherwise=())
    cut_point = None if encodes else points(_exactly_there(cut))
    if cut_point is None:
        begin, end = decimal(cut.start_s), decimal(cut.start_s + cut.length_s)
        raise CallError(
            f"{plan.asset.path}: the plan was edited, and {begin} to {end} s cannot be kept without encoding",
            advice=Remedy("plan-with-part", span=f"{begin}-{end}"),
        )
    packets = Packets(cut_point.first, cut_point.frames)
    there = msgspec.structs.replace(cut, start_s=cut_point.start_s, length_s=cut_point.length_s, packets=packets)
    steps = tuple(there if step is cut else step for step in plan.steps)
    return msgspec.structs.replace(plan, steps=steps, otherwise=())


def _exactly_there(cut: Cut) -> Wanted:
    end = cut.start_s + cut.length_s + SLACK_S
    return Wanted(start_s=cut.start_s, end_s=end, start_slack_s=SLACK_S, end_slack_s=2 * SLACK_S)
