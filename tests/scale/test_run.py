"""A run judges what is not known, chunk by chunk; however it ends, what was judged is whole and not judged again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.errors import CallError
from preflight.flow.measuring import measuring
from preflight.scale.keys import Tally
from preflight.scale.run import Chunk, Done, LocalEngine, Progress, Run, carry_out
from preflight.scale.store import VerdictStore
from preflight.scale.work import JudgingOptions, given_up
from preflight.values.assets import Asset, collect
from tests.scale.common import judge, rows_of, work_of
from tests.specimens import copied

NAMES = ("image-ok.png", "image-ok.jpg", "image-gif.gif", "image-gps.png")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "media").mkdir()
    for name in NAMES:
        copied(name, tmp_path / "media")
    (tmp_path / "media" / "notes.txt").write_text("no medium")
    return tmp_path / "media"


class Breaking:
    """An engine that judges so many chunks, and then breaks."""

    def __init__(self, store: VerdictStore, work: JudgingOptions, *, after: int, size: int = 1) -> None:
        self.chunk_assets, self._store, self._work, self._after = size, store, work, after
        self.sizes: list[int] = []

    def judge(self, chunks: Iterator[Chunk]) -> Iterator[Done]:
        """Judge chunks as unsure."""
        for chunk in chunks:
            if len(self.sizes) == self._after:
                raise KeyboardInterrupt
            self.sizes.append(len(chunk))
            batch = given_up(chunk, self._work, "not looked into")
            yield Done(self._store.write_part(batch.table), batch.table.num_rows, batch.tally)


def test_everything_is_judged_once_and_what_is_no_medium_is_passed_over(folder: Path, tmp_path: Path) -> None:
    tally = judge([str(folder)], tmp_path / "store")
    assert (tally.done, tally.skipped, tally.passed_over) == (4, 0, 1)
    assert len(rows_of(tmp_path / "store")) == 4
    again = judge([str(folder)], tmp_path / "store")
    assert (again.done, again.skipped, again.of(["fail"])) == (0, 4, 1)
    assert len(rows_of(tmp_path / "store")) == 4


def test_nothing_is_a_run_too(tmp_path: Path) -> None:
    assert judge([], tmp_path / "store") == Tally()


@pytest.mark.parametrize("size", [1, 3, 4, 100])
def test_chunks_are_as_large_as_the_engine_wants_and_hold_everything(folder: Path, tmp_path: Path, size: int) -> None:
    work = work_of()
    store = VerdictStore(str(tmp_path / "store"), work.stores)
    engine = Breaking(store, work, after=99, size=size)
    tally = carry_out(collect([str(folder / name) for name in NAMES]), Run(work=work, store=store), engine)
    assert (sum(engine.sizes), max(engine.sizes), tally.judged["unsure"]) == (4, min(size, 4), 4)


def test_a_run_that_breaks_leaves_whole_rows_and_the_lock_to_the_next(folder: Path, tmp_path: Path) -> None:
    work = work_of()
    store = VerdictStore(str(tmp_path / "store"), work.stores)
    paths = [str(folder / name) for name in NAMES]
    with pytest.raises(KeyboardInterrupt):
        carry_out(collect(paths), Run(work=work, store=store), Breaking(store, work, after=2))
    assert len(rows_of(tmp_path / "store")) == 2
    tally = judge(paths, tmp_path / "store")
    assert (tally.done, tally.skipped) == (4, 0)


def test_what_was_unsure_is_asked_again_and_what_passed_is_not(folder: Path, tmp_path: Path) -> None:
    work = work_of()
    store = VerdictStore(str(tmp_path / "store"), work.stores)
    carry_out(collect([str(folder / NAMES[0])]), Run(work=work, store=store), Breaking(store, work, after=9))
    tally = judge([str(folder / name) for name in NAMES[:2]], tmp_path / "store")
    assert (tally.done, tally.judged["pass"]) == (2, 2)
    assert judge([str(folder / NAMES[0])], tmp_path / "store").skipped == 1


def test_how_far_it_is_is_told_after_each_chunk_and_never_goes_back(folder: Path, tmp_path: Path) -> None:
    work, told = work_of(), list[tuple[int, int]]()

    def hear(progress: Progress) -> None:
        told.append((progress.tally.done, progress.waiting))
        assert progress.rate > 0

    store = VerdictStore(str(tmp_path / "store"), work.stores)
    with measuring(work.depth, jobs=1, cache=None) as how:
        how.pool.stores = work.stores
        engine = LocalEngine(work=work, store=store, measuring=how, chunk_assets=2)
        paths = [str(folder / name) for name in NAMES]
        carry_out(collect(paths), Run(work=work, store=store, told=hear), engine)
    assert [done for done, _ in told] == [2, 4]
    assert all(waiting >= 0 for _, waiting in told)


def test_one_folder_takes_one_run_at_a_time(folder: Path, tmp_path: Path) -> None:
    work = work_of()
    store = VerdictStore(str(tmp_path / "store"), work.stores)
    with store.held(), pytest.raises(CallError):
        judge([str(folder)], tmp_path / "store")


def test_an_asset_that_is_gone_is_a_row_that_fails_or_is_unsure(tmp_path: Path) -> None:
    tally = judge([Asset(path=str(tmp_path / "gone.png"))], tmp_path / "store")
    assert (tally.done, tally.judged["pass"]) == (1, 0)


def test_a_run_that_has_judged_nothing_waits_for_nothing() -> None:
    assert Progress().waiting == 0
    assert Progress(taken=3).waiting == 3
    assert Progress(taken=1, tally=Tally(passed_over=2)).waiting == 0
