"""Atomic writes: a file gets its final name when it is complete, and never replaces another file.

    folder ──► draft, in the folder or in a private one ──► complete ──► a free final name

Where others could swap a draft for a link, it is made in a private folder and copied by descriptor. A killed run leaves
drafts under temporary names that no process holds; the next run removes them.
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
from preflight.values.phrase import phrase

TEMPORARY = ".preflight-"
DRAFT = re.compile(rf"{re.escape(TEMPORARY)}[0-9a-f]{{16}}\.\w+")
"""The full pattern of a temporary name; a user's `.preflight-notes.txt` does not match."""
DRAFTS, LOCKS = "drafts", "locks"
"""Private folders of the user."""
LONGEST_WAIT_S = 3600.0
"""Longest wait for another run that makes the same file; longer than ffmpeg takes for one file."""
CHUNK_BYTES = 1 << 20
LOOK_AGAIN_S = 0.1
"""Interval at which to check whether another run has finished."""
FRESH_S = 2.0
"""Age below which a temporary file is kept: its maker may not hold it yet."""


@contextmanager
def temporary(folder: Path, suffix: str) -> Iterator[Path]:
    """Create an empty draft, hold it, and remove it at the end if it still exists.

    Raises:
        NotDone: the folder cannot be made or written, or the disk is full.
    """
    _make(folder)
    path = draft_folder(folder) / f"{TEMPORARY}{os.urandom(8).hex()}.{suffix}"
    try:
        with _held(path):
            yield path
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        remove(path)


@contextmanager
def written(folder: Path, suffix: str, content: bytes) -> Iterator[Path]:
    """Create a draft as `temporary` does, with content."""
    with temporary(folder, suffix) as draft:
        draft.write_bytes(content)
        yield draft


def replace(path: Path, content: bytes) -> None:
    """Write a file atomically: readers see the old content or the new, never a part.

    Raises:
        NotDone: it cannot be written; the old file is unchanged.
    """
    target = Path(os.path.realpath(path))
    with written(target.parent, "part", content) as draft:
        commit_over(draft, target)


def draft_folder(folder: Path) -> Path:
    """Return the folder for drafts: the given one if only the user can change it, else a private one.

    Raises:
        NotDone: there is no private folder.
    """
    return folder if private.is_own(folder) else private.folder(DRAFTS)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        name = printable(str(folder))
        raise NotDone(
            phrase("{q}: cannot be made: {why}", q=name, why=error.strerror), advice="Choose another folder."
        ) from None


def _unwritable(folder: Path, error: OSError) -> NotDone:
    where = printable(os.fsdecode(error.filename)) if error.filename else printable(str(folder))
    return NotDone(
        phrase("{q}: cannot be written: {why}", q=where, why=error.strerror or error), advice=advice_on(error)
    )


def advice_on(error: OSError) -> str:
    """Advise on a file that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Is there room?"
    return "May it be written by you?" if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) else ""


@contextmanager
def _held(path: Path) -> Iterator[int]:
    """Create and hold a file, and yield its descriptor; the lock ends with this process."""
    descriptor = os.open(path, system.MAKE, 0o666)
    try:
        system.hold(descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def hold(descriptor: int) -> None:
    """Hold a draft that another module opened, until it is closed, so that no other run removes it."""
    system.hold(descriptor)


@contextmanager
def in_turn(folder: Path, work: bytes, wait: Callable[[float], None]) -> Iterator[None]:
    """Run equal work of one user in a folder one at a time, so that later runs find it done.

    Locks lie in a private folder, so that no other user can block them; without file locks nothing waits.

    Args:
        folder: where the work is done.
        work: bytes that identify the work.
        wait: sleeps for the seconds it is given, or raises to give up.

    Raises:
        NotDone: the folder cannot be made or written, or another run takes too long.
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
    """Raise NotDone when another run has held the work too long."""
    if time.monotonic() >= until:
        raise NotDone(
            phrase(
                "{q1}: process {q2} makes the same file there, and was not done after {n} s",
                q1=printable(str(folder)),
                q2=printable(holder) or "?",
                n=f"{LONGEST_WAIT_S:,.0f}",
            ),
            advice="Look whether it still works; end it, or wait, and try again.",
        )


def _is_still(path: Path, descriptor: int) -> bool:
    """Tell whether an open file still has this name; its former holder may have removed it."""
    try:
        return os.path.samestat(path.stat(follow_symlinks=False), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def clean_up(folder: Path) -> None:
    """Remove the drafts of killed runs in a folder and in its private folder; keep those in use."""
    for one in {folder, draft_folder(folder)} if folder.is_dir() else ():
        _remove_drafts(one)


def _remove_drafts(folder: Path) -> None:
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
    if left:  # after closing: Windows removes no open file
        remove(path)


def commit(whole: Path, wanted: Path, *, claim: Callable[[Path], Path] | None = None) -> Path:
    """Commit a complete file under its name, or the next free one such as `name-2.mp4`.

    Args:
        whole: the file under its temporary name.
        wanted: the final name.
        claim: gets each name first, writes a companion file and returns its path, or raises FileExistsError where
            that is taken. The companion is removed if the name is taken after all.

    Raises:
        NotDone: the file cannot be renamed.
    """
    try:
        _settle(whole)
        for path in names(wanted):
            with suppress(FileExistsError):
                _claimed(whole, path, claim)
                return path
    except OSError as error:
        raise NotDone(
            phrase("{q}: cannot be written: {why}", q=printable(str(wanted)), why=error.strerror or error)
        ) from None
    raise NotDone(
        phrase("{q}: {n} files of that name exist", q=printable(str(wanted)), n=f"{MAX_NAMES:,}"),
        advice="Choose another folder.",
    )


def commit_at(whole: Path, path: Path) -> Path:
    """Commit a complete file under exactly this name; raise FileExistsError where it is taken."""
    _settle(whole)
    _take(whole, path)
    return path


def _settle(whole: Path) -> None:
    """Flush a file's content to disk, before its name promises it."""
    system.flush_file(whole)


def _claimed(whole: Path, path: Path, claim: Callable[[Path], Path] | None) -> None:
    """Take a name, the companion file first: neither may remain without the other."""
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
    """Move a file to a free name, across file systems too."""
    try:
        take(whole, path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _carry(whole, path, replace=False)
        remove(whole)
    system.flush_folder(path.parent)


def commit_over(whole: Path, path: Path) -> None:
    """Replace a file by a complete draft in one step.

    Raises:
        OSError: it cannot be replaced; the old file is unchanged.
    """
    _settle(whole)
    try:
        whole.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _carry(whole, path, replace=True)
        remove(whole)
    system.flush_folder(path.parent)


def _carry(whole: Path, path: Path, *, replace: bool) -> None:
    """Copy a draft from another file system to a name, through a temporary file.

    Others may write there: write by descriptor, then check that the name still leads to the file.
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
    """Remove a file, if it exists and can be removed."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
