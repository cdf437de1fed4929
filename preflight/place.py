"""Where new files go: a temporary name in the output folder first, the final name only when the file is whole.

A final name is taken only where it is free: nothing is ever overwritten, and nothing half-written stands under one.
What a run that was killed left behind has a temporary name that nobody holds any more; the next run sweeps it away.
"""

import errno
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

from preflight.assets import printable
from preflight.errors import NotDone

TEMPORARY = ".preflight-"
DRAFT = re.compile(rf"{re.escape(TEMPORARY)}[0-9a-f]{{16}}\.\w+")
"""What such a name is in full: a person's own `.preflight-notes.txt` is none."""
MAX_NAMES = 10_000
LOOK_AGAIN_S = 0.1
"""How often is looked whether another run has finished."""
FRESH_S = 2.0
"""A temporary file younger than this is left alone: it may be made, and not be held yet."""


@contextmanager
def temporary(folder: Path, suffix: str) -> Iterator[Path]:
    """Give the name of an empty file, and remove it at the end if it is still there.

    For as long as it is held, no other run takes it for something left behind.

    Raises:
        NotDone: the folder cannot be made or written to, or the disk is full.
    """
    _make(folder)
    path = folder / f"{TEMPORARY}{secrets.token_hex(8)}.{suffix}"
    try:
        with _held(path):
            yield path
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        remove(path)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        name = printable(str(folder))
        raise NotDone(f"{name}: cannot be made: {error.strerror}", advice="Choose another folder.") from None


def _unwritable(folder: Path, error: OSError) -> NotDone:
    where = printable(os.fsdecode(error.filename)) if error.filename else printable(str(folder))
    return NotDone(f"{where}: cannot be written: {error.strerror or error}", advice=advice_on(error))


def advice_on(error: OSError) -> str:
    """Return what to do about a file that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Is there room?"
    return "May it be written by you?" if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) else ""


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Make a file and hold it: its lock ends with this process, however that ends."""
    import fcntl

    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o666)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # waits for who is just looking whether anybody holds it
        yield
    finally:
        os.close(descriptor)


@contextmanager
def in_turn(folder: Path, work: bytes, wait: Callable[[float], None]) -> Iterator[None]:
    """Let runs that would do the same work in a folder do it one after the other.

    The one that comes later finds the work done. On a file system without locks nobody waits.

    Args:
        folder: where the work is done.
        work: what it is; whoever names the same bytes waits.
        wait: is given the seconds to wait before looking again, and raises what is to end the waiting.

    Raises:
        NotDone: the folder cannot be made or written to.
    """
    import fcntl

    _make(folder)
    path = folder / f"{TEMPORARY}{blake2b(work, digest_size=8).hexdigest()}.lock"
    try:
        while True:
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                wait(LOOK_AGAIN_S)
                continue
            except OSError:
                break
            if _is_still(path, descriptor):
                break
            os.close(descriptor)
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        yield
    finally:
        remove(path)
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    """Tell whether a file that is open is the one of that name: who held it before may have removed it."""
    try:
        return os.path.samestat(path.stat(follow_symlinks=False), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def sweep(folder: Path) -> None:
    """Remove what a run that was killed left behind in a folder; what a running one holds stays."""
    import fcntl

    for path in folder.glob(f"{TEMPORARY}*"):
        if not DRAFT.fullmatch(path.name):
            continue
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - os.fstat(descriptor).st_mtime > FRESH_S:
                    remove(path)
            finally:
                os.close(descriptor)


def publish(whole: Path, wanted: Path, *, claim: Callable[[Path], Path] | None = None) -> Path:
    """Give a whole file its name, or the next free one such as `name-2.mp4`, and make it last.

    Args:
        whole: the file under its temporary name.
        wanted: the name it should have.
        claim: is given a name before the file is; it writes something beside it and returns where, or raises
            FileExistsError where that name is taken. What it wrote goes again if the name turns out not to be free.

    Raises:
        NotDone: the name cannot be given.
    """
    try:
        _settle(whole)
        for path in names(wanted):
            with suppress(FileExistsError):
                _claimed(whole, path, claim)
                return path
    except OSError as error:
        raise NotDone(f"{printable(str(wanted))}: cannot be written: {error.strerror or error}") from None
    raise NotDone(f"{printable(str(wanted))}: {MAX_NAMES:,} files of that name exist", advice="Choose another folder.")


def publish_at(whole: Path, path: Path) -> Path:
    """Give a whole file just this name; raise FileExistsError where it is taken."""
    _settle(whole)
    _take(whole, path)
    return path


def _settle(whole: Path) -> None:
    """Put a file's content on the disk before it gets a name that promises it."""
    with whole.open("rb") as stream:
        os.fsync(stream.fileno())


def _claimed(whole: Path, path: Path, claim: Callable[[Path], Path] | None) -> None:
    """Take a name, what lies beside it first: a file without that was never finished, that without a file neither."""
    if os.path.lexists(path):
        raise FileExistsError
    beside = claim(path) if claim else None
    try:
        _take(whole, path)
    except OSError:
        if beside is not None:
            remove(beside)
        raise


def names(wanted: Path) -> Iterator[Path]:
    """Yield the names that a file may get, in order: the one that is wanted, then `name-2.mp4` and so on."""
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
    settle_folder(path.parent)


def settle_folder(folder: Path) -> None:
    """Put a folder's names on the disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file, if it is there and can be removed."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
