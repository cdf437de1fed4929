"""Where new files go: a temporary name in the output folder first, the final name only when the file is whole.

A final name is taken only where it is free: nothing is ever overwritten, and nothing half-written stands under one.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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
        with suppress(OSError):
            path.unlink(missing_ok=True)


def publish(whole: Path, folder: Path, stem: str, suffix: str) -> Path:
    """Give a finished file its final name, the next free one if it is taken, and make it last.

    Raises:
        NotDone: the name cannot be given.
    """
    with whole.open("rb") as stream:
        os.fsync(stream.fileno())
    for path in _names(folder, stem, suffix):
        try:
            _take(whole, path)
        except FileExistsError:
            continue
        except OSError as error:
            raise NotDone(f"{path}: cannot be written: {error.strerror}") from None
        return path
    raise NotDone(f"{folder}: has {MAX_NAMES:,} files named like {stem}.{suffix}", advice="Choose another --output.")


def _take(whole: Path, path: Path) -> None:
    """Move a file to a name that must be free; where there are no hard links, the name is claimed empty first."""
    try:
        os.link(whole, path)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        whole.replace(path)
        return
    whole.unlink()


def _names(folder: Path, stem: str, suffix: str) -> Iterator[Path]:
    yield folder / f"{stem}.{suffix}"
    for number in range(2, MAX_NAMES):
        yield folder / f"{stem}-{number}.{suffix}"
