"""Sessions: the children and programs of one caller, and its stop flag.

    Session ──┬── Starter ───► children     where libraries read files from outside
              ├── programs                  ffmpeg
              ├── sessions within           parts that may be stopped separately
              └── stopped                   nothing more starts

A session belongs to its context, passed to threads by `within`: sessions do not see each other, and the process owns
nothing of them.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Self, TypeVar
from weakref import WeakSet

from preflight.values.bounds import Bounds
from preflight.workers import program
from preflight.workers.process import Begun, can_fork
from preflight.workers.starter import Child, Server, Singles, Starter

if TYPE_CHECKING:
    import subprocess

Result = TypeVar("Result")


class StoppedError(OSError):
    """The session is stopped; nothing more starts."""

    def __init__(self) -> None:
        super().__init__(None, "interrupted")


class Session:
    """The children and programs of one caller.

    Args:
        outer: a session that shares its starter, and stops this one too.
        begun: a running fork server.
    """

    def __init__(self, outer: "Session | None" = None, begun: Begun | None = None) -> None:
        self._owner = os.getpid()
        self._outer = outer
        self._starter: Starter = outer._starter if outer else _starter(begun)  # noqa: SLF001 - of the same class
        self._turn = threading.RLock()
        self._stopped = threading.Event()
        self._children: WeakSet[Child] = WeakSet()
        self._programs: set[subprocess.Popen[bytes]] = set()
        self._within: WeakSet[Session] = WeakSet()
        if outer:
            with outer._turn:  # noqa: SLF001 - of the same class
                outer._within.add(self)  # noqa: SLF001 - of the same class

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(self, *_: object) -> None:
        """End everything that still runs."""
        self.close()

    @property
    def is_ours(self) -> bool:
        """Whether this process may use it; a fork may not."""
        return self._owner == os.getpid()

    @property
    def is_stopped(self) -> bool:
        """Whether nothing more starts."""
        return self._stopped.is_set() or bool(self._outer and self._outer.is_stopped)

    @contextmanager
    def entered(self) -> "Iterator[Session]":
        """Make it the current session within the block."""
        token = _current.set(self)
        try:
            yield self
        finally:
            _current.reset(token)

    def start(self, bounds: Bounds) -> Child:
        """Start a child.

        Raises:
            OSError: no process can be started; `StoppedError` after a stop.
        """
        self._refuse_stopped()
        child = self._starter.start(bounds)
        with self._turn:
            self._children.add(child)
        if self.is_stopped:  # started while `stop` ran
            child.kill()
        return child

    def begin(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        """Start a program; call `end` afterwards in any case.

        Raises:
            OSError: it cannot be started; `StoppedError` after a stop.
        """
        self._refuse_stopped()
        begun = program.begin(command)
        with self._turn:
            self._programs.add(begun)
        if self.is_stopped:
            begun.kill()
        return begun

    def end(self, begun: "subprocess.Popen[bytes]") -> None:
        """End a program, if it still runs, and close its pipes."""
        if begun.poll() is None:
            begun.kill()
            begun.wait()
        for pipe in (begun.stdout, begun.stderr):
            if pipe:
                pipe.close()
        with self._turn:
            self._programs.discard(begun)

    def pause(self, seconds: float) -> None:
        """Wait; raise StoppedError as soon as the session is stopped."""
        if self._stopped.wait(seconds):
            raise StoppedError
        self._refuse_stopped()

    def stop(self) -> None:
        """Stop the session and end all that runs; waiting callers get an error.

        Does nothing in a fork.
        """
        if not self.is_ours:
            return
        self._stopped.set()
        with self._turn:
            programs, children, within = list(self._programs), list(self._children), list(self._within)
        for one in within:
            one.stop()
        for begun in programs:
            begun.kill()
        for child in children:
            child.kill()

    def close(self) -> None:
        """Stop the session; end its starter, unless shared."""
        self.stop()
        if self._outer is None and self.is_ours:
            self._starter.end()

    def _refuse_stopped(self) -> None:
        if self.is_stopped:
            raise StoppedError


def _starter(begun: Begun | None) -> Starter:
    return Server(begun) if begun or can_fork() else Singles()


_current: ContextVar[Session | None] = ContextVar("preflight_session", default=None)


def current() -> Session | None:
    """Return the current session, or None."""
    found = _current.get()
    return found if found and found.is_ours else None


@contextmanager
def session(begun: Begun | None = None) -> Iterator[Session]:
    """Run a block as one session: end its processes with it, at once on an exception.

    Within another session it shares that one's server.

    Args:
        begun: a running fork server.
    """
    outer = current()
    if outer and begun:
        Server(begun).end()
        begun = None
    with Session(outer, begun) as made, made.entered():
        try:
            yield made
        except BaseException:
            made.stop()
            raise


def within(call: Callable[..., Result]) -> Callable[..., Result]:
    """Bind a call to the current session, for any thread."""
    made = current()

    def called(*args: object) -> Result:
        token = _current.set(made)
        try:
            return call(*args)
        finally:
            _current.reset(token)

    return called
