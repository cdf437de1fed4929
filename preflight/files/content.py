"""What an open file holds ──► its size and its hash, the same wherever the program asks."""

from io import BufferedReader
from typing import NamedTuple


class Content(NamedTuple):
    """What a file holds."""

    size: int
    """In bytes."""
    digest: bytes


def content_of(stream: BufferedReader, method: str = "sha256") -> Content:
    """Read an open file from its beginning to its end, never all of it at once.

    Args:
        stream: the file; it is at its beginning.
        method: the hash, as hashlib calls it.

    Raises:
        OSError: it cannot be read.
    """
    from hashlib import file_digest

    found = file_digest(stream, method).digest()
    return Content(stream.tell(), found)
