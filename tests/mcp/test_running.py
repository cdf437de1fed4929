"""A call runs in a thread and a session of its own; its progress never goes back, and cancelled it ends at once."""

import threading
from fractions import Fraction
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError, NotDone
from preflight.mcp import running
from preflight.mcp.running import Meter, Run, in_thread
from preflight.workers.session import Session, current

LONG_S = 600.0
PARTS = st.lists(st.tuples(st.sampled_from("abcd"), st.fractions(min_value=0, max_value=2)), max_size=20)


class Told:
    """A client's request, and what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[float, float | None, str | None]] = []
        self.session = self
        self.heard = threading.Event()

    async def report_progress(self, done: float, total: float | None, said: str | None) -> None:
        """Note a part."""
        self.told.append((done, total, said))
        self.heard.set()


def run() -> Run:
    return Run(Session(current()))


# ---- how far --------------------------------------------------------------------------------------------------------


def test_nothing_is_known_before_anything_is_expected() -> None:
    assert Meter().read() == (0.0, None, "")


@given(PARTS, st.integers(0, 6))
def test_progress_never_goes_back_nor_beyond_the_whole(parts: list[tuple[str, Fraction]], count: int) -> None:
    meter, last = Meter(), 0.0
    meter.expect(count, "fixing")
    for thing, part in parts:
        meter.begin(thing)(part)
        done, total, said = meter.read()
        assert last <= done <= (total or 0)
        assert said == "fixing"
        last = done


def test_each_thing_counts_once_however_often_it_is_told_of() -> None:
    meter = Meter()
    meter.expect(4, "measuring")
    for _ in range(3):
        meter.ended("a")
    meter.begin("b")(Fraction(1, 2), "encoding")
    assert meter.read() == (1.5, 4.0, "encoding")
    meter.ended("b")
    assert meter.read() == (2.0, 4.0, "encoding")


def test_more_than_was_expected_is_the_whole_then() -> None:
    meter = Meter()
    meter.expect(1, "measuring")
    for thing in "abc":
        meter.ended(thing)
    assert meter.read()[:2] == (3.0, 3)


# ---- cancelled ------------------------------------------------------------------------------------------------------


def test_a_call_that_goes_on_may_send_and_one_that_is_cancelled_may_not() -> None:
    one = run()
    one.refuse_stopped()
    one.stop()
    with pytest.raises(NotDone, match="nothing was sent"):
        one.refuse_stopped()
    with pytest.raises(NotDone, match="cancelled"):
        one.pause(LONG_S)


def test_a_pause_ends_with_the_call_and_its_own_seconds() -> None:
    one, ended = run(), list[type]()
    one.pause(0)

    def wait() -> None:
        try:
            one.pause(LONG_S)
        except NotDone as error:
            ended.append(type(error))

    waiting = threading.Thread(target=wait)
    waiting.start()
    one.stop()
    waiting.join(LONG_S)
    assert ended == [NotDone]


def test_what_a_call_does_is_done_in_its_own_session_and_not_in_another_s() -> None:
    outer = Session(current())
    one, other = Run(outer), Run(outer)
    assert one.work(current) is not other.work(current)
    one.stop()
    other.refuse_stopped()
    outer.stop()
    with pytest.raises(NotDone):
        other.refuse_stopped()


# ---- in a thread ----------------------------------------------------------------------------------------------------


def called(function: Any, ctx: Told | None = None) -> Any:  # noqa: ANN401 - whatever the call returns
    async def call() -> Any:  # noqa: ANN401 - as above
        return await in_thread(run(), function, ctx or Told(), anyio.CapacityLimiter(1))  # type: ignore[arg-type] # all that is asked of it

    return anyio.run(call)


def test_a_call_returns_what_its_function_does_and_is_over_then() -> None:
    seen: list[Session | None] = []

    def work() -> int:
        seen.append(current())
        return 7

    assert called(work) == 7
    assert seen[0]
    assert seen[0].is_stopped


@pytest.mark.parametrize("error", [CallError("it is none"), ZeroDivisionError("x")])
def test_an_error_comes_out_as_it_is_and_not_in_a_group(error: Exception) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as met:
        called(fail)
    assert met.value is error


def test_progress_is_told_while_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "TELL_S", 0.001)
    ctx, one = Told(), run()
    one.meter.expect(2, "measuring")

    async def call() -> None:
        await in_thread(one, lambda: ctx.heard.wait(LONG_S), ctx, anyio.CapacityLimiter(1))  # type: ignore[arg-type] # as above

    anyio.run(call)
    assert ctx.told[0] == (0.0, 2, "measuring")


def test_a_call_that_is_cancelled_ends_what_it_began_though_its_thread_still_runs() -> None:
    one, begun, go, met = run(), threading.Event(), threading.Event(), list[str]()

    def work() -> None:
        begun.set()
        go.wait(LONG_S)
        try:
            one.refuse_stopped()
        except NotDone as error:
            met.append(error.message)

    async def call() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(in_thread, one, work, Told(), anyio.CapacityLimiter(1))  # type: ignore[arg-type] # as above
            await anyio.to_thread.run_sync(begun.wait, LONG_S)
            group.cancel_scope.cancel()
        go.set()

    anyio.run(call)
    with pytest.raises(NotDone):
        one.refuse_stopped()
