import json
import re
import signal
import subprocess
import sys
import time
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import pytest

from preflight import __version__
from preflight.sandbox import Sandbox, running
from preflight.submission.ledger import Ledger
from tests.cli.conftest import MEDIA, Program
from tests.upload.stranger import closed_url

pytestmark = pytest.mark.usefixtures("quick", "key")


@pytest.fixture
def submitted(program: Program, sandbox: Sandbox, tmp_path: Path, key: str) -> str:  # noqa: ARG001 - a key has to be set
    image = MEDIA / "image-ok.jpeg"
    (tmp_path / "r.toml").write_text(f'prompt = "Image 1."\nimages = ["{image}"]\nduration = 4\nquality = "480p"\n')
    assert program("submit", "r.toml", "--yes", "--base-url", sandbox.url).status == 0
    return sandbox.tasks[0].id


def test_an_empty_ledger_is_said_to_be_empty(program: Program) -> None:
    ended = program("task", "list")
    assert (ended.status, ended.out) == (0, "")
    assert "nothing was submitted yet" in ended.err


def test_list_and_show_tell_what_was_sent(program: Program, submitted: str) -> None:
    assert "1 accepted" in program("task", "list").out
    shown = program("task", "show", "1").out
    assert submitted in shown
    assert "image 1: " in shown
    assert '"prompt":"Image 1."' in shown


def test_wait_and_download_go_on_where_another_run_stopped(program: Program, submitted: str, tmp_path: Path) -> None:
    ended = program("task", "wait", "1")
    assert ended.status == 0
    assert "is completed" in ended.out
    ended = program("task", "download", submitted, "videos")
    assert ended.status == 0
    assert "4 s" in ended.out
    assert [path.suffix for path in (tmp_path / "videos").iterdir()] == [".mp4"]
    assert "1 downloaded" in program("task", "list").out


def test_ctrl_c_while_waiting_leaves_the_task_running_and_says_how_to_return(program: Program, tmp_path: Path) -> None:
    with running(run_s=60) as slow:
        image = MEDIA / "image-ok.jpeg"
        (tmp_path / "r.toml").write_text(f'prompt = "Image 1."\nimages = ["{image}"]\n')
        assert program("submit", "r.toml", "--yes", "--base-url", slow.url).status == 0
        command = [str(Path(sys.executable).with_name("preflight")), "task", "wait", "1"]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as child:
            while not any("/v1/tasks/" in request.path for request in slow.requests):
                time.sleep(0.05)
            child.send_signal(signal.SIGINT)
            _, said = child.communicate(timeout=120)
        assert child.returncode == 130
        assert f"`preflight task wait {slow.tasks[0].id}` returns to it" in said.decode()


def test_what_is_in_no_ledger_is_a_wrong_call(program: Program) -> None:
    ended = program("task", "show", "7")
    assert ended.status == 2
    assert "no such task or entry" in ended.err


@pytest.mark.usefixtures("submitted")
def test_a_repeat_that_was_refused_here_is_not_in_the_list(program: Program, sandbox: Sandbox) -> None:
    ended = program("submit", "r.toml", "--yes", "--base-url", sandbox.url)
    assert (ended.status, "--again" in ended.err) == (2, True)
    assert [words.split()[1] for words in program("task", "list").out.splitlines()] == ["accepted"]
    assert len(sandbox.tasks) == 1


def test_of_what_was_not_paid_no_price_is_listed(program: Program, tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        ledger.refused(ledger.intend(b"{}", base_url="http://x", profile="p", price=Fraction(57)), "said no")
        ledger.unknown(ledger.intend(b"[]", base_url="http://x", profile="p", price=Fraction(58)), "lost")
    lines = program("task", "list").out.splitlines()
    assert ["credits" in words for words in lines] == [True, False]


# ---- as JSON ---------------------------------------------------------------------------------------------------------


def test_list_and_show_are_told_as_json(program: Program, submitted: str, sandbox: Sandbox) -> None:
    listed = json.loads(program("task", "list", "--format", "json").out)
    assert (listed["schema"], listed["preflight"]) == ("preflight.tasks/1", __version__)
    (entry,) = listed["entries"]
    assert (entry["number"], entry["state"], entry["task_id"]) == (1, "accepted", submitted)
    assert entry["base_url"] == sandbox.url
    assert entry["price"] == entry["credits_reserved"]
    assert datetime.fromisoformat(entry["created_at"]).tzinfo is not None
    shown = json.loads(program("task", "show", submitted, "--format", "json").out)
    assert shown["schema"] == "preflight.task/1"
    assert {name: shown[name] for name in entry} == entry
    assert [asset["role"] for asset in shown["assets"]] == ["image 1"]
    assert shown["body"]["prompt"] == "Image 1."


def test_an_empty_ledger_is_an_empty_list(program: Program) -> None:
    assert json.loads(program("task", "list", "--format", "json").out)["entries"] == []


def test_of_signed_links_json_shows_no_signature_and_no_key(program: Program, tmp_path: Path, key: str) -> None:
    link = "https://me:word@cdn.example/a.png?X-Signature=s3cr3t#s3cr3t"
    body = json.dumps({"prompt": f'See "{link}" and \\ more.', "image_urls": [link], link: 1}).encode()
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        asset = ("image 1", link, None, link)
        entry = ledger.intend(body, base_url="http://x", profile="p", assets=[asset])
        ledger.unknown(entry, f"lost at {link}")
        ledger.intend(b"\xff not JSON, " + link.encode(), base_url="http://x", profile="p")
    for asked in (("list",), ("show", "1"), ("show", "2")):
        out = program("task", *asked, "--format", "json").out
        assert json.loads(out)
        for secret in ("s3cr3t", "word@", key):
            assert secret not in out
    body_shown = json.loads(program("task", "show", "1", "--format", "json").out)["body"]
    assert body_shown["image_urls"] == ["https://cdn.example/a.png?..."]


# ---- what is in no ledger --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["wait", "download"])
def test_the_number_of_no_entry_is_a_wrong_call_at_once(
    program: Program, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EVOLINK_API_KEY")
    ended = program("task", command, "99", "--base-url", closed_url())
    assert (ended.status, ended.out) == (2, "")
    assert "99: no such entry in the ledger" in ended.err


def test_a_task_that_no_ledger_knows_is_asked_of_the_service(
    program: Program, submitted: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    elsewhere = ("--ledger", tmp_path / "other.sqlite3", "--base-url", sandbox.url)
    assert program("task", "download", submitted, "videos", *elsewhere).status == 0
    ended = program("task", "wait", "nonsense", *elsewhere)
    assert (ended.status, "HTTP 404" in ended.err) == (4, True)
    assert "trying again" not in ended.err


def test_a_download_with_nobody_there_ends_soon(program: Program) -> None:
    began = time.monotonic()
    ended = program("task", "download", "nonsense", "--base-url", closed_url())
    assert (ended.status, "no connection" in ended.err) == (3, True)
    assert time.monotonic() - began < 120


def test_a_wait_with_nobody_there_says_until_when_it_tries_once_and_stops_then(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = (tmp_path / "quick.toml").read_text() + "wait_s = 3\n"
    (tmp_path / "short.toml").write_text(patient)
    monkeypatch.setenv("PREFLIGHT_PROFILE", str(tmp_path / "short.toml"))
    ended = program("task", "wait", "nonsense", "--base-url", closed_url())
    assert ended.status == 3
    assert len(re.findall(r"no connection .*: trying again until \d\d:\d\d:\d\d UTC", ended.err)) == 1
    assert "not over after 3 s" in ended.err
