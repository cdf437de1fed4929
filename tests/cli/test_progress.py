"""Progress is shown on a terminal and nowhere else, and what is shown is taken away before anything else is said."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TextIO

import pytest

from preflight.cli import progress
from preflight.cli.progress import COUNTED, Bars, Count, Waiting, looking, told

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a terminal is opened as POSIX systems have it")


class Terminal:
    """A real terminal in place of standard error, and what was written to it."""

    stream: TextIO
    _ours: int

    def __init__(self) -> None:
        if sys.platform != "win32":
            self._ours, theirs = os.openpty()
            self.stream = os.fdopen(theirs, "w", encoding="utf-8")
            os.set_blocking(self._ours, False)

    def begin(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stand in place of standard error, from within a test: before it begins that is put back."""
        monkeypatch.setattr(sys, "stderr", self.stream)

    def read(self) -> str:
        """Read what was written."""
        self.stream.flush()
        found = b""
        while True:
            try:
                found += os.read(self._ours, 1 << 16)
            except (BlockingIOError, OSError):
                return found.decode("utf-8", "replace")

    def close(self) -> None:
        """Close both ends."""
        self.stream.close()
        os.close(self._ours)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    one = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield one
    one.close()


# ---- bars -----------------------------------------------------------------------------------------------------------


def test_where_there_is_no_terminal_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars("uploading", 3) as bars:
        assert bars.start("a.png") is None
    with looking(1) as begin:
        assert begin("a.png") is None
    with Waiting("measuring") as waiting:
        waiting.end()
    with Count("measured") as count:
        assert [*count.over([1, 2, 3], 3)] == [1, 2, 3]
    assert capsys.readouterr() == ("", "")


def test_a_bar_is_shown_for_each_file_with_what_is_done_and_no_name_acts_on_the_terminal(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.begin(monkeypatch)
    with Bars("uploading", 2) as bars:
        move, other = bars.start("a\x1b[2J.png"), bars.start("[bold]b")
        assert move
        assert other
        move(Fraction(1, 2), "encoding")
        assert bars.shown
        assert [float(bars.shown.tasks[n].completed) for n in (0, 1, 2)] == [0.5, 0.5, 0]
        other(Fraction(1))
        assert bars.shown.tasks[0].completed == 1.5
        assert not bars.shown.tasks[2].visible
        shown = "".join(str(task.description) for task in bars.shown.tasks)
    assert r"a\x1b[2J.png: encoding" in shown
    assert "[bold]b" in shown
    assert terminal.read()


def test_of_nothing_there_are_no_bars(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.begin(monkeypatch)
    with Bars("uploading", 0) as bars:
        assert bars.start("a") is None
    assert terminal.read() == ""


def test_a_block_that_fails_takes_its_bars_away(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.begin(monkeypatch)
    bars = Bars("uploading", 1)
    with pytest.raises(ZeroDivisionError), bars:
        raise ZeroDivisionError
    assert bars.shown
    assert not bars.shown.live.is_started
    assert terminal.read().count("\x1b[?25l") == 1  # the cursor was hidden once


# ---- waiting --------------------------------------------------------------------------------------------------------


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show the line without patience, when it is asked for here: a timer would be a race."""
    monkeypatch.setattr(progress, "PATIENCE_S", 3600.0)


def show(waiting: Waiting) -> None:
    waiting._show()  # noqa: SLF001 - what its timer calls


@pytest.mark.usefixtures("at_once")
def test_a_line_is_shown_while_nothing_comes_and_taken_away_before_what_does(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.begin(monkeypatch)
    waiting = Waiting("measuring")
    found = waiting.over(iter("ab"))
    met = []
    for item in found:
        assert waiting._shown is None  # noqa: SLF001 - that nothing is on the terminal
        met.append(item)
    assert met == ["a", "b"]
    with waiting:
        show(waiting)
        assert "measuring" in terminal.read()
    assert waiting._shown is None  # noqa: SLF001 - as above


@pytest.mark.usefixtures("at_once")
def test_a_timer_that_comes_too_late_shows_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.begin(monkeypatch)
    waiting = Waiting("measuring")
    waiting.begin()
    waiting.end()
    show(waiting)
    assert waiting._shown is None  # noqa: SLF001 - as above


@pytest.mark.usefixtures("at_once")
def test_what_is_said_or_asked_meanwhile_stands_alone(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.begin(monkeypatch)
    with Waiting("measuring") as waiting:
        show(waiting)

        def alone(answer: str) -> str:
            assert waiting._shown is None  # noqa: SLF001 - as above
            return answer

        @contextmanager
        def opened() -> Iterator[str]:
            yield alone("opened")

        asked: Callable[[str], str] = waiting.around(alone)
        assert asked("yes") == "yes"
        show(waiting)
        with waiting.pausing(opened)() as found:
            assert found == "opened"
        show(waiting)
        with pytest.raises(ZeroDivisionError):
            waiting.around(lambda: 1 / 0)()
        show(waiting)
        assert waiting._shown  # noqa: SLF001 - that it goes on


def test_a_source_that_fails_takes_the_line_away() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    found = Waiting("measuring").over(items())
    assert next(found) == 1
    with pytest.raises(ZeroDivisionError):
        next(found)


# ---- counts ---------------------------------------------------------------------------------------------------------


def test_files_are_counted_as_they_go_by_where_results_are_held(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.begin(monkeypatch)
    count = Count("measured", held=True)
    with count:
        for n, _ in enumerate(count.over("abc", 3), 1):
            assert count.shown
            assert count.shown.tasks[0].completed == n
    assert count.shown is None
    assert "measured" in terminal.read()


@pytest.mark.parametrize(("held", "mute", "total"), [(True, True, 3), (True, False, 1)])
@pytest.mark.usefixtures("at_once")
def test_nothing_is_counted_where_that_is_not_wanted_or_there_is_one_alone(
    held: bool, mute: bool, total: int, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.begin(monkeypatch)
    with Count("measured", held=held, mute=mute) as count:
        for _ in count.over("a" * total, total):
            assert count.shown is None


def test_a_count_that_is_left_early_is_taken_away(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.begin(monkeypatch)
    with Count("measured", held=True) as count:
        found = count.over("abc", 3)
        next(found)
        assert count.shown
        found.close()  # type: ignore[attr-defined] # a generator
        assert count.shown is None


def test_items_are_counted_beforehand_on_a_terminal_up_to_a_number(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.begin(monkeypatch)
    items, count = told(iter("abc"))
    assert ([*items], count) == (["a", "b", "c"], 3)
    many, unknown = told(iter(range(COUNTED + 5)))
    assert (unknown, sum(1 for _ in many)) == (None, COUNTED + 5)


def test_elsewhere_nothing_is_taken_before_it_is_wanted() -> None:
    taken = list[int]()

    def items() -> Iterator[int]:
        for n in range(3):
            taken.append(n)
            yield n

    found, count = told(items())
    assert (taken, count) == ([], None)
    assert [*found] == [0, 1, 2]
