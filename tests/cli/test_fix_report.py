"""`fix --report`: a file that says what came of it, whole or not there; `check --output` says the plan."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import MEDIA, Program
from tests.specimens import left_behind

TOO_SHORT, OK = MEDIA / "video-1.8s.mp4", MEDIA / "image-ok.jpeg"


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """Return a picture that has to be written anew."""
    from PIL import Image

    Image.new("RGB", (640, 480), "red").save(tmp_path / "red.bmp")
    return tmp_path / "red.bmp"


def test_a_report_is_written_in_each_dress_that_is_named(program: Program, tmp_path: Path, wide: Path) -> None:
    names = ["r.html", "r.md", "r.json"]
    ended = program("fix", wide, OK, "--yes", "--output", "ready", *(word for n in names for word in ("--report", n)))
    assert ended.status == 0, ended.err
    assert set(names) <= set(left_behind(tmp_path))
    page = (tmp_path / "r.html").read_text()
    assert "✓ fixed" in page
    assert "ready/red.png" in page
    assert "✓ untouched" in page
    found = json.loads((tmp_path / "r.json").read_text())
    assert [one["outcome"] for one in found["assets"]] == ["fixed", "untouched"]


def test_a_report_is_written_of_what_failed_and_of_an_earlier_run_is_replaced(program: Program, tmp_path: Path) -> None:
    for path, status in ((OK, 0), (TOO_SHORT, 1)):
        assert program("fix", path, "--yes", "--report", "r.html", "--report", "r.json").status == status
    assert "✗ unfixable" in (tmp_path / "r.html").read_text()
    assert json.loads((tmp_path / "r.json").read_text())["assets"][0]["outcome"] == "unfixable"


def test_what_is_no_report_of_a_fix_is_not_replaced(program: Program, tmp_path: Path, wide: Path) -> None:
    program("check", wide, "--output", "check.html")
    (tmp_path / "plan.json").write_text(program("fix", wide, "--dry-run", "--format", "json").out)
    (tmp_path / "notes.md").write_text("mine")
    for name in ("check.html", "plan.json", "notes.md"):
        before = (tmp_path / name).read_bytes()
        ended = program("fix", wide, "--yes", "--report", name)
        assert (ended.status, "that may be replaced" in ended.err) == (2, True)
        assert f"--report {name}: exists, and is no " in ended.err
        assert (tmp_path / name).read_bytes() == before
    assert not (tmp_path / "preflight-fixed").exists()


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("r.csv", "--report r.csv: its ending does not say what it is to be"),
        ("nowhere/r.html", "--report nowhere/r.html: there is no such folder"),
        ("html:r.png", "its ending is one of image files"),
    ],
)
def test_a_report_that_cannot_be_is_refused_before_any_work(
    program: Program, tmp_path: Path, wide: Path, word: str, said: str
) -> None:
    ended = program("fix", wide, "--yes", "--report", word)
    assert ended.status == 2
    assert said in ended.err
    assert not (tmp_path / "preflight-fixed").exists()


def test_of_a_dry_run_there_is_nothing_to_tell(program: Program, wide: Path, tmp_path: Path) -> None:
    ended = program("fix", wide, "--dry-run", "--report", "r.html")
    assert ended.status == 2
    assert "preflight check --output page.html" in ended.err
    assert not (tmp_path / "r.html").exists()


def test_a_plan_that_is_carried_out_is_not_replaced_by_its_report(program: Program, tmp_path: Path, wide: Path) -> None:
    (tmp_path / "plan.json").write_text(program("fix", wide, "--dry-run", "--format", "json").out)
    assert program("fix", "--plan", "plan.json", "--yes", "--report", "plan.json").status == 2
    assert program("fix", "--plan", "plan.json", "--yes", "--report", "done.json").status == 0
    assert json.loads((tmp_path / "done.json").read_text())["assets"][0]["outcome"] == "fixed"


def test_a_run_that_is_stopped_by_a_wrong_call_leaves_no_report(program: Program, tmp_path: Path, wide: Path) -> None:
    ended = program("fix", wide, "--report", "r.html")
    assert ended.status == 2
    assert "there is nobody to ask" in ended.err
    assert list(left_behind(tmp_path)) == ["red.bmp"]


def test_the_page_of_a_check_says_what_fix_would_do(program: Program, tmp_path: Path, wide: Path) -> None:
    assert program("check", wide, OK, "--output", "page.html").status == 1
    page = (tmp_path / "page.html").read_text()
    assert page.count("What <code>preflight fix</code> would do") == 1
    assert "write as png" in page


def test_the_page_of_a_request_says_who_gives_up_how_much(program: Program, tmp_path: Path) -> None:
    clips = [f'"{MEDIA}/video-{name}.mp4"' for name in ("10s", "15s")]
    (tmp_path / "request.toml").write_text(f'prompt = "Video 1, video 2."\nvideos = [{", ".join(clips)}]\n')
    assert program("check", "request.toml", "--output", "page.html").status == 1
    page = (tmp_path / "page.html").read_text()
    assert "How the seconds are shared" in page
    assert page.count("What <code>preflight fix</code> would do") == 2
