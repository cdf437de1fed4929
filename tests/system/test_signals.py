"""A program ends in order when it is asked to, also by a terminal that is closed; what ignores that goes on."""

import os
import signal
import sys

import pytest

from preflight.system.signals import STOPS, as_ctrl_c, on_stop, stop_event

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


@pytest.mark.parametrize("number", STOPS[1:])
def test_each_may_interrupt_as_ctrl_c_does(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), as_ctrl_c() as came:
        signal.raise_signal(number)
    assert came == [number]
    assert signal.getsignal(number) == before


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


def test_ctrl_c_is_heard_also_where_a_shell_lets_it_be_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    heard: list[int] = []
    try:
        with on_stop(lambda number, _: heard.append(number)):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT]
