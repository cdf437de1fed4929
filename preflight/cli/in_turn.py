"""Each plan in turn: its steps, the parts that may be kept instead, a picture of them, and a key for the answer."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.cli.progress import looking
from preflight.cli.question import Plans, pressed, show_details
from preflight.locale import localized
from preflight.plan import Plan
from preflight.values.assets import printable
from preflight.values.findings import Judged
from preflight.values.phrase import Phrase, phrase
from preflight.values.units import decimal

if TYPE_CHECKING:
    from preflight.flow.turns import Turn, Turns
    from preflight.media.windows import Candidate


def each_in_turn(plans: Plans, turns: "Turns | None", *, quiet: bool) -> tuple[Plans, list[Plan]]:
    """Ask for each plan; return the plans, with the parts that a person chose, and those to carry out.

    Args:
        plans: each asset with its plan.
        turns: what is offered of each; only yes and no where None.
        quiet: whether standard output is for something else.
    """
    shown, agreed = Plans(), list[Plan]()
    with tempfile.TemporaryDirectory(prefix="preflight-") as folder:
        for judged, plan in plans:
            made, goes = _asked(judged, plan, turns, Path(folder), quiet=quiet) if plan.steps else (plan, False)
            shown.append((judged, made))
            agreed += [made] if goes else []
    return shown, agreed


def _asked(judged: Judged, plan: Plan, turns: "Turns | None", folder: Path, *, quiet: bool) -> tuple[Plan, bool]:
    """Show one plan and what may be chosen instead, until it is agreed to or declined."""
    turn = None
    if turns:
        with looking(1) as begin:
            turn = turns.offered(judged, plan, folder, begin)
    while True:
        show_details([plan], quiet=quiet)
        key = pressed(_question(plan, turn, quiet=quiet), ["y", "n", *_numbers(turn)])
        if key in "yn" or turn is None or turns is None:
            return plan, key == "y"
        plan = turns.with_part(judged, turn.candidates[int(key) - 1])


def _question(plan: Plan, turn: "Turn | None", *, quiet: bool) -> str:
    """Say what may be chosen, and ask."""
    lines = [] if turn is None else _offer_lines(turn)
    for line in lines:
        click.echo(line, err=quiet)
    numbers = _numbers(turn)
    span = f"[{numbers[0]}]-[{numbers[-1]}]" if len(numbers) > 1 else "[1]"
    other = f", {localized(phrase('{w} that part instead', w=span))}" if numbers else ""
    return f"{printable(plan.asset.path)} ({localized(plan.loss)})? {localized('[y]es, [n]o')}{other}: "


def _offer_lines(turn: "Turn") -> list[str]:
    lines = [f"    [{at}] {localized(_offered(one))}" for at, one in enumerate(turn.candidates, start=1)]
    lines += [f"    {localized(phrase('picture: {q}', q=printable(str(turn.picture))))}"] if turn.picture else []
    return lines + (
        [f"    {localized(phrase('could not be looked into: {why}', why=printable(turn.fault)))}"] if turn.fault else []
    )


def _offered(one: "Candidate") -> Phrase:
    """Word a part that may be chosen, with the reason for it."""
    span = decimal(one.window.start_s), decimal(one.window.end_s)
    return phrase("{n1}-{n2} s: {why}", n1=span[0], n2=span[1], why=one.why)


def _numbers(turn: "Turn | None") -> list[str]:
    """List the keys of the parts that may be chosen; a single digit each."""
    return [] if turn is None else [str(at) for at in range(1, len(turn.candidates[:9]) + 1)]


__all__ = ["each_in_turn"]
