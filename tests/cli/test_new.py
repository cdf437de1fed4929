"""A request.toml made of files: roles, shared seconds, a prompt that names each, and never a file replaced."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from preflight.profiles import DEFAULT, load
from preflight.request.file import load_spec
from tests.cli.conftest import MEDIA, Program
from tests.cli.test_commands import read_all
from tests.posix import terminal

SPECIMENS = {
    "a-wide.mp4": "video-20s.mp4",
    "b.mp4": "video-5s.mp4",
    "song.mp3": "audio-20s.wav",
    "still.jpg": "image-ok.jpeg",
    "torn.jpg": "image-truncated.jpg",
}


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    """A folder as an editor has it: two clips, a sound under a wrong name, a still, a torn one and a note."""
    folder = tmp_path / "footage"
    folder.mkdir()
    for name, source in SPECIMENS.items():
        (folder / name).write_bytes((MEDIA / source).read_bytes())
    (folder / "notes.txt").write_text("the second take is better")
    return folder


def test_a_folder_becomes_a_request_that_a_fix_makes_ready(program: Program, footage: Path, tmp_path: Path) -> None:
    ended = program("new", footage)
    assert ended.status == 3
    assert "left out: " in ended.err
    assert "torn.jpg" in ended.err
    spec = load_spec(tmp_path / "request.toml")
    found = {str(asset.role): Path(asset.path).name for asset in spec.assets}
    assert found == {"image 1": "still.jpg", "video 1": "a-wide.mp4", "video 2": "b.mp4", "audio 1": "song.mp3"}
    assert all(role in (spec.prompt or "").lower() for role in found)
    kept = [asset.keep.end_s - asset.keep.start_s for asset in spec.of_kind("video") if asset.keep]
    assert len(kept) == 2
    assert 14 < sum(kept) <= 15
    planned = json.loads(program("fix", "request.toml", "--dry-run", "--format", "json").out)
    assert planned["findings"] == []
    assert all(len([step for step in one["steps"] if step["do"] == "cut"]) <= 1 for one in planned["assets"])


def test_the_comments_say_what_the_edition_allows(program: Program, tmp_path: Path) -> None:
    assert program("new", MEDIA / "image-ok.jpeg", "--output", "one.toml").status == 0
    words = (tmp_path / "one.toml").read_text()
    profile = load(DEFAULT)
    assert f"# At most {profile.image.count.max} images: {profile.image.format.words()}" in words
    assert f"{profile.video.total_duration_s.words('s')} together" in words
    assert profile.request.aspect_ratio
    assert all(ratio in words for ratio in profile.request.aspect_ratio.allowed)
    assert "videos = []" in words


def test_nothing_is_replaced_and_the_next_free_name_is_told(program: Program, tmp_path: Path) -> None:
    (tmp_path / "request.toml").write_text("mine")
    ended = program("new", MEDIA / "image-ok.jpeg")
    assert "request written: request-2.toml" in ended.out
    assert (tmp_path / "request.toml").read_text() == "mine"
    assert program("check", "request-2.toml").status == 0


def test_a_mark_stays_and_what_is_listed_twice_stands_once(program: Program, footage: Path, tmp_path: Path) -> None:
    program("new", footage / "b.mp4", footage / "b.mp4", "--keep", "b.mp4=1-4")
    (clip,) = load_spec(tmp_path / "request.toml").assets
    assert str(clip.keep) == "1-4"


def test_what_is_too_many_is_left_out_with_the_reason(program: Program, tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / f"{number}.jpg").write_bytes((MEDIA / "image-ok.jpeg").read_bytes())
    ended = program("new", *(tmp_path / f"{number}.jpg" for number in range(10)))
    assert ended.status == 0
    assert "9.jpg: seedance-2.0-2026-04 takes at most 9 images" in ended.err
    assert "9.jpg: seedance-2.0-2026-04 takes at most 9 images" in " ".join(
        (tmp_path / "request.toml").read_text().replace("\n#", "").split()
    )
    assert len(load_spec(tmp_path / "request.toml").assets) == 9


@pytest.mark.parametrize(
    "call", [(), ("missing.mp4",), (MEDIA / "image-truncated.jpg",), (MEDIA / "image-ok.jpeg", "--output", "a.json")]
)
def test_what_cannot_be_a_request_is_refused_and_nothing_is_written(
    program: Program, call: tuple[str | Path, ...], tmp_path: Path
) -> None:
    assert program("new", *call).status == 2
    assert list(tmp_path.glob("*.toml")) == []


def test_a_fix_as_json_names_the_request_that_it_wrote(program: Program, tmp_path: Path) -> None:
    program("new", MEDIA / "image-gif.gif")
    fixed = json.loads(program("fix", "request.toml", "--yes", "--output", "ready", "--format", "json").out)
    assert load_spec(tmp_path / fixed["request_path"]).assets[0].path == str(tmp_path / "ready" / "image-gif.png")
    assert json.loads(program("fix", MEDIA / "image-gif.gif", "--yes", "--format", "json").out)["request_path"] is None


def test_a_template_of_another_edition_names_the_model_that_chooses_it(program: Program, tmp_path: Path) -> None:
    assert program("new", MEDIA / "image-ok.jpeg", "--profile", "seedance-2.5-reference-to-video-2026-10").status == 0
    words = (tmp_path / "request.toml").read_text()
    assert 'model = "seedance-2.5-reference-to-video"\n' in words
    assert "--profile" not in words
    ended = program("check", "request.toml")
    assert ended.status == 0
    assert "Profile seedance-2.5-reference-to-video-2026-10" in ended.out


def test_a_clip_whose_shape_has_yet_to_be_chosen_has_its_share_marked_too(program: Program, tmp_path: Path) -> None:
    clips = [tmp_path / name for name in ("wide.mp4", "one.mp4", "two.mp4")]
    for clip, source in zip(clips, ("video-1252x500.mp4", "video-20s.mp4", "video-20s.mp4"), strict=True):
        clip.write_bytes((MEDIA / source).read_bytes())
    assert program("new", *clips, "--output", "three.toml").status == 0
    kept = [asset.keep for asset in load_spec(tmp_path / "three.toml").of_kind("video")]
    lengths = [part.end_s - part.start_s for part in kept if part]
    assert len(lengths) == 3
    assert 14 < sum(lengths) <= 15


@pytest.mark.usefixtures("program")
def test_nothing_stands_still_on_a_terminal_while_one_waits() -> None:
    theirs, ours = terminal()
    code = "import time; from preflight.cli.progress import Waiting\nwith Waiting('measuring'): time.sleep(1.2)\n"
    code += "print(list(Waiting('x').over(range(3))))\n"
    with subprocess.Popen([sys.executable, "-c", code], stdin=ours, stdout=ours, stderr=ours) as child:
        os.close(ours)
        said = read_all(theirs).decode()
        assert child.wait(120) == 0
    assert said.count("measuring") > 3
    assert said.rstrip().endswith("[0, 1, 2]")
