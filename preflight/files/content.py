"""Open file ──► its size and hash."""

from io import BufferedReader
from typing import NamedTuple


class Content(NamedTuple):
    """Size and hash of a file."""

    size: int
    """In bytes."""
    digest: bytes


def content_of(stream: BufferedReader, method: str = "sha256") -> Content:
    """Hash an open file in chunks, from its start.

    Args:
        stream: the file, at its start.
        method: the hash's name in hashlib.

    Raises:
        OSError: it cannot be read.
    """
    from hashlib import file_digest

    found = file_digest(stream, method).digest()
    return Content(stream.tell(), found)
