"""One look in a child that may crash, hang or balloon alone."""

import importlib
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from contextvars import Context
from functools import wraps
from pathlib import Path
from typing import TypeVar, cast

import pytest

from preflight.probe.faults import Unmeasured, Unreadable
from preflight.system.processes import kill
from preflight.values.bounds import Bounds
from preflight.workers.isolated import IsolatedCall, call_isolated
from preflight.workers.process import can_fork
from preflight.workers.session import session, within
from tests.workers.calls import (
    add,
    balloon,
    begin_and_hang,
    complain,
    counted,
    crash,
    parent,
    refuse,
    who,
    write_and_tell,
)

forks = pytest.mark.skipif(not can_fork(), reason="nothing forks here")
Test = TypeVar("Test", bound=Callable[..., None])


def afresh(test: Test) -> Test:
    """Run a test where nobody starts children yet."""

    @wraps(test)
    def run(*args: object, **given: object) -> None:
        Context().run(test, *args, **given)

    return cast("Test", run)


SHORT_S = (1.0, 4.0, 16.0, 64.0)
"""Bounds of time, one after another until a busy machine has begun within one of them."""


def gone(pid: int) -> bool:
    """Tell whether a process ends within two minutes."""
    for _ in range(6_000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_result_comes_back_from_another_process() -> None:
    assert call_isolated(add, 20, 22) == 42
    assert call_isolated(who) != os.getpid()


def test_a_fault_comes_back_as_it_was_raised() -> None:
    with pytest.raises(Unreadable, match="no such thing"):
        call_isolated(refuse, "no such thing")


def test_what_a_library_prints_of_a_file_reaches_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    call_isolated(complain)
    assert capfd.readouterr() == ("", "")


def test_a_crash_is_told() -> None:
    with pytest.raises(Unmeasured, match="crashed the reader"):
        call_isolated(crash)


def hung(note: Path) -> int:
    """Let a look begin and hang until it is ended, and return its process."""
    for seconds in SHORT_S:
        with pytest.raises(Unmeasured, match=f"more than {seconds:g} s"):
            call_isolated(begin_and_hang, str(note), bounds=Bounds(seconds=seconds))
        if note.exists():
            return int(note.read_text())
    raise AssertionError(note)


def test_what_hangs_is_ended_in_time(tmp_path: Path) -> None:
    begun = time.monotonic()
    pid = hung(tmp_path / "pid")
    assert time.monotonic() - begun < 120
    assert gone(pid)


def test_what_balloons_is_stopped_and_the_parent_is_not_bounded() -> None:
    with pytest.raises(Unmeasured, match="more memory"):
        call_isolated(balloon, 3 << 30, bounds=Bounds(memory_bytes=1 << 30))
    assert balloon(1 << 20) == 1 << 20


def test_after_each_end_the_next_look_works() -> None:
    for _ in range(3):
        with pytest.raises(Unmeasured):
            call_isolated(crash)
        assert call_isolated(add, 1, 1) == 2


def test_a_look_goes_on_while_something_else_is_done(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    look = IsolatedCall(write_and_tell, str(note))
    for _ in range(12_000):
        if note.exists():
            break
        time.sleep(0.01)
    assert note.exists()
    assert look.result() == "written"
    look.close()


def test_one_child_does_one_call_after_another() -> None:
    with closing(IsolatedCall(who)) as look:
        child = look.result()
        with pytest.raises(Unreadable, match="no such thing"):
            look.then(refuse, "no such thing")
        assert (look.then(add, 20, 22), look.then(who)) == (42, child)


def test_a_child_that_is_gone_or_was_too_slow_does_no_other_call(tmp_path: Path) -> None:
    with closing(IsolatedCall(crash)) as look:
        for _ in range(2):
            with pytest.raises(Unmeasured, match="crashed the reader"):
                look.then(add, 20, 22)
    for seconds in SHORT_S:
        with closing(IsolatedCall(add, 20, 22, bounds=Bounds(seconds=seconds))) as look, suppress(Unmeasured):
            assert look.result() == 42
            with pytest.raises(Unmeasured, match=f"more than {seconds:g} s"):
                look.then(begin_and_hang, str(tmp_path / "pid"))
            with pytest.raises(Unmeasured):
                look.then(add, 20, 22)
            return
    pytest.fail("no look began in time")


def test_a_look_that_nobody_wants_any_more_is_ended(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with closing(IsolatedCall(begin_and_hang, str(note))):
        for _ in range(12_000):
            if note.exists() and note.read_text():
                break
            time.sleep(0.01)
    assert gone(int(note.read_text()))


@afresh
@forks
def test_a_server_forks_for_every_thread_and_is_gone_afterwards() -> None:
    with session():
        with ThreadPoolExecutor(4) as threads:
            added = threads.map(within(lambda number: call_isolated(add, number, 1)), range(40))
            assert list(added) == list(range(1, 41))
            parents = set(threads.map(within(lambda _: call_isolated(parent)), range(4)))
        server = call_isolated(parent)
        assert server != os.getpid()
        assert parents == {server}
        with session():
            assert call_isolated(parent) == server
        assert call_isolated(parent) == server
    assert gone(server)
    assert call_isolated(parent) == os.getpid()


@afresh
@forks
def test_a_thread_that_was_not_told_of_a_server_starts_a_child_of_its_own() -> None:
    with session(), ThreadPoolExecutor(1) as thread:
        assert thread.submit(call_isolated, parent).result() == os.getpid()


@afresh
def test_what_becomes_of_a_forked_look_is_told_and_the_server_goes_on(tmp_path: Path) -> None:
    with session():
        with pytest.raises(Unreadable, match="no such thing"):
            call_isolated(refuse, "no such thing")
        with pytest.raises(Unmeasured, match="crashed the reader"):
            call_isolated(crash)
        assert gone(hung(tmp_path / "pid"))
        with pytest.raises(Unmeasured, match="more memory"):
            call_isolated(balloon, 3 << 30, bounds=Bounds(memory_bytes=1 << 30))
        assert call_isolated(add, 20, 22) == 42


@afresh
@forks
def test_a_server_that_died_gives_way_to_another() -> None:
    with session():
        first = call_isolated(parent)
        kill(first)
        assert gone(first)
        assert call_isolated(add, 1, 1) == 2
        assert call_isolated(parent) not in (first, os.getpid())


SLOW = """
import pathlib, time
begun, goes_on = (pathlib.Path(__file__).with_name(name) for name in ("begun", "goes on"))
is_first = not begun.exists()
begun.touch()
while is_first and not goes_on.exists():
    time.sleep(0.01)
value = 7
"""


def import_slow() -> int:
    return int(importlib.import_module("slow_to_import").value)


@afresh
def test_a_module_that_another_thread_is_importing_does_not_stop_a_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_to_import.py").write_text(SLOW)
    monkeypatch.syspath_prepend(tmp_path)
    with session(), ThreadPoolExecutor(1) as thread:
        importing = thread.submit(import_slow)
        for _ in range(12_000):
            if (tmp_path / "begun").exists():
                break
            time.sleep(0.01)
        try:
            assert not importing.done()
            assert call_isolated(import_slow) == 7
        finally:
            (tmp_path / "goes on").touch()
        importing.result()
    del sys.modules["slow_to_import"]


def test_what_a_function_reports_on_the_way_is_heard_in_order() -> None:
    told: list[int] = []
    assert call_isolated(counted, 5, progress=told.append) == 5
    assert told == [0, 1, 2, 3, 4]


def test_a_function_is_given_no_progress_where_nobody_listens() -> None:
    assert call_isolated(counted, 5) == 5


def test_what_a_listener_raises_is_raised_and_the_child_is_ended() -> None:
    def refuse_to_hear(_: int) -> None:
        raise OSError(5, "no")

    with pytest.raises(OSError, match="no"):
        call_isolated(counted, 5, progress=refuse_to_hear)
