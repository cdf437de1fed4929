"""Progress on a terminal, and nothing anywhere else."""

import itertools
import sys
import threading
from contextlib import contextmanager
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, ParamSpec, Protocol, Self, TypeVar

from preflight.locale import localized
from preflight.values.assets import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from rich.progress import Progress, TaskID

T = TypeVar("T")
COUNTED = 10_000
"""Files of which the number is told beforehand."""
P = ParamSpec("P")
R = TypeVar("R")
PATIENCE_S = 0.3
"""Seconds without a sign after which one is given."""


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
            self.overall = self.shown.add_task(localized(self.title), total=self.total)
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


class Waiting:
    """A line that moves on stderr while nothing else is shown, on a terminal, from `PATIENCE_S` on.

    Args:
        title: what is being done.
    """

    def __init__(self, title: str) -> None:
        self._title = localized(title)
        self._shown: Progress | None = None
        self._timer: threading.Timer | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        """Begin to wait."""
        self.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the line away."""
        self.end()

    def begin(self) -> None:
        """Show the line, if nothing comes soon."""
        self.end()
        if sys.stderr.isatty():
            self._timer = threading.Timer(PATIENCE_S, self._show)
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        """Take the line away, before anything else is shown."""
        with self._turn:
            if self._timer:
                self._timer.cancel()
            if self._shown:
                self._shown.stop()
            self._timer = self._shown = None

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with self._turn:
            if self._timer is None:
                return
            columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
            self._shown = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
            self._shown.add_task(self._title, total=None)
            self._shown.start()

    def around(self, show: "Callable[P, R]") -> "Callable[P, R]":
        """Take the line away while something else is shown or asked."""

        def shown(*given: P.args, **named: P.kwargs) -> R:
            self.end()
            try:
                return show(*given, **named)
            finally:
                self.begin()

        return shown

    def pausing(self, opened: "Callable[P, AbstractContextManager[R]]") -> "Callable[P, AbstractContextManager[R]]":
        """Take the line away while a context that shows something is open."""

        @contextmanager
        def entered(*given: P.args, **named: P.kwargs) -> "Iterator[R]":
            self.end()
            try:
                with opened(*given, **named) as shown:
                    yield shown
            finally:
                self.begin()

        return entered

    def over(self, items: "Iterable[T]") -> "Iterator[T]":
        """Show the line while the next item is waited for."""
        found = iter(items)
        while True:
            self.begin()
            try:
                item = next(found)
            except StopIteration:
                return
            finally:
                self.end()
            yield item


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
        """Count items as they go by, and take the count away behind the last one; wait visibly where none is shown."""
        self._show(total)
        waits = self.shown is None and not self._mute
        try:
            for item in Waiting("measuring").over(items) if waits else items:
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
