import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from preflight.ledger import Ledger
from preflight.sandbox import Sandbox, running
from tests.cli.conftest import MEDIA, Program

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
            _, said = child.communicate(timeout=20)
        assert child.returncode == 130
        assert f"`preflight task wait {slow.tasks[0].id}` returns to it" in said.decode()


def test_what_is_in_no_ledger_is_a_wrong_call(program: Program) -> None:
    ended = program("task", "show", "7")
    assert ended.status == 2
    assert "no such task or entry" in ended.err


@pytest.fixture
def lost(submitted: str, tmp_path: Path, sandbox: Sandbox) -> str:
    """Forget the task that the service made: its answer never came."""
    (tmp_path / "ledger.sqlite3").unlink()
    lose(tmp_path, sandbox.url, ago_s=601)
    return submitted


def lose(folder: Path, url: str, *, ago_s: float) -> None:
    """Write down a submission whose answer was lost some time ago."""
    with Ledger(folder / "ledger.sqlite3", clock=lambda: time.time() - ago_s) as ledger:
        entry = ledger.intend(b"{}", base_url=url, profile="p")
        ledger.unknown(ledger.sent(entry), "no answer came")


def test_a_lost_answer_is_found_again_by_a_person_s_word(program: Program, lost: str, sandbox: Sandbox) -> None:
    ended = program("task", "reconcile", "--base-url", sandbox.url)
    assert "1 unknown" in ended.out
    assert f"at the service, in no entry: {lost}" in ended.out
    assert program("task", "wait", "1").status == 2
    assert program("task", "reconcile", "--adopt", f"1={lost}", "--base-url", sandbox.url).status == 0
    assert "every submission is accounted for" in program("task", "reconcile", "--base-url", sandbox.url).out
    assert program("task", "wait", "1").status == 0


@pytest.mark.usefixtures("lost")
def test_a_submission_that_never_arrived_can_be_said_to_be_gone(program: Program) -> None:
    ended = program("task", "reconcile", "--gone", "1")
    assert (ended.status, ended.out) == (0, "Entry 1 is refused: the request may be sent again.\n")
    assert "1 refused" in program("task", "list").out
    assert program("task", "reconcile", "--gone", "1").status == 0


def test_what_was_lost_a_moment_ago_cannot_be_said_to_be_gone_yet(program: Program, tmp_path: Path) -> None:
    lose(tmp_path, "https://api.example.com", ago_s=60)
    ended = program("task", "reconcile", "--gone", "1")
    assert (ended.status, ended.out) == (3, "")
    assert "the service may still make a task of it" in ended.err
    assert "1 unknown" in program("task", "list").out


def test_what_became_a_task_cannot_be_said_to_be_gone(program: Program, submitted: str) -> None:
    ended = program("task", "reconcile", "--gone", "1")
    assert ended.status == 3
    assert "is accepted, and cannot become refused" in ended.err
    assert submitted in program("task", "list").out
