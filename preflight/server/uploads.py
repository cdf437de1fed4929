"""A body that comes in → a file on disk, whole or not at all; nothing of it is held in memory but a piece."""

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from anyio.to_thread import run_sync
from starlette.requests import Request

from preflight.errors import CallError, NotDone
from preflight.files.atomic import advice_on, commit, temporary
from preflight.files.names import storable
from preflight.values.assets import printable
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE_BYTES = 1 << 20
LONGEST_NAME = 180
"""Bytes of a name that are kept."""
Received = Callable[[int], None]


class TooLargeError(CallError):
    """A body is larger than is allowed here."""


async def save_upload(request: Request, folder: Path, name: str, most_bytes: int) -> Path:
    """Store the body of a request under a name, or the next free one, and return its path.

    Args:
        request: whose body it is.
        folder: made if it is missing.
        name: as the sender calls it; of a path only the last part counts.
        most_bytes: how large it may be.

    Raises:
        TooLargeError: it is larger, or says that it is.
        NotDone: it cannot be stored.
        ClientDisconnect: it broke off; nothing is left of it.
    """
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdecimal() and int(announced) > most_bytes:
        raise _too_large(name, most_bytes)
    target = folder / own_name(name)
    with temporary(folder, "part") as draft:
        with _opened(draft) as file:
            await _write(request, file, name, most_bytes)
        return await run_sync(commit, draft, target)


def own_name(name: str) -> str:
    """Choose the name under which a file is kept: no folders, nothing hidden, no longer than a file system takes."""
    last = name.replace("\\", "/").rpartition("/")[2].strip().lstrip(".")
    stem, dot, ending = last.rpartition(".")
    stem, ending = (stem, dot + ending) if dot and len(ending) <= 10 else (last, "")  # noqa: PLR2004 - no ending is longer
    kept = stem.encode("utf-8", "replace")[:LONGEST_NAME].decode("utf-8", "ignore").strip()
    return storable("".join(c if c.isprintable() else "_" for c in f"{kept or 'file'}{ending}"))


async def _write(request: Request, file: BinaryIO, name: str, most_bytes: int) -> None:
    waiting, done = bytearray(), 0
    async for chunk in request.stream():
        waiting += chunk
        done += len(chunk)
        if done > most_bytes:
            raise _too_large(name, most_bytes)
        if len(waiting) >= PIECE_BYTES:
            await run_sync(_write_all, file, bytes(waiting))
            waiting.clear()
    await run_sync(_write_all, file, bytes(waiting))


def _write_all(file: BinaryIO, content: bytes) -> None:
    """Write all of a piece: on a disk that is nearly full a write may end early, and says so by its count alone."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


@contextmanager
def _opened(draft: Path) -> "Iterator[BinaryIO]":
    try:
        with draft.open("wb", buffering=0) as file:
            yield file
    except OSError as error:
        raise NotDone(phrase("cannot be stored: {why}", why=error.strerror or error), advice=advice_on(error)) from None


def _too_large(name: str, most_bytes: int) -> TooLargeError:
    return TooLargeError(
        phrase("{q}: is larger than {n} bytes", q=printable(name[:80]), n=f"{most_bytes:,}"),
        advice="Open it in place instead.",
    )
