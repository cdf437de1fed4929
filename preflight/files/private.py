"""Private folders for drafts, locks and journals: mode 0700, reached by no link that others could have made.

Also tells whether only the user can replace the files of a folder.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from preflight.errors import NotDone
from preflight.system import files as system
from preflight.values.assets import printable
from preflight.values.phrase import phrase

MODE = 0o700
OTHERS = 0o022
"""Write permission of group and others."""


def folder(*names: str) -> Path:
    """Return a private folder, made where missing, in the user's state folder or else the system's temporary folder.

    Raises:
        NotDone: neither can be written, or the folder is not the user's own.
    """
    why = ""
    for root in _roots():
        try:
            return _made(root, names)
        except OSError as error:
            why = phrase("{q}: {fault}", q=printable(str(root)), fault=error.strerror or error)
    raise NotDone(
        phrase("no folder of your own can be made: {why}", why=why),
        advice="Set XDG_STATE_HOME to a folder that you can write to.",
    )


def _roots() -> Iterator[Path]:
    import tempfile

    import platformdirs

    yield platformdirs.user_state_path("preflight")
    yield Path(tempfile.gettempdir(), f"preflight-{system.me()}")


def _made(root: Path, names: tuple[str, ...]) -> Path:
    """Make private folders below a root.

    Raises:
        OSError: one cannot be made, is another user's, or is a link.
    """
    root.mkdir(mode=MODE, parents=True, exist_ok=True)
    here = root
    _require_own(here)
    for name in names:
        here /= name
        with suppress(FileExistsError):
            here.mkdir(mode=MODE)
        _require_own(here)
    return here


def _require_own(path: Path) -> None:
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(0, "is a link or no folder", str(path))
    if system.HAS_OWNERS and status.st_uid != system.me():
        raise PermissionError(0, "belongs to somebody else", str(path))
    if system.HAS_OWNERS and status.st_mode & OTHERS:
        path.chmod(MODE)


def is_own(path: Path) -> bool:
    """Tell whether only the user can replace the files of a folder.

    Whoever may write a folder can rename its files, unless it is sticky; so all parents count. A group with no other
    member counts as the user.
    """
    if not system.HAS_OWNERS:
        return True
    try:
        here = Path(os.path.realpath(path))
        states = [one.stat() for one in (here, *here.parents)]
    except OSError:
        return False
    return _holds_its_names(states[0], shared=False) and all(_holds_its_names(one, shared=True) for one in states[1:])


def is_own_file(path: Path) -> bool:
    """Tell whether a path is the user's plain file, no link, that no other user may write."""
    try:
        status = path.lstat()
    except OSError:
        return False
    plain = stat.S_ISREG(status.st_mode)
    return plain and (not system.HAS_OWNERS or (status.st_uid == system.me() and not status.st_mode & stat.S_IWOTH))


def _holds_its_names(status: os.stat_result, *, shared: bool) -> bool:
    """Tell whether only the user or the system can rename a folder's files.

    Args:
        status: of the folder.
        shared: whether a sticky folder is enough; it protects the user's own files.
    """
    if status.st_uid not in (0, system.me()):
        return False
    writable = status.st_mode & OTHERS
    if not writable or (shared and status.st_mode & stat.S_ISVTX):
        return True
    return writable == stat.S_IWGRP and system.is_alone_in(status.st_gid)
