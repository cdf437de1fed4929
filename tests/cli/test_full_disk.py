"""A disk without room: every file that was lost is named, and nothing is said of what is not there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from preflight.sandbox import running
from tests.cli.conftest import MEDIA
from tests.posix import file_size_limit
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
        preexec_fn=file_size_limit(0),
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


# ---- after payment ---------------------------------------------------------------------------------------------------


def test_a_film_for_which_there_is_no_room_is_made_and_paid_for_and_can_be_fetched_later(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('prompt = "A rider."\nduration = 4\nquality = "480p"\n')
    places = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("DATA", "CACHE", "CONFIG")}
    environment = {**os.environ, **places, "EVOLINK_API_KEY": "any-key-will-do"}
    with running(run_s=0) as sandbox:
        words = ("submit", "r.toml", "--yes", "--download", "videos", "--base-url", sandbox.url)
        ended = subprocess.run(
            [PROGRAM, *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            preexec_fn=file_size_limit(128 << 10),
        )
        assert ended.returncode == 3
        assert "cannot be written: File too large" in ended.stderr
        assert "Is there room?" in ended.stderr
        assert "The video is made and paid for: `preflight task download 1` asks for it once more." in ended.stderr
        assert len(sandbox.tasks) == 1
        again = subprocess.run(
            [PROGRAM, "task", "download", "1"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert again.returncode == 0, again.stderr
        assert len(sandbox.tasks) == 1
    assert len([*tmp_path.glob("task-*.mp4")]) == 1
