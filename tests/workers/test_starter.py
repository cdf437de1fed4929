"""Starters: children that answer, that end with the status that they had, and again after all have ended."""

import os
from collections.abc import Callable

import pytest

from preflight.values.bounds import Bounds
from preflight.workers.child import DONE, READY
from preflight.workers.process import can_fork
from preflight.workers.starter import Server, Singles, Starter
from tests.posix import KILLED

needs_fork = pytest.mark.skipif(not can_fork(), reason="nothing is forked here")


@pytest.mark.parametrize("make", [pytest.param(Server, marks=needs_fork), Singles])
def test_children_answer_end_and_are_started_again(make: Callable[[], Starter]) -> None:
    starter = make()
    try:
        child = starter.start(Bounds())
        assert child.link.receive(60) == READY
        child.link.send((os.getpid, ()))
        how, pid = child.link.receive(60)
        assert how == DONE
        assert pid != os.getpid()
        assert child.end() in (0, KILLED), "one that is told first ends by itself"
        waiting = starter.start(Bounds())
        assert waiting.link.receive(60) == READY
        starter.end()
        with pytest.raises((EOFError, OSError)):
            waiting.link.receive(60)
        waiting.end()
    finally:
        starter.end()
