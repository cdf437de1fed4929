"""A cluster judges a bucket; whatever dies on the way, each object is counted once.

Slow: `make test-scale` runs it.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from preflight._version import __version__
from preflight.objects.stores import Stores, from_environment
from preflight.scale.dask_engine import DEATHS, Dask
from preflight.scale.run import Chunk, Done
from preflight.scale.store import VerdictStore
from preflight.scale.summary import Summary, summarize
from preflight.scale.work import JudgingOptions
from scripts.bucket_server import Answer, Bucket, Request, said
from tests.scale.common import CLIP, LONG, SMALL, judge, rows_of, store_at, wait_for, work_of

if os.environ.get("TEST_SCALE") is None:
    pytest.skip("`make test-scale` runs it", allow_module_level=True)

from preflight.scale.worker import Judging
from tests.posix import KILL, signal_group

pytestmark = pytest.mark.filterwarnings("ignore")
PROGRAM = Path(sys.executable).with_name("preflight")
CONTENTS = (CLIP, LONG, SMALL)


def filled(bucket: Bucket, count: int) -> None:
    for number in range(count):
        suffix = "jpg" if number % 3 == 2 else "mp4"
        bucket.put(f"set/{number:04}.{suffix}", CONTENTS[number % 3])


def summary_of(place: Path) -> Summary:
    return summarize(store_at(place))


def engine(place: Path, work: JudgingOptions, **more: Any) -> Dask:  # noqa: ANN401 - fields of the engine
    return Dask(work=work, store=VerdictStore(str(place), work.stores), jobs=2, chunk_assets=8, **more)


def expect_all(place: Path, count: int) -> None:
    summary = summary_of(place)
    passed = len(range(0, count, 3))
    assert (summary.assets, summary.passed, summary.unsure) == (count, passed, 0)
    urls = [row["url"] for row in rows_of(place)]
    assert len(urls) == len(set(urls)) == count


def test_a_cluster_of_two_judges_as_one_machine_does(bucket: Bucket, stores: Stores, tmp_path: Path) -> None:
    filled(bucket, 60)
    bucket.faults["set/0003.mp4"] = lambda *_: Answer(403, said("AccessDenied", "no"))
    work = work_of(stores)
    on_a_cluster = judge(["s3://material/set"], tmp_path / "a", work, engine(tmp_path / "a", work))
    here = judge(["s3://material/set"], tmp_path / "b", work)
    assert on_a_cluster == here
    plain = [
        {row["url"]: (row["verdict"], row["facts"], str(row["findings"])) for row in rows_of(tmp_path / name)}
        for name in "ab"
    ]
    assert plain[0] == plain[1]


class Poisoned(Judging):
    """Workers that die of one object."""

    def judge(self, chunk: Chunk) -> Done:
        if any("poison" in one.asset.path for one in chunk):
            os.kill(os.getpid(), KILL)
        return super().judge(chunk)


class Deadly(Dask):
    def plugin(self, run: str) -> Judging:
        return Poisoned(run, self.work, self.store.place, __version__)


def test_what_two_workers_die_of_is_judged_alone_and_then_given_up(
    bucket: Bucket, stores: Stores, tmp_path: Path
) -> None:
    filled(bucket, 20)
    bucket.put("set/poison.mp4", CLIP)
    work = work_of(stores)
    deadly = Deadly(work=work, store=VerdictStore(str(tmp_path), stores), jobs=2, chunk_assets=4)
    tally = judge(["s3://material/set"], tmp_path, work, deadly)
    assert (tally.done, tally.judged["unsure"]) == (21, 1)
    unsure = [row for row in rows_of(tmp_path) if row["verdict"] == "unsure"]
    assert [row["url"] for row in unsure] == ["s3://material/set/poison.mp4"]
    assert DEATHS in str(unsure[0]["findings"])


# ---- the program ----------------------------------------------------------------------------------------------------


@contextmanager
def program(bucket: Bucket, place: Path, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    command = [str(PROGRAM), "check", "s3://material/set", "--output", f"{place}/", "--engine", "dask", *words]
    environment = {**os.environ, **bucket.variables, "XDG_CACHE_HOME": str(place.parent / "cache")}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as running:
        try:
            yield running
        finally:
            if running.poll() is None:
                signal_group(running.pid, KILL)


def workers_of(pid: int) -> list[psutil.Process]:
    return [one for one in psutil.Process(pid).children() if "spawn_main" in " ".join(one.cmdline())]


def slowed(bucket: Bucket, seconds: float) -> None:
    """Let each object take its time, so that a run lasts."""

    def waited(_asked: Request, _content: bytes) -> Answer | None:
        time.sleep(seconds)
        return None

    for key in bucket.objects:
        bucket.faults[key] = waited


def test_workers_killed_again_and_again_cost_no_object(bucket: Bucket, tmp_path: Path) -> None:
    filled(bucket, 300)
    slowed(bucket, 0.02)
    killed = 0
    with program(bucket, tmp_path / "results", "--jobs", "2") as running:
        for due in (40, 140, 240):
            wait_for(lambda due=due: bucket.requests() >= due or running.poll() is not None)  # type: ignore[misc] # a default
            workers = workers_of(running.pid) if running.poll() is None else []
            if workers:
                workers[killed % len(workers)].kill()
                killed += 1
        assert running.wait(200) == 1
    assert killed >= 2
    expect_all(tmp_path / "results", 300)


def test_an_interrupted_run_leaves_whole_shards_and_the_next_one_goes_on(bucket: Bucket, tmp_path: Path) -> None:
    filled(bucket, 400)
    slowed(bucket, 0.05)
    with program(bucket, tmp_path / "results", "--jobs", "2") as running:
        wait_for(lambda: bucket.requests() >= 300)
        signal_group(running.pid, signal.SIGINT)
        assert running.wait(60) == 130
    known = len(rows_of(tmp_path / "results"))
    assert 0 < known < 400
    bucket.faults.clear()
    tally = judge(["s3://material/set"], tmp_path / "results", work_of(from_environment()))
    assert tally.skipped >= known
    expect_all(tmp_path / "results", 400)


@contextmanager
def cluster() -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A scheduler and a worker, as somebody else runs them."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    host, port = "127.0.0.1", address.rpartition(":")[2]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "dask", "scheduler", "--host", host, "--port", port, "--no-dashboard"], **quiet
    )
    worker = subprocess.Popen(
        [sys.executable, "-m", "dask", "worker", address, "--nthreads", "1", "--no-dashboard", "--death-timeout", "60"],
        **quiet,
    )
    try:
        yield address, scheduler
    finally:
        for one in (worker, scheduler):
            one.terminate()
            one.wait(30)


def test_a_scheduler_that_is_lost_ends_the_run_and_the_next_one_goes_on(bucket: Bucket, tmp_path: Path) -> None:
    filled(bucket, 300)
    slowed(bucket, 0.02)
    with cluster() as (address, scheduler):
        with program(bucket, tmp_path / "results", "--scheduler", address) as running:
            wait_for(lambda: bucket.requests() >= 150, 240)
            scheduler.kill()
            _, err = running.communicate(timeout=120)
        assert (running.returncode, b"the scheduler was lost" in err) == (3, True), err
        assert bucket.variables["AWS_SECRET_ACCESS_KEY"].encode() not in err
    bucket.faults.clear()
    tally = judge(["s3://material/set"], tmp_path / "results", work_of(from_environment()))
    assert tally.skipped > 0
    expect_all(tmp_path / "results", 300)


def test_a_scheduler_that_is_not_there_is_a_wrong_call(bucket: Bucket, tmp_path: Path) -> None:
    filled(bucket, 3)
    with program(bucket, tmp_path / "results", "--scheduler", "tcp://127.0.0.1:9") as running:
        _, err = running.communicate(timeout=90)
    assert (running.returncode, b"cannot be reached" in err) == (2, True), err
