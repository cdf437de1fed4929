"""The start method of the command line alone: the server is forked from the program before that has done anything.

A fresh interpreter would load again what the program has loaded: the check of one small clip then takes 2.2 times the
processor time of importing click, av and PIL, and 1.7 times forked. It is harmless there and nowhere else: there is one
thread, nothing was read but the environment, and that is wiped out in the fork before anything is opened.
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
"""The fields of proc_pid_stat(5) that tell where the environment lies."""
BEHIND_NAME = 3
"""The first field behind the program's name, which may hold anything."""
DESCRIPTORS = 3
"""Standard input, output and error."""


class Fork:
    """A forked server, as much of it as `subprocess.Popen` has and a starter needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.status: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; it does when nobody can ask it any more, so that no time is needed."""
        del timeout
        if self.status is None:
            self.status = system.buried(self.pid)
        return self.status

    def kill(self) -> None:
        """End it."""
        system.kill(self.pid)


def fork_server(load: Load) -> Begun | None:
    """Fork a server of children off this program, which must have done nothing yet; None where that is not safe.

    Raises:
        OSError: there are too many processes.
    """
    if not can_fork() or not system.is_alone():
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
    """Leave nothing of the program's open: whoever reads its output would wait for the server, too."""
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
    """Wipe the environment out of the memory of this process, and keep what children need.

    The system's own copy, and the one that Python made of it when it started: both are overwritten where they lie.
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
    """Start a server as soon as possible: by a fork, or where that is not safe afresh; None where nothing can fork."""
    return fork_server(load) or (begin_server(load) if can_fork() else None)
