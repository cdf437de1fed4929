"""The verdict store: a folder or a bucket's prefix, of Parquet shards of up to 10,000 rows, and a manifest.

    parts/HASH.parquet   written by whoever judges a chunk; a chunk that is judged again replaces its own
         │ folded
    shard-000001-HASH.parquet   complete, its rows in no other one; written whole or not at all
    manifest.json        which shards there are, written last

Whatever a run leaves when it is broken off is taken up by the next one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from preflight._version import __version__
from preflight.errors import CallError, NotDone
from preflight.objects.address import parse
from preflight.objects.stores import Stores
from preflight.scale.keys import CODES, Known
from preflight.scale.schema import VERDICTS_SCHEMA, schema
from preflight.values.assets import Asset, printable

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import pyarrow as pa

SHARD_ROWS = 10_000
PARTS, MANIFEST, LOCK = "parts", "manifest.json", ".preflight.lock"
SHARD = re.compile(r"shard-(\d{6,})-[0-9a-f]{16}\.parquet")
MADE_OF = b"preflight.parts"
"""Metadata of a shard: the parts that it took up."""
UNSURE = CODES.index("unsure")


class VerdictStore:
    """Verdicts of assets, many of them.

    Args:
        place: a folder or a bucket's prefix.
        stores: how buckets are reached.
        make: whether to make the folder where it is missing.

    Raises:
        CallError: it cannot be opened, or is not there.
    """

    def __init__(self, place: str, stores: Stores, *, make: bool = True) -> None:
        self.place, self._stores = place, stores
        self._store = open_place(place, stores, make=make)
        self._shards: dict[str, dict[str, str | int]] = {}

    # ---- files

    def _named(self, prefix: str = "") -> Iterator[str]:
        import obstore

        with self._said("be listed"):
            for page in obstore.list(self._store, prefix=prefix or None):
                yield from (found["path"] for found in page)

    def shards(self) -> list[str]:
        """List the shards in order."""
        return sorted(name for name in self._named() if SHARD.fullmatch(name))

    def parts(self) -> list[str]:
        """List the parts that no shard has taken up yet."""
        return sorted(name for name in self._named(PARTS) if name.endswith(".parquet"))

    def read(self, name: str, columns: Sequence[str] | None = None) -> "pa.Table":
        """Read a shard or a part; raise NotDone."""
        import obstore
        import pyarrow.parquet as pq

        with self._said(f"be read: {name}"):
            content = obstore.get(self._store, name).bytes()
            file = pq.ParquetFile(_buffer(content), pre_buffer=False)  # threads that outlive the program abort it
            return file.read(columns=None if columns is None else list(columns), use_threads=False)

    def _write(self, name: str, content: bytes) -> None:
        """Write a file whole, or not at all; raise NotDone."""
        import obstore

        with self._said("be written"):
            obstore.put(self._store, name, content, use_multipart=False)

    def _remove(self, names: Sequence[str]) -> None:
        import obstore

        if names:
            with self._said("be written"):
                obstore.delete(self._store, list(names))

    @contextmanager
    def _said(self, doing: str) -> Iterator[None]:
        """Convert errors of the store."""
        try:
            yield
        except NotDone:
            raise
        except Exception as error:  # noqa: BLE001 - obstore's and Arrow's errors share no base
            advice = "What was written before is whole; the next run goes on from there."
            raise NotDone(
                f"{printable(self.place)}: cannot {doing}: {self._stores.said(error)}", advice=advice
            ) from None

    # ---- parts and shards

    def write_part(self, table: "pa.Table") -> str:
        """Write a chunk's rows, under a name that the same rows have again; return it."""
        keys = sorted(table.column("key").to_pylist())
        name = f"{PARTS}/{blake2b(b''.join(keys), digest_size=16).hexdigest()}.parquet"
        if keys:
            self._write(name, _parquet(table))
        return name

    def fold(self, names: Sequence[str], known: "Known | None" = None, *, last: bool = True) -> list[str]:
        """Put parts together to shards, each row once.

        Args:
            names: the parts.
            known: verdicts of the shards; their rows are not written again, unless they are unsure.
            last: whether a shard may have fewer rows than others; if not, a new part takes the rest up.

        Returns:
            The name of that new part, if there is one.
        """
        import pyarrow as pa

        names = list(dict.fromkeys(names))
        tables = [self.read(name) for name in names]
        whole = _each_once(pa.concat_tables(tables), known) if tables else schema().empty_table()
        full = whole.num_rows if last else whole.num_rows // SHARD_ROWS * SHARD_ROWS
        rest = [self.write_part(whole.slice(full))] if full < whole.num_rows else []
        number = max((int(shard[6:].partition("-")[0]) for shard in self.shards()), default=0)
        for at in range(0, full, SHARD_ROWS):
            number += 1
            done = at + SHARD_ROWS >= full
            self._write_shard(number, whole.slice(at, min(SHARD_ROWS, full - at)), names if done else ())
        self._remove([name for name in names if name not in rest])
        self.write_manifest()
        return rest

    def _write_shard(self, number: int, table: "pa.Table", parts: Sequence[str]) -> None:
        made_of = {MADE_OF: json.dumps(list(parts)).encode()}
        content = _parquet(table.replace_schema_metadata({**(table.schema.metadata or {}), **made_of}))
        self._write(f"shard-{number:06}-{blake2b(content, digest_size=8).hexdigest()}.parquet", content)

    def write_manifest(self) -> None:
        """Write which shards there are."""
        shards = [self._described(name) for name in self.shards()]
        manifest = {
            "schema": VERDICTS_SCHEMA,
            "version": __version__,
            "rows": sum(int(shard["rows"]) for shard in shards),
            "shards": shards,
        }
        self._write(MANIFEST, json.dumps(manifest, indent=1).encode() + b"\n")

    def _described(self, name: str) -> dict[str, str | int]:
        """Describe a shard for the manifest; a shard never changes, so that it is read once."""
        import pyarrow.parquet as pq

        if name not in self._shards:
            content = self._content(name)
            rows = pq.read_metadata(_buffer(content)).num_rows
            self._shards[name] = {"name": name, "rows": rows, "bytes": len(content)}
        return self._shards[name]

    def _content(self, name: str) -> bytes:
        import obstore

        with self._said(f"be read: {name}"):
            return bytes(obstore.get(self._store, name).bytes())

    def known(self) -> Known:
        """Read the keys and verdicts of all shards, after taking up what a broken-off run left.

        Raises:
            NotDone: it cannot be read or written.
        """
        self._take_up()
        return self._keys(self.shards())

    def _keys(self, names: Iterable[str]) -> Known:
        import numpy as np
        import pyarrow.compute as pc

        keys, codes = bytearray(), bytearray()
        for name in names:
            table = self.read(name, ("key", "verdict"))
            keys += b"".join(table.column("key").to_pylist())
            places = pc.index_in(table.column("verdict"), value_set=_verdicts()).to_numpy()
            codes += np.asarray(places, dtype=np.uint8).tobytes()
        return Known(bytes(keys), bytes(codes))

    def _take_up(self) -> None:
        """Fold the parts of a broken-off run, but for those that a shard has taken up already."""
        left = self.parts()
        if not left:
            return
        import pyarrow.parquet as pq

        taken: set[str] = set()
        for name in self.shards():
            metadata = pq.read_schema(_buffer(self._content(name))).metadata or {}
            taken.update(json.loads(metadata.get(MADE_OF, b"[]")))
        self._remove([name for name in left if name in taken])
        if rest := [name for name in left if name not in taken]:
            self.fold(rest, self._keys(self.shards()))

    def held(self) -> "AbstractContextManager[object]":
        """Keep other runs on this machine out of a folder; of a bucket nobody is kept out.

        Raises:
            CallError: another run writes there.
        """
        if Asset(path=self.place).is_object:
            return nullcontext()
        from filelock import FileLock, Timeout

        lock = FileLock(Path(self.place, LOCK), timeout=0)
        try:
            return lock.acquire()
        except Timeout:
            raise CallError(f"{printable(self.place)}: another run writes there") from None


def open_place(place: str, stores: Stores, *, make: bool) -> Any:  # noqa: ANN401 - obstore's classes share no type
    """Open obstore's store of a folder or a bucket's prefix.

    Args:
        place: a folder or an address.
        stores: how buckets are reached.
        make: whether to make a missing folder.

    Raises:
        CallError: it cannot be opened, or is not there.
    """
    try:
        import pyarrow  # noqa: F401, ICN001 - whether it is there
        from obstore.store import LocalStore
    except ImportError as error:
        words = f"{printable(place)}: {error.name}, which verdict stores need, is not installed"
        raise CallError(words, advice="pip install 'preflight-media[scale]'") from None
    if Asset(path=place).is_object:
        address = parse(place)
        return stores.open(address.scheme, address.bucket, address.key.strip("/"))
    if not make and not Path(place).is_dir():
        raise CallError(f"{printable(place)}: no such folder")
    try:
        return LocalStore(Path(place).absolute(), mkdir=make)
    except Exception as error:  # noqa: BLE001 - obstore's errors share no base
        raise CallError(f"{printable(place)}: cannot be opened: {stores.said(error)}") from None


def _each_once(table: "pa.Table", known: Known | None) -> "pa.Table":
    """Keep the last row of each key, but none that is known and sure already."""
    keys = table.column("key").to_pylist()
    last = {key: place for place, key in enumerate(keys)}
    settled = known.find([*last]) if known and len(known) else [None] * len(last)
    kept = sorted(place for place, verdict in zip(last.values(), settled, strict=True) if verdict in (None, "unsure"))
    return table.take(kept)


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


class Folding(msgspec.Struct):
    """Folds parts as soon as they fill a shard.

    Args:
        store: where they lie.
        known: verdicts of earlier runs.
    """

    store: VerdictStore
    known: Known
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
