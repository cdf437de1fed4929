"""Work is done in threads of one session: what fails costs nothing else, and what is asked again is done once more."""

import threading
from collections.abc import Iterator

import pytest

from preflight.errors import NotDone, PreflightError
from preflight.locale import language, speaking
from preflight.server.ui.threads import SharedWork, Threads, Work
from preflight.workers.session import Session, current

WORK: tuple[Work, ...] = ("looking", "thinking", "fixing")
LONG_S = 600.0
"""For what is never late, so that a test cannot fail at times."""


class Troubles:
    """What was told of."""

    def __init__(self) -> None:
        self.met: list[PreflightError] = []
        self.told = threading.Event()

    def __call__(self, error: PreflightError) -> None:
        self.met.append(error)
        self.told.set()


@pytest.fixture
def troubles() -> Troubles:
    return Troubles()


@pytest.fixture
def threads(troubles: Troubles) -> Iterator[Threads]:
    one = Threads(Session(current()), troubles)
    yield one
    one.close()


def done(threads: Threads, work: Work = "thinking") -> None:
    """Wait until all that was asked for before is done."""
    over = threading.Event()
    threads.do(work, over.set)
    assert over.wait(LONG_S)


@pytest.mark.parametrize("work", WORK)
def test_work_is_done_within_the_session_and_in_the_language_of_whoever_asked(threads: Threads, work: Work) -> None:
    met = list[object]()
    over = threading.Event()

    def look(*args: object) -> None:
        met.extend((current(), language(), *args))
        over.set()

    with speaking("ko"):
        threads.do(work, look, 1, 2)
    assert over.wait(LONG_S)
    assert met == [threads.session, "ko", 1, 2]


def test_thoughts_come_one_after_another(threads: Threads) -> None:
    met = list[int]()
    for n in range(50):
        threads.do("thinking", met.append, n)
    done(threads)
    assert met == [*range(50)]


def fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "words"), [(NotDone("no space"), "no space"), (ZeroDivisionError("x"), "ZeroDivisionError")]
)
def test_what_fails_is_told_and_the_next_is_done(
    threads: Threads, troubles: Troubles, error: Exception, words: str
) -> None:
    threads.do("thinking", fail, error)
    done(threads)
    (told,) = troubles.met
    assert words in told.message


def test_what_may_wait_for_long_is_waited_for_by_nobody(threads: Threads, troubles: Troubles) -> None:
    go = threading.Event()

    def wait() -> None:
        go.wait(LONG_S)
        raise NotDone("the network is gone")

    threads.do_alone(wait)
    threads.close()
    assert troubles.met == []
    go.set()
    assert troubles.told.wait(LONG_S)


def test_nothing_begins_once_all_is_ended(threads: Threads) -> None:
    threads.close()
    for work in WORK:
        threads.do(work, fail, ZeroDivisionError())
    threads.close()


# ---- thinking -------------------------------------------------------------------------------------------------------


def test_what_is_asked_while_it_is_done_is_done_once_more_for_all_who_asked(threads: Threads) -> None:
    begun, go, count = threading.Event(), threading.Event(), list[int]()

    def work() -> None:
        count.append(1)
        begun.set()
        go.wait(LONG_S)

    thinking = SharedWork(threads, work, fail)  # type: ignore[arg-type] # no trouble is met
    thinking.ask()
    assert begun.wait(LONG_S)
    for _ in range(5):
        thinking.ask()
    assert thinking.is_busy
    go.set()
    done(threads)
    assert (len(count), thinking.is_busy) == (2, False)
    thinking.ask()
    done(threads)
    assert len(count) == 3


@pytest.mark.parametrize(
    ("error", "words"), [(NotDone("no space"), "no space"), (ZeroDivisionError("x"), "ZeroDivisionError")]
)
def test_a_thought_that_fails_is_told_in_words_and_thought_again(
    threads: Threads, error: Exception, words: str
) -> None:
    told, goes = list[str](), iter([True, False])

    def work() -> None:
        if next(goes):
            raise error

    thinking = SharedWork(threads, work, told.append)
    for _ in range(2):
        thinking.ask()
        done(threads)
    assert [words in one for one in told] == [True]
    assert not thinking.is_busy
