"""A session owns what it begins: it ends that and nothing else, wherever it is used."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from preflight.probe.faults import Unmeasured
from preflight.system.processes import fork
from preflight.values.bounds import Bounds
from preflight.workers.isolated import IsolatedCall, call_isolated
from preflight.workers.process import can_fork
from preflight.workers.session import Session, StoppedError, current, session, within


def sleep(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def test_work_within_another_s_shares_its_server_and_ends_alone() -> None:
    begun: list[tuple[Session, IsolatedCall[str]]] = []

    def broken_off() -> None:
        with session() as inner:
            begun.append((inner, IsolatedCall(sleep, 60)))
            raise KeyError

    with session() as outer:
        with pytest.raises(KeyError):
            broken_off()
        ((inner, waiting),) = begun
        assert inner.is_stopped
        assert not outer.is_stopped
        with pytest.raises(Unmeasured):
            waiting.result()
        waiting.close()
        assert call_isolated(sleep, 0) == "slept"


def test_what_stops_stops_all_within_and_lets_nothing_begin() -> None:
    with session() as outer, session() as inner:
        begun = inner.begin(["/bin/sleep", "60"])
        child = inner.start(Bounds())
        outer.stop()
        assert begun.wait(120) < 0
        inner.end(begun)
        assert child.end() is not None or not can_fork()
        for begin in (lambda: inner.begin(["/bin/true"]), lambda: inner.start(Bounds()), lambda: inner.pause(9)):
            with pytest.raises(StoppedError):
                begin()


def test_one_who_waits_hears_at_once_that_the_work_was_stopped() -> None:
    told = []

    def waits(owner: Session) -> None:
        try:
            owner.pause(60)
        except StoppedError as stopped:
            told.append(stopped.strerror)

    with session() as owner:
        thread = threading.Thread(target=waits, args=(owner,))
        thread.start()
        owner.stop()
        thread.join(120)
    assert told == ["interrupted"]


def test_two_sessions_do_not_see_each_other() -> None:
    one, other = Session(), Session()
    with one, other:
        begun = other.begin(["/bin/sleep", "60"])
        one.stop()
        assert begun.poll() is None
        other.end(begun)
    assert begun.returncode < 0


def test_a_thread_has_the_session_that_it_was_given_and_no_other() -> None:
    with session() as owner, ThreadPoolExecutor(1) as threads:
        assert threads.submit(within(current)).result() is owner
        assert threads.submit(current).result() is not owner


@pytest.mark.skipif(not can_fork(), reason="nothing is forked here")
def test_a_fork_of_the_process_neither_uses_nor_ends_a_session() -> None:
    with session() as owner:
        begun = owner.begin(["/bin/sleep", "60"])
        pid = fork()
        if not pid:
            owner.close()
            os._exit(0 if current() is None else 9)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert begun.poll() is None
        owner.end(begun)


def test_a_program_that_ended_is_forgotten_with_its_pipes() -> None:
    here = Path("/proc/self/fd")
    before = len(list(here.iterdir())) if here.exists() else 0
    with session() as owner:
        begun = owner.begin(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"])
        assert begun.wait(120) == 3
        owner.end(begun)
        owner.stop()
    assert begun.returncode == 3
    assert not before or len(list(here.iterdir())) == before
