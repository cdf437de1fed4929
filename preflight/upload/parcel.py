"""Files to upload, their results, and the reading that all upload places share.

A file is read once: each piece is hashed as it is sent, and the last piece is sent only if the hash is the checked one.
"""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from preflight.errors import CallError, NotDone
from preflight.files.content import content_of
from preflight.probe import identity, unchanged
from preflight.profiles.schema import Service
from preflight.service.http import Progress
from preflight.values.assets import printable
from preflight.values.facts import Identity
from preflight.values.phrase import phrase
from preflight.values.units import file_size
from preflight.workers.processors import processors

MEDIA_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
}


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A checked file, to be stored under the hash of its content: its own name stays private."""

    path: Path
    sha256: str
    """Hash of the content when it was checked, in hex."""
    suffix: str
    """Extension of the new name, such as `mp4`."""

    @property
    def name(self) -> str:
        """Name in storage.

        Raises:
            CallError: hash or extension are invalid.
        """
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256) or not re.fullmatch(r"[a-z0-9]{1,8}", self.suffix):
            what = f"{self.sha256[:80]!r}, {self.suffix[:20]!r}"
            raise CallError(phrase("{q}: no name to upload it under: {what}", q=printable(str(self.path)), what=what))
        return f"{self.sha256}.{self.suffix}"

    @property
    def media_type(self) -> str:
        """Content type."""
        return MEDIA_TYPES.get(self.suffix, "application/octet-stream")


class Uploaded(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file."""

    url: str
    file_id: str = ""
    """Id in the files service; empty where there is none."""
    expires_at: datetime
    """End of the URL, in UTC; at most the documented life."""
    bytes: int


Pause = Callable[[float], None]
"""Waits some seconds between two attempts."""
Send = Callable[[Parcel, Progress, Pause], Uploaded]
"""Uploads a parcel; takes a progress callback and a pause."""


class Place(NamedTuple):
    """Where uploads go."""

    name: str
    """Its name in the ledger."""
    send: Send


def needed_s(service: Service) -> int:
    """Compute for how many seconds an upload must live for a task to read it.

    A task runs up to `wait_s`; another `wait_s` allows for other uploads, a person's answer and a busy service. Never
    more than half of `upload_life_s`, so that a new upload is not too old.
    """
    return min(2 * service.wait_s, service.upload_life_s // 2)


def hash_file(path: Path) -> str:
    """Compute a file's SHA-256, in hex, streamed.

    Raises:
        NotDone: it cannot be read.
    """
    with opened(path) as file:
        return content_of(file).digest.hex()


def hash_files(states: Mapping[str, Identity | None]) -> dict[str, str]:
    """Map path → SHA-256, hashing in parallel, in the order of the names.

    Args:
        states: path → file state when measured; None where unknown.

    Raises:
        NotDone: one cannot be read, or has changed.
    """

    def hashed(name: str) -> str:
        path, state = Path(name), states[name]
        sha256 = hash_file(path)
        if state is not None and not unchanged(state, _state_of(path)):
            raise NotDone(phrase("{q}: changed since it was checked", q=printable(name)), advice="Check it again.")
        return sha256

    paths = sorted(states)
    if not paths:
        return {}
    with ThreadPoolExecutor(max_workers=min(4, processors())) as pool:
        return dict(zip(paths, pool.map(hashed, paths), strict=True))


def _state_of(path: Path) -> Identity:
    try:
        return identity(path.stat())
    except OSError as error:
        raise NotDone(phrase("{q}: cannot be read: {why}", q=printable(str(path)), why=error.strerror)) from None


class HashingReader:
    """Hashes a file while it is read; its last piece is given only if the content is unchanged.

    httpx never sees the end of a changed file, so neither does the service.
    """

    def __init__(self, file: IO[bytes], parcel: Parcel, progress: Progress | None) -> None:
        self._file = file
        self._parcel = parcel
        self._hash = hashlib.sha256()
        self._progress = progress
        self._done = 0
        self.bytes = os.fstat(file.fileno()).st_size

    def fileno(self) -> int:
        """Give httpx the descriptor, for the length."""
        return self._file.fileno()

    def read(self, size: int) -> bytes:
        """Read the next piece; raise `NotDone` before the last one of a changed file."""
        piece = self._file.read(size)
        self._hash.update(piece)
        self._done += len(piece)
        if self._done >= self.bytes or not piece:
            self._compare()
        if self._progress and piece:
            self._progress(self._done, self.bytes)
        return piece

    def _compare(self) -> None:
        if self._hash.hexdigest() != self._parcel.sha256:
            name = printable(str(self._parcel.path))
            raise NotDone(phrase("{q}: changed since it was checked", q=name), advice="Check it again.")


@contextmanager
def opened(path: Path, max_bytes: int | None = None) -> Iterator[BufferedReader]:
    """Open a regular file of at most `max_bytes`; faults raise `NotDone`."""
    name = printable(str(path))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise NotDone(phrase("{q}: not a file", q=name))
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if max_bytes is not None and size > max_bytes:
                raise NotDone(
                    phrase(
                        "{q}: {size}; the files service takes at most {most}",
                        q=name,
                        size=file_size(size),
                        most=file_size(max_bytes),
                    )
                )
            yield file
    except OSError as error:
        raise NotDone(phrase("{q}: cannot be read: {why}", q=name, why=error.strerror)) from None


def moment(told: object) -> datetime | None:
    """Parse a time: ISO 8601, UTC where no zone is named, or seconds since 1970."""
    try:
        if isinstance(told, int | float):
            return datetime.fromtimestamp(told, UTC)
        found = datetime.fromisoformat(told) if isinstance(told, str) else None
        return found and (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
