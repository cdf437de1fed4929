"""What is said to have been measured earlier is counted among what is reported, and nothing else."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import MEDIA, Program

CONTENT = ("--cache-by", "content")
"""By which a file that was only just written is known again."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with three media and much that is none, measured before."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = tmp_path / "footage"
    found.mkdir()
    for name in ("image-ok.jpeg", "video-5s.mp4", "audio-15s.wav"):
        (found / name).write_bytes((MEDIA / name).read_bytes())
    for number in range(5):
        (found / f"{number}.csv").write_text("a,b\n1,2\n")
        (found / f"{number}.jsonl").write_text("{}\n")
    return found


def test_what_a_folder_holds_besides_media_is_not_counted_as_recalled(program: Program, folder: Path) -> None:
    ended = program("check", folder, "--summary", *CONTENT)
    assert ended.err.count("  slowest  ") == 3
    assert ".csv" not in ended.err
    ended = program("check", folder, "--summary", "--metrics", "m", *CONTENT)
    assert "slowest" not in ended.err
    assert "3 files in " in ended.err
    assert "s; 3 measured in an earlier run" in ended.err
    assert "preflight_assets_recalled 3" in Path("m").read_text().splitlines()
    log = program("check", folder, "--log-format", "json", *CONTENT).err.splitlines()
    end = json.loads(log[-1])
    assert (end["assets"], end["recalled"]) == (3, 3)
