"""Progress on a terminal, and nothing anywhere else."""

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
    """How many files are done, on stderr, where results go elsewhere; on a terminal the results themselves show it."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.shown: Progress | None = None

    def __enter__(self) -> Self:
        """Show the count, where there is a terminal that shows nothing else."""
        if sys.stderr.isatty() and not sys.stdout.isatty():
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn

            columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed:,.0f} files", markup=False))
            self.shown = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
            self.shown.add_task(self.title, total=None)
            self.shown.start()
        return self

    def over(self, items: "Iterable[T]") -> "Iterator[T]":
        """Count items as they go by."""
        for item in items:
            if self.shown is not None:
                self.shown.advance(self.shown.task_ids[0])
            yield item

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the count away."""
        if self.shown is not None:
            self.shown.stop()
