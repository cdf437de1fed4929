"""Names of files that stand in lists."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.cli.library import OK

PROGRAM = Path(sys.executable).with_name("preflight")


# ---- lists ----------------------------------------------------------------------------------------------------------


def test_names_come_from_standard_input(library: Path) -> None:
    awkward = library / "a\nb \udcff.jpeg"
    awkward.write_bytes(OK.read_bytes())
    listed = b"\0".join(map(os.fsencode, sorted(library.iterdir())))
    ended = subprocess.run([PROGRAM, "check", "--from0", "-"], input=listed, capture_output=True, check=False)
    assert ended.returncode == 1
    assert b"FAIL 3 files" in ended.stdout
    ended = subprocess.run(
        [PROGRAM, "check", "--from", "-"], input=bytes(OK) + b"\r\n\n", capture_output=True, check=False
    )
    assert (ended.returncode, b"PASS 1 file" in ended.stdout) == (0, True)


def test_lists_and_paths_are_checked_together(program: Program, library: Path, tmp_path: Path) -> None:
    (tmp_path / "names").write_text(f"{OK}\n")
    (tmp_path / "list.csv").write_text("path\nfootage/ok.jpeg\n")
    ended = program("check", library, "--from", "names", "--manifest", "list.csv")
    assert "FAIL 4 files" in ended.out


def test_a_manifest_gives_roles_and_its_paths_start_from_it(program: Program, library: Path) -> None:
    (library / "list.jsonl").write_text(
        '{"path": "ok.jpeg", "kind": "video"}\n{"path": "ok.jpeg", "role": "image 7"}\n'
    )
    ended = program("check", "--manifest", library / "list.jsonl", "--format", "json")
    assert ended.status == 1
    assert [(asset["role"], asset["verdict"]) for asset in json.loads(ended.out)["assets"]] == [
        ("video 1", "fail"),
        ("image 7", "pass"),
    ]


def test_what_a_list_names_and_is_not_there_could_not_be_judged(program: Program, library: Path) -> None:
    (library / "list.csv").write_text("path\nok.jpeg\nabsent.mp4\nlegacy\n")
    ended = program("check", "--manifest", library / "list.csv")
    assert ended.status == 3
    assert "absent.mp4: error video/unjudged: cannot be read: No such file or directory" in ended.out
    assert "UNSURE 3 files: 1 pass, 0 fail, 2 unsure" in ended.out


def test_one_line_of_a_list_that_cannot_be_read_costs_that_line_and_not_the_run(
    program: Program, library: Path, tmp_path: Path
) -> None:
    (library / "list.csv").write_text("path,kind\nhttp://[::1/a.mov,\nok.jpeg,image\nok.jpeg,film\n")
    ended = program("check", "--manifest", library / "list.csv", "--format", "json")
    assert ended.status == 3
    first, good, last = json.loads(ended.out)["assets"]
    assert [one["verdict"] for one in (first, good, last)] == ["unsure", "pass", "unsure"]
    assert [one["findings"][0]["rule"] for one in (first, last)] == ["video/unjudged", "image/unjudged"]
    assert "list.csv:2: path: 'http://[::1/a.mov' is no address" in first["findings"][0]["message"]
    (tmp_path / "names").write_bytes(b"%b\na\0b\n%b\n" % (bytes(OK), bytes(OK)))
    ended = program("check", "--from", "names")
    assert ended.status == 3
    assert "--from:2: error unknown/unjudged: --from:2: holds NUL bytes" in ended.out
    assert "UNSURE 3 files: 2 pass, 0 fail, 1 unsure" in ended.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from0", "absent"), "No such file"),
        (("--manifest", "absent.csv"), "No such file"),
        (("--from", "empty"), "no picture, clip or sound found"),
        (("--from", "empty", "--image", "empty", "--prompt", "x"), "a request is judged alone"),
        (("--from", "empty", "absent.mp4"), "absent.mp4: No such file"),
    ],
)
def test_a_list_that_cannot_be_used_ends_with_2(
    program: Program, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "empty").touch()
    ended = program("check", *arguments)
    assert ended.status == 2
    assert said in ended.err
