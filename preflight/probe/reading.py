"""Reading at offsets that a file states: a file in, bytes out, none where no file reaches.

A header may state any offset of 64 bits. File systems refuse to seek that far, each from its own limit on, and Python
from its integers' limit on.
"""

from typing import BinaryIO

FARTHEST = 1 << 43
"""Offset in bytes, 8 TiB, that every usual file system can seek to: ext4 ends at 16."""


def read_at(stream: BinaryIO, at: int, size: int) -> bytes:
    """Read up to `size` bytes from an offset; none before the start, or where no file reaches."""
    if not 0 <= at <= FARTHEST or size <= 0:
        return b""
    stream.seek(at)
    return stream.read(min(size, FARTHEST))
