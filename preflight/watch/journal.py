"""The journal of a watch: a line of JSON for each step of each file, append-only.

    seen ──► judged, with the target ──► moved

A file between `judged` and `moved` is pending; the next start completes it. One watch at a time holds a folder. A long
journal is replaced by a new one and kept beside it, once.
"""

import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from preflight.errors import CallError, NotDone
from preflight.files import private
from preflight.files.lock import Lock
from preflight.files.text import TextError, json_of
from preflight.system.files import flush_content
from preflight.values.assets import printable
from preflight.values.phrase import phrase, plain
from preflight.values.ready import ready
from preflight.values.remedy import Setting
from preflight.watch.arrivals import Arrival
from preflight.watch.handling import Handling, Moved

SCHEMA = "preflight.watch/1"
STATE_FOLDER = "watch"
"""In the user's state folder: others may write where files arrive, and this state moves files."""
MAX_BYTES = 64 << 20
MAX_LINE_BYTES = 4 << 20
FIRST = json.dumps({"schema": SCHEMA})


def state_folder(incoming: Path) -> Path:
    """Return the private state folder of a watch, named after the watched folder's identity and path.

    Raises:
        NotDone: the private folder or the watched folder is missing.
    """
    return private.folder(STATE_FOLDER, _key(f"{_identity(incoming)}:{os.path.realpath(incoming)}"))


def _identity(folder: Path) -> str:
    try:
        status = folder.stat()
    except OSError as error:
        raise NotDone(
            phrase("{q}: cannot be looked into: {why}", q=printable(str(folder)), why=error.strerror)
        ) from None
    return f"{status.st_dev}:{status.st_ino}"


def _key(text: str) -> str:
    return blake2b(os.fsencode(text), digest_size=16).hexdigest()


class Journal:
    """The journal of one folder, locked while open.

    Args:
        incoming: the watched folder.
        path: the journal's path; None for the state folder.
        max_bytes: size at which it is rotated.
    """

    def __init__(self, incoming: Path, path: Path | None = None, *, max_bytes: int = MAX_BYTES) -> None:
        self.state = state_folder(incoming)
        self._lock_of_folder = private.folder(STATE_FOLDER) / f"{_key(_identity(incoming))}.lock"
        self.path = path or self.state / "journal.jsonl"
        self.pending: list[Handling] = []
        """Moves in progress of an earlier run."""
        self._max_bytes = max_bytes
        self._here = os.getcwd()  # noqa: PTH109 - any bytes may be a name
        self._locks: list[Lock] = []
        self._stream: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Lock the folder and read the pending moves.

        Raises:
            CallError: another watch holds the folder, or the file is no journal.
            NotDone: it cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _refuse_strangers(self.path)
            for lock in {self._lock_of_folder, self.path.with_name(f"{self.path.name}.lock")}:
                self._lock(lock)
            self.pending = list(_pending(self.path))
            self._open()
        except OSError as error:
            self._close()
            reason = error.strerror or error
            raise NotDone(
                phrase("{q}: the journal cannot be written: {why}", q=printable(str(self.path)), why=reason)
            ) from None
        except CallError:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it and release the folder."""
        self._close()

    def _lock(self, path: Path) -> None:
        """Take a lock that ends with this process and is not inherited."""
        lock = Lock(path)
        if not lock.take():
            raise CallError(phrase("{q}: another watch is at work there", q=printable(str(path))))
        self._locks.append(lock)

    def _open(self) -> None:
        """Open the file to append; end an incomplete last line."""
        whole = _ends_whole(self.path)
        self._stream = self.path.open("ab")
        if self._stream.tell() <= len(FIRST) and not whole:
            self._stream.truncate(0)
        if self._stream.tell() == 0 or self.path.stat().st_size == 0:
            self._stream.write(f"{FIRST}\n".encode())
        elif not whole:
            self._stream.write(b"\n")
        self._stream.flush()

    def _close(self) -> None:
        if self._stream is not None:
            with suppress(OSError):
                self._stream.close()
        self._stream = None
        while self._locks:
            self._locks.pop().give_back()

    # ---- writing

    def seen(self, arrivals: Iterable[Arrival]) -> None:
        """Record files as complete and accepted."""
        self._append({"step": "seen", "path": self._absolute(one.path), "state": one.state} for one in arrivals)

    def judged(self, handling: Handling) -> None:
        """Record the target of a file, before it moves."""
        self._append([{"step": "judged", **self._plain(handling)}])

    def moved(self, moved: Moved) -> None:
        """Record a file as moved."""
        targets = [self._absolute(target) for target in moved.targets]
        said = {"step": "moved", "token": moved.handling.token, "path": self._absolute(moved.handling.path)}
        self._append([{**said, "targets": targets}])

    def dropped(self, handling: Handling) -> None:
        """Record that a file was not moved: it changed, or cannot be moved."""
        self._append([{"step": "dropped", "token": handling.token, "path": self._absolute(handling.path)}])

    def left(self, path: str, reason: str) -> None:
        """Record that a file stays."""
        self._append([{"step": "left", "path": self._absolute(path), "reason": reason}])

    def _append(self, entries: Iterable[dict[str, Any]]) -> None:
        """Append lines; `flush` puts them on disk."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        lines = b"".join(_line({"time": now, **entry}) for entry in entries)
        if self._stream is not None and lines:
            self._stream.write(lines)
            self._stream.flush()

    def _plain(self, handling: Handling) -> dict[str, Any]:
        """Convert a move to JSON, with absolute paths."""
        said: dict[str, Any] = msgspec.to_builtins(handling, enc_hook=plain)
        said["path"] = self._absolute(handling.path)
        for parcel in said["parcels"]:
            parcel |= {name: self._absolute(parcel[name]) for name in ("origin", "target")}
        return said

    def _absolute(self, path: str) -> str:
        return os.path.join(self._here, path)  # noqa: PTH118 - any bytes may be a name

    def flush(self) -> None:
        """Flush the lines to disk."""
        if self._stream is not None:
            flush_content(self._stream.fileno())

    def rotate(self) -> None:
        """Rotate a long file, when nothing is pending."""
        if self._stream is None or self._stream.tell() < self._max_bytes:
            return
        self._stream.close()
        self.path.replace(self.path.with_name(f"{self.path.name}.1"))
        self._open()


def _line(entry: dict[str, Any]) -> bytes:
    """Format a line of ASCII that preserves names of any bytes."""
    with suppress(UnicodeEncodeError):
        line = msgspec.json.encode(entry, enc_hook=plain)
        if line.isascii():
            return line + b"\n"
    return json.dumps(entry).encode() + b"\n"


# ---- reading --------------------------------------------------------------------------------------------------------


def _refuse_strangers(path: Path) -> None:
    """Refuse a journal that another user could write or replace.

    Raises:
        CallError: others may write its folder, or it is a link or another user's.
    """
    where = printable(str(path))
    if not private.is_own(path.parent):
        raise CallError(
            phrase("{setting} {q}: others may write to its folder", setting=Setting("journal"), q=where),
            advice="Put it elsewhere, or leave it out.",
        )
    if os.path.lexists(path) and not path.is_dir() and not private.is_own_file(path):
        words = "{setting} {q}: is a link, no file, or somebody else's"
        raise CallError(phrase(words, setting=Setting("journal"), q=where), advice="Take another name.")


def _ends_whole(path: Path) -> bool:
    with suppress(FileNotFoundError), path.open("rb") as stream:
        if stream.seek(0, os.SEEK_END):
            stream.seek(-1, os.SEEK_END)
            return stream.read(1) == b"\n"
    return True


def _pending(path: Path) -> Iterator[Handling]:
    """Yield the moves without an end.

    Raises:
        CallError: the file is no journal.
    """
    begun: dict[str, Handling] = {}
    for entry in _entries(path):
        match entry:
            case {"step": "judged"}:
                with suppress(msgspec.ValidationError, UnicodeEncodeError):
                    handling = msgspec.convert(entry, ready(Handling))
                    _require_names(handling)
                    begun[handling.token] = handling
            case {"step": "moved" | "dropped", "token": str(token)}:
                begun.pop(token, None)
    yield from begun.values()


def _require_names(handling: Handling) -> None:
    """Raise UnicodeEncodeError where a recorded name is impossible."""
    for name in (
        handling.token,
        handling.path,
        *(name for one in handling.parcels for name in (one.origin, one.target)),
    ):
        os.fsencode(name)


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the entries of a journal; skip incomplete and damaged lines."""
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return
    with stream:
        first = stream.readline(1 << 10)
        if first and first.strip() != FIRST.encode() and not FIRST.encode().startswith(first):
            raise CallError(
                phrase("{q}: is there, and is no journal of a watch; it was left as it is", q=printable(str(path)))
            )
        for line in iter(lambda: stream.readline(MAX_LINE_BYTES), b""):
            with suppress(TextError):
                entry = json_of(line)
                if isinstance(entry, dict):
                    yield entry
