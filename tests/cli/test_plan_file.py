"""Plans as files, questions on a terminal, previews, and runs that are killed."""

import json
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from preflight.apply.ffmpeg import find_tool, run
from scripts.kills import MEDIA as KILLED
from scripts.kills import batch, kill
from tests.cli.conftest import MEDIA, Program
from tests.cli.test_commands import PROGRAM, read_all, until_asked
from tests.posix import terminal

TOO_LONG, SLOW, OK = MEDIA / "video-20s.mp4", MEDIA / "video-23.976fps.mp4", MEDIA / "image-ok.jpeg"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return Path(shutil.copy(SLOW, tmp_path / "clip.mp4"))


def planned(program: Program, *paths: Path) -> dict[str, Any]:
    ended = program("fix", *paths, "--dry-run", "--format", "json")
    assert ended.status == 0
    plan: dict[str, Any] = json.loads(ended.out)
    return plan


def test_a_plan_is_carried_out_later_as_it_was_made(program: Program, clip: Path, tmp_path: Path) -> None:
    plan = planned(program, clip, OK)
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    ended = program("fix", "--plan", "plan.json", "--yes", "--output", "ready", "--format", "json")
    assert ended.status == 0
    (asset,) = json.loads(ended.out)["assets"]
    assert asset["steps"] == plan["assets"][0]["steps"]
    assert (asset["outcome"], asset["facts_after"]["frame_rate_hz"]) == ("fixed", 24)


def test_a_plan_may_be_edited(program: Program, clip: Path, tmp_path: Path) -> None:
    plan = planned(program, clip)
    plan["assets"][0]["steps"] = [
        {**step, "frame_rate_hz": 30} if step["do"] == "retime" else step for step in plan["assets"][0]["steps"]
    ]
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    ended = program("fix", "--plan", "plan.json", "--yes", "--format", "json")
    assert ended.status == 0
    assert json.loads(ended.out)["assets"][0]["facts_after"]["frame_rate"] == "30"


@pytest.mark.parametrize("side", [6_001, 90_000])
def test_a_plan_that_makes_a_picture_larger_than_its_edition_takes_is_refused_in_words(
    program: Program, tmp_path: Path, side: int
) -> None:
    picture = Path(shutil.copy(MEDIA / "image-299x300.jpg", tmp_path / "a.jpg"))
    plan = planned(program, picture)
    (resize,) = (step for step in plan["assets"][0]["steps"] if step["do"] == "resize")
    resize |= {"width_px": side, "height_px": 5_000}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    ended = program("fix", "--plan", "plan.json", "--yes")
    assert ended.status == 2
    assert f"to {side} x 5000 px is asked for, and {plan['profile']} takes sides of 300 to 6,000 px" in ended.err


def test_a_plan_for_a_clip_that_is_cut_between_its_packets_says_so(program: Program, tmp_path: Path) -> None:
    plan = planned(program, TOO_LONG)
    (asset,) = plan["assets"]
    assert asset["loss"] == "lossless"
    assert asset["steps"][0]["packets"]["first"] == 0
    assert [step["do"] for step in asset["otherwise"]] == ["cut", "encode", "write"]
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    assert program("fix", "--plan", "plan.json", "--yes").status == 0


def test_a_cut_between_packets_may_be_edited_to_where_other_packets_lie(program: Program, tmp_path: Path) -> None:
    plan = planned(program, long_with_key_pictures_every_second(tmp_path))
    plan["assets"][0]["steps"][0].update(start_s=3, length_s=10)
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    ended = program("fix", "--plan", "plan.json", "--yes", "--format", "json")
    assert ended.status == 0
    (asset,) = json.loads(ended.out)["assets"]
    assert (asset["loss"], asset["facts_after"]["duration_s"]) == ("lossless", 10)
    assert asset["steps"][0]["packets"] == {"first": 75, "count": 250}


@pytest.mark.parametrize(
    "change",
    [{"start_s": 3.5}, {"start_s": 3.5, "packets": None}, {"start_s": 18}, {"packets": None, "length_s": 14.5}],
)
def test_a_cut_that_was_edited_to_where_nothing_can_be_cut_is_refused(
    program: Program, tmp_path: Path, change: dict[str, object]
) -> None:
    plan = planned(program, long_with_key_pictures_every_second(tmp_path))
    plan["assets"][0]["steps"][0].update(change)
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    ended = program("fix", "--plan", "plan.json", "--yes", "--output", "ready")
    assert ended.status == 2
    assert "cannot be kept without encoding" in ended.err
    assert "--keep" in ended.err
    assert not (tmp_path / "ready").exists()


def test_a_part_that_was_edited_to_be_too_short_is_not_replaced_by_another(program: Program, tmp_path: Path) -> None:
    plan = planned(program, long_with_key_pictures_every_second(tmp_path))
    plan["assets"][0]["steps"][0].update(length_s=1)
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    ended = program("fix", "--plan", "plan.json", "--yes", "--output", "ready")
    assert ended.status == 3
    assert "1 s long; 2 to 15 s allowed" in ended.out
    assert list((tmp_path / "ready").iterdir()) == []


def test_a_plan_finds_its_files_from_where_it_lies(
    program: Program, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.json").write_text(json.dumps(planned(program, Path(clip.name))))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert program("fix", "--plan", "../plan.json", "--yes").status == 0


def long_with_key_pictures_every_second(folder: Path) -> Path:
    path = folder / "long.mp4"
    path.write_bytes(coded_long())
    return path


@cache
def coded_long() -> bytes:
    """Encode twenty seconds, once for all tests."""
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", "0"]
    source = ["-f", "lavfi", "-i", "testsrc2=size=854x480:rate=25:duration=20"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "long.mp4")
        run(find_tool().path, [*source, *coded, f"file:{path}"])
        return path.read_bytes()


def test_a_plan_is_refused_when_its_source_has_changed(program: Program, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(planned(program, clip)))
    with clip.open("ab") as stream:
        stream.write(b"\0")
    ended = program("fix", "--plan", "plan.json", "--yes", "--output", "ready")
    assert ended.status == 2
    assert "clip.mp4: is not the file that was planned for" in ended.err
    assert not (tmp_path / "ready").exists()


def test_what_is_no_plan_and_what_cannot_be_done_are_refused(program: Program, clip: Path, tmp_path: Path) -> None:
    plan = planned(program, clip)
    plan["assets"][0]["steps"][0]["frame_rate_hz"] = -1
    for content, said in ((json.dumps(plan), "cannot be done: make -1 fps"), ("nul", "plan.json: is no plan")):
        (tmp_path / "plan.json").write_text(content)
        ended = program("fix", "--plan", "plan.json", "--yes")
        assert (ended.status, said in ended.err) == (2, True)


def test_a_plan_names_its_files_itself(program: Program, clip: Path) -> None:
    assert program("fix", "--plan", "plan.json", clip).status == 2
    assert program("fix", "--plan", "absent.json").status == 2


def answered(keys: str, *arguments: object) -> tuple[int, str]:
    """Run `fix` on a terminal, press a key at each question, and return the exit status and all that was shown."""
    theirs, ours = terminal()
    command = [str(PROGRAM), "fix", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": "200", "TERM": "xterm", "LINES": "40"}
    with subprocess.Popen(command, stdin=ours, stdout=ours, stderr=ours, env=environment) as child:
        os.close(ours)
        said = b""
        try:
            for key in keys:
                said += until_asked(theirs)
                os.write(theirs, key.encode())
            said += read_all(theirs)
            return child.wait(120), said.decode()
        finally:
            child.kill()


BOTH = {"clip.mp4", "long.mp4"}


@pytest.mark.parametrize(
    ("keys", "made"),
    [
        ("a", BOTH),
        ("l", set()),
        ("n", set()),
        ("dq", set()),
        ("ㄷㅜㅛ", {"long.mp4"}),
    ],
)
def test_one_key_answers_for_all_the_lossless_each_or_none(
    clip: Path, tmp_path: Path, keys: str, made: set[str]
) -> None:
    shutil.copy(TOO_LONG, tmp_path / "long.mp4")
    status, said = answered(keys, clip, tmp_path / "long.mp4", "--output", tmp_path / "ready")
    there = {path.name for path in (tmp_path / "ready").glob("*.mp4")}
    assert there == made
    assert status == (0 if len(made) == 2 else 1)
    assert "What is wrong" in said
    assert "lossless" in said
    assert ("clip.mp4: lossy: encode with libx264" in said) == (keys[0] in "deㄷ")


def test_the_key_for_the_lossless_takes_a_cut_that_was_asked_for(clip: Path, tmp_path: Path) -> None:
    shutil.copy(TOO_LONG, tmp_path / "long.mp4")
    answered("l", clip, tmp_path / "long.mp4", "--keep", "start", "--output", tmp_path / "ready")
    assert {path.name for path in (tmp_path / "ready").glob("*.mp4")} == {"long.mp4"}


def test_each_in_turn_offers_other_parts_and_a_picture_of_them(tmp_path: Path) -> None:
    shutil.copy(TOO_LONG, tmp_path / "long.mp4")
    status, said = answered("e1y", tmp_path / "long.mp4", "--output", tmp_path / "ready")
    assert status == 0
    assert "[1] 0-" in said
    assert "long.preview.png" in said
    assert "that part instead: 1" in said
    assert said.count("long.mp4: lossless: write as mp4") == 2
    assert [path.name for path in (tmp_path / "ready").glob("*.mp4")] == ["long.mp4"]


def test_a_place_is_offered_where_a_person_is_asked(tmp_path: Path) -> None:
    shutil.copy(MEDIA / "image-gps.jpg", tmp_path / "gps.jpg")
    _, said = answered("l", tmp_path / "gps.jpg", "--output", tmp_path / "ready")
    assert (tmp_path / "ready" / "gps.jpg").is_file(), said


def test_a_second_run_finds_the_work_done(program: Program, clip: Path) -> None:
    program("fix", clip, "--yes", "--output", "ready")
    ended = program("fix", clip, "--yes", "--output", "ready")
    assert ended.status == 0
    assert "ready/clip.mp4" in ended.out
    assert "made by an earlier run" in ended.out


def test_the_best_part_is_kept_and_the_candidates_are_drawn(program: Program, tmp_path: Path) -> None:
    ended = program("fix", TOO_LONG, "--dry-run", "--keep", "best", "--preview", "sheets")
    assert ended.status == 0
    (writer,) = (tmp_path / "sheets").glob("*.png")
    assert writer.read_bytes().startswith(b"\x89PNG")
    assert "preview written" in ended.err
    assert "keep 0 to" in ended.out


def test_killed_at_random_moments_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = ("video-12fps.mp4", "video-mkv-20s.mkv", "image-gif.gif", "audio-15.1s.mp3", "audio-flac.flac")
    monkeypatch.setattr("scripts.kills.BROKEN", few)
    monkeypatch.setattr("scripts.kills.LONGEST_S", 2.0)
    assert kill(2, 7, tmp_path) == []


def test_a_run_of_kills_that_lacks_a_specimen_fails_instead_of_proving_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert KILLED == MEDIA
    monkeypatch.setattr("scripts.kills.BROKEN", ("video-12fps.mp4", "video-gone.mp4"))
    with pytest.raises(SystemExit, match=r"specimens are missing: video-gone\.mp4"):
        batch(tmp_path / "in")
