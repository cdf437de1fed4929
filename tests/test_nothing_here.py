"""Nothing from outside is opened in the main process: it works where no library that reads media is there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MEDIA = Path(__file__).parent.parent / "fixtures" / "media"
FILES = (
    "video-12fps.mp4",
    "image-200x200.png",
    "audio-15.1s.mp3",
    "video-20s.mp4",
    "image-heic.heic",
    "audio-aiff.aiff",
)
WITHOUT = """
import sys
for name in ("av", "PIL", "pillow_heif", "mutagen", "simplejpeg", "numpy"):
    sys.modules[name] = None
from preflight.cli import main
main()
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for name in FILES:
        shutil.copy(MEDIA / name, tmp_path / "in" / name)
    return tmp_path


def run(here: Path, *words: str, start: str = "fork") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", WITHOUT, *words]
    env = {**os.environ, "PREFLIGHT_START": start, "PREFLIGHT_TRACE": ""}
    return subprocess.run(command, cwd=here, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("start", ["fork", "spawn"])
@pytest.mark.parametrize(
    "words", [("check", "in"), ("probe", "in"), ("check", f"in/{FILES[0]}"), ("check", f"in/{FILES[1]}")]
)
def test_files_are_measured(here: Path, words: tuple[str, ...], start: str) -> None:
    ended = run(here, *words, "--no-cache", start=start)
    assert (ended.returncode in (0, 1), ended.stderr) == (True, "")


def test_a_page_shows_pictures_and_plans(here: Path) -> None:
    ended = run(here, "check", "in", "--no-cache", "--output", "page.html")
    assert (ended.returncode, ended.stderr) == (1, "")
    page = (here / "page.html").read_text()
    assert page.count("data:image/jpeg;base64") >= len(FILES) - 2
    assert "No picture" not in page


def test_files_are_fixed(here: Path) -> None:
    ended = run(here, "fix", "in", "--yes", "--allow", "creative", "--no-cache", "--report", "fixed.html")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len([*(here / "preflight-fixed").glob("*.*[!n]")]) >= len(FILES)


def test_the_best_part_is_looked_for_and_shown(here: Path) -> None:
    ended = run(here, "fix", "in/video-20s.mp4", "--dry-run", "--keep", "best", "--preview", "seen", "--no-cache")
    assert ended.returncode == 0
    assert [path.suffix for path in (here / "seen").iterdir()] == [".png"]


def test_files_that_arrive_are_judged_and_fixed(here: Path) -> None:
    for name in ("video-20s.mp4", "audio-aiff.aiff"):  # a clip, a sound and two pictures are left
        (here / "in" / name).unlink()
    folders = ["--ready", "ready", "--rejected", "rejected", "--done", "done"]
    ended = run(here, "watch", "in", *folders, "--fix", "--once", "--settle", "0", "--no-cache")
    assert ended.returncode in (0, 1), ended.stderr
    assert len([path for path in (here / "ready").iterdir() if path.suffix != ".json"]) >= 3
