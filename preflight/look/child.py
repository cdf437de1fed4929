"""One look in a child of its own, which may crash, hang or balloon alone.

In: a function of a module and its arguments. Out: what it returns, or `Unmeasured` with what became of the child.
"""

import time
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Generic, TypeVar

from preflight.probe.child import GRACE, Bounds, limit_memory, settle
from preflight.probe.faults import Unmeasured

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")


def alone(function: Callable[..., T], *args: object, bounds: Bounds | None = None) -> T:
    """Call a function in a child and return its result.

    Args:
        function: one that a module defines, so that a child can find it.
        args: its arguments; they and the result cross the border, so they are values.
        bounds: what the call may cost.

    Raises:
        Unmeasured: the child crashed, took too long or needed too much memory.
        Exception: whatever the function raises.
    """
    with closing(Look(function, *args, bounds=bounds)) as look:
        return look.result()


class Look(Generic[T]):
    """A call that is going on in a child; `close` ends it, whether it is done or not.

    Args:
        function: one that a module defines, so that a child can find it.
        args: its arguments; they and the result cross the border, so they are values, and the result a small one.
        bounds: what the call may cost.
    """

    def __init__(self, function: Callable[..., T], *args: object, bounds: Bounds | None = None) -> None:
        import multiprocessing

        self._bounds = bounds or Bounds()
        self._ends_s = time.monotonic() + self._bounds.seconds
        method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
        context = multiprocessing.get_context(method)
        self._ours, theirs = context.Pipe()
        self._child = context.Process(target=_answer, args=(theirs, self._bounds, function, args), daemon=True)  # type: ignore[attr-defined] # both kinds of context have it
        self._child.start()
        theirs.close()

    def result(self) -> T:
        """Wait for what the function returns, and return it.

        Raises:
            Unmeasured: the child crashed, took too long or needed too much memory.
            Exception: whatever the function raises.
        """
        try:
            if not self._ours.poll(max(self._ends_s - time.monotonic(), 0)):
                raise Unmeasured(f"looking into it took more than {self._bounds.seconds:g} s, and was ended")
            result: T | BaseException = self._ours.recv()
        except (EOFError, OSError):
            self._child.join()
            raise Unmeasured(f"looking into it crashed the reader (status {self._child.exitcode})") from None
        if isinstance(result, MemoryError):
            raise Unmeasured("looking into it needs more memory than it may have")
        if isinstance(result, BaseException):
            raise result
        return result

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._child.kill()
        self._child.join()
        self._ours.close()


def _answer(
    connection: "Connection[object, object]", bounds: Bounds, function: Callable[..., T], args: tuple[object, ...]
) -> None:
    """Call a function with bounded memory and send what it returns or raises; Ctrl-C is the parent's to handle.

    Nothing is printed: C libraries complain of files on standard error, past every setting.
    """
    import signal

    settle()
    signal.setitimer(signal.ITIMER_REAL, bounds.seconds * GRACE)
    limit_memory(bounds.memory_bytes)
    try:
        connection.send(function(*args))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again in the parent
        connection.send(error)
