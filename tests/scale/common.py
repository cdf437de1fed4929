"""Judging into a store, in this process."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from preflight.flow.measuring import measuring
from preflight.objects.stores import Stores, from_environment
from preflight.profiles import load
from preflight.scale.keys import Tally
from preflight.scale.run import Engine, LocalEngine, Run, carry_out
from preflight.scale.store import VerdictStore
from preflight.scale.work import JudgingOptions
from preflight.values.assets import Asset, collect
from tests.specimens import MEDIA

CLIP = (MEDIA / "video-854x480.mp4").read_bytes()
LONG = (MEDIA / "video-20s.mp4").read_bytes()
SMALL = (MEDIA / "image-299x300.jpg").read_bytes()


def work_of(stores: Stores | None = None, **changes: object) -> JudgingOptions:
    return msgspec.structs.replace(JudgingOptions(profile=load(), stores=stores or from_environment()), **changes)


def judge(
    paths: Iterable[str | Asset], place: Path | str, work: JudgingOptions | None = None, engine: Engine | None = None
) -> Tally:
    work = work or work_of()
    store = VerdictStore(str(place), work.stores)
    with measuring(work.depth, jobs=2, cache=None) as how:
        how.pool.stores = work.stores
        here = engine or LocalEngine(work=work, store=store, measuring=how, chunk_assets=8)
        return carry_out(collect(paths), Run(work=work, store=store), here)


def store_at(place: Path | str) -> VerdictStore:
    return VerdictStore(str(place), from_environment(), make=False)


def rows_of(place: Path | str) -> list[dict[str, object]]:
    store = store_at(place)
    return [row for name in store.shards() for row in store.read(name).to_pylist()]


def wait_for(condition: Callable[[], bool], within_s: float = 90) -> None:
    until = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)
