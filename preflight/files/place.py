"""Put a file into another folder, without changing or moving it."""

import filecmp
import os
import shutil
from contextlib import suppress
from pathlib import Path

from preflight.errors import NotDone
from preflight.files.atomic import commit, temporary
from preflight.files.names import names
from preflight.values.assets import printable
from preflight.values.phrase import phrase


def place(source: Path, folder: Path) -> Path:
    """Give a file a name in a folder: by a hard link, else by a copy. Return the path; an equal file there is reused.

    Args:
        source: a regular file.
        folder: made if it is missing; nothing in it is overwritten.

    Raises:
        NotDone: the source cannot be read, or the folder not written.
    """
    whole, wanted = Path(os.path.realpath(source)), folder / source.name
    try:
        whole.stat()
        folder.mkdir(parents=True, exist_ok=True)
        for path in names(wanted):
            if os.path.lexists(path):
                with suppress(OSError):
                    if filecmp.cmp(whole, path, shallow=False):
                        return path
                continue
            with suppress(FileExistsError):
                return _placed(whole, path)
    except OSError as error:
        words = phrase(
            "{q1}: cannot be put into {q2}: {why}",
            q1=printable(str(source)),
            q2=printable(str(folder)),
            why=error.strerror or str(error),
        )
        raise NotDone(words) from None
    raise NotDone(
        phrase("{q}: too many files of that name exist", q=printable(str(wanted))), advice="Choose another folder."
    )


def _placed(source: Path, path: Path) -> Path:
    """Link or copy a file to a free name; raise FileExistsError where it is taken by now."""
    try:
        path.hardlink_to(source)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # another file system, or one without links, or somebody else's file
        with temporary(path.parent, "part") as draft:
            shutil.copyfile(source, draft)
            return commit(draft, path)
    return path
