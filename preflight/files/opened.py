"""Paths below a watch's folders ──► files by open folder descriptors, so that no link leads elsewhere.

    path ──► the named root ──► each folder opened within the one before ──► its descriptor, and a name

Others may write there: a folder may become a link between two steps, an open one stays the same. Systems without such
descriptors use the path.
"""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import NamedTuple, Self

from preflight.system.files import BY_DESCRIPTOR, FOLDER, MAKE, NO_LINK, NO_WAIT, READ

State = tuple[int, int, int, int]
"""Device, inode, size in bytes and modification time in ns."""

MOST_HELD = 64
"""Most folders held open at a time; the least recently used is closed first."""
LONGEST_PATH = 4096
"""PATH_MAX of Linux; other programs cannot open longer paths."""


class Outside(OSError):  # noqa: N818 - a place, not a fault
    """A path leads out of the watch's folders."""


class Spot(NamedTuple):
    """A file's name in an open folder."""

    folder: int | None
    """None where the system has no such descriptors; the name is then a path."""
    name: str
    path: str
    """For messages."""


@contextmanager
def whole_paths(spot: Spot, target: Spot | None = None) -> Iterator[None]:
    """Put whole paths into an error."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = spot.path, target.path if target else None
        raise


class Opened:
    """The folders of a watch, held open while entered.

    Args:
        roots: the named folders, which may be links; of nested ones the outer counts.
    """

    def __init__(self, *roots: str | os.PathLike[str]) -> None:
        self._here = os.getcwd()  # noqa: PTH109 - any bytes may be a name
        self._roots = sorted({self._absolute(os.fspath(root)) for root in roots}, key=len)
        self._held: dict[str, int] = {}

    def __enter__(self) -> Self:
        """Start; folders are opened on demand."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all folders."""
        while self._held:
            os.close(self._held.popitem()[1])

    def _absolute(self, path: str) -> str:
        return os.path.join(self._here, path)  # noqa: PTH118 - any bytes may be a name

    # ---- folders

    def folder(self, path: str) -> int | None:
        """Return a folder's descriptor; None where the system has none.

        Raises:
            Outside: it lies elsewhere, or a link on the way leads there.
            OSError: it cannot be opened.
        """
        root, parts = self._parts(path)
        return self._reached(root, parts, path) if BY_DESCRIPTOR else None

    def make(self, path: str) -> None:
        """Make a folder and its missing parents.

        Raises:
            OSError: as `folder`, or it cannot be made.
        """
        root, parts = self._parts(path)
        os.makedirs(root, exist_ok=True)  # noqa: PTH103 - any bytes may be a name
        for number in range(1, len(parts) + 1):
            spot = self.spot(os.path.join(root, *parts[:number]))  # noqa: PTH118 - any bytes may be a name
            with whole_paths(spot), suppress(FileExistsError):
                os.mkdir(spot.name, dir_fd=spot.folder)
        self.folder(path)

    def _parts(self, path: str) -> tuple[str, list[str]]:
        """Split a folder into its root and the names below it."""
        whole = self._absolute(path)
        if len(os.fsencode(whole)) >= LONGEST_PATH:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), path)
        for root in self._roots:
            if whole == root:
                return root, []
            below = whole.removeprefix(os.path.join(root, ""))  # noqa: PTH118 - any bytes may be a name
            if below != whole:
                parts = below.split(os.sep)  # noqa: PTH206 - `parts` hides what is to be refused
                if not any(part in ("", os.curdir, os.pardir) for part in parts):
                    return root, parts
        raise Outside(errno.EPERM, "lies outside the folders of this watch", path)

    def _reached(self, root: str, parts: Sequence[str], path: str) -> int:
        """Return a folder's descriptor, opened from the nearest open parent."""
        names = [os.path.join(root, *parts[:number]) for number in range(len(parts) + 1)]  # noqa: PTH118 - as above
        above = next((number for number in range(len(parts), -1, -1) if names[number] in self._held), None)
        if above is None:
            self._hold(root, os.open(root, FOLDER))
            above = 0
        here = self._held[names[above]]
        self._hold(names[above], here)
        for number in range(above, len(parts)):
            here = _within(here, parts[number], path)
            self._hold(names[number + 1], here)
        return here

    def _hold(self, name: str, descriptor: int) -> None:
        """Keep a folder open; close the least recently used."""
        self._held.pop(name, None)
        self._held[name] = descriptor
        if len(self._held) > MOST_HELD:
            os.close(self._held.pop(next(iter(self._held))))

    # ---- files

    def spot(self, path: str) -> Spot:
        """Open a file's folder and return both; raise as `folder` does."""
        folder, name = os.path.split(path)
        if name in ("", os.curdir, os.pardir):
            raise Outside(errno.EPERM, "is no name of a file", path)
        descriptor = self.folder(folder)
        return Spot(descriptor, path if descriptor is None else name, path)

    def status(self, path: str) -> os.stat_result:
        """Return a file's or link's status; raise OSError."""
        spot = self.spot(path)
        with whole_paths(spot):
            return os.stat(spot.name, dir_fd=spot.folder, follow_symlinks=False)

    def state(self, path: str) -> State | None:
        """Return a regular file's state, or None."""
        try:
            return state_from(self.status(path))
        except (OSError, ValueError):
            return None

    def has(self, path: str) -> bool:
        """Tell whether a name is taken; raise OSError if unknown."""
        try:
            self.status(path)
        except FileNotFoundError:
            return False
        return True

    def read(self, path: str) -> int:
        """Open a file for reading and return its descriptor; raise OSError, for links too."""
        return self._open(path, READ | NO_LINK | NO_WAIT)

    def create(self, path: str) -> int:
        """Create a file and return its descriptor; raise OSError."""
        return self._open(path, MAKE)

    def _open(self, path: str, flags: int) -> int:
        spot = self.spot(path)
        with whole_paths(spot):
            return os.open(spot.name, flags, 0o666, dir_fd=spot.folder)

    def unlink(self, path: str) -> None:
        """Remove a name; raise OSError."""
        spot = self.spot(path)
        with whole_paths(spot):
            os.unlink(spot.name, dir_fd=spot.folder)

    def remove(self, path: str) -> None:
        """Remove a file, if it exists and can be removed."""
        with suppress(OSError):
            self.unlink(path)


def _within(folder: int, name: str, path: str) -> int:
    """Open a folder within an open one."""
    try:
        return os.open(name, FOLDER | NO_LINK, dir_fd=folder)
    except OSError as error:
        if _is_link(folder, name):
            raise Outside(errno.ELOOP, "its folder has become a link", path) from None
        error.filename = path
        raise


def _is_link(folder: int, name: str) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def state_from(status: os.stat_result) -> State | None:
    """Return a regular file's state; None for anything else."""
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def leads_out(path: str, *roots: str | os.PathLike[str]) -> bool:
    """Tell whether a path leads out of folders: by its root, by `..` or by a link.

    A missing folder leads nowhere.
    """
    with Opened(*roots) as at:
        try:
            at.spot(path)
        except Outside:
            return True
        except OSError:
            return False
    return False
