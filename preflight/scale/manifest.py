"""The manifest of a verdict store, `manifest.json`: which shards count, in their order; as a value and as JSON."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from preflight._version import __version__
from preflight.scale.schema import VERDICTS_SCHEMA
from preflight.values.parsed import parsed
from preflight.values.phrase import error_words, phrase


class Entry(msgspec.Struct, frozen=True):
    """A shard."""

    name: str
    rows: int
    bytes: int

    @property
    def number(self) -> int:
        """The number in its name."""
        return int(self.name[6:].partition("-")[0])


class Manifest(msgspec.Struct, frozen=True):
    """Which shards there are."""

    shards: tuple[Entry, ...] = ()
    commits: int = 0
    """How often it was written, so that no two contents are alike."""

    @property
    def last_number(self) -> int:
        """The highest number of a shard."""
        return max((shard.number for shard in self.shards), default=0)

    def with_shards(self, shards: Sequence[Entry]) -> "Manifest":
        """Add shards behind the others."""
        return Manifest((*self.shards, *shards), self.commits + 1)


def dumped(manifest: Manifest) -> bytes:
    """Write a manifest as JSON."""
    shards = [msgspec.structs.asdict(shard) for shard in manifest.shards]
    rows = sum(shard.rows for shard in manifest.shards)
    content: dict[str, Any] = {"schema": VERDICTS_SCHEMA, "version": __version__, "rows": rows}
    return json.dumps({**content, "commits": manifest.commits, "shards": shards}, indent=1).encode() + b"\n"


def loaded(content: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        ValueError: it is none.
    """
    try:
        found = parsed(content, Manifest)
        _ = found.last_number  # a shard has a number in its name
    except ValueError as error:
        raise ValueError(phrase("manifest.json is damaged: {why}", why=error_words(error))) from None
    return found
