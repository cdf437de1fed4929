"""Locks that the system releases when their process ends.

A lock is a file of its own, private to its owner and never followed as a link. A draft is held by its own descriptor
(`preflight.system.files.hold`), because its name changes.
"""

import errno
import os
import uuid
from contextlib import suppress
from pathlib import Path

MODE = 0o600
NUMBER_BYTES = 20
"""Room for a process id."""
LOCKLESS = frozenset({errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})


class NoLocks(OSError):  # noqa: N818 - a state, not a fault
    """The file system has no locks."""


class Lock:
    """A lock file; taken by `take`.

    Args:
        path: the lock file, created where missing.
    """

    def __init__(self, path: Path) -> None:
        from filelock import FileLock

        self._path = path
        self._lock = FileLock(path, mode=MODE, thread_local=False, fallback_to_soft=False, on_acquired=_sign)

    def take(self) -> bool:
        """Try to take the lock without waiting; tell whether this process holds it.

        Raises:
            NoLocks: the file system has no locks.
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
        """Return the id of the holding process as its lock file says, or an empty string."""
        with suppress(OSError), self._path.open("rb") as file:  # Windows refuses readers
            return file.read(NUMBER_BYTES).decode("ascii", "replace")
        return ""

    def give_back(self, *, remove: bool = False) -> None:
        """Release the lock.

        Args:
            remove: whether to remove the file first; waiting processes then look for a new one.
        """
        if remove:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        self._lock.release()


def _sign(descriptor: int) -> None:
    """Write this process's id into the lock, unless it stands there from the last time."""
    mine = str(os.getpid()).encode()
    os.lseek(descriptor, 0, os.SEEK_SET)
    if os.read(descriptor, NUMBER_BYTES) != mine:
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, mine)


class ProcessLock:
    """A lock that lasts as long as this process; `show` takes it."""

    def __init__(self, path: Path) -> None:
        self.name = uuid.uuid4().hex
        self._path = path
        self._lock: Lock | None = None

    def show(self) -> None:
        """Take the lock."""
        if self._lock is None:
            lock = Lock(self._place(self.name))
            lock.take()
            self._lock = lock

    def end(self) -> None:
        """Release the lock."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.give_back(remove=True)

    def is_over(self, name: str) -> bool:
        """Tell whether the process of this name has ended; remove its lock file."""
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
