"""Moving files so that nothing is overwritten, lost or there twice, and putting much on the disk at once."""

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from preflight.place import remove, settle_folder
from preflight.watch.arrivals import state_of

HERE = -100
"""AT_FDCWD: relative names start from the working folder."""
NO_REPLACE = 1
UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}
CHUNK_BYTES = 1 << 20


class Changed(OSError):  # noqa: N818 - a state, not a fault
    """A file is not, or not any more, the one that it was."""


# ---- renaming -------------------------------------------------------------------------------------------------------


def rename_free(source: str, target: str) -> None:
    """Give a file a name that is free, in one step where the system can.

    Where it cannot, the file has both names for a moment; where it has no hard links either, an empty file holds the
    name for a moment.

    Raises:
        FileExistsError: the name is taken.
        OSError: the file cannot be moved; with EXDEV when the name is on another file system.
    """
    call = _renameat2()
    if call is not None:
        failed = call(source, target)
        if not failed:
            return
        if failed not in UNSUPPORTED:
            raise OSError(failed, os.strerror(failed), source, None, target)
    rename_by_link(source, target)


def rename_by_link(source: str, target: str) -> None:
    """Do as `rename_free`, where only hard links never overwrite."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        rename_over_mark(source, target)
    else:
        os.unlink(source)  # noqa: PTH108 - any bytes may be a name


def rename_over_mark(source: str, target: str) -> None:
    """Do as `rename_free`, where nothing but making a file never overwrites."""
    Path(target).touch(exist_ok=False)
    try:
        os.replace(source, target)  # noqa: PTH105 - any bytes may be a name
    except OSError:
        remove(Path(target))
        raise


@cache
def _renameat2() -> "Callable[[str, str], int] | None":
    """Return the system's call that renames and never replaces, which returns an error number; None without it."""
    import ctypes

    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)

    def rename(source: str, target: str) -> int:
        done: int = call(HERE, os.fsencode(source), HERE, os.fsencode(target), NO_REPLACE)
        return ctypes.get_errno() if done else 0

    return rename


# ---- across file systems --------------------------------------------------------------------------------------------


class Borders:
    """Between which folders a file cannot be renamed; found out by trying, once for each pair."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], bool] = {}

    def between(self, source: str, target: str) -> bool:
        """Tell whether a file has to be copied to get from one folder to the other.

        Two mounts of one disk look alike until one tries.

        Raises:
            OSError: one of the folders cannot be written.
        """
        pair = source, target
        if pair not in self._known:
            self._known[pair] = _tried(source, target)
        return self._known[pair]


def _tried(source: str, target: str) -> bool:
    name = f".watch-{secrets.token_hex(8)}-0.try"
    here, there = Path(source, name), Path(target, name)
    here.touch(exist_ok=False)
    try:
        here.rename(there)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return True
    finally:
        remove(here)
        remove(there)
    return False


def copy_whole(source: str, target: str) -> None:
    """Copy a file to a name that is free, put it on the disk, and read it again to see that it is the same.

    Raises:
        Changed: the file changed meanwhile, or the copy is another.
        OSError: it cannot be read or written; nothing is left of the copy.
    """
    before = state_of(source)
    with open(target, "xb") as writer:  # noqa: PTH123 - any bytes may be a name
        try:
            copied = _copied(source, writer, before[2] if before else 0)
            shutil.copystat(source, target)
            if before is None or state_of(source) != before or copied != content_of(target):
                raise Changed(errno.EAGAIN, "it changed while it was copied", source)
        except OSError:
            remove(Path(target))
            raise


def _copied(source: str, writer: BinaryIO, most_bytes: int) -> tuple[int, bytes]:
    """Copy to an open file, down to the disk, and return size and SHA-256; a file that grows is not run after."""
    content, size = sha256(), 0
    with open(source, "rb") as reader:  # noqa: PTH123 - any bytes may be a name
        while size <= most_bytes and (chunk := reader.read(CHUNK_BYTES)):
            content.update(chunk)
            size += writer.write(chunk)
    writer.flush()
    os.fsync(writer.fileno())
    return size, content.digest()


def content_of(path: str) -> tuple[int, bytes]:
    """Return size and SHA-256 of a file."""
    with open(path, "rb") as stream:  # noqa: PTH123 - any bytes may be a name
        content, size = sha256(), 0
        while chunk := stream.read(CHUNK_BYTES):
            content.update(chunk)
            size += len(chunk)
    return size, content.digest()


# ---- the disk -------------------------------------------------------------------------------------------------------


def settle(files: Iterable[str], folders: Iterable[str]) -> None:
    """Put files and the names in folders on the disk: by one call for each file system where there is such a call."""
    names = set(folders)
    call = _syncfs()
    if call is None or not all(map(call, _one_each(names))):
        settle_each(files, names)


def settle_each(files: Iterable[str], folders: Iterable[str]) -> None:
    """Do as `settle`, by a call for each file and folder."""
    for path in files:
        with suppress(OSError):
            _settle_file(path)
    for name in folders:
        settle_folder(Path(name))


def _one_each(folders: set[str]) -> Iterable[str]:
    """Return one folder for each file system."""
    devices: dict[int, str] = {}
    for folder in folders:
        with suppress(OSError):
            devices.setdefault(os.stat(folder).st_dev, folder)  # noqa: PTH116 - any bytes may be a name
    return devices.values()


def _settle_file(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@cache
def _syncfs() -> "Callable[[str], bool] | None":
    """Return the system's call that puts all of a folder's file system on the disk; None without it."""
    import ctypes

    try:
        call = ctypes.CDLL(None, use_errno=True).syncfs
    except (OSError, AttributeError):
        return None

    def whole(folder: str) -> bool:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            done: int = call(descriptor)
            return done == 0
        finally:
            os.close(descriptor)

    return whole
