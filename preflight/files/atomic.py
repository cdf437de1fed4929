"""Where new files go: a temporary name first, the final name only when the file is whole.

    folder ──► draft, in it or in a folder of the user's own ──► whole ──► final name, where it is free

A final name is taken only where it is free: nothing is ever overwritten, and nothing half-written stands under one.
Where others could put a link in the place of a draft, it is made where they cannot, and carried over by its descriptor.
What a run that was killed left behind has a temporary name that nobody holds any more; the next run sweeps it away.
"""

import errno
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from preflight.errors import NotDone
from preflight.files import private
from preflight.files.lock import Lock, NoLocks
from preflight.files.names import MAX_NAMES, names
from preflight.files.rename import take
from preflight.system import files as system
from preflight.values.assets import printable

TEMPORARY = ".preflight-"
DRAFT = re.compile(rf"{re.escape(TEMPORARY)}[0-9a-f]{{16}}\.\w+")
"""What such a name is in full: a person's own `.preflight-notes.txt` is none."""
DRAFTS, LOCKS = "drafts", "locks"
"""Folders of the user's own."""
LONGEST_WAIT_S = 3600.0
"""For how long another run is waited for that does the same work: longer than ffmpeg takes for one file."""
CHUNK_BYTES = 1 << 20
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
    path = home_of_drafts(folder) / f"{TEMPORARY}{os.urandom(8).hex()}.{suffix}"
    try:
        with _held(path):
            yield path
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        remove(path)


@contextmanager
def written(folder: Path, suffix: str, content: bytes) -> Iterator[Path]:
    """Do as `temporary`, for a file that holds something already."""
    with temporary(folder, suffix) as draft:
        draft.write_bytes(content)
        yield draft


def replace(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads it sees the old one or the new one, and never a part.

    Raises:
        NotDone: it cannot be written; the old one is as it was.
    """
    target = Path(os.path.realpath(path))
    with written(target.parent, "part", content) as draft:
        put_over(draft, target)


def home_of_drafts(folder: Path) -> Path:
    """Return where drafts for a folder are made: in it, if nobody else can swap them there for something else.

    Raises:
        NotDone: there is no such folder.
    """
    return folder if private.is_own(folder) else private.folder(DRAFTS)


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
def _held(path: Path) -> Iterator[int]:
    """Make a file and hold it, and give its descriptor: its lock ends with this process, however that ends."""
    descriptor = os.open(path, system.MAKE, 0o666)
    try:
        system.hold(descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def hold(descriptor: int) -> None:
    """Hold a draft that was opened elsewhere, so that no other run sweeps it away; it ends when the file is closed."""
    system.hold(descriptor)


@contextmanager
def in_turn(folder: Path, work: bytes, wait: Callable[[float], None]) -> Iterator[None]:
    """Let runs of one user that would do the same work in a folder do it one after the other.

    The one that comes later finds the work done. Locks lie in a folder of the user's own, so nobody else can hold one.
    On a file system without locks nobody waits.

    Args:
        folder: where the work is done.
        work: what it is; whoever names the same bytes waits.
        wait: is given the seconds to wait before looking again, and raises what is to end the waiting.

    Raises:
        NotDone: the folder cannot be made or written to, or another run holds the work for too long.
    """
    from hashlib import blake2b

    _make(folder)
    where = folder.stat()
    key = blake2b(work, key=f"{where.st_dev}:{where.st_ino}".encode(), digest_size=16).hexdigest()
    lock = Lock(private.folder(LOCKS) / f"{key}.lock")
    until = time.monotonic() + LONGEST_WAIT_S
    try:
        while not lock.take():
            _refuse_endless(folder, lock.holder(), until)
            wait(LOOK_AGAIN_S)
    except NoLocks:
        yield
        return
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        yield
    finally:
        lock.give_back(remove=True)


def _refuse_endless(folder: Path, holder: str, until: float) -> None:
    """Raise NotDone where another run has been waited for long enough."""
    if time.monotonic() >= until:
        raise NotDone(
            f"{printable(str(folder))}: process {printable(holder) or '?'} makes the same file there, and was not done "
            f"after {LONGEST_WAIT_S:,.0f} s",
            advice="Look whether it still works; end it, or wait, and try again.",
        )


def _is_still(path: Path, descriptor: int) -> bool:
    """Tell whether a file that is open is the one of that name: who held it before may have removed it."""
    try:
        return os.path.samestat(path.stat(follow_symlinks=False), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def clean_up(folder: Path) -> None:
    """Remove what a run that was killed left behind in a folder, or for it; what a running one holds stays."""
    for one in {folder, home_of_drafts(folder)} if folder.is_dir() else ():
        _sweep(one)


def _sweep(folder: Path) -> None:
    for path in folder.glob(f"{TEMPORARY}*"):
        if DRAFT.fullmatch(path.name):
            with suppress(OSError):
                _remove_left(path)


def _remove_left(path: Path) -> None:
    descriptor = os.open(path, system.WRITE | system.NO_LINK)
    try:
        left = not system.is_held(descriptor) and time.time() - os.fstat(descriptor).st_mtime > FRESH_S
    finally:
        os.close(descriptor)
    if left:  # closed by now: Windows removes nothing that is open
        remove(path)


def commit(whole: Path, wanted: Path, *, claim: Callable[[Path], Path] | None = None) -> Path:
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


def commit_at(whole: Path, path: Path) -> Path:
    """Give a whole file just this name; raise FileExistsError where it is taken."""
    _settle(whole)
    _take(whole, path)
    return path


def _settle(whole: Path) -> None:
    """Put a file's content on the disk before it gets a name that promises it."""
    system.settle_file(whole)


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


def _take(whole: Path, path: Path) -> None:
    """Move a file to a free name, also from another disk."""
    try:
        take(whole, path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _carry(whole, path, replace=False)
        remove(whole)
    system.settle_folder(path.parent)


def put_over(whole: Path, path: Path) -> None:
    """Put a whole draft in the place of a file, in one step: whoever reads it sees the old one or the new one.

    Raises:
        OSError: it cannot be put there; the old one is as it was.
    """
    _settle(whole)
    try:
        whole.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _carry(whole, path, replace=True)
        remove(whole)
    system.settle_folder(path.parent)


def _carry(whole: Path, path: Path, *, replace: bool) -> None:
    """Copy a draft from another disk to a name, by way of a temporary one; what was written is what gets the name.

    Others may be able to write there: the file is written by its descriptor, and the name is looked at afterwards.
    """
    from shutil import copyfileobj

    draft = path.with_name(f"{TEMPORARY}{os.urandom(8).hex()}{path.suffix or '.part'}")
    with _held(draft) as descriptor:
        try:
            with whole.open("rb") as reader, os.fdopen(os.dup(descriptor), "wb") as writer:
                copyfileobj(reader, writer, CHUNK_BYTES)
            os.fsync(descriptor)
            if replace:
                draft.replace(path)
            else:
                take(draft, path)
        finally:
            remove(draft)
        if not _is_still(path, descriptor):
            raise OSError(errno.EAGAIN, "somebody else put another file in its place", str(path))


def remove(path: Path) -> None:
    """Remove a file, if it is there and can be removed."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
