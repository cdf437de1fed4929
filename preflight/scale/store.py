"""The verdict store: a folder or a bucket's prefix, of Parquet shards of up to 10,000 rows, and a manifest.

    parts/HASH.parquet   written by whoever judges a chunk; a chunk that a run judges again replaces its own
         │ folded
    shard-000001-UNIQUE.parquet   complete, its rows in no other one; written whole or not at all
         │ committed
    manifest.json        which shards count; replaced only if nobody else has replaced it meanwhile

Whatever a run leaves when it is broken off is taken up by the next one. Runs that write into one bucket at once do not
wait for each other: who finds the manifest replaced looks what the other has committed, drops that, and tries again.
"""

import datetime as dt
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.errors import CallError, NotDone
from preflight.objects.stores import Stores
from preflight.scale.keys import CODES, KnownVerdicts
from preflight.scale.manifest import Entry, Manifest, dumped, loaded
from preflight.scale.place import Mark, Place
from preflight.scale.schema import schema
from preflight.values.assets import printable
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import pyarrow as pa

SHARD_ROWS = 10_000
PARTS, MANIFEST, LOCK = "parts", "manifest.json", ".preflight.lock"
SHARD = re.compile(r"shard-(\d{6,})-[0-9a-f]{16}\.parquet")
MADE_OF = b"preflight.parts"
"""Metadata of a shard: the parts that it took up."""
SETTLED = dt.timedelta(hours=1)
"""Age at which a bucket's shard is nobody's work in progress."""
COMMIT_TRIES = 100


class VerdictStore:
    """Verdicts of assets, many of them.

    Args:
        place: a folder or a bucket's prefix.
        stores: how buckets are reached.
        make: whether to make the folder where it is missing.
        run: name of the run that writes; a new one when None.

    Raises:
        CallError: it cannot be opened, or is not there.
    """

    def __init__(self, place: str, stores: Stores, *, make: bool = True, run: str | None = None) -> None:
        self.place, self.run = place, run or f"preflight-{os.urandom(8).hex()}"
        self._files = Place(place, stores, make=make)
        self._seen: set[str] = set()
        """Shards whose keys are known."""
        self._own: set[str] = set()
        """Shards of this run's own making."""
        self._taken: set[str] = set()
        """Parts that a shard of another run has taken up."""

    # ---- files

    def shards(self) -> list[str]:
        """List the shards that count, in order; raise NotDone."""
        manifest, _ = self._manifest()
        return [shard.name for shard in manifest.shards]

    def parts(self) -> list[str]:
        """List the parts that lie there; raise NotDone."""
        return sorted(name for name, _ in self._files.listed(PARTS) if name.endswith(".parquet"))

    def read(self, name: str, columns: Sequence[str] | None = None) -> "pa.Table":
        """Read a shard or a part; raise NotDone."""
        return self._table(name, self._files.read(name), columns)

    def _table(self, name: str, content: bytes, columns: Sequence[str] | None = None) -> "pa.Table":
        import pyarrow.parquet as pq

        with self._files.said(phrase("be read: {q}", q=name)):
            file = pq.ParquetFile(_buffer(content), pre_buffer=False)  # threads that outlive the program abort it
            return file.read(columns=None if columns is None else list(columns), use_threads=False)

    def _manifest(self) -> tuple[Manifest, Mark | None]:
        """Read the manifest with its mark; make one of the shards that lie there where it is missing."""
        found = self._files.find(MANIFEST)
        if found is None:
            return Manifest(tuple(self._unlisted())), None
        with self._files.said(phrase("be read: {q}", q=MANIFEST)):
            return loaded(found[0]), found[1]

    def _unlisted(self) -> Iterator[Entry]:
        """Yield the shards of a store without a manifest, but what another run may be writing."""
        import pyarrow.parquet as pq

        since = dt.datetime.now(dt.UTC) - SETTLED
        for name, written in sorted(self._files.listed()):
            if SHARD.fullmatch(name) and (written < since or not self._files.is_bucket):
                content = self._files.read(name)
                with self._files.said(phrase("be read: {q}", q=name)):
                    yield Entry(name, pq.read_metadata(_buffer(content)).num_rows, len(content))

    # ---- parts and shards

    def name_part(self, keys: Sequence[bytes]) -> str:
        """Name the part of some rows: the same rows have the same name in this run."""
        content, run = b"".join(sorted(keys)), self.run.encode()[:64]
        return f"{PARTS}/{blake2b(content, digest_size=16, key=run).hexdigest()}.parquet"

    def write_part(self, table: "pa.Table") -> str:
        """Write a chunk's rows; return the part's name; raise NotDone."""
        name = self.name_part(table.column("key").to_pylist())
        if table.num_rows:
            self._files.write(name, _parquet(table))
        return name

    def find_part(self, keys: Sequence[bytes]) -> "pa.Table | None":
        """Read the part of some rows of this run; None where there is none; raise NotDone."""
        name = self.name_part(keys)
        found = self._files.find(name)
        return None if found is None else self._table(name, found[0])

    def remove_parts(self, names: Sequence[str]) -> None:
        """Remove parts; raise NotDone."""
        self._files.remove(names)

    def fold(self, names: Sequence[str], known: KnownVerdicts, *, last: bool = True) -> list[str]:
        """Put parts together to shards, each row once, and commit them.

        Args:
            names: the parts.
            known: verdicts of the shards; what other runs commit meanwhile is added. Their rows are not written again,
                unless they are unsure.
            last: whether a shard may have fewer rows than others; if not, a new part takes the rest up.

        Returns:
            The parts that are left: none, that new one, or those that fill no shard yet.

        Raises:
            NotDone: it cannot be read or written.
        """
        names = list(dict.fromkeys(names))
        for _ in range(COMMIT_TRIES):
            manifest, mark = self._manifest()
            self._learn(manifest, known)
            made = self._made(manifest, names, known, last=last)
            if made is None:
                continue
            if not made.shards and not last:
                return made.rest
            if self._commit(manifest, mark, made):
                self._files.remove([name for name in names if name not in made.rest])
                return made.rest
        raise NotDone(
            phrase("{q}: others write there all the time", q=printable(self.place)), advice="Try again later."
        )

    def _made(self, manifest: Manifest, names: Sequence[str], known: KnownVerdicts, *, last: bool) -> "_Made | None":
        """Write parts' rows to shards that do not count yet; None where another run has just taken a part up.

        A part that is gone though nothing was committed since held only what is known.
        """
        import pyarrow as pa

        names = [name for name in names if name not in self._taken]
        found = [(name, self._files.find(name)) for name in names]
        if any(one is None for _, one in found) and self._manifest()[0] != manifest:
            return None
        tables = [self._table(name, one[0]) for name, one in found if one]
        whole = _each_once(pa.concat_tables(tables), known) if tables else schema().empty_table()
        full = whole.num_rows if last else whole.num_rows // SHARD_ROWS * SHARD_ROWS
        if not full and not last:
            return _Made((), names)
        rest = [self.write_part(whole.slice(full))] if full < whole.num_rows else []
        shards: list[Entry] = []
        for at in range(0, full, SHARD_ROWS):
            rows, done = whole.slice(at, min(SHARD_ROWS, full - at)), at + SHARD_ROWS >= full
            shards.append(self._write_shard(manifest.last_number + 1 + len(shards), rows, names if done else ()))
        return _Made(tuple(shards), rest)

    def _write_shard(self, number: int, table: "pa.Table", parts: Sequence[str]) -> Entry:
        made_of = {MADE_OF: json.dumps(list(parts)).encode()}
        content = _parquet(table.replace_schema_metadata({**(table.schema.metadata or {}), **made_of}))
        name = f"shard-{number:06}-{os.urandom(8).hex()}.parquet"
        self._files.write(name, content)
        return Entry(name, table.num_rows, len(content))

    def _commit(self, manifest: Manifest, mark: Mark | None, made: "_Made") -> bool:
        """Let shards count; where another run has committed since, remove them and tell so."""
        if mark is not None and not made.shards:
            return True
        if self._files.replace(MANIFEST, dumped(manifest.with_shards(made.shards)), mark):
            self._own.update(shard.name for shard in made.shards)
            return True
        listed = {shard.name for shard in self._manifest()[0].shards}
        if made.shards and all(shard.name in listed for shard in made.shards):  # written, and the answer was lost
            self._own.update(shard.name for shard in made.shards)
            return True
        self._files.remove([*(shard.name for shard in made.shards), *made.rest])
        return False

    # ---- what is known

    def known(self) -> KnownVerdicts:
        """Read the keys and verdicts of all shards, after taking up what a broken-off run left.

        Raises:
            NotDone: it cannot be read or written.
        """
        known = KnownVerdicts()
        self._learn(self._manifest()[0], known)
        if left := self.parts():
            self.fold(left, known)
            self._own.clear()
            self._learn(self._manifest()[0], known)
        return known

    def _learn(self, manifest: Manifest, known: KnownVerdicts) -> None:
        """Add what shards hold that are not this run's own, and were not read before."""
        import numpy as np
        import pyarrow.compute as pc

        keys, codes = bytearray(), bytearray()
        for name in [shard.name for shard in manifest.shards if shard.name not in self._seen | self._own]:
            table = self.read(name, ("key", "verdict"))
            self._taken.update(json.loads((table.schema.metadata or {}).get(MADE_OF, b"[]")))
            keys += b"".join(table.column("key").to_pylist())
            places = pc.index_in(table.column("verdict"), value_set=_verdicts()).to_numpy()
            codes += np.asarray(places, dtype=np.uint8).tobytes()
            self._seen.add(name)
        known.add(bytes(keys), bytes(codes))

    def held(self) -> "AbstractContextManager[object]":
        """Keep other runs on this machine out of a folder; of a bucket nobody needs to be kept out.

        Raises:
            CallError: another run writes there.
        """
        if self._files.is_bucket:
            return nullcontext()
        from filelock import FileLock, Timeout

        lock = FileLock(Path(self.place, LOCK), timeout=0)
        try:
            return lock.acquire()
        except Timeout:
            raise CallError(phrase("{q}: another run writes there", q=printable(self.place))) from None


class _Made(msgspec.Struct, frozen=True):
    """What was made of parts: shards, and the parts that are left."""

    shards: tuple[Entry, ...]
    rest: list[str]


def _each_once(table: "pa.Table", known: KnownVerdicts) -> "pa.Table":
    """Keep the last row of each key, but none that is known and sure already."""
    import pyarrow as pa

    keys = table.column("key").to_pylist()
    last = {key: place for place, key in enumerate(keys)}
    settled = known.find([*last]) if len(known) else [None] * len(last)
    kept = sorted(place for place, verdict in zip(last.values(), settled, strict=True) if verdict in (None, "unsure"))
    return table.take(pa.array(kept, pa.int64()))


def _parquet(table: "pa.Table") -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def _buffer(content: Any) -> Any:  # noqa: ANN401 - bytes of obstore or of Python; Arrow's reader of them
    import pyarrow as pa

    return pa.BufferReader(pa.py_buffer(memoryview(content)))


def _verdicts() -> Any:  # noqa: ANN401 - an Arrow array
    import pyarrow as pa

    return pa.array(CODES)


class ShardCompaction(msgspec.Struct):
    """Folds parts as soon as they fill a shard.

    Args:
        store: where they lie.
        known: verdicts of earlier runs.
    """

    store: VerdictStore
    known: KnownVerdicts
    parts: list[str] = []
    rows: int = 0

    def add(self, part: str, rows: int) -> None:
        """Take note of a part; raise NotDone."""
        if rows:
            self.parts.append(part)
            self.rows += rows
        if self.rows >= SHARD_ROWS:
            names = list(dict.fromkeys(self.parts))
            rest = self.store.fold(names, self.known, last=False)
            self.parts, self.rows = rest, self.rows % SHARD_ROWS

    def finish(self) -> None:
        """Fold what there is; raise NotDone."""
        if self.parts:
            names, self.parts, self.rows = list(dict.fromkeys(self.parts)), [], 0
            self.store.fold(names, self.known)
