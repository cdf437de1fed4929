"""Parts of open files as a file of its own, for readers that would stumble over what lies around them."""

import io
import os
from collections.abc import Sequence
from typing import BinaryIO, NamedTuple


class Part(NamedTuple):
    """The bytes from `start` up to `end` of an open file, which stays open."""

    whole: BinaryIO
    start: int
    end: int


class _Raw(io.RawIOBase):
    """Parts, one behind the other."""

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__()
        self._parts = parts
        self._size = sum(part.end - part.start for part in parts)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._parts[-1].whole.fileno()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what BufferedReader hands over
        whole, start, end = self._here()
        whole.seek(start)
        read = whole.read(min(len(buffer), end - start))
        buffer[: len(read)] = read
        self._at += len(read)
        return len(read)

    def _here(self) -> Part:
        """Return what is left of the part that the position is in; nothing of the last one at the end."""
        before = 0
        for whole, start, end in self._parts:
            if self._at < before + end - start:
                return Part(whole, start + self._at - before, end)
            before += end - start
        return self._parts[-1]._replace(start=self._parts[-1].end)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at


def part_of(whole: BinaryIO, start: int, end: int) -> BinaryIO:
    """Return the bytes from `start` up to `end` of a file opened for reading, as a file that begins at 0."""
    return joined([Part(whole, start, end)])


def joined(parts: Sequence[Part]) -> BinaryIO:
    """Return parts, at least one, as one file that begins at 0."""
    return io.BufferedReader(_Raw(parts), io.DEFAULT_BUFFER_SIZE)
