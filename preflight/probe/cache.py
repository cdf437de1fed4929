"""Cache of measurements for unchanged files.

In: a file's identity (device, inode, size and times) or content, the depth, and the versions of all that measures. Out:
the earlier result, or none. A broken, full, locked or missing cache costs only time. A checksum per row makes a damaged
one a miss.
"""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, get_args

import msgspec

from preflight._version import __version__
from preflight.files.content import content_of
from preflight.probe import Depth, identity, open_without_waiting
from preflight.system.files import is_open_for_writing
from preflight.values.assets import Asset, Kind
from preflight.values.bounds import Bounds
from preflight.values.facts import Facts, Identity, VideoFacts
from preflight.values.phrase import packed, unpacked
from preflight.values.probed import Fault, Probed
from preflight.values.ready import ready

if TYPE_CHECKING:
    import sqlite3

UNSAID = Bounds()
SETTLED_S = 2.0
"""Age below which a change may repeat within one clock tick; such files are not cached."""
UNASKED_S = 120.0
"""The same where open files are unknown: the time of a mapped file changes only when its pages are written back, which
Linux begins after 30 s."""
BUSY_S = 0.2
CHECKSUM_BYTES = 16
OF_OBJECTS = -1
"""In place of a device: an object in a bucket."""
BATCH = 512
MEASURING = ("av", "pillow", "pillow-heif", "mutagen", "simplejpeg", "isal")
"""Libraries whose version affects measurements."""
SCHEMA = "CREATE TABLE IF NOT EXISTS measures (key BLOB PRIMARY KEY, value BLOB NOT NULL, kept_s INTEGER NOT NULL)"

THIN_OUT = "DELETE FROM measures WHERE rowid <= (SELECT max(rowid) FROM measures) - 500000"
"""Delete the oldest rows beyond the limit."""


By = Literal["identity", "content"]


class Remembered(msgspec.Struct, frozen=True, array_like=True):
    """The content of a row."""

    facts: Facts | None
    fault: Fault | None
    hint: Kind | None


class Cache:
    """The cache at a path; damage never raises.

    Args:
        path: the SQLite file, made if missing; None for the user's own, opened on demand.
        by: what identifies a file: its identity, or its content where checkouts give new times.
        clock: returns seconds since 1970.
    """

    def __init__(self, path: Path | None, *, by: By = "identity", clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._by = by
        self._clock = clock
        self._contents: dict[Identity, bytes] = {}
        self._new: list[tuple[bytes, bytes, int]] = []
        self._asked_s: float | None = None
        self.recalled = 0
        """Number of assets found; non-media are not counted."""

    def __enter__(self) -> Self:
        """Start; open the file at the first lookup."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write new results and close the file."""
        self.flush()
        if db := self.__dict__.pop("_db", None):
            db.close()

    @cached_property
    def _db(self) -> "sqlite3.Connection | None":
        """The open database, or None if unusable."""
        import sqlite3

        path = self._path or default_path()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        except (sqlite3.Error, OSError, ValueError):
            return None
        try:
            for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", SCHEMA):
                db.execute(statement)
        except (sqlite3.Error, UnicodeDecodeError):  # its message may quote damaged content
            db.close()
            return None
        return db

    def find(self, assets: Iterable[Asset], depth: Depth, bounds: Bounds = UNSAID) -> dict[Asset, Probed]:
        """Return earlier results within the same bounds, for assets whose file is unchanged."""
        if self._db is None:
            return {}
        self._asked_s = self._clock()
        states = {asset: seen for asset in assets if (seen := self._state(asset))}
        keys = {asset: self._key(seen, depth, bounds) for asset, seen in states.items()}
        marks = ", ".join("?" * len(keys))
        try:
            rows = self._db.execute(f"SELECT key, value FROM measures WHERE key IN ({marks})", [*keys.values()])  # noqa: S608 - question marks
            values = dict(rows.fetchall())
        except (self._db.Error, UnicodeDecodeError):
            return {}
        found = ((asset, _unsealed(values.get(key), key)) for asset, key in keys.items())
        recalled = {asset: _recalled(known, asset, states[asset]) for asset, known in found if known}
        self.recalled += sum(not one.is_bystander for one in recalled.values())
        return recalled

    def keep(self, probed: Probed, depth: Depth, bounds: Bounds = UNSAID) -> None:
        """Remember a result; a failed measurement is repeated next time."""
        seen = self._state_of_object(probed.asset) if probed.asset.is_object else probed.identity
        if self._db is None or seen is None or (probed.fault and probed.fault.kind == "unmeasured"):
            return
        if not self._settled(seen, probed.asset.path):
            return
        key = self._key(seen, depth, bounds)
        content = _sealed(Remembered(probed.facts, probed.fault, probed.hint), key)
        self._new.append((key, content, int(self._clock())))
        if len(self._new) >= BATCH:
            self.flush()

    def _state(self, asset: Asset) -> Identity | None:
        """Return a file's current state; by content, hash it and note the hash."""
        try:
            if asset.is_object:
                return self._state_of_object(asset)
            if self._by == "identity":
                return identity(os.stat(asset.path))  # noqa: PTH116 - any bytes may be a name, and there are many
            seen, content = _content(asset.path)
        except (OSError, ValueError):
            return None
        self._contents[seen] = content
        return seen

    def _state_of_object(self, asset: Asset) -> Identity | None:
        """Return a stand-in for an object's state: its size, and a hash of address and ETag."""
        from hashlib import blake2b

        if asset.stored is None or not asset.stored.etag:
            return None
        token = f"{asset.path}\n{asset.stored.etag}".encode("utf-8", "surrogateescape")
        content = blake2b(token, digest_size=CHECKSUM_BYTES).digest()
        seen = (OF_OBJECTS, int.from_bytes(content[:8]), asset.stored.size, 0, 0)
        self._contents[seen] = content
        return seen

    def _settled(self, seen: Identity, path: str) -> bool:
        """Tell whether a state identifies one content: its clock tick is over, or the content was hashed.

        The time before measuring counts: a write during it, in the same tick, leaves the same state.
        """
        if self._by == "content" or seen[0] == OF_OBJECTS:
            return seen in self._contents
        asked_s = self._clock() if self._asked_s is None else self._asked_s
        age_s = asked_s - max(seen[3], seen[4]) / 1e9
        if age_s < SETTLED_S:
            return False
        written = is_open_for_writing(path)
        return age_s >= UNASKED_S if written is None else not written

    def _key(self, seen: Identity, depth: Depth, bounds: Bounds) -> bytes:
        from hashlib import blake2b

        by_content = self._by == "content" or seen[0] == OF_OBJECTS
        token = self._contents[seen].hex() if by_content else seen
        return blake2b(f"{token} {depth} {bounds} {_versions()}".encode(), digest_size=CHECKSUM_BYTES).digest()

    def flush(self) -> None:
        """Write new results; ignore a cache that cannot be written."""
        rows, self._new = self._new, []
        if not rows or self._db is None:
            return
        db = self._db
        try:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT OR REPLACE INTO measures VALUES (?, ?, ?)", rows)
            db.execute(THIN_OUT)
            db.execute("COMMIT")
        except (db.Error, UnicodeDecodeError):
            with suppress(db.Error, UnicodeDecodeError):
                db.execute("ROLLBACK")


def default_path() -> Path:
    """Return the default path."""
    import platformdirs

    return platformdirs.user_cache_path("preflight") / "measures.sqlite3"


@cache
def _versions() -> str:
    """Return the versions of all that measures; another version may differ."""
    from importlib.metadata import version

    fields = (field for one in get_args(Facts) for field in one.__struct_fields__)
    return " ".join([__version__, "phrases", *(f"{name} {version(name)}" for name in MEASURING), *fields])


def _content(path: str) -> tuple[Identity, bytes]:
    """Return a file's state and content hash; raise ValueError when it changes meanwhile."""
    with open(path, "rb", opener=open_without_waiting) as stream:
        before = identity(os.fstat(stream.fileno()))
        content = content_of(stream, "blake2b").digest
        if identity(os.fstat(stream.fileno())) != before:
            msg = "it changed while it was read"
            raise ValueError(msg)
    return before, content


def _sealed(known: Remembered, key: bytes) -> bytes:
    """Serialize a row: a checksum over key and content, then the content."""
    content = msgspec.msgpack.encode(known, enc_hook=_as_text)
    return _checksum(key, content) + content


def _as_text(value: object) -> str:
    """Write a phrase with its template, another value as text."""
    return packed(value) if isinstance(value, str) else str(value)


def _unsealed(value: bytes | None, key: bytes) -> Remembered | None:
    """Parse a row; None where its checksum fails for this key."""
    if value is None or value[:CHECKSUM_BYTES] != _checksum(key, value[CHECKSUM_BYTES:]):
        return None
    known = msgspec.msgpack.decode(value[CHECKSUM_BYTES:], type=ready(Remembered), dec_hook=_fraction)
    facts, fault = known.facts, known.fault
    if fault:
        fault = msgspec.structs.replace(fault, message=unpacked(fault.message))
    if facts and not isinstance(facts, VideoFacts) and facts.obstacle:
        facts = msgspec.structs.replace(facts, obstacle=unpacked(facts.obstacle))
    return Remembered(facts, fault, known.hint)


def _recalled(known: Remembered, asset: Asset, seen: Identity) -> Probed:
    at = None if asset.is_object else seen
    return Probed(asset=asset, facts=known.facts, fault=known.fault, hint=known.hint, identity=at)


def _fraction(_wanted: type, text: str) -> Fraction:
    numerator, _, denominator = text.partition("/")
    return Fraction(int(numerator), int(denominator or 1))


def _checksum(key: bytes, content: bytes) -> bytes:
    from hashlib import blake2b

    return blake2b(content, digest_size=CHECKSUM_BYTES, key=key).digest()
