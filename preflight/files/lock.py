"""Locks that the system gives back when their process ends, however it ends: a name in, whether it is held out.

A lock is a file of its own, for its owner alone, and never reached over a link. A file whose content is at stake, as a
draft is, is held by its own descriptor instead (`preflight.system.files.hold`): its name changes while it is held.
"""

import errno
import os
import uuid
from contextlib import suppress
from pathlib import Path

MODE = 0o600
NUMBER_BYTES = 20
"""Room for the number of a process."""
LOCKLESS = frozenset({errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})


class NoLocks(OSError):  # noqa: N818 - a state, not a fault
    """The file system has no locks."""


class Lock:
    """A lock beside other files; it is nobody's until it is taken.

    Args:
        path: the file that stands for it, made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        from filelock import FileLock

        self._path = path
        self._lock = FileLock(path, mode=MODE, thread_local=False, fallback_to_soft=False, on_acquired=_sign)

    def take(self) -> bool:
        """Try to hold it, without waiting; tell whether this process does.

        Raises:
            NoLocks: nobody can hold anything there.
            OSError: the file cannot be made or opened, or is a link.
        """
        from filelock import Timeout

        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        except OSError as error:
            if error.errno in LOCKLESS:
                raise NoLocks(error.errno, error.strerror, str(self._path)) from None
            raise
        return True

    def holder(self) -> str:
        """Return the number of the process that holds it, as it says itself; nothing where it cannot be read."""
        with suppress(OSError), self._path.open("rb") as file:  # Windows lets nobody else read it
            return file.read(NUMBER_BYTES).decode("ascii", "replace")
        return ""

    def give_back(self, *, remove: bool = False) -> None:
        """Let others take it.

        Args:
            remove: whether the file goes, too, and before that: who waits for it looks for a new one.
        """
        if remove:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        self._lock.release()


def _sign(descriptor: int) -> None:
    """Write down in a lock whose it is."""
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, str(os.getpid()).encode())


class ProcessLock:
    """This process's sign of life beside a file; nothing is made before `show` is called."""

    def __init__(self, path: Path) -> None:
        self.name = uuid.uuid4().hex
        self._path = path
        self._lock: Lock | None = None

    def show(self) -> None:
        """Hold the lock from now on."""
        if self._lock is None:
            lock = Lock(self._place(self.name))
            lock.take()
            self._lock = lock

    def end(self) -> None:
        """Give the lock back."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.give_back(remove=True)

    def is_over(self, name: str) -> bool:
        """Tell whether the process of this name has ended, and tidy up after it."""
        if name == self.name:
            return False
        place = self._place(name)
        if not os.path.lexists(place):
            return True
        lock = Lock(place)
        if not lock.take():
            return False
        lock.give_back(remove=True)
        return True

    def _place(self, name: str) -> Path:
        return self._path.with_name(f"{self._path.name}-alive-{name}")
