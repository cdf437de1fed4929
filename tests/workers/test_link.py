"""Values between two processes."""

import socket
import threading
from collections.abc import Iterator

import pytest

from preflight.workers.link import Link, serialized, wait


@pytest.fixture
def ends() -> Iterator[tuple[Link, socket.socket]]:
    ours, theirs = socket.socketpair()
    link = Link(ours)
    with theirs:
        yield link, theirs
    link.close()


def test_a_value_arrives_as_it_was(ends: tuple[Link, socket.socket]) -> None:
    ours, theirs = ends[0], Link(ends[1].dup())
    value = {"a": [1, 2.5, b"c" * 300_000]}
    sender = threading.Thread(target=theirs.send, args=(value,))
    sender.start()
    assert ours.receive(60) == value
    sender.join()
    theirs.close()


def test_what_does_not_come_in_time_is_a_time_out_even_in_the_middle(ends: tuple[Link, socket.socket]) -> None:
    with pytest.raises(TimeoutError):
        ends[0].receive(0.05)
    ends[1].sendall((100).to_bytes(8, "big") + b"half")
    with pytest.raises(TimeoutError):
        ends[0].receive(0.05)


def test_an_end_that_is_gone_is_an_end_even_in_the_middle(ends: tuple[Link, socket.socket]) -> None:
    ends[1].sendall((100).to_bytes(8, "big") + b"half")
    ends[1].shutdown(socket.SHUT_WR)
    with pytest.raises(EOFError):
        ends[0].receive(60)


@pytest.mark.parametrize("message", [b"no pickle", b"", serialized(1)[:-1], b"cpreflight.absent\nabsent\n."])
def test_what_is_no_value_is_a_broken_connection(ends: tuple[Link, socket.socket], message: bytes) -> None:
    ends[1].sendall(len(message).to_bytes(8, "big") + message)
    with pytest.raises((OSError, EOFError)):
        ends[0].receive(60)


def test_a_length_that_is_none_takes_no_memory(ends: tuple[Link, socket.socket]) -> None:
    ends[1].sendall(b"\xff" * 8)
    with pytest.raises(OSError, match="a value of"):
        ends[0].receive(60)


def test_of_several_those_are_told_on_which_something_came(ends: tuple[Link, socket.socket]) -> None:
    other, silent = socket.socketpair()
    with silent:
        quiet = Link(other)
        assert wait([ends[0], quiet], 0.01) == set()
        ends[1].sendall(b"x")
        assert wait([ends[0], quiet], 10) == {ends[0]}
        quiet.close()
