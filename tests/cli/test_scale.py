"""Verdicts go into a store where a place for them is named; what does not go with one is refused at once."""

import sys
from pathlib import Path

import pytest

from preflight.cli.scale import is_place, shown, words
from preflight.scale.keys import Tally
from preflight.scale.run import Progress
from tests.cli.conftest import MEDIA, Program, program

__all__ = ["program"]
CLEAN, WRONG = MEDIA / "image-ok.png", MEDIA / "image-gif.gif"


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        ("results/", True),
        ("s3://bucket/a", True),
        ("gs://bucket", True),
        ("results", False),
        ("report.html", False),
        ("", False),
    ],
)
def test_a_place_is_a_folder_or_a_bucket(word: str, is_one: bool) -> None:
    assert is_place(word) is is_one


def test_a_folder_that_is_there_is_a_place_however_it_is_written(tmp_path: Path) -> None:
    assert is_place(str(tmp_path))
    (tmp_path / "file").write_bytes(b"")
    assert not is_place(str(tmp_path / "file"))


def test_a_run_says_what_it_did_and_ends_as_all_verdicts_of_it_do(program: Program) -> None:
    first = program("check", CLEAN, WRONG, "--output", "store/")
    assert (first.status, "2 judged" in first.err) == (1, True)
    again = program("check", CLEAN, WRONG, "--output", "store/")
    assert (again.status, "0 judged, 2 known before" in again.err) == (1, True)
    assert program("check", CLEAN, "--output", "store/").status == 0


def test_of_nothing_there_is_no_verdict(program: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("no medium")
    ended = program("check", "empty", "--output", "store/")
    assert ended.status not in (0, 1)
    assert ended.out == ""


@pytest.mark.parametrize(
    "options",
    [
        ("--output", "store/", "--output", "more.html"),
        ("--output", "store/", "--format", "junit"),
        ("--output", "store/", "--write-baseline", "b.json"),
        ("--output", "store/", "--log-format", "json"),
        ("--engine", "dask"),
        ("--engine", "dask", "--output", "report.html"),
        ("--output", "store/", "--scheduler", "tcp://127.0.0.1:9"),
        ("--scheduler", "tcp://127.0.0.1:9"),
    ],
)
def test_what_does_not_go_with_a_store_is_refused_before_anything_is_judged(
    program: Program, tmp_path: Path, options: tuple[str, ...]
) -> None:
    ended = program("check", CLEAN, *options)
    assert (ended.status, ended.out) == (2, "")
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--yes", "--dry-run"),
        ("--yes", "--preview", "preview.html"),
        ("--yes", "--keep", "a=0-1"),
        ("--yes", "--measure-quality"),
        (),
    ],
)
def test_what_asks_or_shows_is_not_for_many_files_at_once(
    program: Program, tmp_path: Path, options: tuple[str, ...]
) -> None:
    ended = program("fix", WRONG, "--engine", "dask", "--output", "new", *options)
    assert ended.status == 2
    assert not (tmp_path / "new").exists()


# ---- how far --------------------------------------------------------------------------------------------------------


def test_how_far_a_run_is_stands_in_one_line() -> None:
    progress = Progress(tally=Tally(), taken=5)
    assert words(progress).startswith("judged 0 (")
    assert "known" not in words(progress)
    progress.tally.judged["fail"] = 1234
    progress.tally.known["pass"] = 7
    assert "1,234 fail" in words(progress)
    assert "7 known" in words(progress)
    assert "\n" not in words(progress)


def test_nobody_is_told_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert not sys.stderr.isatty()
    with shown() as told:
        told(Progress())
    assert capsys.readouterr() == ("", "")
