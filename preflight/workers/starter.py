"""Starters: bounds in, a connected `Child` out.

Where forks are safe, a server loads the libraries and forks itself; elsewhere each child starts alone.
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
from preflight.workers.child import END, FORK, NUMBER_BYTES, STATUS_BYTES
from preflight.workers.link import Link
from preflight.workers.process import Begun, Process, begin, begin_server

LAST_S = 5.0
"""Time a server gets to end."""


class Child(Protocol):
    """A process that answers calls."""

    link: Link

    def kill(self) -> None:
        """Kill the process; its connection stays open, so that waiting callers notice."""

    def end(self) -> int | None:
        """End it and return its exit status, negative for a signal, None if unknown."""


class Starter(Protocol):
    """Starts children."""

    def start(self, bounds: Bounds) -> Child:
        """Start a child.

        Raises:
            OSError: no process can be started.
        """

    def end(self) -> None:
        """End all its children; it may start others afterwards."""


# ---- each by itself -------------------------------------------------------------------------------------------------


class _Single:
    """A child with its own interpreter."""

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
        with suppress(OSError):  # it died at once: the next call reports it
            self.link.send(bounds)

    def kill(self) -> None:
        """Kill the process."""
        self._process.kill()

    def end(self) -> int | None:
        self.kill()
        status = self._process.wait()
        self.link.close()
        self._gone(self)
        return status


class Singles:
    """Starts each child with its own interpreter."""

    def __init__(self) -> None:
        self._children: set[_Single] = set()

    def start(self, bounds: Bounds) -> Child:
        """Start a child; raise OSError."""
        child = _Single(bounds, self._children.discard)
        self._children.add(child)
        return child

    def end(self) -> None:
        """End all children; waiting callers get an error."""
        for child in list(self._children):
            child.kill()


# ---- forked by a server ---------------------------------------------------------------------------------------------


class _Forked:
    """A child of a fork server."""

    def __init__(self, link: Link, end_child: Callable[[], int | None]) -> None:
        self.link, self._replace = link, end_child
        self._ended = False
        self._status: int | None = None

    def kill(self) -> None:
        """Kill the process."""
        if not self._ended:
            self._ended, self._status = True, self._replace()

    def end(self) -> int | None:
        self.link.close()
        self.kill()
        return self._status


class Server:
    """Starts children by a fork server, started on demand and again after its death.

    Args:
        begun: a running server.
    """

    def __init__(self, begun: Begun | None = None) -> None:
        self._turn = threading.Lock()
        self._control: socket.socket | None
        self._process: Process | None
        self._control, self._process = begun or (None, None)
        self._started = 0

    def start(self, bounds: Bounds) -> Child:
        """Let the server fork a child; raise OSError."""
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
        """Send the server a socket, restarting a dead server; return the control socket used."""
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
        """End a child and return its exit status; None where its server is gone."""
        with self._turn:
            try:
                control.sendall(END + number.to_bytes(NUMBER_BYTES, "big"))
                told = control.recv(STATUS_BYTES)
            except OSError:
                return None
        return int.from_bytes(told, "big", signed=True) if told else None

    def end(self) -> None:
        """End the server and its children; waiting callers get an error."""
        with self._turn:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        control, self._control = self._control, None
        if control is not None:
            with suppress(OSError):
                control.shutdown(socket.SHUT_RDWR)  # closing is not enough: a fork of this program may hold it
            control.close()
        if process is not None:
            try:
                process.wait(LAST_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
