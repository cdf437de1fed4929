"""Plans shown, a person asked, and what was agreed to carried out: the part that `fix` and `submit` share."""

import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.cli.in_turn import each_in_turn
from preflight.cli.plan_table import MORE, PlanTable
from preflight.cli.progress import Bars
from preflight.cli.question import Plans, pressed, show_details
from preflight.flow.fix import fix_all
from preflight.flow.pace import Run, learn
from preflight.locale import listed, localized
from preflight.plan import Plan
from preflight.plan.estimate import estimate_output
from preflight.plan.result import FixResult
from preflight.profiles import Profile
from preflight.report import text
from preflight.values.assets import printable
from preflight.values.phrase import phrase
from preflight.workers.processors import contention, processors

if TYPE_CHECKING:
    from preflight.apply import Progress
    from preflight.flow.turns import Turns
    from preflight.values.doing import Doing

KEYS = {"a": "all of them", "l": "only what is lossless, cut only as asked", "e": "each in turn", "d": "details"}
KEYS |= {"n": "none"}


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
    table = PlanTable(plans, quiet=quiet)
    if not _shown(plans, table, quiet=quiet):
        return fix_all(plans, profile, output)
    if not agreed:
        plans, going = chosen(plans, output, quiet=quiet, turns=turns, table=table)
    else:
        going = [plan for _, plan in plans if plan.steps]
    agreed_to = set(map(id, going if not (going and before) or before() else ()))
    watch = Stopwatch()
    with Bars("fixing", len(agreed_to)) as bars:
        results = fix_all(
            plans,
            profile,
            output,
            agree=lambda plan: id(plan) in agreed_to,
            jobs=jobs,
            begin=lambda plan: watch.begin(plan, bars.start(plan.asset.path)),
        )
    watch.learn(plans, results, at_once=min(jobs or processors(), len(agreed_to)))
    return results


def _shown(plans: Plans, table: PlanTable, *, quiet: bool) -> bool:
    """Show the plans; tell whether any has steps."""
    stream = sys.stderr if quiet else sys.stdout
    todo = any(plan.steps for _, plan in plans)
    if stream.isatty() and todo:
        table.show()
    else:
        for _, plan in plans:
            text.write(text.plan_lines(plan), stream)
    return todo


class Stopwatch:
    """Times fixes, for later estimates; other programs are counted before they begin."""

    def __init__(self) -> None:
        self._beside = contention()
        self._begun: dict[int, float] = {}
        self._last: dict[int, float] = {}

    def begin(self, plan: Plan, moved: "Progress | None") -> "Progress":
        """Note that a fix begins; return what is to be told of its progress."""
        self._begun[id(plan)] = time.monotonic()

        def told(part: Fraction, doing: "Doing") -> None:
            self._last[id(plan)] = time.monotonic()
            if moved:
                moved(part, doing)

        return told

    def learn(self, plans: Plans, results: list[FixResult], *, at_once: int) -> None:
        """Remember the fixes that went as planned in this run.

        Args:
            plans: each asset with its plan.
            results: what came of them.
            at_once: how many shared the processors.
        """
        runs = []
        for (judged, plan), one in zip(plans, results, strict=True):
            last = self._last.get(id(plan))
            if one.outcome == "fixed" and not one.message and judged.facts and last is not None:
                work = estimate_output(plan, judged.facts).work_s * max(at_once, 1)
                runs.append(Run(work_s=float(work), took_s=last - self._begun[id(plan)]))
        learn(runs, beside=self._beside)


def chosen(
    plans: Plans, output: Path, *, quiet: bool, turns: "Turns | None" = None, table: PlanTable | None = None
) -> tuple[Plans, list[Plan]]:
    """Ask which plans to carry out: one key for all, for the lossless ones, for each in turn, or for none.

    Args:
        plans: each asset with its plan.
        output: where new files go.
        quiet: whether standard output is for something else.
        turns: what is offered of each in turn.
        table: the pages that keys turn.

    Returns:
        The plans, with other parts where a person chose them, and those to carry out.

    Raises:
        CallError: standard input is no terminal.
    """
    todo = [plan for _, plan in plans if plan.steps]
    template = "Write {n} new file to {q}?" if len(todo) == 1 else "Write {n} new files to {q}?"
    question = localized(phrase(template, n=len(todo), q=printable(str(output))))
    pages = table or PlanTable(plans, quiet=quiet)
    known = KEYS | pages.keys
    keys = listed([f"[{localized(key)}] {localized(words)}" for key, words in known.items()])
    while (key := pressed(f"{question} {keys}: ", [*KEYS, *(MORE if pages.keys else ())])) not in "alen":
        if not pages.turn(key):
            show_details(todo, quiet=quiet)
    if key == "e":
        return each_in_turn(plans, turns, quiet=quiet)
    return plans, {"a": todo, "l": [plan for plan in todo if plan.keeps_all]}.get(key, [])
