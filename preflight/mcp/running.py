"""Run a call in a thread and a session of its own, tell how far it is, and end its children when it is cancelled."""

import threading
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, TypeVar

import anyio
import anyio.to_thread

from preflight.errors import NotDone
from preflight.workers.session import Session, StoppedError

if TYPE_CHECKING:
    from mcp.server import ServerRequestContext

T = TypeVar("T")
AT_ONCE, ASKING_AT_ONCE = 4, 32
"""Calls that work at the same time, and of those that only ask the service; more wait."""
TELL_S = 0.25
"""Seconds between notifications of progress."""


class Move(Protocol):
    """Report a part done of one thing."""

    def __call__(self, part: Fraction, doing: str = "") -> None:
        """Report a part done, and the step where there are several."""


class Meter:
    """Progress of one call: set by its threads, read by the loop; never goes back."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._parts: dict[object, Fraction] = {}
        self._count, self._said = 0, ""
        self._reached = Fraction(0)

    def expect(self, count: int, said: str) -> None:
        """Set how many things there are, and what is done with them."""
        with self._turn:
            self._count, self._said = count, said

    def ended(self, thing: object) -> None:
        """Report that one thing is done."""
        self._set(thing, Fraction(1), "")

    def begin(self, thing: object) -> Move:
        """Begin the progress of one thing; returns what moves it."""

        def move(part: Fraction, doing: str = "") -> None:
            self._set(thing, min(part, Fraction(1)), doing)

        return move

    def read(self) -> tuple[float, float | None, str]:
        """Report the share done, the whole, and the stage in words."""
        with self._turn:
            self._reached = max(self._reached, sum(self._parts.values(), Fraction(0)))
            total = max(self._count, len(self._parts)) or None
            return float(self._reached), total, self._said

    def _set(self, thing: object, part: Fraction, doing: str) -> None:
        with self._turn:
            self._parts[thing] = part
            self._said = doing or self._said


class Run:
    """One call while it works.

    Args:
        outer: the session of the server, whose starter it shares.
    """

    def __init__(self, outer: Session) -> None:
        self.meter = Meter()
        self._session = Session(outer)

    def refuse_stopped(self) -> None:
        """Raise NotDone once the call is cancelled: call before what cannot be undone."""
        if self._session.is_stopped:
            raise NotDone("cancelled, so nothing was sent")

    def pause(self, seconds: float) -> None:
        """Wait; raise NotDone as soon as the call is cancelled."""
        try:
            self._session.pause(seconds)
        except StoppedError:
            raise NotDone("cancelled") from None

    def work(self, function: Callable[[], T]) -> T:
        """Call a function in this session."""
        with self._session.entered():
            return function()

    def stop(self) -> None:
        """End all that runs."""
        self._session.stop()


async def in_thread(
    run: Run, function: Callable[[], T], ctx: "ServerRequestContext", limiter: anyio.CapacityLimiter
) -> T:
    """Run a function of a call in a thread; cancelling it ends its children at once.

    Args:
        run: the call.
        function: what is done.
        ctx: the client's request, which may have asked for progress.
        limiter: how many work at once.
    """
    try:
        async with anyio.create_task_group() as beside:
            beside.start_soon(_tell, run.meter, ctx)
            done = await anyio.to_thread.run_sync(lambda: _kept(run, function), abandon_on_cancel=True, limiter=limiter)
            beside.cancel_scope.cancel()
    finally:
        run.stop()
    if isinstance(done, BaseException):
        raise done
    return done


def _kept(run: Run, function: Callable[[], T]) -> T | Exception:
    """Call, and keep an error as a value: a task group would wrap one that is raised."""
    try:
        return run.work(function)
    except Exception as error:  # noqa: BLE001 - raised again by whoever asked
        return error


async def _tell(meter: Meter, ctx: "ServerRequestContext") -> None:
    """Tell the client how far a call is, whenever that has changed."""
    last = -1.0
    while True:
        await anyio.sleep(TELL_S)
        done, total, said = meter.read()
        if done > last:
            last = done
            await ctx.session.report_progress(done, total, said or None)
