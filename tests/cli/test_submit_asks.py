"""What `submit` asks and in which order, a request said by its parts, and one JSON object for a program."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from preflight.report.json import dump
from preflight.report.schemas import schema_of
from preflight.sandbox import Sandbox, running
from tests.cli.conftest import MEDIA, Ended, Program
from tests.cli.test_commands import read_all, until_asked
from tests.posix import terminal

OK, GIF, CLIP = (str(MEDIA / name) for name in ("image-ok.jpeg", "image-gif.gif", "video-5s.mp4"))
PARTS = ("--image", OK, "--prompt", "Image 1 sets the palette.")
PROGRAM = Path(sys.executable).with_name("preflight")

pytestmark = pytest.mark.usefixtures("quick", "key")


def told(ended: Ended, schema: str = "submit") -> Any:  # noqa: ANN401 - any JSON
    """Read the one object on stdout, and hold it to its published schema."""
    found = json.loads(ended.out)
    jsonschema.validate(found, json.loads(dump(schema_of(schema))))
    return found


def test_a_request_said_by_its_parts_is_sent_without_a_file(program: Program, sandbox: Sandbox) -> None:
    ended = program("submit", *PARTS, "--yes", "--base-url", sandbox.url, "--format", "json", "--download", "videos")
    found = told(ended)
    assert (ended.status, found["outcome"], found["entry"]) == (0, "completed", 1)
    assert found["task_id"] == sandbox.tasks[0].id
    assert found["price"] > 0
    assert [Path(path).is_file() for path in found["results"]] == [True]
    shown = told(program("task", "show", "1", "--format", "json"), "task")
    assert (shown["outcome"], shown["entry"], shown["task_id"]) == ("downloaded", 1, found["task_id"])
    assert [Path(path).name for path in shown["results"]] == [Path(path).name for path in found["results"]]
    assert told(program("task", "list", "--format", "json"), "tasks")["entries"][0]["entry"] == 1


def test_the_same_request_is_said_before_its_price_and_any_question(program: Program, sandbox: Sandbox) -> None:
    send = ("submit", *PARTS, "--base-url", sandbox.url)
    assert told(program(*send, "--yes", "--format", "json"))["outcome"] == "submitted"
    calls = len(sandbox.requests)
    ended = program(*send)  # nobody is there to be asked, and nobody has to be
    assert ended.status == 2
    assert "the same request was sent on" in ended.err
    assert "nobody to ask" not in ended.err
    assert "Price:" not in ended.out
    assert len(sandbox.requests) == calls
    found = told(program(*send, "--format", "json"))
    assert (found["outcome"], found["entry"], found["task_id"]) == ("duplicate", 1, sandbox.tasks[0].id)
    assert told(program(*send, "--yes", "--again", "--format", "json"))["entry"] == 2


def test_the_same_request_is_said_first_also_where_its_files_were_fixed(program: Program, sandbox: Sandbox) -> None:
    send = ("submit", "--image", GIF, "--prompt", "Image 1.", "--base-url", sandbox.url, "--format", "json")
    assert told(program(*send, "--yes"))["outcome"] == "submitted"
    ended = program(*send)
    assert (ended.status, told(ended)["outcome"]) == (2, "duplicate")
    assert "Write 1 new file" not in ended.err


def test_a_task_waited_for_or_downloaded_is_told_as_json(program: Program, sandbox: Sandbox) -> None:
    program("submit", *PARTS, "--yes", "--base-url", sandbox.url)
    waited = told(program("task", "wait", "1", "--format", "json"), "task")
    assert (waited["outcome"], waited["results"]) == ("completed", [])
    saved = told(program("task", "download", "1", "videos", "--format", "json"), "task")
    assert (saved["outcome"], len(saved["results"])) == ("downloaded", 1)


@pytest.mark.parametrize(
    ("parts", "status", "outcome"),
    [
        (("--image", str(MEDIA / "image-truncated.jpg"), "--prompt", "Image 1."), None, "unclean"),
        ((*PARTS, "--max-credits", "1"), 2, "stopped"),
    ],
)
def test_what_is_not_sent_is_told_as_json_with_the_same_exit_status(
    program: Program, sandbox: Sandbox, parts: tuple[str, ...], status: int | None, outcome: str
) -> None:
    ended = program("submit", *parts, "--yes", "--base-url", sandbox.url, "--format", "json")
    found = told(ended)
    assert (found["outcome"], found["task_id"], found["entry"]) == (outcome, None, None)
    assert ended.status == status or (status is None and ended.status in (1, 3))
    assert found["message"]
    assert sandbox.tasks == []


def test_a_task_that_fails_is_told_as_json(program: Program) -> None:
    with running(run_s=0, fail_with="content_policy_violation") as strict:
        ended = program("submit", *PARTS, "--yes", "--wait", "--base-url", strict.url, "--format", "json")
    assert (ended.status, told(ended)["outcome"], told(ended)["entry"]) == (4, "failed", 1)


def test_a_submission_takes_the_choices_of_a_fix(program: Program, sandbox: Sandbox) -> None:
    choices = ("--keep", "video-5s.mp4=1-4", "--output", "ready")
    parts = ("--video", CLIP, "--prompt", "Video 1.")
    assert "video 1 is cut to 1-4 s first" in program("submit", *parts, *choices, "--dry-run").err
    ended = program("submit", *parts, *choices, "--yes", "--base-url", sandbox.url)
    assert ended.status == 0
    assert "keep 1 to 4 s" in ended.out
    assert len(sandbox.tasks) == 1


@pytest.mark.parametrize("call", [(), ("request.toml", *PARTS)])
def test_neither_or_both_of_file_and_parts_is_a_wrong_call(program: Program, call: tuple[str, ...]) -> None:
    ended = program("submit", *call, "--dry-run")
    assert ended.status == 2
    assert "REQUEST.TOML" in ended.err


def test_all_is_asked_before_anything_is_encoded(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:  # noqa: ARG001 - its ledger and key
    theirs, ours = terminal()
    command = [str(PROGRAM), "submit", "--image", GIF, "--prompt", "Image 1.", "--base-url", sandbox.url]
    with subprocess.Popen(command, stdin=ours, stdout=ours, stderr=ours, cwd=tmp_path) as child:
        os.close(ours)
        asked = until_asked(theirs)
        os.write(theirs, b"a")
        asked += until_asked(theirs)
        assert not (tmp_path / "preflight-fixed").exists()
        os.write(theirs, b"n")
        asked += read_all(theirs)
        assert child.wait(120) == 1
    assert b"Price: about" in asked
    assert not (tmp_path / "preflight-fixed").exists()
    assert sandbox.tasks == []


def test_what_nobody_has_chosen_is_asked_first(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:  # noqa: ARG001 - its ledger and key
    theirs, ours = terminal()
    clip = str(MEDIA / "video-1.8s.mp4")
    command = [str(PROGRAM), "submit", "--video", clip, "--prompt", "Video 1.", "--base-url", sandbox.url]
    with subprocess.Popen(command, stdin=ours, stdout=ours, stderr=ours, cwd=tmp_path) as child:
        os.close(ours)
        assert b"Make it longer by [l] loop" in until_asked(theirs)
        os.write(theirs, b"f")
        assert b"Write 1 new file" in until_asked(theirs)
        os.write(theirs, b"n")
        read_all(theirs)
        assert child.wait(120) == 1
    assert not (tmp_path / "preflight-fixed").exists()
