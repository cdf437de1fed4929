"""What fails in a bucket is fixed into another place, with what was done beside it; what passes is not touched."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from preflight.objects.stores import from_environment
from preflight.probe import probe
from preflight.scale import fixing, work
from preflight.scale.store import VerdictStore
from preflight.scale.summary import summarize
from preflight.values.assets import Asset
from preflight.values.findings import Judged
from scripts.bucket_server import Answer, Bucket, Request, said
from tests.cli.conftest import Program, program
from tests.posix import signal_group
from tests.scale.common import CLIP, LONG, SMALL, rows_of, wait_for
from tests.specimens import MEDIA

__all__ = ["program"]
AT_ONCE = 4
"""Fixes that two workers of two threads have in hand."""

FLAC = (MEDIA / "audio-flac.flac").read_bytes()


def filled(bucket: Bucket) -> dict[str, bytes]:
    bucket.put("set/a/clean.mp4", CLIP)
    bucket.put("set/a/long.mp4", LONG)
    bucket.put("set/b/song.flac", FLAC)
    bucket.put("set/b/tiny.jpg", SMALL)
    return dict(bucket.objects)


def test_each_failing_object_is_fixed_under_its_key_and_the_rest_is_told(bucket: Bucket, program: Program) -> None:
    before = filled(bucket)
    ended = program("fix", "s3://material/set", "--yes", "--output", "s3://material/ready", "--allow", "lossless")
    assert ended.status == 1, "the picture is too small to be fixed without loss"
    assert {key: bucket.objects[key] for key in before} == before
    made = {key.removeprefix("ready/") for key in bucket.objects if key.startswith("ready/set/")}
    assert made == {
        *("set/a/long.mp4", "set/a/long.mp4.preflight.json"),
        *("set/b/song.flac.wav", "set/b/song.flac.preflight.json", "set/b/tiny.jpg.preflight.json"),
    }
    told = json.loads(bucket.objects["ready/set/a/long.mp4.preflight.json"])
    (asset,) = told["assets"]
    assert (told["schema"], asset["outcome"], asset["path"]) == (
        "preflight.fix/1",
        "fixed",
        "s3://material/set/a/long.mp4",
    )
    assert asset["steps"]
    assert "/tmp" not in json.dumps(told)  # noqa: S108 - of nowhere
    assert program("check", "s3://material/ready/set").status == 0


def test_a_second_run_fixes_only_what_is_new(bucket: Bucket, program: Program, tmp_path: Path) -> None:
    filled(bucket)
    call = ("fix", "s3://material/set/a", "--yes", "--output", "ready")
    assert program(*call).status == 0
    asked = bucket.requests()
    assert program(*call).status == 0
    assert bucket.requests() == asked
    bucket.put("set/a/more.mp4", LONG)
    assert "1 judged, 2 known before" in program(*call).err
    found = probe(Asset(path=str(tmp_path / "ready" / "set" / "a" / "more.mp4")))
    assert found.facts is not None
    assert {row["verdict"] for row in rows_of(tmp_path / "ready" / "verdicts")} == {"pass"}


@pytest.mark.parametrize("at", [3, 4])
def test_an_object_that_cannot_be_brought_is_unsure_and_tried_again(
    bucket: Bucket, program: Program, tmp_path: Path, at: int
) -> None:
    bucket.put("set/long.mp4", LONG)
    begun: list[Request] = []

    def refused(asked: Request, _content: bytes) -> Answer | None:
        begun.append(asked)
        return Answer(403, said("AccessDenied", "Access Denied")) if 2 <= len(begun) <= at else None

    bucket.faults["set/long.mp4"] = refused
    call = ("fix", "s3://material/set", "--yes", "--output", "ready")
    assert program(*call).status == 3
    bucket.faults.clear()
    assert program(*call).status == 0
    assert (tmp_path / "ready" / "set" / "long.mp4").is_file()


def test_nothing_is_fixed_in_a_bucket_without_a_yes_and_what_asks_is_refused(bucket: Bucket, program: Program) -> None:
    filled(bucket)
    assert program("fix", "s3://material/set", "--dry-run").status == 0
    assert program("fix", "s3://material/set", "--engine", "dask", "--output", "x").status == 2
    refused = program("fix", "s3://material/set", "--yes", "--all", "--output", "x")
    assert (refused.status, "is not for buckets" in refused.err) == (2, True)


def test_what_was_fixed_before_a_run_broke_off_is_not_fixed_again(
    bucket: Bucket, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        bucket.put(f"set/{number}.flac", FLAC)
    real, calls = fixing.fix_object, iter([False, True])

    def broken_off(judged: Judged, *rest: Any) -> Judged:  # noqa: ANN401 - handed on
        if next(calls, False):
            raise KeyboardInterrupt
        return real(judged, *rest)

    call = ("fix", "s3://material/set", "--yes", "--output", "s3://material/ready")
    with monkeypatch.context() as patch:
        patch.setattr(work, "fix_object", broken_off)
        assert program(*call).status == 130
    assert sum("/parts/" in key for key in bucket.objects) == 1, "the row of what was fixed lies there"
    again = program(*call)
    assert (again.status, "2 judged, 1 known before" in again.err) == (0, True), again.err
    fixed = {key: count for key, count in bucket.puts.items() if key.startswith("ready/set/") and key.endswith(".wav")}
    assert fixed == {f"ready/set/{number}.flac.wav": 1 for number in range(3)}
    assert not any("/parts/" in key for key in bucket.objects)


@pytest.mark.skipif(os.environ.get("TEST_SCALE") is None, reason="`make test-scale` runs it")
def test_a_fix_on_a_cluster_that_is_interrupted_goes_on_where_it_was(bucket: Bucket, tmp_path: Path) -> None:
    count = 32
    for number in range(count):
        bucket.put(f"set/{number:02}.flac", FLAC)
    call = ("fix", "s3://material/set", "--yes", "--output", "s3://material/ready", "--engine", "dask", "--jobs", "2")
    command = [str(Path(sys.executable).with_name("preflight")), *call]

    def fixed() -> dict[str, int]:
        return {key: n for key, n in bucket.puts.items() if key.startswith("ready/set/") and key.endswith(".wav")}

    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True) as running:
        wait_for(lambda: len(fixed()) >= count // 3 or running.poll() is not None, 200)
        signal_group(running.pid, signal.SIGINT)
        running.communicate(timeout=60)
    assert running.returncode == 130
    first = fixed()
    assert len(first) < count
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=300)
    assert ended.returncode == 0, ended.stderr
    assert len(fixed()) == count
    again = sum(fixed().values()) - count
    assert again <= AT_ONCE, "only what was in hand is fixed again, in its own place"
    store = VerdictStore("s3://material/ready/verdicts", from_environment())
    rows = [row for name in store.shards() for row in store.read(name).to_pylist()]
    sure = sorted(row["url"] for row in rows if row["verdict"] == "pass")
    assert sure == [f"s3://material/set/{number:02}.flac" for number in range(count)]
    summary = summarize(store)
    assert (summary.assets, summary.passed) == (count, count)
    assert [row["findings"] for row in rows if row["verdict"] != "pass"] == []
    for number in range(count):
        told = json.loads(bucket.objects[f"ready/set/{number:02}.flac.preflight.json"])
        assert told["assets"][0]["steps"]


@pytest.mark.skipif(os.environ.get("TEST_SCALE") is None, reason="`make test-scale` runs it")
def test_a_cluster_fixes_as_one_machine_does(bucket: Bucket, tmp_path: Path) -> None:
    for number in range(6):
        bucket.put(f"set/{number}.mp4", LONG)
    call = ("fix", "s3://material/set", "--yes", "--output", "s3://material/ready", "--engine", "dask", "--jobs", "2")
    command = [str(Path(sys.executable).with_name("preflight")), *call]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=200)
    assert ended.returncode == 0, ended.stderr
    assert sum(key.startswith("ready/set/") and key.endswith(".mp4") for key in bucket.objects) == 6
