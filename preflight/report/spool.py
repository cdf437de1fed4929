"""Where a part of a report waits for what stands above it: in memory while it is small, then on the disk, nameless."""

from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import TextIO, cast

KEPT_BYTES = 1 << 14
"""How much waits in memory."""
COPIED = 1 << 12
"""Characters that are taken up at a time."""


def spool() -> TextIO:
    """Return a file without a name, in memory until it grows; who asked for it closes it."""
    spooled = SpooledTemporaryFile(KEPT_BYTES, "w+", encoding="utf-8", newline="")  # noqa: SIM115 - see above
    return cast("TextIO", spooled)


def pour(spooled: TextIO, out: TextIO) -> None:
    """Write what waited, and close where it did."""
    spooled.seek(0)
    copyfileobj(spooled, out, COPIED)
    spooled.close()
