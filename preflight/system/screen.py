"""The screen of this machine: whether there is one, and a file shown on it in its folder."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial

import click

DONE = (0, 1) if sys.platform == "win32" else (0,)
"""What a file manager ends with where it could; that of Windows says 1, whatever it did."""
HAS_DESKTOP: bool = sys.platform in ("win32", "darwin")
"""Whether a file manager is part of the system."""


def folder_opener() -> Callable[[str], bool] | None:
    """Choose what shows a file in its folder and tells whether it could; None without a screen or a file manager."""
    if HAS_DESKTOP:
        return lambda path: click.launch(path, locate=True) in DONE
    has_screen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    program = shutil.which("xdg-open") if has_screen else None
    return partial(_open_folder, program) if program else None


def _open_folder(program: str, path: str) -> bool:
    """Open the folder of a file; a file manager may stay for as long as its window, so nobody waits for it."""
    command, quiet = [program, os.path.dirname(path)], subprocess.DEVNULL  # noqa: PTH120 - any bytes may be a name
    try:
        manager = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603 - the system's own
    except OSError:
        return False
    threading.Thread(target=manager.wait, name="file manager", daemon=True).start()
    return True
