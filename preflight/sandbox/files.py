"""Store uploaded files.

Bytes lie under a random id; names are only keys of a table, so that none can leave the folder.
"""

from __future__ import annotations

import re
import secrets
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

import msgspec

from preflight.sandbox.documents import documents
from preflight.sandbox.errors import FilesError
from preflight.sandbox.sniff import HEAD_BYTES, media_type, suffix

if TYPE_CHECKING:
    from preflight.sandbox.faults import Fates
    from preflight.sandbox.settings import Settings

TOO_LARGE, WRONG_TYPE, QUOTA, STORAGE = 40001, 40002, 40003, 50001
"""Codes of the files service."""

_UNSAFE = re.compile(r"[^\w.\-]+")
_NAME_CHARACTERS = 120
_FOLDERS_AT_MOST = 8


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """One stored file."""

    file_id: str
    file_name: str
    file_bytes: int
    media_type: str
    upload_path: str
    upload_time: datetime
    expires_at: datetime
    stored: Path
    is_lost: bool = False
    """Whether it vanished early."""

    @property
    def address(self) -> str:
        """Path of its URL, unquoted."""
        return f"{self.upload_path}/{self.file_name}"

    @property
    def is_alive(self) -> bool:
        """Whether it can still be downloaded."""
        return not self.is_lost and datetime.now(UTC) < self.expires_at


class FileStore:
    """All uploaded files of one sandbox, oldest first."""

    def __init__(self, folder: Path, url: str, settings: Settings, fates: Fates) -> None:
        self._folder = folder
        self._fates = fates
        self._url = url
        self._settings = settings
        self._uploads: dict[str, Upload] = {}
        folder.mkdir()

    @property
    def quota(self) -> int:
        """Most living files."""
        return self._settings.upload_quota

    @property
    def alive(self) -> list[Upload]:
        """Files that can still be downloaded, oldest first."""
        return [upload for upload in list(self._uploads.values()) if upload.is_alive]

    def at(self, address: str) -> Upload | None:
        """Find a living file by the path of its URL."""
        return next((upload for upload in self.alive if upload.address == address), None)

    def by_id(self, file_id: str) -> Upload | None:
        """Find a living file by id."""
        return next((upload for upload in self.alive if upload.file_id == file_id), None)

    def delete(self, upload: Upload) -> None:
        """Delete a file."""
        self._uploads.pop(upload.file_id, None)
        upload.stored.unlink(missing_ok=True)

    def store(self, file: IO[bytes], *, size_bytes: int, name: str, path: str) -> Upload:
        """Store a file, replacing one of the same path and name.

        Args:
            file: open for reading, at its beginning.
            size_bytes: its length.
            name: the name wanted, or empty.
            path: the folder wanted, or empty.

        Raises:
            FilesError: it is too large, no medium, beyond the quota, or cannot be written.
        """
        found = media_type(file.read(HEAD_BYTES))
        file.seek(0)
        _check(found, size_bytes)
        upload = self._record(found or "", size_bytes, name, path)
        earlier = self.at(upload.address)
        if earlier is None and len(self.alive) >= self.quota:
            raise FilesError(QUOTA, f"file quota of {self.quota} files is used up")
        self._write(file, upload.stored)
        if earlier is not None:  # replaced atomically, for concurrent readers
            upload = msgspec.structs.replace(upload, stored=upload.stored.replace(earlier.stored))
        self._uploads[upload.file_id] = upload
        if earlier is not None:
            self._uploads.pop(earlier.file_id, None)
        return upload

    def _record(self, found: str, size_bytes: int, name: str, path: str) -> Upload:
        file_id = f"file_{secrets.token_hex(8)}"
        now = datetime.now(UTC)
        return Upload(
            file_id=file_id,
            file_name=safe_name(name) or f"{file_id}{suffix(found)}",
            file_bytes=size_bytes,
            media_type=found,
            upload_path=safe_path(path) or found.partition("/")[0],
            upload_time=now,
            expires_at=now + timedelta(seconds=self._settings.upload_lifetime_s),
            stored=self._folder / file_id,
            is_lost=self._fates.next("stored") is not None,
        )

    def _write(self, file: IO[bytes], target: Path) -> None:
        try:
            with target.open("xb") as stored:
                shutil.copyfileobj(file, stored)
        except OSError as error:
            target.unlink(missing_ok=True)
            raise FilesError(STORAGE, "the file could not be stored") from error

    def json(self, upload: Upload) -> dict[str, object]:
        """Convert a file as the service shows it."""
        return {
            "file_id": upload.file_id,
            "file_name": upload.file_name,
            "original_name": upload.file_name,
            "file_size": upload.file_bytes,
            "mime_type": upload.media_type,
            "upload_path": upload.upload_path,
            "file_url": f"{self._url}/files/{quote(upload.address)}",
            "download_url": f"{self._url}/api/v1/files/download/{upload.file_id}",
            "upload_time": upload.upload_time.isoformat(),
            "expires_at": upload.expires_at.isoformat(),
        }


def _check(found: str | None, size_bytes: int) -> None:
    max_bytes = documents().limits.upload_max_bytes
    if size_bytes > max_bytes:
        raise too_large()
    if found is None:
        raise FilesError(WRONG_TYPE, "file type is not supported")


def too_large() -> FilesError:
    """Build the refusal of a too large file."""
    return FilesError(TOO_LARGE, f"file must be at most {documents().limits.upload_max_bytes >> 20} MB")


def safe_name(name: str) -> str:
    """Reduce a name to letters, digits, `.`, `-` and `_`; may be empty."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return _UNSAFE.sub("_", last)[-_NAME_CHARACTERS:].lstrip(".")


def safe_path(path: str) -> str:
    """Reduce a folder to safe names joined by `/`, without `.`, `..` and a leading `/`."""
    folders = [safe_name(folder) for folder in path.replace("\\", "/").split("/")]
    return "/".join([folder for folder in folders if folder][:_FOLDERS_AT_MOST])
