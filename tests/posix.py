"""What some tests ask of the system and Windows has not: there, the test that asks is skipped by asking."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

KILLED = 1 if sys.platform == "win32" else -9
"""The exit status of a process that was killed."""
CORE_DUMPED = 0x80
"""The bit of a status of wait(2) that tells of a core."""


def _absent(what: str) -> NoReturn:
    pytest.skip(f"this system has no {what}")


if sys.platform == "win32":
    KILL = signal.SIGTERM
    """What ends a process at once."""

    def make_pipe(path: "str | os.PathLike[str]") -> None:
        _absent(f"pipes among files, such as {path}")

    def give_away(path: "str | os.PathLike[str]", owner: int) -> None:
        _absent(f"files that can be given away, such as {path} to {owner}")

    def terminal() -> tuple[int, int]:
        _absent("terminals that can be made")

    def signal_group(pid: int, number: int) -> None:
        _absent(f"signals to groups, such as {number} to {pid}")

    def file_size_limit(size_bytes: int) -> Callable[[], None]:
        _absent(f"bound of {size_bytes} bytes on a file's size")

    @contextmanager
    def bound_to_one_processor() -> Iterator[None]:
        _absent("processors that a process is bound to")

else:
    KILL = signal.SIGKILL

    def make_pipe(path: "str | os.PathLike[str]") -> None:
        """Make a pipe that has a name."""
        os.mkfifo(path)

    def give_away(path: "str | os.PathLike[str]", owner: int) -> None:
        """Give a file to another user and group; only root can."""
        os.chown(path, owner, owner)

    def terminal() -> tuple[int, int]:
        """Return the descriptors of a terminal: the user's side, and the program's."""
        import pty

        return pty.openpty()

    def signal_group(pid: int, number: int) -> None:
        """Send a signal to a process and what it began."""
        os.killpg(pid, number)

    def file_size_limit(size_bytes: int) -> Callable[[], None]:
        """Return what lets a process write no file larger than that."""
        import resource

        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))

    @contextmanager
    def bound_to_one_processor() -> Iterator[None]:
        """Bind this process to one processor."""
        if sys.platform == "darwin":
            _absent("processors that a process is bound to")
        else:
            bound = os.sched_getaffinity(0)
            os.sched_setaffinity(0, {min(bound)})
            try:
                yield
            finally:
                os.sched_setaffinity(0, bound)
