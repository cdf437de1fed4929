"""What fails in a bucket is fixed into another place, with what was done beside it; what passes is not touched."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from preflight.probe import probe
from preflight.values.assets import Asset
from scripts.bucket_server import Answer, Bucket, Request, said
from tests.cli.conftest import Program, program
from tests.scale.common import CLIP, LONG, SMALL, rows_of
from tests.specimens import MEDIA

__all__ = ["program"]

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


@pytest.mark.skipif(os.environ.get("TEST_SCALE") is None, reason="`make test-scale` runs it")
def test_a_cluster_fixes_as_one_machine_does(bucket: Bucket, tmp_path: Path) -> None:
    for number in range(6):
        bucket.put(f"set/{number}.mp4", LONG)
    call = ("fix", "s3://material/set", "--yes", "--output", "s3://material/ready", "--engine", "dask", "--jobs", "2")
    command = [str(Path(sys.executable).with_name("preflight")), *call]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=200)
    assert ended.returncode == 0, ended.stderr
    assert sum(key.startswith("ready/set/") and key.endswith(".mp4") for key in bucket.objects) == 6
