"""What one caller's work owns: its children, the programs that it runs, and whether it was told to stop.

    Session ──┬── Starter ───► children     in which a library reads something hostile
              ├── programs                  an ffmpeg that encodes
              ├── sessions within           parts of the work that may be stopped by themselves
              └── stopped                   nothing more begins

A session is handed down with the context, and to threads through `within`: two sessions, in two threads or in one, do
not see each other, and nothing of them belongs to the process.
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
    """Nothing begins any more: this work was told to stop."""

    def __init__(self) -> None:
        super().__init__(None, "interrupted")


class Session:
    """The children and programs of one caller's work.

    Args:
        outer: the session whose starter starts the children too, and which stops this one when it stops.
        begun: a server of children that runs already.
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
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End what is left."""
        self.close()

    @property
    def is_ours(self) -> bool:
        """Whether it is this process that may use it: a fork of the one that made it may not."""
        return self._owner == os.getpid()

    @property
    def is_stopped(self) -> bool:
        """Whether nothing begins any more."""
        return self._stopped.is_set() or bool(self._outer and self._outer.is_stopped)

    @contextmanager
    def entered(self) -> "Iterator[Session]":
        """Do what is within for this session: what it begins belongs to it."""
        token = _current.set(self)
        try:
            yield self
        finally:
            _current.reset(token)

    def start(self, bounds: Bounds) -> Child:
        """Start a child.

        Raises:
            OSError: no process can be started; `StoppedError` where none may be.
        """
        self._refuse_stopped()
        child = self._starter.start(bounds)
        with self._turn:
            self._children.add(child)
        if self.is_stopped:  # it was begun while the others were being ended
            child.kill()
        return child

    def begin(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        """Begin a program; `end` has to follow, whatever becomes of it.

        Raises:
            OSError: it cannot be begun; `StoppedError` where nothing may.
        """
        self._refuse_stopped()
        begun = program.begin(command)
        with self._turn:
            self._programs.add(begun)
        if self.is_stopped:
            begun.kill()
        return begun

    def end(self, begun: "subprocess.Popen[bytes]") -> None:
        """End a program that may have ended, and leave none of its pipes open."""
        if begun.poll() is None:
            begun.kill()
            begun.wait()
        for pipe in (begun.stdout, begun.stderr):
            if pipe:
                pipe.close()
        with self._turn:
            self._programs.discard(begun)

    def pause(self, seconds: float) -> None:
        """Wait; raise StoppedError as soon as nothing may begin any more."""
        if self._stopped.wait(seconds):
            raise StoppedError
        self._refuse_stopped()

    def stop(self) -> None:
        """Let nothing begin any more, and end what runs; whoever waits for it hears that it is gone.

        A fork of the process that made it has nothing of it to end.
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
        """End all that is left, and whoever started it where that is this session's own."""
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
    """Return the session of the work that goes on here; None where there is none."""
    found = _current.get()
    return found if found and found.is_ours else None


@contextmanager
def session(begun: Begun | None = None) -> Iterator[Session]:
    """Do what is within as one piece of work: what it begins is ended with it, and at once where it is broken off.

    Within another session it is a part of that: the same server starts its children.

    Args:
        begun: a server of children that runs already.
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
    """Return a call that works, in whatever thread, for the session of where it was made."""
    made = current()

    def called(*args: object) -> Result:
        token = _current.set(made)
        try:
            return call(*args)
        finally:
            _current.reset(token)

    return called
