"""Files open for writing, as far as system and user rights reveal them.

On Linux /proc shows the user's own processes; nothing is known of others, or elsewhere.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROCESSES = Path("/proc")
WRITES = 0o200
"""Mode bit of a link in /proc/PID/fd: open for writing."""


def open_for_writing() -> frozenset[tuple[int, int]]:
    """Return device and inode of every file known to be open for writing."""
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
