"""Plans as a table on a terminal: a line each, the worst first, by pages that fit the screen."""

from fractions import Fraction

import click

from preflight.cli.question import Plans
from preflight.flow.pace import expected
from preflight.locale import localized
from preflight.plan import Plan
from preflight.plan.estimate import OutputEstimate, Pace, estimate_output
from preflight.report import text
from preflight.report.remedies import said
from preflight.values.assets import printable
from preflight.values.findings import Judged
from preflight.values.phrase import joined, phrase
from preflight.values.units import decimal

COLUMNS = {"Asset": 0, "What is wrong": 3, "What will be done": 4, "Loss": 0, "It becomes": 0, "About": 0}
"""Title → share of the width; 0 for what the content needs."""
ESSENTIAL = {100: 6, 70: 4, 0: 3}
"""Least width of a terminal, in characters → how many columns are shown of those that stand in this order."""
BY_NEED = ("Asset", "What will be done", "Loss", "What is wrong", "It becomes", "About")
PATH_CELLS = 28
PATH_SHARE = 3
"""One in so many of the width, at most, for a path."""
LINES_BESIDE = 7
"""Lines of a terminal that a page leaves for its frame, its number and a question."""
LEAST_LINES = 3
QUESTION_CELLS = 230
"""Length of the longest question, about: on a narrow terminal it takes several lines."""
MORE = {" ": 1, "\x1b[c": 1, "\x1b[b": 1, "\x1b[6~": 1, "\x1boc": 1, "\x1bob": 1, "b": -1}
MORE |= {"\x1b[d": -1, "\x1b[a": -1, "\x1b[5~": -1, "\x1bod": -1, "\x1boa": -1}
"""Keys that turn pages: space, b, arrows and page keys, as terminals write them, in small letters."""


class PlanTable:
    """Plans by pages.

    Args:
        plans: each asset with its plan.
        quiet: whether standard output is for something else.
    """

    def __init__(self, plans: Plans, *, quiet: bool) -> None:
        self._plans = sorted(plans, key=_badness)
        self._quiet = quiet
        self._first = 0

    @property
    def keys(self) -> dict[str, str]:
        """The keys that turn pages, each with what it shows; empty where one page holds all."""
        return {} if len(self._plans) <= self._lines() else {"space": "more", "b": "back"}

    def turn(self, key: str) -> bool:
        """Show the page that a key asks for; tell whether it asks for one."""
        by = MORE.get(key, 0) if self.keys else 0
        if not by:
            return False
        lines = self._lines()
        last = (len(self._plans) - 1) // lines * lines
        self._first = min(max(self._first // lines * lines + by * lines, 0), last)
        self.show()
        return True

    def show(self) -> None:
        """Write the page."""
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        console = Console(stderr=self._quiet)
        table, shown = Table(expand=True), columns(console.width)
        for title in shown:
            table.add_column(localized(title), ratio=COLUMNS[title] or None, no_wrap=True, overflow="ellipsis")
        pace, lines = expected(), self._lines()
        for judged, plan in self._plans[self._first : self._first + lines]:
            path = ending(judged.asset.path, min(PATH_CELLS, console.width // PATH_SHARE))
            cells = dict(zip(COLUMNS, [path, *cells_of(judged, plan, pace)], strict=True))
            found = (cells[title] for title in shown)
            table.add_row(*(Text(localized(cell), style=text.STYLES.get(cell, "")) for cell in found))
        console.print(table)
        if self.keys:
            self._tell(lines)

    def _tell(self, lines: int) -> None:
        """Say which plans are shown, and how many there are."""
        last = min(self._first + lines, len(self._plans))
        words = phrase("{n1} to {n2} of {n3}", n1=f"{self._first + 1:,}", n2=f"{last:,}", n3=f"{len(self._plans):,}")
        click.echo(localized(words), err=self._quiet)

    def _lines(self) -> int:
        """Count the plans of a page."""
        from rich.console import Console

        console = Console(stderr=self._quiet)
        asked = QUESTION_CELLS // max(console.width, 1)
        return max(console.height - LINES_BESIDE - asked, LEAST_LINES)


def columns(width: int) -> list[str]:
    """List the columns that a width has room for, in order."""
    count = next(count for least, count in ESSENTIAL.items() if width >= least)
    return [title for title in COLUMNS if title in BY_NEED[:count]]


def _badness(one: tuple[Judged, Plan]) -> int:
    """Rank a plan, the worst first."""
    plan = one[1]
    if plan.beyond_mending or plan.fault:
        return 0
    return 1 + ("creative", "lossy", "lossless", "none").index(plan.loss) if plan.steps else 5


def ending(path: str, most: int = PATH_CELLS) -> str:
    """Shorten a path to its end, or a longer name in its middle, to so many cells; some characters take two."""
    from rich.cells import cell_len

    shown = printable(path)
    if cell_len(shown) <= most:
        return shown
    name = shown.rpartition("/")[2]
    room = 0 if cell_len(name) < most else (most - 1) // 2
    head = next(name[:at] for at in range(len(name), -1, -1) if cell_len(name[:at]) <= room)
    left = most - 1 - cell_len(head)
    return f"{head}…{next(shown[at:] for at in range(1, len(shown) + 1) if cell_len(shown[at:]) <= left)}"


def cells_of(judged: Judged, plan: Plan, pace: Pace) -> list[str]:
    """Word what is wrong, what will be done, its loss, what comes out and how long that takes."""
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
