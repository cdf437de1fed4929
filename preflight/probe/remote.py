"""Files read from elsewhere by ranges: a function that gets bytes in, a seekable file out.

    probes ── read, seek ──► pages of 4 KiB, kept ── missing ones ──► one request of 64 KiB, more where reading goes on

Nothing is asked for twice. What was read is kept in memory, and beyond that in a temporary file without a name.
"""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from preflight.values.phrase import phrase

PAGE = 1 << 12
BLOCK = 1 << 16
"""Bytes of a request for what is read here and there."""
LARGEST, MOST_DOUBLINGS = 8 << 20, 7
"""Most bytes of a request: what is asked for doubles where one reads on."""
STRIDE_STEPS = 3
"""Small steps in a row from which on reading goes on, as over the fragments of an MP4."""
KEPT_BYTES = 16 << 20
"""Bytes kept in memory."""
MOST_BYTES = 2 << 30
"""Most bytes read of one file."""
ALLOWED_BYTES, ALLOWED_REQUESTS = 250_000, 4
"""What a clip with a sample index may cost, as far as its keyframes are optional."""

Get = Callable[[int, int], bytes]
"""Gets the bytes from one offset to before another; raises RemoteError."""


class RemoteError(OSError):
    """A part of the file could not be brought; the words say why."""

    def __init__(self, said: str) -> None:
        super().__init__(None, said)


class Remote(io.RawIOBase):
    """A file elsewhere.

    Args:
        get: gets a range.
        size: the file's size in bytes.
        begin: its first bytes, where they are known.
        most_bytes: the most to read of it.
    """

    def __init__(self, get: Get, size: int, begin: bytes = b"", *, most_bytes: int = MOST_BYTES) -> None:
        super().__init__()
        self.size = size
        self.fault: str | None = None
        """Why a part could not be brought; what was measured then says nothing of the file."""
        self.requests, self.bytes = (1, len(begin)) if begin else (0, 0)
        self._get = get
        self._at = 0
        self._most = most_bytes
        self._pages: dict[int, bytes] = {}
        self._there: set[int] = set()
        self._spool: BinaryIO | None = None
        self._next, self._row, self._steps = len(begin), 0, 0
        self._elided = False
        self._keep(0, begin)

    # ---- as a file

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be sought in."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to an offset."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        """Return the offset."""
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """Read up to a number of bytes, all of them where the file has them; raise RemoteError."""
        end = self.size if size is None or size < 0 else min(self._at + size, self.size)
        start, self._at = self._at, max(self._at, end)
        if end <= start:
            return b""
        if self._elided:
            return b"".join(map(self._page, range(start // PAGE, -(-end // PAGE))))[start % PAGE :][: end - start]
        self._bring(start, end)
        return self._stored(start, end)

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override] # what BufferedReader hands over
        """Fill a buffer."""
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def readall(self) -> bytes:
        """Read the rest."""
        return self.read()

    def close(self) -> None:
        """Let what was kept go."""
        if self._spool is not None:
            self._spool.close()
        self._pages.clear()
        super().close()

    # ---- with foresight

    def affords(self, *spans: tuple[int, int]) -> bool:
        """Tell whether spans of offset and size can be read within what an indexed clip may cost."""
        gaps = [gap for at, size in spans for gap in self._gaps(max(at, 0), min(at + size, self.size))]
        asked = sum(end - start for start, end in gaps)
        return self.requests + len(gaps) <= ALLOWED_REQUESTS and self.bytes + asked <= ALLOWED_BYTES

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here."""
        return len(self._there) * PAGE >= self.size

    def has(self, at: int, size: int) -> bool:
        """Tell whether a span is here."""
        return not any(self._gaps(max(at, 0), min(at + size, self.size)))

    def want(self, at: int, size: int) -> None:
        """Bring a span by as few requests as there are gaps, and no more than it; raise RemoteError."""
        for start, end in [*self._gaps(max(at, 0), min(at + size, self.size))]:
            self._ask(start, end)

    def download(self) -> None:
        """Bring the whole file; raise RemoteError."""
        self.want(0, self.size)

    @contextmanager
    def elided(self) -> Iterator[None]:
        """Read zeros for what is not here yet: for readers that skip it, but would read it all the same."""
        self._elided = True
        try:
            yield
        finally:
            self._elided = False

    # ---- pages

    def _bring(self, start: int, end: int) -> None:
        """Bring what is missing; where one reads on, ask for more than is missing.

        One who takes small step after small step reads on, too: what he steps over comes with it.
        """
        for at, stop in [*self._gaps(start, end)]:
            step = at - self._next
            self._steps = self._steps + 1 if 0 < step <= self._small() else self._steps if step == 0 else 0
            self._row = self._row + 1 if step == 0 or self._strides(at) else 0
            begin = self._next if self._strides(at) else at
            ahead = min(BLOCK << min(max(self._row - 1, 0), MOST_DOUBLINGS), LARGEST)
            self._ask(begin, self._up_to(begin, max(stop, min(at + ahead, self.size))))

    def _small(self) -> int:
        """Return the longest of small steps: the more is asked for at once, the longer."""
        return BLOCK << min(self._row, MOST_DOUBLINGS)

    def _strides(self, at: int) -> bool:
        """Tell whether an offset is one more of many small steps, over nothing that is here."""
        if self._steps < STRIDE_STEPS or not 0 < at - self._next <= self._small():
            return False
        return not any(page in self._there for page in range(self._next // PAGE, at // PAGE))

    def _up_to(self, start: int, end: int) -> int:
        """Return the end of a request: before what is here already, and at the file's end where it is near."""
        end = self.size if self.size - start <= 2 * BLOCK else end
        for page in range(start // PAGE, -(-end // PAGE)):
            if page in self._there:
                return page * PAGE
        return end

    def _gaps(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the missing parts of a span, in whole pages."""
        begin: int | None = None
        for page in range(start // PAGE, -(-end // PAGE)):
            if page not in self._there:
                begin = page * PAGE if begin is None else begin
            elif begin is not None:
                yield begin, page * PAGE
                begin = None
        if begin is not None:
            yield begin, min(-(-end // PAGE) * PAGE, self.size)

    def _ask(self, start: int, end: int) -> None:
        if self.fault is None and self.bytes + end - start > self._most:
            self.fault = phrase(
                "more than {n} bytes of it would have to be read, the most that is read here", n=f"{self._most:,}"
            )
        if self.fault is not None:
            raise RemoteError(self.fault)
        for at in range(start, end, LARGEST):
            stop = min(at + LARGEST, end)
            self._keep(at, self._got(at, stop))
            self.requests, self.bytes = self.requests + 1, self.bytes + stop - at
        self._next = end

    def _got(self, start: int, end: int) -> bytes:
        try:
            return self._get(start, end)
        except RemoteError as error:
            self.fault = error.strerror
            raise

    def _keep(self, at: int, content: bytes) -> None:
        """Keep whole pages, and the file's last one."""
        whole = len(content) if at + len(content) >= self.size else len(content) // PAGE * PAGE
        numbers = range(at // PAGE, -(-(at + whole) // PAGE))
        try:
            if self._spool is not None or len(self._pages) * PAGE + whole > KEPT_BYTES:
                write_whole(self._spooled(), at, content[:whole])
            else:
                self._pages |= {n: content[n * PAGE - at : (n + 1) * PAGE - at] for n in numbers}
        except OSError as error:
            self.fault = phrase("there is no room to keep what was read of it: {why}", why=error.strerror or error)
            raise RemoteError(self.fault) from None
        self._there.update(numbers)

    def _spooled(self) -> BinaryIO:
        """Return the temporary file; what was kept in memory moves there."""
        if self._spool is None:
            import tempfile

            self._spool = cast("BinaryIO", tempfile.TemporaryFile(buffering=0))  # noqa: SIM115 - closed with this file
            for number, page in self._pages.items():
                write_whole(self._spool, number * PAGE, page)
            self._pages.clear()
        return self._spool

    def _stored(self, start: int, end: int) -> bytes:
        if self._spool is not None:
            self._spool.seek(start)
            return self._spool.read(end - start)
        first = start // PAGE
        pages = b"".join(self._pages[number] for number in range(first, -(-end // PAGE)))
        return pages[start - first * PAGE : end - first * PAGE]

    def _page(self, number: int) -> bytes:
        """Return a page, or zeros where it is not here."""
        start, end = number * PAGE, min((number + 1) * PAGE, self.size)
        return self._stored(start, end) if number in self._there else bytes(end - start)


def remote(stream: BinaryIO) -> Remote | None:
    """Return a stream as a file elsewhere, or None where it is at hand, or all of it has been brought."""
    return stream if isinstance(stream, Remote) and not stream.is_whole else None


def write_whole(raw: BinaryIO, at: int, content: bytes) -> None:
    """Write all of some bytes to an unbuffered file, which takes less at once where the disk is nearly full.

    Raises:
        OSError: not all of them can be written.
    """
    raw.seek(at)
    rest = memoryview(content)
    while rest:
        rest = rest[raw.write(rest) :]
