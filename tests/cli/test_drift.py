"""A profile that allows more than the service: the refusal is explained, and what to send to the project is printed."""

import json
from pathlib import Path

import pytest

from preflight import __version__
from preflight.sandbox import running
from tests.cli.conftest import MEDIA, QUICK, Program

CLIP = MEDIA / "video-1920x1080.mp4"
LENIENT = f'{QUICK}\n[video.pixels]\nmax = 99999999\nsource = "a page of one\'s own that is wrong"\n'

pytestmark = pytest.mark.usefixtures("key")


@pytest.fixture
def submit(program: Program, tmp_path: Path) -> tuple[str | Path, ...]:  # noqa: ARG001 - stands on its folder
    (tmp_path / "lenient.toml").write_text(LENIENT)
    text = f'prompt = "A secret robot: video 1."\nvideos = ["{CLIP}"]\nduration = 4\nquality = "480p"\n'
    (tmp_path / "r.toml").write_text(text)
    return "submit", "r.toml", "--yes", "--wait", "--profile", tmp_path / "lenient.toml"


@pytest.mark.parametrize(("judge_at", "stage"), [("submit", "create"), ("task", "task")])
def test_a_refusal_of_what_was_called_clean_is_explained_and_can_be_reported(
    program: Program, submit: tuple[str | Path, ...], judge_at: str, stage: str
) -> None:
    with running(run_s=0, judge_at=judge_at) as sandbox:
        ended = program(*submit, "--base-url", sandbox.url)
    assert ended.status == 4
    assert f"that is video 1 ({CLIP}); the local rule for it is video/pixels" in ended.err
    assert "`preflight explain video/pixels` says what to do. It had been called clean here." in ended.err
    line = program("task", "drift").out
    assert " UTC video/pixels quick: " in line
    assert line.endswith("(video)\n")
    report = json.loads(program("task", "drift", "--format", "json").out)
    assert (report["schema"], report["preflight"]) == ("preflight.drift/1", __version__)
    (drift,) = report["drift"]
    assert (drift["stage"], drift["rule"], drift["profile"]) == (stage, "video/pixels", "quick")
    assert "video pixel count" in drift["message"]
    (facts,) = drift["assets"]
    assert (facts["kind"], facts["width_px"], facts["height_px"]) == ("video", 1920, 1080)
    for secret in ("robot", CLIP.name, CLIP.stem, str(MEDIA), "http", "upload"):
        assert secret not in json.dumps(report), secret


def test_the_same_failure_told_twice_is_reported_once(program: Program, submit: tuple[str | Path, ...]) -> None:
    with running(run_s=0, judge_at="task") as sandbox:
        program(*submit, "--base-url", sandbox.url)
        assert program("task", "wait", "1", "--profile", submit[-1]).status == 4
    assert len(json.loads(program("task", "drift", "--format", "json").out)["drift"]) == 1


def test_where_nothing_was_refused_there_is_nothing_to_report(program: Program) -> None:
    ended = program("task", "drift")
    assert (ended.status, ended.out) == (0, "")
    assert "nothing was refused that had been called clean" in ended.err
    assert json.loads(program("task", "drift", "--format", "json").out)["drift"] == []
