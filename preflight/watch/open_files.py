"""Which files somebody has open for writing, as far as this system and this user's rights tell.

On Linux the processes of the same user can be asked, through /proc; of others, and elsewhere, nothing is known.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROCESSES = Path("/proc")
WRITES = 0o200
"""The bit of a link in /proc/PID/fd that says its file is open for writing."""


def open_for_writing() -> frozenset[tuple[int, int]]:
    """Return device and inode of every file that a process, which may be asked, has open for writing."""
    found: set[tuple[int, int]] = set()
    for folder in _descriptors():
        with suppress(OSError), os.scandir(folder) as links:
            found.update(_written(links))
    return frozenset(found)


def _descriptors() -> Iterator[str]:
    with suppress(OSError), os.scandir(PROCESSES) as entries:
        for entry in entries:
            if entry.name.isdecimal():
                yield f"{entry.path}/fd"


def _written(links: "Iterator[os.DirEntry[str]]") -> Iterator[tuple[int, int]]:
    for link in links:
        with suppress(OSError):
            if link.stat(follow_symlinks=False).st_mode & WRITES:
                status = link.stat()
                yield status.st_dev, status.st_ino
