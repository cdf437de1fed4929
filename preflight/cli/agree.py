"""Plans shown, a person asked, and what was agreed to carried out: the part that `fix` and `submit` share."""

import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.cli.in_turn import each_in_turn
from preflight.cli.progress import Bars
from preflight.cli.question import Plans, pressed, show_details
from preflight.flow.fix import fix_all
from preflight.flow.pace import learn, remembered
from preflight.locale import listed, localized
from preflight.plan import Plan
from preflight.plan.estimate import OutputEstimate, estimate_output
from preflight.plan.result import FixResult
from preflight.profiles import Profile
from preflight.report import text
from preflight.report.remedies import said
from preflight.values.assets import printable
from preflight.values.findings import Judged
from preflight.values.phrase import joined, phrase
from preflight.values.units import decimal

if TYPE_CHECKING:
    from preflight.flow.turns import Turns

KEYS = {"a": "all of them", "l": "only what is lossless, cut only as asked", "e": "each in turn", "d": "details"}
KEYS |= {"n": "none"}
COLUMNS = {"Asset": 0, "What is wrong": 3, "What will be done": 4, "Loss": 0, "It becomes": 0, "About": 0}
"""Title → share of the width; 0 for what the content needs."""
PATH_CHARACTERS = 28
LINES_BESIDE = 6
"""Lines of a terminal that the table leaves for its frame and the question."""


def apply_agreed(
    plans: Plans,
    profile: Profile,
    output: Path,
    *,
    quiet: bool,
    agreed: bool,
    jobs: int | None = None,
    before: Callable[[], bool] | None = None,
    turns: "Turns | None" = None,
) -> list[FixResult]:
    """Show the plans, ask, and carry out what was agreed to, with progress.

    Args:
        plans: each asset with its plan.
        profile: the limits that new files must meet.
        output: where they go.
        quiet: whether standard output is for something else.
        agreed: whether nobody has to be asked.
        jobs: how many at a time.
        before: asked when plans were agreed to and before any begins; all are declined where it says no.
        turns: what is offered where a person goes through the plans in turn.
    """
    if not _shown(plans, quiet=quiet):
        return fix_all(plans, profile, output)
    if not agreed:
        plans, going = chosen(plans, output, quiet=quiet, turns=turns)
    else:
        going = [plan for _, plan in plans if plan.steps]
    agreed_to = set(map(id, going if not (going and before) or before() else ()))
    with Bars("fixing", len(agreed_to)) as bars:
        since = time.monotonic()
        results = fix_all(
            plans,
            profile,
            output,
            agree=lambda plan: id(plan) in agreed_to,
            jobs=jobs,
            begin=lambda plan: bars.start(plan.asset.path),
        )
    _learn(plans, results, time.monotonic() - since)
    return results


def _shown(plans: Plans, *, quiet: bool) -> bool:
    """Show the plans; tell whether any has steps."""
    stream = sys.stderr if quiet else sys.stdout
    todo = any(plan.steps for _, plan in plans)
    if stream.isatty() and todo:
        show_table(plans, quiet=quiet)
    else:
        for _, plan in plans:
            text.write(text.plan_lines(plan), stream)
    return todo


def _learn(plans: Plans, results: list[FixResult], took_s: float) -> None:
    """Remember how long the encodes took, for later estimates, where all that was begun was made in this run."""
    begun = [(judged, plan) for (judged, plan), one in zip(plans, results, strict=True) if one.outcome == "fixed"]
    if any(one.outcome == "failed" or one.message for one in results):
        return
    known = [estimate_output(plan, judged.facts).seconds for judged, plan in begun if judged.facts]
    learn(float(sum(filter(None, known), Fraction(0))), took_s)


def chosen(plans: Plans, output: Path, *, quiet: bool, turns: "Turns | None" = None) -> tuple[Plans, list[Plan]]:
    """Ask which plans to carry out: one key for all, for the lossless ones, for each in turn, or for none.

    Args:
        plans: each asset with its plan.
        output: where new files go.
        quiet: whether standard output is for something else.
        turns: what is offered of each in turn.

    Returns:
        The plans, with other parts where a person chose them, and those to carry out.

    Raises:
        CallError: standard input is no terminal.
    """
    todo = [plan for _, plan in plans if plan.steps]
    keys = listed([f"[{key}] {localized(words)}" for key, words in KEYS.items()])
    template = "Write {n} new file to {q}?" if len(todo) == 1 else "Write {n} new files to {q}?"
    question = localized(phrase(template, n=len(todo), q=printable(str(output))))
    while (key := pressed(f"{question} {keys}: ", KEYS)) == "d":
        show_details(todo, quiet=quiet)
    if key == "e":
        return each_in_turn(plans, turns, quiet=quiet)
    return plans, {"a": todo, "l": [plan for plan in todo if plan.keeps_all]}.get(key, [])


def show_table(plans: Plans, *, quiet: bool) -> None:
    """Show the plans as a table, a line each, the worst first: what is wrong, what will be done, and what comes out."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(stderr=quiet)
    table = Table(expand=True)
    for title, ratio in COLUMNS.items():
        table.add_column(localized(title), ratio=ratio or None, no_wrap=True, overflow="ellipsis")
    most = max(console.height - LINES_BESIDE, LINES_BESIDE)
    pace = Fraction(remembered())
    for judged, plan in sorted(plans, key=_badness)[:most]:
        cells = [_ending(judged.asset.path), *_cells(judged, plan, pace)]
        table.add_row(*(Text(localized(cell), style=text.STYLES.get(cell, "")) for cell in cells))
    console.print(table)
    if len(plans) > most:
        click.echo(localized(phrase("and {n} more", n=f"{len(plans) - most:,}")), err=quiet)


def _badness(one: tuple[Judged, Plan]) -> int:
    """Rank a plan, the worst first."""
    plan = one[1]
    if plan.beyond_mending or plan.fault:
        return 0
    return 1 + ("creative", "lossy", "lossless", "none").index(plan.loss) if plan.steps else 5


def _ending(path: str) -> str:
    """Shorten a path to its end, which tells files apart."""
    shown = printable(path)
    return shown if len(shown) <= PATH_CHARACTERS else f"…{shown[1 - PATH_CHARACTERS :]}"


def _cells(judged: Judged, plan: Plan, pace: Fraction) -> list[str]:
    told = [one for one in judged.findings if one.severity == "error" or one.rule in plan.also]
    wrong = printable(localized(joined([one.message for one in told], "; ")))
    if plan.beyond_mending:
        return [wrong, said(plan.remedies), "", "", ""]
    if not plan.steps:
        return [wrong or "nothing", "stays as it is", "none", "", ""]
    steps = localized(joined([step.words() for step in plan.steps], "; "))
    becomes = estimate_output(plan, judged.facts, pace) if judged.facts else OutputEstimate()
    return [wrong, steps, plan.loss, _becomes(becomes), _about(becomes.seconds)]


def _becomes(found: OutputEstimate) -> str:
    parts = [phrase("{n1} x {n2} px", n1=found.size_px[0], n2=found.size_px[1])] if found.size_px else []
    parts += [phrase("{n} s", n=decimal(found.length_s))] if found.length_s is not None else []
    return localized(joined(parts))


def _about(seconds: Fraction | None) -> str:
    if seconds is None:
        return ""
    return "a moment" if seconds < 1 else phrase("{n} s", n=round(seconds))
