"""Samples to try the page with: footage in which each asset has a fault."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from preflight.errors import NotDone
from preflight.values.phrase import phrase

NAMES = ("rider.jpg", "plain.png", "drive.mov", "theme.m4a")
INSTALLED = Path(__file__).parent / "samples"
IN_A_CHECKOUT = Path(__file__).parents[3] / "fixtures" / "demo"


def samples(folder: Path) -> Iterator[tuple[str, str]]:
    """Copy the samples into a folder, where they are not there yet, and yield their paths and names.

    Raises:
        NotDone: they are not installed, or the folder cannot be written.
    """
    home = INSTALLED if INSTALLED.is_dir() else IN_A_CHECKOUT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            if not (folder / name).exists():
                shutil.copyfile(home / name, folder / name)
            yield str(folder / name), name
    except OSError as error:
        raise NotDone(phrase("the samples cannot be copied: {why}", why=error.strerror or error)) from None
