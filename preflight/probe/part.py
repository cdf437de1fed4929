"""A part of an open file as a file of its own, for readers that would stumble over what lies around it."""

import io
import os
from typing import BinaryIO


class _Raw(io.RawIOBase):
    """The bytes from `start` up to `end` of an open file, which stays open."""

    def __init__(self, whole: BinaryIO, start: int, end: int) -> None:
        super().__init__()
        self._whole, self._start, self._end = whole, start, end
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._whole.fileno()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what BufferedReader hands over
        self._whole.seek(self._start + self._at)
        read = self._whole.read(max(min(len(buffer), self._end - self._start - self._at), 0))
        buffer[: len(read)] = read
        self._at += len(read)
        return len(read)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._end - self._start}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at


def part_of(whole: BinaryIO, start: int, end: int) -> BinaryIO:
    """Return the bytes from `start` up to `end` of a file opened for reading, as a file that begins at 0."""
    return io.BufferedReader(_Raw(whole, start, end), io.DEFAULT_BUFFER_SIZE)
