"""Isolated calls: a function of a module in; its result out, or `Unmeasured` if its child process fails."""

import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any, Generic, TypeVar

from preflight.errors import PreflightError
from preflight.probe.faults import TimedOut, Unmeasured, Unreadable
from preflight.values.bounds import START_S, Bounds
from preflight.values.phrase import phrase
from preflight.values.unforeseen import unforeseen
from preflight.workers.child import RAISED, TOLD
from preflight.workers.session import current
from preflight.workers.starter import Child, Singles

T = TypeVar("T")
U = TypeVar("U")
Told = Callable[[Any], None]
"""Called with a value that a function tells before it is done."""
CRASHED = "looking into it crashed the reader"


def call_isolated(
    function: Callable[..., T], *args: object, bounds: Bounds | None = None, progress: Told | None = None
) -> T:
    """Call a function in a child process and return its result.

    Args:
        function: of a module, so that the child can import it.
        args: picklable arguments; the result is picklable too.
        bounds: time and memory for the call.
        progress: called with each value that the function reports; the function gets a `progress` argument for it.

    Raises:
        Unmeasured: the child crashed, exceeded its bounds, or met an unexpected error.
        Unreadable, PreflightError: raised by the function.
    """
    with closing(IsolatedCall(function, *args, bounds=bounds, progress=progress)) as look:
        return look.result()


class IsolatedCall(Generic[T]):
    """A running call in a child process, to be followed by others; `close` ends it.

    Args:
        function: of a module, so that the child can import it.
        args: picklable arguments; the result is picklable, and small.
        bounds: time and memory for the call.
        progress: called, while a result is awaited, with each value that the function reports.

    Raises:
        Unmeasured: no child can be started.
    """

    def __init__(
        self,
        function: Callable[..., T],
        *args: object,
        bounds: Bounds | None = None,
        progress: Told | None = None,
    ) -> None:
        self._bounds, self._progress = bounds or Bounds(), progress
        self._child = _started(self._bounds)
        self._is_ready = self._is_lost = False
        self._ask(function, *args)

    def result(self) -> T:
        """Wait for the result.

        Raises:
            Unmeasured: the child crashed or exceeded its bounds.
            Exception: raised by the function.
        """
        returned: T = self._answer()
        return returned

    def then(self, function: Callable[..., U], *args: object) -> U:
        """Call another function in the same child, after `result`, and return its result.

        The child keeps what it has loaded.

        Args:
            function: of a module, so that the child can import it.
            args: picklable arguments.

        Raises:
            Unmeasured: the child crashed or exceeded its bounds, now or before.
            Exception: raised by the function.
        """
        if self._is_lost:
            raise Unmeasured(CRASHED)
        self._ask(function, *args)
        returned: U = self._answer()
        return returned

    def _ask(self, function: Callable[..., object], *args: object) -> None:
        with suppress(OSError):  # it died at once: `result` reports it
            self._child.link.send((function, args, self._progress is not None))

    def _answer(self) -> Any:  # noqa: ANN401 - what the function returns
        since: float | None = None
        while True:
            how, result, since = self._next(since)
            if how != TOLD:
                return _returned(how, result)
            if self._progress:
                self._progress(result)

    def _next(self, since: float | None) -> tuple[str, Any, float]:
        """Receive the next message; return it with the time at which the call began."""
        allowed_s, began = self._bounds.seconds, since or time.monotonic()
        try:
            if not self._is_ready:
                self._child.link.receive(START_S)
                self._is_ready, began = True, time.monotonic()
            how, result = self._child.link.receive(max(began + allowed_s - time.monotonic(), 0))
        except (EOFError, OSError) as error:
            self._is_lost = True
            if isinstance(error, TimeoutError) or time.monotonic() >= began + allowed_s:  # it may have ended itself
                raise TimedOut(
                    phrase("looking into it took more than {n} s, and was ended", n=f"{allowed_s:g}")
                ) from None
            raise Unmeasured(CRASHED) from None
        return how, result, began

    def close(self) -> None:
        """End the child."""
        self._child.end()


def _started(bounds: Bounds) -> Child:
    try:
        return (current() or Singles()).start(bounds)
    except OSError as error:
        raise Unmeasured(cannot_start(error)) from None


def cannot_start(error: OSError) -> str:
    """Format the message for a child that cannot be started."""
    return phrase("cannot be looked into: no process can be started: {why}", why=error.strerror or error)


def _returned(how: str, result: Any) -> Any:  # noqa: ANN401 - what the function returns
    """Return the result of a call, or raise its exception."""
    if how != RAISED:
        return result
    if isinstance(result, MemoryError):
        raise Unmeasured("looking into it needs more memory than it may have")
    if isinstance(result, Unmeasured | Unreadable | PreflightError):
        raise result
    raise Unmeasured(unforeseen(result)) from result
