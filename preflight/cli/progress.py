"""Progress on a terminal, and nothing anywhere else."""

import sys
from collections.abc import Callable
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, Self

from preflight.assets import printable

if TYPE_CHECKING:
    from rich.progress import Progress


class Bars:
    """A bar for each file and one for all of them, on stderr."""

    def __init__(self, title: str, total: int) -> None:
        self.title = title
        self.total = total
        self.shown: Progress | None = None

    def __enter__(self) -> Self:
        """Show the bars, on a terminal."""
        if self.total and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
            self.shown = Progress(*columns, console=Console(stderr=True), transient=True)
            self.shown.start()
            self.overall = self.shown.add_task(self.title, total=self.total)
        return self

    def start(self, name: str) -> Callable[[Fraction], None] | None:
        """Begin a file's bar and return what moves it."""
        if self.shown is None:
            return None
        bars, task = self.shown, self.shown.add_task(printable(name), total=1)
        bars.advance(self.overall)
        return lambda part: bars.update(task, completed=float(part))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bars away."""
        if self.shown is not None:
            self.shown.stop()
