"""Moving files over the borders of file systems, so that none is lost, and putting much on the disk at once."""

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from typing import BinaryIO

from preflight.files.content import Content, content_of
from preflight.files.opened import Opened, state_from
from preflight.files.rename import rename
from preflight.system.files import copy_marks, syncing_disk

CHUNK_BYTES = 1 << 20


class Changed(OSError):  # noqa: N818 - a state, not a fault
    """A file is not, or not any more, the one that it was."""


# ---- across file systems --------------------------------------------------------------------------------------------


class Borders:
    """Between which folders a file cannot be renamed; found out by trying, once for each pair."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], bool] = {}

    def between(self, source: str, target: str, name: str, at: Opened) -> bool:
        """Tell whether a file has to be copied to get from one folder to the other.

        Two mounts of one disk look alike until one tries.

        Args:
            source: the folder that it is in.
            target: the folder that it goes to.
            name: of an empty file to try it with; one who kills the program may find it in either folder.
            at: opens both.

        Raises:
            OSError: one of the folders cannot be written.
        """
        pair = source, target
        if pair not in self._known:
            self._known[pair] = _tried(source, target, name, at)
        return self._known[pair]


def _tried(source: str, target: str, name: str, at: Opened) -> bool:
    here, there = (os.path.join(folder, name) for folder in (source, target))  # noqa: PTH118 - any bytes may be a name
    at.remove(here)
    os.close(at.create(here))
    try:
        rename(at.spot(here), at.spot(there))
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return True
    finally:
        at.remove(here)
        at.remove(there)
    return False


def copy_whole(source: str, target: str, at: Opened) -> None:
    """Copy a file to a name that is free, put it on the disk, and read it again to see that it is the same.

    Raises:
        Changed: the file changed meanwhile, or the copy is another.
        OSError: it cannot be read or written; nothing is left of the copy.
    """
    before = at.state(source)
    with os.fdopen(at.read(source), "rb") as reader, os.fdopen(at.create(target), "wb") as writer:
        try:
            if before is None or state_from(os.fstat(reader.fileno())) != before:
                raise _changed(source)
            copied = _copied(reader, writer, before[2])
            copy_marks(reader.fileno(), writer.fileno(), target)
            if at.state(source) != before or copied != held(target, at):
                raise _changed(source)
        except OSError:
            at.remove(target)
            raise


def _changed(source: str) -> Changed:
    return Changed(errno.EAGAIN, "it changed while it was copied", source)


def _copied(reader: BinaryIO, writer: BinaryIO, most_bytes: int) -> Content:
    """Copy to an open file, down to the disk, and return what was copied; a file that grows is not run after."""
    content, size = sha256(), 0
    while size <= most_bytes and (chunk := reader.read(CHUNK_BYTES)):
        content.update(chunk)
        size += writer.write(chunk)
    writer.flush()
    os.fsync(writer.fileno())
    return Content(size, content.digest())


def held(path: str, at: Opened) -> Content:
    """Return what a file holds."""
    with os.fdopen(at.read(path), "rb") as stream:
        return content_of(stream)


# ---- the disk -------------------------------------------------------------------------------------------------------


def settle(files: Iterable[str], folders: Iterable[str], at: Opened) -> None:
    """Put files and the names in folders on the disk: by one call for each file system where there is such a call."""
    names = set(folders)
    call = syncing_disk()
    if call is None or not all(map(call, map(at.folder, _one_each(names, at)))):
        settle_each(files, names, at)


def settle_each(files: Iterable[str], folders: Iterable[str], at: Opened) -> None:
    """Do as `settle`, by a call for each file and folder."""
    for path in files:
        with suppress(OSError):
            _settle_file(at.read(path))
    for name in folders:
        with suppress(OSError):
            folder = at.folder(name)
            if folder is not None:
                os.fsync(folder)


def _one_each(folders: set[str], at: Opened) -> Iterable[str]:
    """Return one folder for each file system."""
    devices: dict[int, str] = {}
    for name in folders:
        with suppress(OSError):
            folder = at.folder(name)
            devices.setdefault(os.stat(name if folder is None else folder).st_dev, name)  # noqa: PTH116 - by descriptor
    return devices.values()


def _settle_file(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
