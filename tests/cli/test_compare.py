"""`preflight check` with several `--profile`."""

import json
import re
from pathlib import Path

import pytest

from preflight.report import FORMATS
from tests.cli.conftest import FIXTURES, MEDIA, Program
from tests.posix import make_pipe
from tests.specimens import EDITIONS

OLDER, NEWER, FRAMES, WORDS = EDITIONS
OK, LARGE, SOUND = MEDIA / "image-ok.jpeg", MEDIA / "video-1920x1080.mp4", MEDIA / "audio-5s.wav"
BOTH = ("--profile", OLDER, "--profile", NEWER)
SISTERS = ("--profile", FRAMES, "--profile", WORDS)


def untimed(report: str) -> str:
    """Take the time of day out of a report."""
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+", "", report)


def test_files_are_judged_side_by_side_and_the_best_edition_decides(program: Program) -> None:
    ended = program("check", OK, LARGE, *BOTH)
    lines = ended.out.splitlines()
    assert ended.status == 0
    assert lines[0].split(" | ")[1:] == [OLDER, NEWER]
    assert lines[1].split(" | ")[1:] == [f"{'pass':<20}", "pass"]
    assert lines[2].split(" | ")[1:] == [f"{'fail video/pixels':<20}", "pass"]
    assert lines[3] == f"PASS {NEWER} takes everything as it is."
    assert ended.err == ""


def test_where_no_edition_takes_everything_the_status_is_1(program: Program) -> None:
    ended = program("check", OK, LARGE, "--profile", OLDER, "--profile", FRAMES)
    assert ended.status == 1
    assert f"FAIL No edition takes everything as it is; {OLDER} takes 1 of 2 files" in ended.out


def test_what_could_not_be_measured_outranks_what_an_edition_takes(program: Program, tmp_path: Path) -> None:
    make_pipe(tmp_path / "pipe.mp4")
    ended = program("check", OK, tmp_path, *BOTH)
    assert ended.status == 3
    assert "unsure video/unjudged" in ended.out


def test_json_is_one_object_with_a_report_an_edition(program: Program) -> None:
    ended = program("check", LARGE, *BOTH, "--format", "json")
    told = json.loads(ended.out)
    assert ended.status == 0
    assert told["schema"] == "preflight.comparison/1"
    assert [report["profile"] for report in told["reports"]] == [OLDER, NEWER]
    alone = json.loads(program("check", LARGE, "--profile", OLDER, "--format", "json").out)
    assert told["reports"][0] == alone


def test_a_request_file_is_compared_with_its_roles_and_its_set(program: Program) -> None:
    ended = program("check", FIXTURES / "requests" / "first-frame.toml", *SISTERS)
    assert ended.status == 0
    assert "(image 1)" in ended.out
    assert "request/image-count, request/model" in ended.out
    assert f"PASS {FRAMES} takes the request as it is." in ended.out


def test_a_request_by_options_is_compared(program: Program) -> None:
    ended = program("check", "--image", OK, "--prompt", "Image 1 is where it begins.", *BOTH, *SISTERS)
    assert ended.status == 0
    assert f"PASS {OLDER} and {NEWER} and {FRAMES} take the request as it is." in ended.out


def test_a_model_that_none_describes_is_a_wrong_call(program: Program, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('prompt = "x"\nmodel = "seedance-9"\n')
    ended = program("check", "r.toml", *SISTERS)
    assert ended.status == 2
    assert "'seedance-9' is in none of the profiles" in ended.err


def test_names_from_a_list_are_compared(program: Program, tmp_path: Path) -> None:
    (tmp_path / "names").write_text(f"{OK}\n{LARGE}\n")
    ended = program("check", "--from", "names", *BOTH)
    assert ended.status == 0
    assert len(ended.out.splitlines()) == 4


def test_an_empty_folder_was_not_judged_clean(program: Program, tmp_path: Path) -> None:
    assert program("check", tmp_path, *BOTH).status == 2


@pytest.mark.parametrize("format_name", FORMATS)
def test_one_edition_named_twice_is_one(program: Program, format_name: str) -> None:
    once = program("check", OK, LARGE, "--profile", NEWER, "--format", format_name)
    twice = program("check", OK, LARGE, "--profile", NEWER, "--profile", NEWER, "--format", format_name)
    assert (once.status, untimed(once.out)) == (0, untimed(twice.out))


def test_a_variable_or_a_setting_names_one_edition_spaces_and_all(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "an edition of mine.toml"
    path.write_text(f'extends = "{NEWER}"\nname = "mine"\n')
    monkeypatch.setenv("PREFLIGHT_PROFILE", str(path))
    assert "Profile mine," in program("check", LARGE).out
    monkeypatch.delenv("PREFLIGHT_PROFILE")
    assert f"Profile {OLDER}," in program("check", LARGE).out
    (tmp_path / "preflight.toml").write_text(f'profile = "{path.name}"\n')
    assert "Profile mine," in program("check", LARGE).out
    assert f"Profile {OLDER}," in program("check", LARGE, "--profile", OLDER).out


def test_two_editions_of_one_name_cannot_be_told_apart(program: Program, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(f'extends = "{OLDER}"\n[video.duration_s]\nmax = 30\n')
    ended = program("check", OK, "--profile", OLDER, "--profile", "mine.toml")
    assert ended.status == 2
    assert f"two different profiles are called '{OLDER}'" in ended.err


def test_an_edition_that_is_not_there_stops_the_call(program: Program) -> None:
    ended = program("check", OK, "--profile", OLDER, "--profile", "absent")
    assert ended.status == 2
    assert "no profile named 'absent'" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--baseline", "known.json"],
        ["--write-baseline", "known.json"],
        ["--metrics", "m.prom"],
        ["--summary"],
        ["--log-format", "json"],
        ["--format", "junit"],
    ],
)
def test_what_belongs_to_one_edition_is_refused_with_several(
    program: Program, tmp_path: Path, arguments: list[str]
) -> None:
    ended = program("check", OK, *BOTH, *arguments)
    assert ended.status == 2
    assert arguments[0] in ended.err
    assert [path.name for path in tmp_path.iterdir() if path.suffix in (".json", ".prom")] == []


def test_a_format_that_a_setting_names_for_one_edition_is_passed_over(program: Program, tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").write_text('format = "junit"\nmetrics = "m.prom"\n')
    ended = program("check", OK, *BOTH)
    assert ended.status == 0
    assert ended.out.startswith("asset ")
    assert not (tmp_path / "m.prom").exists()


def test_the_policy_counts_in_every_column(program: Program, tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").write_text('[severity]\n"video/pixels" = "warning"\n')
    ended = program("check", LARGE, *BOTH)
    assert ended.status == 0
    assert f"PASS {OLDER} and {NEWER} take everything as it is." in ended.out
    assert ended.err == f"preflight: {OLDER}: 1 finding lowered by policy: video/pixels 1\n"
    assert program("check", LARGE, *BOTH, "--fail-on", "warning").status == 0
    assert program("check", LARGE, "--profile", OLDER, *SISTERS, "--fail-on", "warning").status == 1


def test_beneath_each_row_stands_what_was_found_when_that_is_asked_for(program: Program) -> None:
    ended = program("check", LARGE, *BOTH, "-v")
    assert f"\n  {OLDER}: error video/pixels: 1920 x 1080 = 2,073,600 pixels" in ended.out
    assert "source reference-to-video document" in ended.out


@pytest.mark.parametrize(
    ("ending", "begins"),
    [
        ("txt", "asset "),
        ("json", '{\n  "schema": "preflight.comparison/1"'),
        ("csv", "path,role,kind,profile,verdict,rules\n"),
        ("md", "<!-- preflight comparison -->\n**preflight: pass**: everything as it is is taken by "),
    ],
)
def test_a_comparison_is_written_to_a_file_as_it_is_printed(
    program: Program, tmp_path: Path, ending: str, begins: str
) -> None:
    name, format_name = f"r.{ending}", {"txt": "text", "md": "markdown"}.get(ending, ending)
    program("check", OK, *BOTH, "--output", name)
    ended = program("check", OK, LARGE, *BOTH, "--format", format_name, "--output", name)
    assert ended.status == 0, ended.err
    text = (tmp_path / name).read_text()
    assert text.startswith(begins)
    assert untimed(text) == untimed(ended.out)
    program("check", OK, "--output", f"one.{ending}")
    ended = program("check", OK, LARGE, *BOTH, "--output", f"one.{ending}")
    assert (ended.status, "that may be replaced" in ended.err) == (2, True)


def test_a_comparison_has_no_page(program: Program, tmp_path: Path) -> None:
    ended = program("check", OK, *BOTH, "--output", "r.html")
    assert ended.status == 2
    assert "Endings: .txt, .json, .csv, .md." in ended.err
    assert list(tmp_path.iterdir()) == []
