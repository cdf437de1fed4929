"""One call in a child of its own, which may crash, hang or balloon alone.

In: a function of a module and its arguments. Out: what it returns, or `Unmeasured` with what became of the child.
"""

import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any, Generic, TypeVar

from preflight.errors import PreflightError
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.values.bounds import START_S, Bounds
from preflight.values.unforeseen import unforeseen
from preflight.workers.child import RAISED
from preflight.workers.session import current
from preflight.workers.starter import Child, Singles

T = TypeVar("T")
U = TypeVar("U")
CRASHED = "looking into it crashed the reader"


def call_isolated(function: Callable[..., T], *args: object, bounds: Bounds | None = None) -> T:
    """Call a function in a child and return its result.

    Args:
        function: one that a module defines, so that a child can find it.
        args: its arguments; they and the result cross the border, so they are values.
        bounds: what the call may cost.

    Raises:
        Unmeasured: the child crashed, took too long or needed too much memory, or met an error that nobody foresaw.
        Unreadable, PreflightError: the function raised it.
    """
    with closing(IsolatedCall(function, *args, bounds=bounds)) as look:
        return look.result()


class IsolatedCall(Generic[T]):
    """A call that is going on in a child, and others after it; `close` ends it, whether it is done or not.

    Args:
        function: one that a module defines, so that a child can find it.
        args: its arguments; they and the result cross the border, so they are values, and the result a small one.
        bounds: what the call may cost.

    Raises:
        Unmeasured: there is no child.
    """

    def __init__(self, function: Callable[..., T], *args: object, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._child = _started(self._bounds)
        self._is_ready = self._is_lost = False
        self._ask(function, *args)

    def result(self) -> T:
        """Wait for what the function returns, and return it.

        Raises:
            Unmeasured: the child crashed, took too long or needed too much memory.
            Exception: whatever the function raises.
        """
        returned: T = self._answer()
        return returned

    def then(self, function: Callable[..., U], *args: object) -> U:
        """Call another function in the same child, after the result of the last one was taken; return its result.

        What the child has loaded it need not load again.

        Args:
            function: one that a module defines, so that a child can find it.
            args: its arguments; they and the result cross the border.

        Raises:
            Unmeasured: the child crashed, took too long or needed too much memory, now or before.
            Exception: whatever the function raises.
        """
        if self._is_lost:
            raise Unmeasured(CRASHED)
        self._ask(function, *args)
        returned: U = self._answer()
        return returned

    def _ask(self, function: Callable[..., object], *args: object) -> None:
        with suppress(OSError):  # it died at once: whoever waits for its answer hears so
            self._child.link.send((function, args))

    def _answer(self) -> Any:  # noqa: ANN401 - what the function returns
        allowed_s, since = self._bounds.seconds, time.monotonic()
        try:
            if not self._is_ready:
                self._child.link.receive(START_S)
                self._is_ready, since = True, time.monotonic()
            how, result = self._child.link.receive(allowed_s)
        except (EOFError, OSError) as error:
            self._is_lost = True
            if isinstance(error, TimeoutError) or time.monotonic() >= since + allowed_s:  # it may have ended itself
                raise Unmeasured(f"looking into it took more than {allowed_s:g} s, and was ended") from None
            raise Unmeasured(CRASHED) from None
        return _returned(how, result)

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._child.end()


def _started(bounds: Bounds) -> Child:
    try:
        return (current() or Singles()).start(bounds)
    except OSError as error:
        raise Unmeasured(cannot_start(error)) from None


def cannot_start(error: OSError) -> str:
    """Say that there is no process to look into a file with."""
    return f"cannot be looked into: no process can be started: {error.strerror or error}"


def _returned(how: str, result: Any) -> Any:  # noqa: ANN401 - what the function returns
    """Return what a call returned, or raise what it raised."""
    if how != RAISED:
        return result
    if isinstance(result, MemoryError):
        raise Unmeasured("looking into it needs more memory than it may have")
    if isinstance(result, Unmeasured | Unreadable | PreflightError):
        raise result
    raise Unmeasured(unforeseen(result)) from result
