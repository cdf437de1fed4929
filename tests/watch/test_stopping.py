import os
import signal
import subprocess
import sys
import time

import pytest

from preflight.system.signals import STOPS
from preflight.watch import Stopping


@pytest.mark.parametrize("number", STOPS)
def test_a_signal_ends_what_is_not_held_at_once(number: signal.Signals) -> None:
    def wait() -> None:
        os.kill(os.getpid(), number)
        time.sleep(20)

    with Stopping() as stopping, pytest.raises(KeyboardInterrupt):
        wait()
    assert stopping.signal == number


def test_what_is_held_is_finished_first_however_deep() -> None:
    done: list[str] = []

    def finish() -> None:
        with stopping.held():
            with stopping.held():
                os.kill(os.getpid(), signal.SIGTERM)
                done.append("inner")
            done.append("outer")

    with Stopping() as stopping, pytest.raises(KeyboardInterrupt):
        finish()
    assert done == ["inner", "outer"]


def test_an_error_within_is_not_hidden_by_a_signal() -> None:
    def fail() -> None:
        with stopping.held():
            os.kill(os.getpid(), signal.SIGTERM)
            raise FileExistsError

    with Stopping() as stopping, pytest.raises(FileExistsError):
        fail()


def test_the_signals_go_back_to_whom_they_were_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Stopping():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_child_dies_of_the_signal_and_says_nothing() -> None:
    code = """
import os, signal, time
from preflight.watch import Stopping
with Stopping():
    child = os.fork()
    if not child:
        time.sleep(20)
        os._exit(9)
    time.sleep(0.3)
    os.kill(child, signal.SIGTERM)
    _, status = os.waitpid(child, 0)
    print(os.WTERMSIG(status))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("15\n", "")
