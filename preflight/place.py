"""Where new files go: a temporary name in the output folder first, the final name only when the file is whole.

A final name is taken only where it is free: nothing is ever overwritten, and nothing half-written stands under one.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from preflight.assets import printable
from preflight.errors import NotDone

TEMPORARY = ".preflight-"
MAX_NAMES = 10_000


@contextmanager
def temporary(folder: Path, suffix: str) -> Iterator[Path]:
    """Give a name for a file that does not exist yet, and remove the file at the end if it is still there.

    Raises:
        NotDone: the folder cannot be made or written to, or the disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotDone(f"{folder}: cannot be made: {error.strerror}", advice="Choose another --output.") from None
    path = folder / f"{TEMPORARY}{secrets.token_hex(8)}.{suffix}"
    try:
        yield path
    except OSError as error:
        raise NotDone(f"{folder}: {error.strerror or error}", advice="Is there room, and may it be written?") from None
    finally:
        remove(path)


def publish(whole: Path, wanted: Path) -> Path:
    """Give a whole file its name, or the next free one such as `name-2.mp4`, and make it last.

    Raises:
        NotDone: the name cannot be given.
    """
    try:
        _settle(whole)
        for path in _names(wanted):
            with suppress(FileExistsError):
                _take(whole, path)
                return path
    except OSError as error:
        raise NotDone(f"{printable(str(wanted))}: cannot be written: {error.strerror or error}") from None
    raise NotDone(f"{printable(str(wanted))}: {MAX_NAMES:,} files of that name exist", advice="Choose another folder.")


def _settle(whole: Path) -> None:
    """Put a file's content on the disk before it gets a name that promises it."""
    with whole.open("rb") as stream:
        os.fsync(stream.fileno())


def _names(wanted: Path) -> Iterator[Path]:
    yield wanted
    for number in range(2, MAX_NAMES):
        yield wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")


def _take(whole: Path, path: Path) -> None:
    """Move a file to a free name; where the disk has no hard links, by way of an empty file that holds the name."""
    try:
        os.link(whole, path)
    except FileExistsError:
        raise
    except OSError:
        path.touch(exist_ok=False)
        try:
            whole.replace(path)
        except OSError:
            remove(path)
            raise
    remove(whole)


def remove(path: Path) -> None:
    """Remove a file, if it is there and can be removed."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
