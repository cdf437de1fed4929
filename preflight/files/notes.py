"""Lists of lines in the user's data folder.

Only a plain file of the user is read, and only up to a bounded size.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

import platformdirs

from preflight.errors import NotDone
from preflight.files.atomic import replace
from preflight.system.files import me

MAX_BYTES = 1 << 20
LINES_MAX = 256


def data_folder() -> Path:
    """Return the program's data folder."""
    return platformdirs.user_data_path("preflight")


def lines(name: str) -> list[str]:
    """Read a list, oldest first; empty where the file is not the user's own."""
    try:
        with (data_folder() / name).open("rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode) or state.st_uid != me():
                return []
            text = os.fsdecode(file.read(MAX_BYTES))
    except OSError:
        return []
    return [line for line in text.split("\n") if line][-LINES_MAX:]


def add(name: str, line: str) -> None:
    """Append a line; skip it where the file cannot be written."""
    known = lines(name)
    if line in known or "\n" in line:
        return
    path = data_folder() / name
    with suppress(OSError, NotDone):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace(path, os.fsencode("".join(f"{one}\n" for one in [*known, line][-LINES_MAX:])))
