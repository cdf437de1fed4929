"""A disk without room: every file that was lost is named, and nothing is said of what is not there."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import MEDIA
from tests.specimens import left_behind

PROGRAM = Path(sys.executable).with_name("preflight")
TOO_LARGE = MEDIA / "video-1920x1080.mp4"


def on_a_full_disk(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a check where no file may grow beyond nothing."""
    return subprocess.run(
        [PROGRAM, "check", "--no-cache", TOO_LARGE, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )


def test_a_baseline_that_could_not_be_written_is_not_counted_as_there(tmp_path: Path) -> None:
    ended = on_a_full_disk(tmp_path, "--write-baseline", "known.json")
    assert ended.returncode == 3
    assert "known.json: cannot be written" in ended.stderr
    assert "in the baseline\n" not in ended.stderr
    assert list(left_behind(tmp_path)) == []


def test_every_file_that_could_not_be_written_is_named(tmp_path: Path) -> None:
    words = ("--metrics", "m.prom", "--write-baseline", "known.json")
    outputs = ("--output", "r.json", "--output", "r.html")
    ended = on_a_full_disk(tmp_path, *words, *outputs)
    assert ended.returncode == 3
    for name in ("--output r.json", "--output r.html", "m.prom"):
        assert f"{name}: cannot be written" in ended.stderr
    assert list(left_behind(tmp_path)) == []
    ended = on_a_full_disk(tmp_path, *words)
    for name in ("m.prom", "known.json"):
        assert f"{name}: cannot be written" in ended.stderr


@pytest.mark.parametrize("option", ["--metrics", "--write-baseline"])
def test_the_log_ends_with_what_was_lost(option: str, tmp_path: Path) -> None:
    ended = on_a_full_disk(tmp_path, option, "lost", "--log-format", "json")
    end = [json.loads(line) for line in ended.stderr.splitlines() if line.startswith("{")][-1]
    assert end["event"] == "end"
    assert end["error"].startswith("lost: cannot be written: ")
