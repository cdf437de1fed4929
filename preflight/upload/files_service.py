"""Upload local files to the provider's files service.

Files are stored under the hash of their content: the user's file name stays private, and a taken name holds the same
bytes. Source: the provider's files page.
"""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, cast

from preflight.errors import Unreachable
from preflight.profiles.schema import Service
from preflight.service.http import Busy, HttpChannel, Progress, ResponseLost, cleaned, retry
from preflight.upload.parcel import HashingReader, Parcel, Place, Uploaded, moment, opened

UPLOAD_PATH = "preflight"
URL_MAX = 8192


def files_service(files: HttpChannel, limits: Service) -> Place:
    """Make the provider's files service an upload place."""

    def send(parcel: Parcel, progress: Progress, sleep: Callable[[float], None]) -> Uploaded:
        sha256, suffix = parcel.sha256, parcel.suffix
        return upload_file(files, parcel.path, sha256, suffix, limits=limits, progress=progress, sleep=sleep)

    return Place(files.origin, send)


def upload_file(  # noqa: PLR0913 - what, under which name, within which limits
    files: HttpChannel,
    path: Path,
    sha256: str,
    suffix: str,
    *,
    limits: Service,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Uploaded:
    """Upload one file, streamed, and return its URL.

    Repeating is safe: the same name holds the same bytes.

    Args:
        files: the files service.
        path: the file.
        sha256: its hash when it was checked, in hex.
        suffix: extension of the new name, such as `mp4`.
        limits: the profile's `service` table.
        progress: called with the bytes sent and in all; restarts with each attempt.
        sleep: waits between attempts, in seconds.

    Raises:
        NotDone: it cannot be read, is too large, changed since it was checked, or no response came after 4 attempts.
        Refused: the files service refused.
    """
    parcel = Parcel(path=path, sha256=sha256, suffix=suffix)
    name = parcel.name

    def attempt() -> Uploaded:
        with opened(path, limits.upload_max_bytes) as file:
            reader = HashingReader(file, parcel, progress)
            response = _send(files, reader, name, parcel.media_type)
            return _uploaded(response, reader.bytes, limits.upload_life_s)

    return retry(attempt, (Unreachable, ResponseLost, Busy), sleep=sleep)


def _send(files: HttpChannel, file: HashingReader, name: str, media_type: str) -> object:
    return files.call(
        "POST",
        "/api/v1/files/upload/stream",
        data={"uploadPath": UPLOAD_PATH, "fileName": name},
        files={"file": (name, cast("IO[bytes]", file), media_type)},
    )


def _uploaded(response: object, size: int, life_s: int) -> Uploaded:
    told: Any = response.get("data") if isinstance(response, dict) else None
    told = told if isinstance(told, dict) else {}
    url, file_id = told.get("file_url"), told.get("file_id")
    if not (isinstance(url, str) and len(url) <= URL_MAX and re.match(r"https?://[^\s/]+/\S*$", url)):
        raise ResponseLost("the files service took the file and gave no URL for it")
    latest = datetime.now(UTC) + timedelta(seconds=life_s)
    return Uploaded(
        url=url,
        file_id=cleaned(file_id) if isinstance(file_id, str) else "",
        expires_at=min(latest, moment(told.get("expires_at")) or latest),
        bytes=size,
    )
