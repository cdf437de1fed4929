"""The command line's start method: fork the server from the program at once, before it has done anything.

A fresh interpreter would load the libraries again: checking a small clip takes 2.2 times the processor time of
importing click, av and PIL, forked 1.7 times. This is safe only there: there is one thread, nothing was read but the
environment, and the fork wipes that before it opens anything.
"""

import os
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import preflight.probe  # noqa: F401 - the program needs it as its server does: loaded once for both
from preflight.system import processes as system
from preflight.workers import child
from preflight.workers.environment import needed_environment
from preflight.workers.process import ONE_THREAD, Begun, Load, begin_server, can_fork, traced

ENV_START, ENV_END = 50, 51
"""Fields of proc_pid_stat(5) that locate the environment."""
BEHIND_NAME = 3
"""The first field after the program's name, which may hold any character."""
DESCRIPTORS = 3
"""Standard input, output and error."""


class Fork:
    """A forked server, with the methods of `subprocess.Popen` that a starter needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.status: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; it ends with the program, so the timeout is ignored."""
        del timeout
        if self.status is None:
            self.status = system.wait_for(self.pid)
        return self.status

    def kill(self) -> None:
        """Kill it."""
        system.kill(self.pid)


def fork_server(load: Load) -> Begun | None:
    """Fork a server from this program, which must have done nothing yet; return None where that is unsafe.

    Raises:
        OSError: there are too many processes.
    """
    if not can_fork() or not system.is_single_threaded():
        return None
    ours, theirs = system.control_pair()
    try:
        pid = system.fork()
    except OSError:
        ours.close()
        theirs.close()
        raise
    if not pid:
        _be_server(theirs, load)
    theirs.close()
    return ours, Fork(pid)


def _be_server(end: socket.socket, load: Load) -> NoReturn:
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _close_all_but(end.fileno())
        forget_environment()
        child.be_server(end, load)
    finally:
        os._exit(1)


def _close_all_but(kept: int) -> None:
    """Close all other descriptors: readers of the program's output would wait for the server."""
    nothing = os.open(os.devnull, os.O_RDWR)
    trace = traced()
    for descriptor in range(DESCRIPTORS):
        if descriptor != DESCRIPTORS - 1 or not trace:
            os.dup2(nothing, descriptor)
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names are numbers
        if int(name) >= DESCRIPTORS and int(name) != kept:
            with suppress(OSError):
                os.close(int(name))


def forget_environment() -> None:
    """Wipe the environment from this process's memory, except for what children need.

    Overwrites the kernel's copy and the one Python made at its start.
    """
    import ctypes

    kept = {**needed_environment(), **ONE_THREAD}
    values = [value for value in system.environment_values() if len(value) > 1]
    os.environ.clear()
    head = bytes.__basicsize__ - 1
    for value in values:
        ctypes.memset(id(value) + head, 0, len(value))
    fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
    begin, end = (int(fields[at - BEHIND_NAME]) for at in (ENV_START, ENV_END))
    if begin:
        ctypes.memset(begin, 0, end - begin)
    os.environ.update(kept)


def earliest(load: Load) -> Begun | None:
    """Start a fork server early: by a fork, or afresh where that is unsafe; None where nothing can fork."""
    return fork_server(load) or (begin_server(load) if can_fork() else None)
