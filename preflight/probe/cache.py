"""What was measured before: the facts of files that have not changed since.

In: a file's identity (device, inode, size and times) or its content, the depth, and the versions of all that measures.
Out: what measuring it gave, or nothing. The cache is a hint: broken, full, locked or absent, it costs time and nothing
else. Each row carries a checksum over all of it, so a damaged one is a miss and never a verdict.
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
from preflight.values.facts import Facts, Identity
from preflight.values.probed import Fault, Probed

if TYPE_CHECKING:
    import sqlite3

UNSAID = Bounds()
SETTLED_S = 2.0
"""A file changed less than this ago may change again within the same tick of its clock: it is not remembered."""
UNASKED_S = 120.0
"""The same where nobody says who has it open: a mapped file that is written gets a new time only once its last pages
have been written back, which Linux begins after 30 s."""
BUSY_S = 0.2
CHECKSUM_BYTES = 16
BATCH = 512
MEASURING = ("av", "pillow", "pillow-heif", "mutagen", "simplejpeg", "isal")
"""The libraries whose version decides what a file measures."""
SCHEMA = "CREATE TABLE IF NOT EXISTS measures (key BLOB PRIMARY KEY, value BLOB NOT NULL, kept_s INTEGER NOT NULL)"

THIN_OUT = "DELETE FROM measures WHERE rowid <= (SELECT max(rowid) FROM measures) - 500000"
"""Forget the oldest rows beyond the most that are kept."""


By = Literal["identity", "content"]


class Remembered(msgspec.Struct, frozen=True, array_like=True):
    """What a row holds."""

    facts: Facts | None
    fault: Fault | None
    hint: Kind | None


class Cache:
    """The cache at a path; it never raises for what is wrong with the file.

    Args:
        path: the SQLite file; made if it is missing. None for the user's own, looked for when it is needed.
        by: what tells that a file is the same: its identity, or, where every checkout gives new times, its content.
        clock: tells seconds since 1970.
    """

    def __init__(self, path: Path | None, *, by: By = "identity", clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._by = by
        self._clock = clock
        self._contents: dict[Identity, bytes] = {}
        self._new: list[tuple[bytes, bytes, int]] = []
        self._asked_s: float | None = None
        self.recalled = 0
        """How many assets were found; what a folder holds besides media is not counted."""

    def __enter__(self) -> Self:
        """Begin; the file is opened when the first asset is looked for."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep what was learned, and close the file."""
        self.flush()
        if db := self.__dict__.pop("_db", None):
            db.close()

    @cached_property
    def _db(self) -> "sqlite3.Connection | None":
        """The open file, or None when it cannot be used."""
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
        except (sqlite3.Error, UnicodeDecodeError):  # whose words may repeat what is damaged
            db.close()
            return None
        return db

    def find(self, assets: Iterable[Asset], depth: Depth, bounds: Bounds = UNSAID) -> dict[Asset, Probed]:
        """Return what measuring within the same bounds gave before, of those assets whose file is the same as then."""
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
        """Remember what measuring gave; what could not be measured is tried again next time."""
        seen = probed.identity
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
        """Return the state that a file is in now; by content, read it and note what it holds in that state."""
        try:
            if self._by == "identity":
                return identity(os.stat(asset.path))  # noqa: PTH116 - any bytes may be a name, and there are many
            seen, content = _content(asset.path)
        except (OSError, ValueError):
            return None
        self._contents[seen] = content
        return seen

    def _settled(self, seen: Identity, path: str) -> bool:
        """Tell whether a state stands for one content: its clock has moved on since, or the content was read in it.

        What counts is the time before measuring began: what is written meanwhile, in the same tick, has the same state.
        """
        if self._by == "content":
            return seen in self._contents
        asked_s = self._clock() if self._asked_s is None else self._asked_s
        age_s = asked_s - max(seen[3], seen[4]) / 1e9
        if age_s < SETTLED_S:
            return False
        written = is_open_for_writing(path)
        return age_s >= UNASKED_S if written is None else not written

    def _key(self, seen: Identity, depth: Depth, bounds: Bounds) -> bytes:
        from hashlib import blake2b

        token = self._contents[seen].hex() if self._by == "content" else seen
        return blake2b(f"{token} {depth} {bounds} {_versions()}".encode(), digest_size=CHECKSUM_BYTES).digest()

    def flush(self) -> None:
        """Write what was learned; a cache that cannot be written is left as it is."""
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
    """Return where the cache lies unless a person says otherwise."""
    import platformdirs

    return platformdirs.user_cache_path("preflight") / "measures.sqlite3"


@cache
def _versions() -> str:
    """Return what everything that measures is called today, and what it measures: another version may do otherwise."""
    from importlib.metadata import version

    fields = (field for one in get_args(Facts) for field in one.__struct_fields__)
    return " ".join([__version__, *(f"{name} {version(name)}" for name in MEASURING), *fields])


def _content(path: str) -> tuple[Identity, bytes]:
    """Return a file's state and the hash of its content in that state; raise ValueError when it changes meanwhile."""
    with open(path, "rb", opener=open_without_waiting) as stream:
        before = identity(os.fstat(stream.fileno()))
        content = content_of(stream, "blake2b").digest
        if identity(os.fstat(stream.fileno())) != before:
            msg = "it changed while it was read"
            raise ValueError(msg)
    return before, content


def _sealed(known: Remembered, key: bytes) -> bytes:
    """Return a row's bytes: a checksum over key and content, then the content."""
    content = msgspec.msgpack.encode(known, enc_hook=str)
    return _checksum(key, content) + content


def _unsealed(value: bytes | None, key: bytes) -> Remembered | None:
    """Return what a row holds, or None when it is not what was written under this key."""
    if value is None or value[:CHECKSUM_BYTES] != _checksum(key, value[CHECKSUM_BYTES:]):
        return None
    return msgspec.msgpack.decode(value[CHECKSUM_BYTES:], type=Remembered, dec_hook=_fraction)


def _recalled(known: Remembered, asset: Asset, seen: Identity) -> Probed:
    return Probed(asset=asset, facts=known.facts, fault=known.fault, hint=known.hint, identity=seen)


def _fraction(_wanted: type, text: str) -> Fraction:
    numerator, _, denominator = text.partition("/")
    return Fraction(int(numerator), int(denominator or 1))


def _checksum(key: bytes, content: bytes) -> bytes:
    from hashlib import blake2b

    return blake2b(content, digest_size=CHECKSUM_BYTES, key=key).digest()
