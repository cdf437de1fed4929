"""Progress on a terminal, and nothing anywhere else."""

import itertools
import sys
from contextlib import contextmanager
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from preflight.values.assets import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.progress import Progress, TaskID

T = TypeVar("T")
COUNTED = 10_000
"""Files of which the number is told beforehand."""


class Move(Protocol):
    """Moves one bar."""

    def __call__(self, part: Fraction, doing: str = "") -> None:
        """Show the part that is done, and the stage where there are several."""


class Bars:
    """A bar for each file and one for all of them, on stderr."""

    def __init__(self, title: str, total: int) -> None:
        self.title = title
        self.total = total
        self.shown: Progress | None = None
        self.files: list[TaskID] = []

    def __enter__(self) -> Self:
        """Show the bars, on a terminal."""
        if self.total and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TimeRemainingColumn(),
            )
            self.shown = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
            self.shown.start()
            self.overall = self.shown.add_task(self.title, total=self.total)
        return self

    def start(self, name: str) -> "Move | None":
        """Begin a file's bar and return what moves it, and says behind its name what is being done."""
        if self.shown is None:
            return None
        bars, task = self.shown, self.shown.add_task(printable(name), total=1)

        def moved(part: Fraction, doing: str = "") -> None:
            said = printable(f"{name}: {doing}" if doing else name)
            bars.update(task, description=said, completed=float(part), visible=part < 1)
            bars.update(self.overall, completed=sum(bars.tasks[one].completed for one in self.files))

        self.files.append(task)
        return moved

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bars away."""
        if self.shown is not None:
            self.shown.stop()


@contextmanager
def looking(count: int) -> "Iterator[Callable[[str], Move | None]]":
    """Show how far looking into files is, on a terminal; give what begins a bar."""
    with Bars("looking", count) as bars:
        yield bars.start


class Count:
    """How many files are done, on stderr: a bar where their number is known.

    Args:
        title: what is done with them.
        held: whether results that go to a terminal are held until the end; else they show it themselves.
        mute: whether nothing is shown.
    """

    def __init__(self, title: str, *, held: bool = False, mute: bool = False) -> None:
        self.title = title
        self._held, self._mute = held, mute
        self.shown: Progress | None = None

    def __enter__(self) -> Self:
        """Begin; nothing is shown yet."""
        return self

    def over(self, items: "Iterable[T]", total: int | None = None) -> "Iterator[T]":
        """Count items as they go by, and take the count away behind the last one."""
        self._show(total)
        try:
            for item in items:
                if self.shown is not None:
                    self.shown.advance(self.shown.task_ids[0])
                yield item
        finally:
            self._hide()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the count away."""
        self._hide()

    def _show(self, total: int | None) -> None:
        """Show the count, where there is a terminal on which nothing else is shown meanwhile."""
        if self._mute or total == 1 or not sys.stderr.isatty() or (sys.stdout.isatty() and not self._held):
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn

        columns: list[ProgressColumn] = [SpinnerColumn()]
        columns.append(TextColumn("{task.description}: {task.completed:,.0f} files", markup=False))
        columns += [BarColumn()] if total else []
        self.shown = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
        self.shown.add_task(self.title, total=total)
        self.shown.start()

    def _hide(self) -> None:
        if self.shown is not None:
            self.shown.stop()
            self.shown = None


def told(items: "Iterable[T]") -> "tuple[Iterator[T], int | None]":
    """Count items beforehand, on a terminal; None where they are too many for that, or nobody sees it."""
    rest = iter(items)
    if not sys.stderr.isatty():
        return rest, None
    first = list(itertools.islice(rest, COUNTED))
    return itertools.chain(first, rest), len(first) if len(first) < COUNTED else None
