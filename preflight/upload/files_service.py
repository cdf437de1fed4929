"""A local file → a URL that the service can read, by the provider's files service.

Files are stored under the hash of their content: the user's file name stays private, and a name that is taken holds
the same bytes. Source: the provider's files page.
"""

import hashlib
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from preflight.assets import printable
from preflight.errors import CallError, NotDone, Unreachable
from preflight.profiles.schema import Service
from preflight.units import file_size
from preflight.wire import AnswerLost, Busy, Progress, Wire, cleaned, patiently

UPLOAD_PATH = "preflight"
URL_MAX = 8192
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


class Uploaded(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the service can read."""

    url: str
    file_id: str
    """The files service's own id; empty where it gave none."""
    expires_at: datetime
    """When the URL ends, in UTC; the documented life where the answer does not say, and never later than that."""
    bytes: int


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hex, without holding the file in memory.

    Raises:
        NotDone: it cannot be read.
    """
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def upload_file(  # noqa: PLR0913 - what, under which name, within which limits
    files: Wire,
    path: Path,
    sha256: str,
    suffix: str,
    *,
    limits: Service,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Uploaded:
    """Upload one file, streamed from disk, and return where it can be read.

    An upload may be sent again: the same name holds the same bytes.

    Args:
        files: the files service.
        path: the file.
        sha256: its hash when it was checked, in hex.
        suffix: the ending of the new name, such as `mp4`.
        limits: the profile's `service` table.
        progress: called with the bytes sent and in all; begins again with each attempt.
        sleep: waits between attempts, in seconds.

    Raises:
        NotDone: it cannot be read, is too large, changed since it was checked, or no answer came after 4 attempts.
        Refused: the files service said no.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", sha256) or not re.fullmatch(r"[a-z0-9]{1,8}", suffix):
        raise CallError(f"{printable(str(path))}: no name to upload it under: {sha256[:80]!r}, {suffix[:20]!r}")

    def attempt() -> Uploaded:
        with _opened(path, limits.upload_max_bytes) as file:
            answer = _send(files, _Watched(file, path, sha256, progress), f"{sha256}.{suffix}")
            return _uploaded(answer, os.fstat(file.fileno()).st_size, limits.upload_life_s)

    return patiently(attempt, (Unreachable, AnswerLost, Busy), sleep=sleep)


class _Watched:
    """A file that is hashed while it is read, and gives its last piece only if the content is what was checked.

    httpx reads it as it would a file; it never sees the end of one that changed, so neither does the service.
    """

    def __init__(self, file: IO[bytes], path: Path, sha256: str, progress: Progress | None) -> None:
        self._file = file
        self._path = path
        self._wanted = sha256
        self._hash = hashlib.sha256()
        self._progress = progress
        self._done = 0
        self._total = os.fstat(file.fileno()).st_size

    def fileno(self) -> int:
        """Let httpx ask for the length."""
        return self._file.fileno()

    def read(self, size: int) -> bytes:
        """Return the next piece; raise `NotDone` instead of the last one of a file that changed."""
        piece = self._file.read(size)
        self._hash.update(piece)
        self._done += len(piece)
        if self._done >= self._total or not piece:
            self._compare()
        if self._progress and piece:
            self._progress(self._done, self._total)
        return piece

    def _compare(self) -> None:
        if self._hash.hexdigest() != self._wanted:
            raise NotDone(f"{printable(str(self._path))}: changed since it was checked", advice="Check it again.")


@contextmanager
def _opened(path: Path, max_bytes: int | None = None) -> Iterator[BufferedReader]:
    """Open a regular file of at most so many bytes; what goes wrong with it is `NotDone`."""
    name = printable(str(path))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise NotDone(f"{name}: not a file")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if max_bytes is not None and size > max_bytes:
                raise NotDone(f"{name}: {file_size(size)}; the files service takes at most {file_size(max_bytes)}")
            yield file
    except OSError as error:
        raise NotDone(f"{name}: cannot be read: {error.strerror}") from None


def _send(files: Wire, file: _Watched, name: str) -> object:
    return files.call(
        "POST",
        "/api/v1/files/upload/stream",
        data={"uploadPath": UPLOAD_PATH, "fileName": name},
        files={"file": (name, cast("IO[bytes]", file), MEDIA_TYPES.get(name[65:], "application/octet-stream"))},
    )


def _uploaded(answer: object, size: int, life_s: int) -> Uploaded:
    told: Any = answer.get("data") if isinstance(answer, dict) else None
    told = told if isinstance(told, dict) else {}
    url, file_id = told.get("file_url"), told.get("file_id")
    if not (isinstance(url, str) and len(url) <= URL_MAX and re.match(r"https?://[^\s/]+/\S*$", url)):
        raise AnswerLost("the files service took the file and gave no URL for it")
    latest = datetime.now(UTC) + timedelta(seconds=life_s)
    return Uploaded(
        url=url,
        file_id=cleaned(file_id) if isinstance(file_id, str) else "",
        expires_at=min(latest, _moment(told.get("expires_at")) or latest),
        bytes=size,
    )


def _moment(told: object) -> datetime | None:
    """Read a moment: ISO 8601, taken as UTC where it names no zone, or seconds since 1970."""
    try:
        if isinstance(told, int | float):
            return datetime.fromtimestamp(told, UTC)
        moment = datetime.fromisoformat(told) if isinstance(told, str) else None
        return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
