"""One look in a child of its own, which may crash, hang or balloon alone.

In: a function of a module and its arguments. Out: what it returns, or `Unmeasured` with what became of the child.

A child is a fork, and a fork of a program with threads inherits every lock that one of them holds: it would wait for
ever for a module that is being imported. Where threads look, a scout is sent out before there are any, and forks for
all of them.

    scouting ──► scout ◄── a pipe's end ── Look, in any thread
                   └── fork ──► child: takes its task from the pipe, and answers there
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from preflight.probe.child import GRACE, Bounds, limit_memory, settle
from preflight.probe.faults import Unmeasured

if TYPE_CHECKING:
    import socket
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

T = TypeVar("T")
CRASHED = "looking into it crashed the reader"


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

    Raises:
        Unmeasured: there is no child.
    """

    def __init__(self, function: Callable[..., T], *args: object, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._ends_s = time.monotonic() + self._bounds.seconds
        self._ours, theirs = _context().Pipe()
        try:
            self._child: _Child = _Scouted(_scout, self._ours, theirs) if _scout else _Forked(theirs)
        except BaseException:
            self._ours.close()
            raise
        finally:
            theirs.close()
        with suppress(OSError):  # it died at once: `result` says so
            self._ours.send((self._bounds, function, args))

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
            raise Unmeasured(CRASHED) from None
        if isinstance(result, MemoryError):
            raise Unmeasured("looking into it needs more memory than it may have")
        if isinstance(result, BaseException):
            raise result
        return result

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._child.end()
        self._ours.close()


class _Child(Protocol):
    def end(self) -> None:
        """End it, whatever it is doing."""


class _Forked:
    """A child of this process."""

    def __init__(self, theirs: "Connection[Any, Any]") -> None:
        self._process: BaseProcess = _context().Process(target=_answer, args=(theirs,), daemon=True)  # type: ignore[attr-defined] # both kinds of context have it
        self._process.start()

    def end(self) -> None:
        self._process.kill()
        self._process.join()


class _Scouted:
    """A child of the scout, which tells its number first; it waits for its task, so the number is still its own."""

    def __init__(self, scout: "socket.socket", ours: "Connection[Any, Any]", theirs: "Connection[Any, Any]") -> None:
        import socket

        try:
            socket.send_fds(scout, [b"."], [theirs.fileno()])
            theirs.close()
            self._pid: int = ours.recv()
            self._handle = os.pidfd_open(self._pid) if hasattr(os, "pidfd_open") else None
        except (EOFError, OSError):
            raise Unmeasured(CRASHED) from None

    def end(self) -> None:
        with suppress(ProcessLookupError):
            if self._handle is None:
                os.kill(self._pid, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        if self._handle is not None:
            os.close(self._handle)


_scout: "socket.socket | None" = None
"""The end of a socket by which the scout is asked."""


@contextmanager
def scouting() -> Iterator[None]:
    """Let a scout fork for all looks within; to be entered before there are threads that look.

    Where there is one already, or no fork, nothing changes.
    """
    global _scout  # noqa: PLW0603 - there is one for the process, as there is one table of threads
    if _scout is not None or not hasattr(os, "fork"):
        yield
        return
    import socket

    ours, theirs = socket.socketpair()
    pid = os.fork()
    if not pid:
        ours.close()
        _serve(theirs)
    theirs.close()
    _scout = ours
    try:
        yield
    finally:
        _scout = None
        with suppress(OSError):
            ours.shutdown(socket.SHUT_RDWR)  # closing is not enough: another child may have inherited this end
        ours.close()
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _serve(asked: "socket.socket") -> None:
    """Fork for each end of a pipe that comes, until nobody can ask any more; never return."""
    import socket
    from multiprocessing.connection import Connection

    status = 1
    try:
        settle()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        _load()
        while True:
            said, ends, _, _ = socket.recv_fds(asked, 1, 1)
            if not said:
                break
            if not os.fork():
                asked.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                connection: Connection[Any, Any] = Connection(ends[0])
                connection.send(os.getpid())
                _answer(connection)
                break
            os.close(ends[0])
        status = 0
    finally:
        os._exit(status)


def _load() -> None:
    """Import what looks need, once for all of them."""
    import av
    from PIL import Image, ImageFilter, ImageOps

    del av, ImageFilter, ImageOps
    Image.preinit()


def _context() -> "BaseContext":
    import multiprocessing

    return multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")


def _answer(connection: "Connection[Any, Any]") -> None:
    """Take a task, do it with bounded memory and send what it returns or raises; Ctrl-C is the parent's to handle.

    Nothing is printed: C libraries complain of files on standard error, past every setting.
    """
    settle()
    try:
        bounds, function, args = connection.recv()
    except (EOFError, OSError):
        return
    signal.setitimer(signal.ITIMER_REAL, bounds.seconds * GRACE)
    limit_memory(bounds.memory_bytes)
    try:
        connection.send(function(*args))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again in the parent
        connection.send(error)
