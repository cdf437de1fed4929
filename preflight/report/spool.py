"""Spool parts of a report: in memory while small, then in an unnamed file."""

from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import TextIO, cast

KEPT_BYTES = 1 << 14
"""Bytes kept in memory."""
COPIED = 1 << 12
"""Characters copied at a time."""


def spool() -> TextIO:
    """Open a spool; the caller closes it."""
    spooled = SpooledTemporaryFile(KEPT_BYTES, "w+", encoding="utf-8", newline="")  # noqa: SIM115 - see above
    return cast("TextIO", spooled)


def pour(spooled: TextIO, out: TextIO) -> None:
    """Copy a spool to a stream, and close it."""
    spooled.seek(0)
    copyfileobj(spooled, out, COPIED)
    spooled.close()
