"""Folders that nobody but the user can change: where drafts, locks and journals lie when others may write around them.

In: a name, or a folder that somebody asked for. Out: a folder of the user's own, mode 0700, reached over no link that
another could have set; or whether nobody else can put something else in the place of what lies in a folder.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from preflight.errors import NotDone
from preflight.system import files as system
from preflight.values.assets import printable

MODE = 0o700
OTHERS = 0o022
"""Write permission of group and others."""


def folder(*names: str) -> Path:
    """Return a folder of the user's own, made where it is missing.

    Lies in the user's state folder; where that cannot be written, in the system's folder for temporary files.

    Raises:
        NotDone: neither can be had; or what stands there is not the user's own.
    """
    why = ""
    for root in _roots():
        try:
            return _made(root, names)
        except OSError as error:
            why = f"{printable(str(root))}: {error.strerror or error}"
    raise NotDone(
        f"no folder of your own can be made: {why}", advice="Set XDG_STATE_HOME to a folder that you can write to."
    )


def _roots() -> Iterator[Path]:
    import tempfile

    import platformdirs

    yield platformdirs.user_state_path("preflight")
    yield Path(tempfile.gettempdir(), f"preflight-{system.me()}")


def _made(root: Path, names: tuple[str, ...]) -> Path:
    """Make a folder below a root, each part of the user's own.

    Raises:
        OSError: it cannot be made, or a part of it is somebody else's or a link.
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
    """Tell whether nobody else can put something else in the place of what lies in a folder.

    Whoever may write a folder can rename what lies in it, unless its sticky bit is set; so each folder on the way
    counts. A group of which the user is the only member is nobody else.
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
    """Tell whether a path is a plain file of the user's own, no link, that nobody else may write."""
    try:
        status = path.lstat()
    except OSError:
        return False
    plain = stat.S_ISREG(status.st_mode)
    return plain and (not system.HAS_OWNERS or (status.st_uid == system.me() and not status.st_mode & stat.S_IWOTH))


def _holds_its_names(status: os.stat_result, *, shared: bool) -> bool:
    """Tell whether only the user, or the system, can rename what lies in a folder.

    Args:
        status: the folder's.
        shared: whether a sticky folder will do: what is the user's own there stays.
    """
    if status.st_uid not in (0, system.me()):
        return False
    writable = status.st_mode & OTHERS
    if not writable or (shared and status.st_mode & stat.S_ISVTX):
        return True
    return writable == stat.S_IWGRP and system.is_alone_in(status.st_gid)
