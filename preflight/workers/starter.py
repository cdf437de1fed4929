"""Starting children: bounds in, a `Child` with a connection out.

Where the system can fork without harm, one server is started that loads the libraries and forks itself; elsewhere each
child is started by itself.
"""

import os
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from preflight.system import files, processes
from preflight.values.bounds import Bounds
from preflight.workers.child import BURY, FORK, NUMBER_BYTES, STATUS_BYTES
from preflight.workers.link import Link
from preflight.workers.process import Begun, Process, begin, begin_server

LAST_S = 5.0
"""How long a server may take to end."""


class Child(Protocol):
    """A process that does what it is asked."""

    link: Link

    def kill(self) -> None:
        """End the process, and leave the connection to whoever waits at it: they hear that it is gone."""

    def end(self) -> int | None:
        """End it, whatever it is doing; return its exit status, negative for a signal, None where nobody knows."""


class Starter(Protocol):
    """What starts children."""

    def start(self, bounds: Bounds) -> Child:
        """Start a child.

        Raises:
            OSError: no process can be started.
        """

    def end(self) -> None:
        """End all that it started, whatever they are doing; it can start others afterwards."""


# ---- each by itself -------------------------------------------------------------------------------------------------


class _Single:
    """A child that was started by itself."""

    def __init__(self, bounds: Bounds, gone: Callable[["_Single"], None]) -> None:
        ours, theirs = socket.socketpair()
        self.link, self._gone = Link(ours), gone
        try:
            self._process = begin("each", theirs)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        with suppress(OSError):  # it died at once: whoever asks hears so
            self.link.send(bounds)

    def kill(self) -> None:
        """End the process."""
        self._process.kill()

    def end(self) -> int | None:
        self.kill()
        status = self._process.wait()
        self.link.close()
        self._gone(self)
        return status


class Singles:
    """Starts each child by itself."""

    def __init__(self) -> None:
        self._children: set[_Single] = set()

    def start(self, bounds: Bounds) -> Child:
        """Start a child; raise OSError where that is not possible."""
        child = _Single(bounds, self._children.discard)
        self._children.add(child)
        return child

    def end(self) -> None:
        """End all children; whoever waits for one hears that it is gone."""
        for child in list(self._children):
            child.kill()


# ---- forked by a server ---------------------------------------------------------------------------------------------


class _Forked:
    """A child of the server's."""

    def __init__(self, link: Link, bury: Callable[[], int | None]) -> None:
        self.link, self._replace = link, bury
        self._ended = False
        self._status: int | None = None

    def kill(self) -> None:
        """End the process."""
        if not self._ended:
            self._ended, self._status = True, self._replace()

    def end(self) -> int | None:
        self.link.close()
        self.kill()
        return self._status


class Server:
    """Starts children by a server that forks them; it is started when it is needed, and again where it died.

    Args:
        begun: a server that runs already.
    """

    def __init__(self, begun: Begun | None = None) -> None:
        self._turn = threading.Lock()
        self._control: socket.socket | None
        self._process: Process | None
        self._control, self._process = begun or (None, None)
        self._started = 0

    def start(self, bounds: Bounds) -> Child:
        """Let the server fork a child; raise OSError where that is not possible."""
        ours, theirs = socket.socketpair()
        try:
            with self._turn:
                self._started += 1
                number, control = self._started, self._ask(theirs)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        link = Link(ours)
        with suppress(OSError):
            link.send(bounds)
        return _Forked(link, lambda: self._replace(number, control))

    def _ask(self, theirs: socket.socket) -> socket.socket:
        """Hand the server an end, a server that died giving way to another one; return by which way it was asked."""
        words = FORK + self._started.to_bytes(NUMBER_BYTES, "big")
        place = os.open(os.curdir, files.PLACE)
        try:
            control = self._ready()
            processes.send_ends(control, words, [theirs.fileno(), place])
        except (BrokenPipeError, ConnectionError):
            self._end()
            control = self._ready()
            processes.send_ends(control, words, [theirs.fileno(), place])
        finally:
            os.close(place)
        return control

    def _ready(self) -> socket.socket:
        if self._control is None:
            self._control, self._process = begin_server()
        return self._control

    def _replace(self, number: int, control: socket.socket) -> int | None:
        """Let a child be ended, and return its exit status; None where its server is gone, and it with that."""
        with self._turn:
            try:
                control.sendall(BURY + number.to_bytes(NUMBER_BYTES, "big"))
                told = control.recv(STATUS_BYTES)
            except OSError:
                return None
        return int.from_bytes(told, "big", signed=True) if told else None

    def end(self) -> None:
        """End the server and all its children; whoever waits for one hears that it is gone."""
        with self._turn:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        control, self._control = self._control, None
        if control is not None:
            with suppress(OSError):
                control.shutdown(socket.SHUT_RDWR)  # closing is not enough: a fork of this program may hold it, too
            control.close()
        if process is not None:
            try:
                process.wait(LAST_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
