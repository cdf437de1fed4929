"""Two runs at once, each a process: in a bucket both end, and each object is counted once; a folder takes one of them.

Slow: `make test-scale` runs it.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from preflight.objects.stores import Stores
from preflight.scale.store import VerdictStore
from preflight.scale.summary import summarize
from scripts.bucket_server import Answer, Bucket, Request
from tests.posix import KILL, signal_group
from tests.scale.common import CLIP, LONG, judge, work_of

if os.environ.get("TEST_SCALE") is None:
    pytest.skip("`make test-scale` runs it", allow_module_level=True)

PROGRAM = str(Path(sys.executable).with_name("preflight"))
COUNT = 240


def filled(bucket: Bucket) -> None:
    for number in range(COUNT):
        bucket.put(f"set/{number % 2}/{number:04}.mp4", (CLIP, LONG)[number % 2])


def run(stack: ExitStack, place: str, *paths: str) -> "subprocess.Popen[bytes]":
    command = [PROGRAM, "check", *paths, "--output", place, "--jobs", "1", "--no-cache"]
    running = stack.enter_context(
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    )
    stack.callback(lambda: signal_group(running.pid, KILL) if running.poll() is None else None)
    return running


def expect_all(place: str, stores: Stores) -> None:
    store = VerdictStore(place, stores)
    rows = [row for name in store.shards() for row in store.read(name, ("key", "url")).to_pylist()]
    assert (len(rows), len({row["key"] for row in rows}), len({row["url"] for row in rows})) == (COUNT, COUNT, COUNT)
    assert store.parts() == []
    found = summarize(store)
    assert (found.assets, found.passed, found.failed) == (COUNT, COUNT // 2, COUNT // 2)


@pytest.mark.parametrize(
    "paths", [("s3://material/set", "s3://material/set"), ("s3://material/set/0", "s3://material/set/1")]
)
def test_two_runs_into_one_bucket_count_each_object_once(
    bucket: Bucket, stores: Stores, paths: tuple[str, str]
) -> None:
    filled(bucket)
    place = "s3://material/verdicts/"
    with ExitStack() as stack:
        both = [run(stack, place, path) for path in paths]
        ended = [one.communicate(timeout=200)[1] for one in both]
    assert {one.returncode for one in both} <= {0, 1}, ended
    expect_all(place, stores)
    listed = set(VerdictStore(place, stores).shards())
    assert {key.rpartition("/")[2] for key in bucket.objects if "/shard-" in key} == listed


def test_a_run_killed_while_another_goes_on_costs_nothing(bucket: Bucket, stores: Stores) -> None:
    filled(bucket)
    place = "s3://material/verdicts/"
    with ExitStack() as stack:
        first = run(stack, place, "s3://material/set")

        def killed(_asked: Request, _content: bytes) -> Answer | None:
            if bucket.requests() > COUNT // 2 and first.poll() is None:
                signal_group(first.pid, KILL)
            return None

        bucket.faults.update(dict.fromkeys(bucket.objects, killed))
        other = run(stack, place, "s3://material/set")
        _, err = other.communicate(timeout=200)
        first.wait(30)
    assert other.returncode == 1, err
    judge(["s3://material/set"], place, work_of(stores))
    expect_all(place, stores)


def test_a_second_run_into_one_folder_is_refused(bucket: Bucket, stores: Stores, tmp_path: Path) -> None:
    filled(bucket)
    place = f"{tmp_path}/verdicts/"
    with ExitStack() as stack:
        begun: list[subprocess.Popen[bytes]] = []

        def second(_asked: Request, _content: bytes) -> Answer | None:
            if not begun:
                begun.append(run(stack, place, "s3://material/set"))
                begun[0].wait(120)
            return None

        bucket.faults["set/0/0000.mp4"] = second
        first = run(stack, place, "s3://material/set")
        _, err = first.communicate(timeout=200)
        assert first.returncode == 1, err
        assert begun[0].returncode == 2
        assert b"another run writes there" in begun[0].communicate()[1]
    expect_all(place, stores)
