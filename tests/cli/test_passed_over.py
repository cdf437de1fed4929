"""What a folder holds besides media is counted aloud; media that are not read here are named."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from preflight.api.check import check
from tests.cli.conftest import Program
from tests.specimens import MEDIA

FOREIGN = sorted(path.name for path in MEDIA.glob("foreign-*"))
SAID = {1: "1 file passed over as no media", 2: "2 files passed over as no media"}


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder of one good sound, one medium that is not read here, and two files that are none."""
    folder = tmp_path / "footage"
    folder.mkdir()
    shutil.copy(MEDIA / "audio-5s.wav", folder / "ok.wav")
    shutil.copy(MEDIA / "foreign-core-audio.caf", folder)
    (folder / "notes.txt").write_text("take two is the good one")
    (folder / "clips.json").write_text("{}")
    return folder


@pytest.mark.parametrize("format_name", ["text", "markdown", "github", "html"])
def test_every_report_for_people_says_how_many_files_were_passed_over(
    format_name: str, mixed: Path, program: Program
) -> None:
    done = program("check", "--no-cache", "--format", format_name, str(mixed))
    assert done.status == 1
    assert SAID[2] in done.out
    assert "foreign-core-audio.caf" in done.out
    assert "notes.txt" not in done.out


@pytest.mark.parametrize("format_name", ["json", "jsonl", "sarif"])
def test_every_report_for_programs_counts_what_was_passed_over(format_name: str, mixed: Path, program: Program) -> None:
    done = program("check", "--no-cache", "--format", format_name, str(mixed))
    last: Any = json.loads(done.out.splitlines()[-1] if format_name == "jsonl" else done.out)
    found = last["runs"][0]["properties"] if format_name == "sarif" else last
    assert found["passed_over"] == 2


def test_a_comparison_a_probe_and_a_fix_say_it_too(mixed: Path, tmp_path: Path, program: Program) -> None:
    two = ("--profile", "seedance-2.0-2026-04", "--profile", "seedance-2.0-2026-10")
    assert SAID[2] in program("check", "--no-cache", *two, str(mixed)).out
    compared = program("check", "--no-cache", *two, "--format", "json", str(mixed))
    assert json.loads(compared.out)["passed_over"] == 2
    assert SAID[2] in program("probe", "--no-cache", str(mixed)).out
    assert SAID[2] in program("fix", "--no-cache", "--dry-run", str(mixed)).out
    fixed = program("fix", "--no-cache", "--yes", "--format", "json", "--output", str(tmp_path / "out"), str(mixed))
    assert json.loads(fixed.out)["passed_over"] == 2


def test_where_all_was_looked_at_nothing_is_said(mixed: Path, program: Program) -> None:
    (mixed / "notes.txt").unlink()
    assert SAID[1] in program("check", "--no-cache", str(mixed)).out
    (mixed / "clips.json").unlink()
    assert "passed over" not in program("check", "--no-cache", str(mixed)).out


def test_a_folder_of_other_files_alone_is_no_pass(mixed: Path, program: Program) -> None:
    for path in mixed.glob("*.*a*"):
        path.unlink()
    done = program("check", "--no-cache", str(mixed))
    assert done.status == 2
    assert "PASS" not in done.out
    assert "no picture, clip or sound found" in done.err


@pytest.mark.parametrize("name", FOREIGN)
def test_a_folder_with_a_medium_that_is_not_read_here_does_not_pass(
    name: str, tmp_path: Path, program: Program
) -> None:
    shutil.copy(MEDIA / name, tmp_path)
    done = program("check", "--no-cache", str(tmp_path))
    assert (done.status, done.out.count("/readable: ")) == (1, 1)


def test_a_program_is_told_too(mixed: Path) -> None:
    report = check(mixed, cache=False)
    assert (report.passed_over, len(report.assets), report.verdict) == (2, 2, "fail")
