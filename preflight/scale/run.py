"""A run over many assets: what is not known yet goes to an engine, chunk by chunk, and its rows into the store.

assets ── expanded ── keyed ── not known ──► engine ──► parts ──► shards
"""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import msgspec

from preflight.flow.check import Measuring
from preflight.objects.listing import expand
from preflight.scale.keys import KnownVerdicts, Tally
from preflight.scale.saving import Saving
from preflight.scale.store import ShardCompaction, VerdictStore
from preflight.scale.work import Batch, JudgingOptions, Keyed, judge_chunk, keyed
from preflight.values.assets import Asset

LOOKED_UP = 1024
"""Assets whose keys are looked up at a time."""

Chunk = list[Keyed]


class Done(msgspec.Struct, frozen=True):
    """A chunk that was judged, and whose rows are written."""

    part: str
    rows: int
    tally: Tally


class Engine(Protocol):
    """What judges chunks, in any order, a few at a time."""

    chunk_assets: int

    def judge(self, chunks: Iterator[Chunk]) -> Iterator[Done]:
        """Judge chunks and write their rows; take a chunk only when there is room for it."""


class Progress(msgspec.Struct):
    """How far a run is."""

    tally: Tally = msgspec.field(default_factory=Tally)
    taken: int = 0
    """Assets handed to the engine."""
    begun_s: float = msgspec.field(default_factory=time.monotonic)

    @property
    def rate(self) -> float:
        """Assets judged per second."""
        return self.tally.done / max(time.monotonic() - self.begun_s, 1e-3)

    @property
    def waiting(self) -> int:
        """Assets that the engine has, and has not judged yet."""
        return max(self.taken - self.tally.done - self.tally.passed_over, 0)


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run into a store."""

    work: JudgingOptions
    store: VerdictStore
    told: Callable[[Progress], None] = lambda _progress: None
    """Called after each chunk."""


def carry_out(assets: Iterable[Asset], run: Run, engine: Engine) -> Tally:
    """Judge assets into a store; what is known there with the same key is skipped.

    However it ends, the rows that were judged are folded to whole shards.

    Raises:
        NotDone: the store or a bucket cannot be used.
        CallError: an address is wrong, or another run writes there.
    """
    progress = Progress()
    with run.store.held():
        known = run.store.known()
        folding = ShardCompaction(run.store, known)
        chunks = _chunks(_unknown(assets, run, known, progress.tally), engine.chunk_assets, progress)
        try:
            for done in engine.judge(chunks):
                folding.add(done.part, done.rows)
                progress.tally.add(done.tally)
                run.told(progress)
        finally:
            folding.finish()
    return progress.tally


def _unknown(assets: Iterable[Asset], run: Run, known: KnownVerdicts, tally: Tally) -> Iterator[Keyed]:
    """Yield assets whose verdict is not known, with their keys; count the others."""
    how, rest = run.work.how(), expand(assets, run.work.stores)
    while block := list(itertools.islice(rest, LOOKED_UP)):
        ready = keyed(block, run.work, how)
        for one, verdict in zip(ready, known.find([each.key for each in ready]), strict=True):
            if verdict is None or verdict == "unsure":
                yield one
            else:
                tally.known[verdict] += 1


def _chunks(assets: Iterator[Keyed], size: int, progress: Progress) -> Iterator[Chunk]:
    while chunk := list(itertools.islice(assets, size)):
        progress.taken += len(chunk)
        yield chunk


def written(store: VerdictStore, batch: Batch, saving: Saving | None = None) -> Done:
    """Write a chunk's rows, in place of those that were saved one by one; raise NotDone."""
    part = store.write_part(batch.table)
    if saving:
        saving.end(part)
    return Done(part, batch.table.num_rows, batch.tally)


class LocalEngine(msgspec.Struct):
    """The engine of this machine alone: the children of one pool."""

    work: JudgingOptions
    store: VerdictStore
    measuring: Measuring
    chunk_assets: int = 512

    def judge(self, chunks: Iterator[Chunk]) -> Iterator[Done]:
        """Judge one chunk after another."""
        with self.measuring.pool:
            for chunk in chunks:
                saving = Saving(self.store)
                batch = judge_chunk(chunk, self.work, self.measuring, saving)
                yield written(self.store, batch, saving)
