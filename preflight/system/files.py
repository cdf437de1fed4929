"""Files by system: opening, ownership, holding and flushing.

Python's descriptors are never inherited; no flag is needed for that.
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
"""Do not follow a link; where this flag is missing, making links needs privileges."""
NO_WAIT: int = getattr(os, "O_NONBLOCK", 0)
"""Do not block at a pipe without a writer."""
READ: int = os.O_RDONLY | _BINARY
WRITE: int = os.O_RDWR | _BINARY
MAKE: int = os.O_CREAT | os.O_EXCL | os.O_RDWR | _BINARY
"""Create a file that must not exist."""
FOLDER: int = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
PLACE: int = getattr(os, "O_PATH", os.O_RDONLY)
"""Open a folder only as a location."""
HAS_OWNERS: bool = os.name == "posix"
"""Whether owner and mode tell who may write a file; not on Windows."""
BY_DESCRIPTOR: bool = {os.open, os.stat, os.mkdir, os.link, os.unlink, os.rename} <= os.supports_dir_fd
"""Whether file calls accept a folder's descriptor."""
ANY_NAME: bool = os.name == "posix"
"""Whether names may be anything without `/`; Windows reserves some and changes others."""
TRUST_LIES_IN_FILES: bool = sys.platform == "linux"
"""Whether the system's certificates are files; elsewhere the system verifies them."""
_HERE = -100
"""AT_FDCWD: relative names start from the working folder."""
_NO_REPLACE = 1
UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM})
"""Errors for a call that the system or file system lacks."""


def plain_config_folder() -> str | None:
    """Return the settings folder where it is known without asking the system, else None."""
    if sys.platform == "linux" and "XDG_CONFIG_HOME" not in os.environ:
        return os.path.expanduser("~/.config")  # noqa: PTH111 - at every start: pathlib takes longer
    return None


# ---- owners ---------------------------------------------------------------------------------------------------------


if sys.platform == "win32":

    def me() -> int:
        """Return the user's id; 0 on Windows."""
        return 0

    def is_alone_in(group: int) -> bool:
        """Tell whether a group has no other member."""
        del group
        return False

else:

    def me() -> int:
        """Return the user's id."""
        return os.geteuid()

    def is_alone_in(group: int) -> bool:
        """Tell whether a group has no other member; False if unknown."""
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
        """Hold a file while it is open; Windows lets nobody remove an open file anyway."""

    def is_held(descriptor: int) -> bool:
        """Tell whether another process holds a file; Windows reports it on removal."""
        del descriptor
        return False

    def is_open_for_writing(path: str) -> bool | None:
        """Tell whether a file is open or mapped for writing; None if unknown."""
        del path
        return None

else:

    def hold(descriptor: int) -> None:
        """Hold a file while it is open, if the file system has locks; the lock ends with this process.

        Waits for a process that is testing the lock.
        """
        import fcntl

        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)

    def is_held(descriptor: int) -> bool:
        """Tell whether another process holds a file; True if unknown."""
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        return False

    def is_open_for_writing(path: str) -> bool | None:
        """Tell whether a file is open or mapped for writing; None if unknown.

        A write through a mapping changes no time until its page is written back. Linux grants a read lease (fcntl(2),
        F_SETLEASE) only where nobody can write, and only to the file's owner and to root.
        """
        if sys.platform == "linux":
            import fcntl
            import signal

            try:
                descriptor = os.open(path, READ | NO_WAIT)
            except (OSError, ValueError):
                return None
            try:
                # A writer that opens it meanwhile signals this process; SIGURG, unlike SIGIO, is ignored by default.
                fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
                fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            except BlockingIOError:
                return True
            except OSError:
                return None
            finally:
                os.close(descriptor)  # ends the lease
            return False
        else:  # noqa: RET505 - a platform's own branch, which type checkers pass over elsewhere
            return None


# ---- names ----------------------------------------------------------------------------------------------------------


def link(source: "str | Path", target: "str | Path", folder: int | None = None, to_folder: int | None = None) -> None:
    """Make a hard link to a file, or to a link itself, below open folders; raise OSError."""
    if os.link in os.supports_follow_symlinks:
        os.link(source, target, src_dir_fd=folder, dst_dir_fd=to_folder, follow_symlinks=False)
    else:  # Windows links the link
        os.link(source, target)


@cache
def rename_call() -> "Callable[[int | None, str, int | None, str], int] | None":
    """Return the system call that renames without replacing and returns an errno, or None.

    Its arguments: an open folder or None, and a name, for source and for target.
    """
    call = _libc_function("renameat2")
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
def sync_call() -> "Callable[[int | None], bool] | None":
    """Return the system call that flushes the file system of an open folder, or None."""
    call = _libc_function("syncfs")
    if call is None:
        return None

    def whole(folder: int | None) -> bool:
        done: int = -1 if folder is None else call(folder)
        return done == 0

    return whole


def _libc_function(name: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - the type has no public name
    """Return a function of the C library, or None."""
    if os.name != "posix":
        return None
    import ctypes

    with suppress(OSError, AttributeError):
        return getattr(ctypes.CDLL(None, use_errno=True), name)
    return None


# ---- the disk -------------------------------------------------------------------------------------------------------


def flush_file(path: "Path") -> None:
    """Flush a file's content to disk; raise OSError. Windows requires write access."""
    descriptor = os.open(path, READ if os.name == "posix" else WRITE)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: "Path") -> None:
    """Flush a folder's entries to disk, where the system can."""
    with suppress(OSError):  # Windows opens no folder, and flushes entries itself
        descriptor = os.open(folder, READ)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def flush_content(descriptor: int) -> None:
    """Flush the data of an open file, without its times where that saves a write."""
    if sys.platform == "linux":
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


def copy_attributes(source: int, target: int, path: str) -> None:
    """Copy an open file's mode, times and extended attributes to another, as far as permitted.

    Args:
        source: a descriptor.
        target: a descriptor.
        path: the target's path, since Windows sets times by path.
    """
    status = os.fstat(source)
    if sys.platform == "win32":
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    else:
        os.fchmod(target, stat.S_IMODE(status.st_mode))
        _copy_extended(source, target)
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def _copy_extended(source: int, target: int) -> None:
    if sys.platform == "linux":
        names: Iterable[str] = ()
        with suppress(OSError):  # a file system without attributes
            names = os.listxattr(source)
        for name in names:
            with suppress(OSError):
                os.setxattr(target, name, os.getxattr(source, name))
