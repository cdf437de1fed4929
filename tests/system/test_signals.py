"""A program ends in order when it is asked to, also by a terminal that is closed; what ignores that goes on."""

import importlib
import os
import signal
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import pytest

from preflight.system.signals import STOPS, as_ctrl_c, on_stop, stop_event
from preflight.values.ready import ready

T = TypeVar("T")
LAST = STOPS[-1]
"""The one that a terminal sends which is closed; on Windows, Ctrl-Break."""


@pytest.mark.parametrize("number", STOPS)
def test_each_signal_sets_the_event_and_is_what_it_was_afterwards(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stop_event() as stop:
        assert not stop.is_set()
        signal.raise_signal(number)
        assert stop.wait(10)
    assert signal.getsignal(number) == before


@pytest.mark.parametrize("number", STOPS)
def test_each_may_interrupt_as_ctrl_c_does(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), as_ctrl_c() as came:
        signal.raise_signal(number)
    assert came == [number]
    assert signal.getsignal(number) == before


@pytest.mark.parametrize("number", STOPS)
def test_one_that_comes_while_a_module_is_loaded_interrupts_when_it_is(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """msgspec ends the process where an exception meets it as it makes a class; Python takes it for the class's own."""
    name = f"loads_at_{number.name.lower()}"
    (tmp_path / f"{name}.py").write_text(f"import signal\nsignal.raise_signal({number.value})\nwords = [1] * 1000\n")
    monkeypatch.syspath_prepend(tmp_path)
    loaded = list[ModuleType]()
    with pytest.raises(KeyboardInterrupt), as_ctrl_c():
        _go_on_with(importlib.import_module(name), loaded)
    assert len(loaded[0].words) == 1000


def test_one_that_comes_while_msgspec_learns_a_type_interrupts_when_it_knows_it() -> None:
    """It takes any exception from what tells types apart for a type that has no hash: Ctrl-C was forgotten."""
    learnt = list[object]()

    class Meta(type):
        def __hash__(cls) -> int:
            if not learnt:
                signal.raise_signal(signal.SIGINT)
            return id(cls)

    class Slow(metaclass=Meta):
        pass

    with pytest.raises(KeyboardInterrupt), as_ctrl_c():
        _go_on_with(ready(Slow), learnt)
    assert learnt == [Slow]


def test_a_program_that_is_itself_being_loaded_is_interrupted_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "program.py").write_text(
        "from preflight.system.signals import as_ctrl_c\nimport signal\n"
        "with as_ctrl_c():\n    signal.raise_signal(2)\n    raise AssertionError('it waits for ever')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        importlib.import_module("program")


def _go_on_with(loaded: T, seen: list[T]) -> None:
    """See what was loaded, and wait for a signal that waited as well."""
    seen.append(loaded)
    time.sleep(60)


@pytest.mark.skipif(sys.platform == "win32", reason="nohup is not of this system")
def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(LAST, signal.SIG_IGN)
    try:
        with stop_event() as stop:
            os.kill(os.getpid(), LAST)
            assert not stop.wait(0.1)
        assert signal.getsignal(LAST) == signal.SIG_IGN
    finally:
        signal.signal(LAST, before)


def test_ctrl_c_that_is_ignored_does_not_interrupt() -> None:
    """A shell asks for that where it runs a program in the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with as_ctrl_c() as came:
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not came


def test_ctrl_c_is_heard_also_where_a_shell_lets_it_be_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    heard: list[int] = []
    try:
        with on_stop(lambda number, _: heard.append(number)):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT]
