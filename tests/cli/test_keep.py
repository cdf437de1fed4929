"""`fix --keep FILE=START-END` as a person types it: the file that is meant, or why none is."""

import json
import os
from pathlib import Path

import pytest

from preflight.probe import probe
from preflight.values.assets import Asset
from preflight.values.facts import VideoFacts
from tests.cli.conftest import MEDIA, Ended, Program

LONG, FIVE, PICTURE = MEDIA / "video-20s.mp4", MEDIA / "video-5s.mp4", MEDIA / "image-ok.jpeg"


@pytest.fixture
def keepd(program: Program, tmp_path: Path) -> Path:  # noqa: ARG001 - stands in its folder
    """A folder with a clip that is too long, one that passes, a picture and a note."""
    folder = tmp_path / "keepd"
    folder.mkdir()
    (folder / "a.mp4").write_bytes(LONG.read_bytes())
    (folder / "ok.mp4").write_bytes(FIVE.read_bytes())
    (folder / "p.jpeg").write_bytes(PICTURE.read_bytes())
    (folder / "note.txt").write_text("a note")
    return folder


def planned(program: Program, *arguments: str | Path) -> Ended:
    return program("fix", *arguments, "--dry-run")


@pytest.mark.parametrize("name", ["a.mp4", "keepd/a.mp4", "./keepd/a.mp4", "keepd/../keepd/a.mp4"])
@pytest.mark.parametrize("given", ["keepd", "keepd/a.mp4", "./keepd/a.mp4", "keepd/"])
@pytest.mark.usefixtures("keepd")
def test_a_file_is_meant_however_it_is_spelled(program: Program, name: str, given: str) -> None:
    ended = planned(program, given, "--keep", f"{name}=3-9")
    assert ended.status == 0
    assert "a.mp4: lossy: keep 3 to 9 s" in ended.out


def test_an_absolute_path_and_a_relative_name_are_one_file(program: Program, keepd: Path) -> None:
    assert "keep 3 to 9 s" in planned(program, keepd / "a.mp4", "--keep", "keepd/a.mp4=3-9").out
    assert "keep 3 to 9 s" in planned(program, "keepd/a.mp4", "--keep", f"{keepd}/a.mp4=3-9").out


@pytest.mark.usefixtures("keepd")
def test_a_name_that_no_file_has_is_a_wrong_call_with_the_nearest(program: Program) -> None:
    ended = program("fix", "keepd", "--keep", "aa.mp4=3-9", "--yes", "--output", "ready")
    assert ended.status == 2
    assert "aa.mp4=3-9: no such file" in ended.err
    assert "Did you mean keepd/a.mp4?" in ended.err
    assert not Path("ready").exists()


def test_a_name_that_two_files_have_is_a_wrong_call_with_both(program: Program, keepd: Path) -> None:
    (keepd / "more").mkdir()
    (keepd / "more" / "a.mp4").write_bytes(FIVE.read_bytes())
    ended = planned(program, "keepd", "--keep", "a.mp4=1-4")
    assert ended.status == 2
    assert "keepd/a.mp4 or keepd/more/a.mp4" in ended.err
    assert "keepd/more/a.mp4: lossy: keep 1 to 4 s" in planned(program, "keepd", "--keep", "more/a.mp4=1-4").out


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        ("p.jpeg=1-4", "a picture has no part to keep"),
        ("note.txt=1-4", "it is no clip or sound"),
        ("=1-4", "expected FILE=START-END"),
        ("a.mp4=9-3", "expected an end after the start"),
    ],
)
@pytest.mark.usefixtures("keepd")
def test_a_mark_that_can_mean_nothing_is_a_wrong_call(program: Program, keep: str, words: str) -> None:
    ended = planned(program, "keepd", "--keep", keep)
    assert ended.status == 2
    assert words in ended.err


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        ("a.mp4=0-30", ["there are only 20 s, and no more than 15 s may be kept", "keep 0 to 15 s"]),
        ("a.mp4=15-25", ["there are only 20 s", "keep 15 to 20 s"]),
        ("a.mp4=25-28", ["cannot be mended", "the part to keep begins at 25 s, but there are only 20 s"]),
        ("a.mp4=3-4", ["cannot be mended", "the part to keep lasts 1 s; 2 to 15 s allowed"]),
        ("ok.mp4=1-2", ["cannot be mended", "the part to keep lasts 1 s; 2 to 15 s allowed"]),
        ("ok.mp4=2-9", ["there are only 5 s", "keep 2 to 5 s"]),
    ],
)
@pytest.mark.usefixtures("keepd")
def test_a_part_that_cannot_be_kept_is_said(program: Program, keep: str, words: list[str]) -> None:
    file = f"keepd/{keep.partition('=')[0]}"
    ended = planned(program, file, "--keep", keep)
    assert all(one in ended.out for one in words)
    if words[0] == "cannot be mended":
        assert program("fix", file, "--keep", keep, "--yes").status == 1


@pytest.mark.usefixtures("keepd")
def test_json_is_nothing_but_json_and_the_rest_is_said_beside(program: Program) -> None:
    ended = planned(program, "keepd/a.mp4", "--keep", "a.mp4=0-30", "--format", "json")
    assert json.loads(ended.out)["assets"][0]["steps"][0]["do"] == "cut"
    assert "cannot be kept whole" in ended.err


def test_the_command_line_stands_over_the_request_and_that_is_said(program: Program, keepd: Path) -> None:
    (keepd / "request.toml").write_text('prompt = "Video 1."\nvideos = [{ path = "a.mp4", keep = "1-6" }]\n')
    assert "keep 1 to 6 s" in planned(program, "keepd/request.toml").out
    ended = program("fix", "keepd/request.toml", "--keep", "a.mp4=10-14", "--yes", "--output", "ready")
    assert ended.status == 0
    assert "keepd/a.mp4: 10-14 s stay, as this call says, not 1-6 s, as the request does" in ended.out
    assert "keep 10 to 14 s" in ended.out
    facts = probe(Asset(path="ready/a.mp4")).facts
    assert isinstance(facts, VideoFacts)
    assert facts.duration_s == 4
    assert program("fix", "keepd/request.toml", "--keep", "b.mp4=1-4").status == 2


@pytest.mark.usefixtures("keepd")
def test_best_leaves_alone_what_is_marked(program: Program) -> None:
    assert "keep 3 to 9 s" in planned(program, "keepd/a.mp4", "--keep", "best", "--keep", "a.mp4=3-9").out


@pytest.mark.usefixtures("keepd")
def test_a_plan_says_itself_what_is_kept(program: Program) -> None:
    Path("plan.json").write_text(planned(program, "keepd/a.mp4", "--format", "json").out)
    ended = program("fix", "--plan", "plan.json", "--keep", "a.mp4=3-9", "--yes")
    assert ended.status == 2
    assert "give no --keep" in ended.err


def test_a_name_that_is_no_text_can_be_marked(program: Program, keepd: Path) -> None:
    name = os.fsdecode(b"\xff.mp4")
    (keepd / name).write_bytes(FIVE.read_bytes())
    assert "keep 1 to 4 s" in planned(program, "keepd", "--keep", f"{name}=1-4").out
