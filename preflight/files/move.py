"""Moves across file systems that lose no file, and flushes of many files at once."""

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from typing import BinaryIO

from preflight.files.content import Content, content_of
from preflight.files.opened import Opened, state_from
from preflight.files.rename import rename
from preflight.system.files import copy_attributes, sync_call

CHUNK_BYTES = 1 << 20


class Changed(OSError):  # noqa: N818 - a state, not a fault
    """The file is not the expected one, or changed meanwhile."""


# ---- across file systems --------------------------------------------------------------------------------------------


class Borders:
    """Pairs of folders between which no file can be renamed; tested once for each pair."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], bool] = {}

    def between(self, source: str, target: str, name: str, at: Opened) -> bool:
        """Tell whether a move between two folders needs a copy; test it, since two mounts of one disk look alike.

        Args:
            source: the folder of the file.
            target: the folder it moves to.
            name: of an empty file for the test; a kill may leave it in either folder.
            at: opens both folders.

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
    """Copy a file to a free name, flush it to disk and verify it by reading it again.

    Raises:
        Changed: the file changed meanwhile, or the copy differs.
        OSError: it cannot be read or written; no copy is left.
    """
    before = at.state(source)
    with os.fdopen(at.read(source), "rb") as reader, os.fdopen(at.create(target), "wb") as writer:
        try:
            if before is None or state_from(os.fstat(reader.fileno())) != before:
                raise _changed(source)
            copied = _copied(reader, writer, before[2])
            copy_attributes(reader.fileno(), writer.fileno(), target)
            if at.state(source) != before or copied != held(target, at):
                raise _changed(source)
        except OSError:
            at.remove(target)
            raise


def _changed(source: str) -> Changed:
    return Changed(errno.EAGAIN, "it changed while it was copied", source)


def _copied(reader: BinaryIO, writer: BinaryIO, most_bytes: int) -> Content:
    """Copy at most `most_bytes` to an open file, flush it, and return its size and hash."""
    content, size = sha256(), 0
    while size <= most_bytes and (chunk := reader.read(CHUNK_BYTES)):
        content.update(chunk)
        size += writer.write(chunk)
    writer.flush()
    os.fsync(writer.fileno())
    return Content(size, content.digest())


def held(path: str, at: Opened) -> Content:
    """Read a file's size and hash."""
    with os.fdopen(at.read(path), "rb") as stream:
        return content_of(stream)


# ---- the disk -------------------------------------------------------------------------------------------------------


def flush(files: Iterable[str], folders: Iterable[str], at: Opened) -> None:
    """Flush files and folder entries to disk: one call per file system where the system has one."""
    names = set(folders)
    call = sync_call()
    if call is None or not all(map(call, map(at.folder, _one_each(names, at)))):
        flush_each(files, names, at)


def flush_each(files: Iterable[str], folders: Iterable[str], at: Opened) -> None:
    """Flush as `flush` does, with one call per file and folder."""
    for path in files:
        with suppress(OSError):
            _flush_file(at.read(path))
    for name in folders:
        with suppress(OSError):
            folder = at.folder(name)
            if folder is not None:
                os.fsync(folder)


def _one_each(folders: set[str], at: Opened) -> Iterable[str]:
    """Return one folder per file system."""
    devices: dict[int, str] = {}
    for name in folders:
        with suppress(OSError):
            folder = at.folder(name)
            devices.setdefault(os.stat(name if folder is None else folder).st_dev, name)  # noqa: PTH116 - by descriptor
    return devices.values()


def _flush_file(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
