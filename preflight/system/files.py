"""What differs between systems about files: how they are opened, whose they are, how they are held and kept.

Python opens every descriptor so that no other program inherits it; nothing has to be said for that.
"""

import errno
import os
import stat
import sys
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_BINARY: int = getattr(os, "O_BINARY", 0)
NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)
"""Do not follow a link; where a system cannot be told so, links need a right that strangers do not have."""
NO_WAIT: int = getattr(os, "O_NONBLOCK", 0)
"""Do not wait at a pipe that nobody writes to."""
READ: int = os.O_RDONLY | _BINARY
WRITE: int = os.O_RDWR | _BINARY
MAKE: int = os.O_CREAT | os.O_EXCL | os.O_RDWR | _BINARY
"""Make a file that is not there yet."""
FOLDER: int = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
PLACE: int = getattr(os, "O_PATH", os.O_RDONLY)
"""Open a folder only to say where it is."""
HAS_OWNERS: bool = os.name == "posix"
"""Whether a file's owner and mode tell who may write it; on Windows they tell nothing."""
BY_DESCRIPTOR: bool = {os.open, os.stat, os.mkdir, os.link, os.unlink, os.rename} <= os.supports_dir_fd
"""Whether names can be taken in a folder that is open."""
ANY_NAME: bool = os.name == "posix"
"""Whether a name may be anything without `/`; Windows gives some to devices, and changes others."""
TRUST_LIES_IN_FILES: bool = sys.platform == "linux"
"""Whether the system's certificates are files; elsewhere it answers for them itself."""
_HERE = -100
"""AT_FDCWD: relative names start from the working folder."""
_NO_REPLACE = 1
UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM})
"""How a system says that it, or a disk, has no such call."""


def plain_config_folder() -> str | None:
    """Return where programs keep their settings, where that is plain without asking; None elsewhere."""
    if sys.platform == "linux" and "XDG_CONFIG_HOME" not in os.environ:
        return os.path.expanduser("~/.config")  # noqa: PTH111 - at every start: pathlib takes longer
    return None


# ---- owners ---------------------------------------------------------------------------------------------------------


if sys.platform == "win32":

    def me() -> int:
        """Return the number of the user, as files have it: on Windows that of everybody."""
        return 0

    def is_alone_in(group: int) -> bool:
        """Tell whether a group has no member but the user."""
        del group
        return False

else:

    def me() -> int:
        """Return the number of the user, as files have it."""
        return os.geteuid()

    def is_alone_in(group: int) -> bool:
        """Tell whether a group has no member but the user; where that cannot be told, it has."""
        import grp
        import pwd

        try:
            mine, found = pwd.getpwuid(me()), grp.getgrgid(group)
        except KeyError:
            return False
        return group == mine.pw_gid and found.gr_name == mine.pw_name and set(found.gr_mem) <= {mine.pw_name}


# ---- holding --------------------------------------------------------------------------------------------------------


if sys.platform == "win32":

    def hold(descriptor: int) -> None:
        """Hold a file for as long as it is open: on Windows nobody else can remove it then anyway."""

    def is_held(descriptor: int) -> bool:
        """Tell whether another process holds a file: on Windows whoever tries to remove it is told."""
        del descriptor
        return False

    def is_open_for_writing(path: str) -> bool | None:
        """Tell whether somebody has a file open for writing, or mapped; None where that cannot be told."""
        del path
        return None

else:

    def hold(descriptor: int) -> None:
        """Hold a file for as long as it is open, however this process ends; not on a file system without locks.

        Waits for who is just looking whether anybody holds it.
        """
        import fcntl

        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)

    def is_held(descriptor: int) -> bool:
        """Tell whether another process holds a file; where that cannot be told, it does."""
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        return False

    def is_open_for_writing(path: str) -> bool | None:
        """Tell whether somebody has a file open for writing, or mapped; None where that cannot be told.

        A write through a mapping leaves no trace in the file's times while its page waits to be written back. Linux
        grants a lease for reading (fcntl(2), F_SETLEASE) only where nobody can write, to the file's owner and to root.
        """
        if sys.platform == "linux":
            import fcntl
            import signal

            try:
                descriptor = os.open(path, READ | NO_WAIT)
            except (OSError, ValueError):
                return None
            try:
                # Whoever opens it for writing meanwhile sends this process a signal; SIGURG, unlike SIGIO, ends nobody.
                fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
                fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            except BlockingIOError:
                return True
            except OSError:
                return None
            finally:
                os.close(descriptor)  # which ends the lease
            return False
        else:  # noqa: RET505 - a platform's own branch, which type checkers pass over elsewhere
            return None


# ---- names ----------------------------------------------------------------------------------------------------------


def link(source: "str | Path", target: "str | Path", folder: int | None = None, to_folder: int | None = None) -> None:
    """Give a file, or a link itself, a second name that is free; of each, the opened folder; raises OSError."""
    if os.link in os.supports_follow_symlinks:
        os.link(source, target, src_dir_fd=folder, dst_dir_fd=to_folder, follow_symlinks=False)
    else:  # Windows links the link
        os.link(source, target)


@cache
def renaming_free() -> "Callable[[int | None, str, int | None, str], int] | None":
    """Return the call that renames and never replaces, which returns an error number; None where there is none.

    Its arguments are an opened folder, or None, and a name, of where the file is and of where it goes.
    """
    call = _of_libc("renameat2")
    if call is None:
        return None
    import ctypes

    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)

    def free(folder: int | None, name: str, to_folder: int | None, to_name: str) -> int:
        old, new = (_HERE if one is None else one for one in (folder, to_folder))
        done: int = call(old, os.fsencode(name), new, os.fsencode(to_name), _NO_REPLACE)
        return ctypes.get_errno() if done else 0

    return free


@cache
def syncing_disk() -> "Callable[[int | None], bool] | None":
    """Return the call that puts all of an opened folder's file system on the disk; None where there is none."""
    call = _of_libc("syncfs")
    if call is None:
        return None

    def whole(folder: int | None) -> bool:
        done: int = -1 if folder is None else call(folder)
        return done == 0

    return whole


def _of_libc(name: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - the type has no public name
    """Return a function of the C library; None where it has none of that name."""
    if os.name != "posix":
        return None
    import ctypes

    with suppress(OSError, AttributeError):
        return getattr(ctypes.CDLL(None, use_errno=True), name)
    return None


# ---- the disk -------------------------------------------------------------------------------------------------------


def settle_file(path: "Path") -> None:
    """Put a file's content on the disk; raises OSError. Windows does so only for who may write it."""
    descriptor = os.open(path, READ if os.name == "posix" else WRITE)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def settle_folder(folder: "Path") -> None:
    """Put a folder's names on the disk, where the system can."""
    with suppress(OSError):  # Windows opens no folder, and keeps names by itself
        descriptor = os.open(folder, READ)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def settle_content(descriptor: int) -> None:
    """Put on the disk what was written to an open file, and not its times where these take another step."""
    if sys.platform == "linux":
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


def copy_marks(source: int, target: int, path: str) -> None:
    """Copy an open file's rights, times and extended attributes to another, as far as the system lets one.

    Args:
        source: the descriptor of the one file.
        target: the descriptor of the other.
        path: the other's name, for Windows, which knows times by name alone.
    """
    status = os.fstat(source)
    if sys.platform == "win32":
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    else:
        os.fchmod(target, stat.S_IMODE(status.st_mode))
        _copy_attributes(source, target)
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def _copy_attributes(source: int, target: int) -> None:
    if sys.platform == "linux":
        names: Iterable[str] = ()
        with suppress(OSError):  # a disk that has none
            names = os.listxattr(source)
        for name in names:
            with suppress(OSError):
                os.setxattr(target, name, os.getxattr(source, name))
