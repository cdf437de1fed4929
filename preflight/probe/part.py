"""Parts of open files as separate files, for readers that fail on the surrounding data."""

import io
import os
from collections.abc import Sequence
from typing import BinaryIO, NamedTuple


class Part(NamedTuple):
    """Bytes from `start` to `end` of an open file, which stays open."""

    whole: BinaryIO
    start: int
    end: int


class _Raw(io.RawIOBase):
    """Concatenated parts."""

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
        """Return the rest of the current part; empty at the end of the last."""
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
    """Return bytes from `start` to `end` of a readable file as a file of its own."""
    return joined([Part(whole, start, end)])


def joined(parts: Sequence[Part]) -> BinaryIO:
    """Return at least one part as one file."""
    return io.BufferedReader(_Raw(parts), io.DEFAULT_BUFFER_SIZE)
