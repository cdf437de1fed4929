"""A child answers each call: by its result, by what it raised, or by the words for what cannot be sent."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from preflight.probe.faults import Unreadable
from preflight.workers.child import DONE, RAISED, TOLD, _answer, _send
from preflight.workers.link import Link


@pytest.fixture
def ends() -> Iterator[tuple[Link, Link]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Link(ours), Link(theirs)


def broken(_: object) -> None:
    raise Unreadable("cut short", kind="audio")


def reporting(count: int, progress: Callable[[int], None] = lambda _: None) -> int:
    for at in range(count):
        progress(at)
    return count


def test_a_result_and_what_was_raised_are_told_apart(ends: tuple[Link, Link]) -> None:
    assert _answer((max, (3, 7)), ends[1]) == (DONE, 7)
    how, error = _answer((broken, (1,)), ends[1])
    assert how == RAISED
    assert isinstance(error, Unreadable)
    assert (str(error), error.kind) == ("cut short", "audio")


def test_progress_is_told_on_the_way_only_where_it_is_wanted(ends: tuple[Link, Link]) -> None:
    ours, theirs = ends
    assert _answer((reporting, (2,), True), theirs) == (DONE, 2)
    assert [ours.receive(1), ours.receive(1)] == [(TOLD, 0), (TOLD, 1)]
    assert _answer((reporting, (2,)), theirs) == (DONE, 2)
    with pytest.raises(TimeoutError):
        ours.receive(0)


class Unsendable:
    """A value that no pickle takes."""

    def __reduce__(self) -> Any:  # noqa: ANN401 - never returns
        raise ValueError("not this one")


def test_an_answer_that_cannot_be_sent_is_told_as_an_error(ends: tuple[Link, Link]) -> None:
    ours, theirs = ends
    for value in (Unsendable(), threading.Lock()):
        _send(theirs, (DONE, value))
        how, error = ours.receive(1)
        assert how == RAISED
        assert isinstance(error, RuntimeError)
        assert str(error).startswith("no answer: ")


def test_where_the_program_is_gone_an_answer_is_an_error_of_the_connection() -> None:
    ours, theirs = socket.socketpair()
    ours.close()
    with theirs, pytest.raises(OSError, match=r"Broken pipe|reset"):
        _send(Link(theirs), (DONE, b"x" * 1000))
