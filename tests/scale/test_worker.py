"""What runs in a worker owns its session and children, judges chunks and ends with nothing left."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from preflight._version import __version__
from preflight.objects.stores import from_environment
from preflight.scale.keys import KnownVerdicts
from preflight.scale.store import VerdictStore
from preflight.scale.work import keyed
from preflight.scale.worker import Judging
from preflight.values.assets import Asset
from tests.scale.common import work_of
from tests.specimens import media

WORKER = SimpleNamespace(state=SimpleNamespace(nthreads=1))
"""All that is asked of a worker of dask's: how many threads it has."""


@pytest.fixture
def judging(tmp_path: Path) -> Iterator[Judging]:
    one = Judging("run", work_of(), str(tmp_path / "store"), __version__)
    one.setup(WORKER)
    yield one
    one.teardown(WORKER)


def chunk(*names: str) -> list[object]:
    work = work_of()
    return [*keyed([Asset(path=media(name)) for name in names], work, work.how())]


def rows(folder: Path, part: str) -> list[dict[str, object]]:
    store = VerdictStore(str(folder / "store"), from_environment())
    store.fold([part], KnownVerdicts())
    return [row for name in store.shards() for row in store.read(name).to_pylist()]


def test_a_chunk_is_judged_and_written_where_it_is_judged(judging: Judging, tmp_path: Path) -> None:
    done = judging.judge(chunk("image-ok.png", "image-gif.gif"))  # type: ignore[arg-type] # keyed assets
    assert (done.rows, done.tally.judged["pass"], done.tally.judged["fail"]) == (2, 1, 1)
    assert [row["verdict"] for row in rows(tmp_path, done.part)] == ["pass", "fail"]


def test_a_chunk_of_a_worker_that_ends_goes_back_to_the_scheduler(judging: Judging, tmp_path: Path) -> None:
    from distributed import Reschedule

    judging.teardown(WORKER)
    with pytest.raises(Reschedule):
        judging.judge(chunk("image-ok.png"))  # type: ignore[arg-type] # keyed assets
    assert VerdictStore(str(tmp_path / "store"), from_environment()).parts() == []


def test_another_version_of_the_program_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    one = Judging("run", work_of(), str(tmp_path / "store"), "0.0.0")
    with pytest.raises(RuntimeError, match=r"0\.0\.0"):
        one.setup(WORKER)
    assert not (tmp_path / "store").exists()


def test_it_shows_its_run_and_nothing_of_how_buckets_are_reached(tmp_path: Path) -> None:
    assert repr(Judging("run-7", work_of(), str(tmp_path), __version__)) == "Judging(run-7)"
    assert Judging.idempotent
