"""Callbacks end to end on loopback: a real service posts, the program asks it, and the ledger says what is true."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx
import pytest

from preflight.cli.callback import LINES_A_MINUTE, MINUTE_S, LineRateLimit
from preflight.sandbox import Sandbox, running
from preflight.submission.callbacks import ASK_EVERY_S
from preflight.submission.ledger import Ledger
from preflight.submission.states import Entry
from tests.cli.conftest import MEDIA, QUICK, Program

PROGRAM = Path(sys.executable).with_name("preflight")
LOCAL = f'{QUICK}\n[request.callback_url]\nscheme = "http"\n'
"""The default edition, but a callback may go to a plain address of this machine."""

pytestmark = pytest.mark.usefixtures("key")


class Listening:
    """`preflight callback` in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.url = self.line()

    def line(self) -> str:
        return read(self.process.stdout)

    def said(self) -> str:
        return read(self.process.stderr)

    def post(self, body: object) -> int:
        with httpx.Client(trust_env=False) as client:
            return client.post(self.url, json=body).status_code


def read(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().rstrip("\n")


@contextmanager
def listening(*arguments: str) -> Iterator[Listening]:
    command = [str(PROGRAM), "callback", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            listener = Listening(process)
            assert "callbacks are received at http://127.0.0.1:" in listener.said()
            yield listener
        finally:
            if process.poll() is None:
                process.kill()


def submitted(program: Program, folder: Path, sandbox: Sandbox, callback: str | None) -> str:
    """Submit one request, and return its task's id."""
    (folder / "local.toml").write_text(LOCAL)
    lines = ['prompt = "Image 1."', f'images = ["{MEDIA / "image-ok.jpeg"}"]', "duration = 4", 'quality = "480p"']
    lines += [f'callback_url = "{callback}"'] if callback else []
    (folder / "r.toml").write_text("\n".join(lines))
    submit = ("submit", "r.toml", "--yes", "--profile", folder / "local.toml", "--base-url", sandbox.url)
    ended = program(*submit)
    assert ended.status == 0, ended.err
    return sandbox.tasks[-1].id


def entry_of(folder: Path, task_id: str) -> Entry:
    with Ledger(folder / "ledger.sqlite3") as ledger:
        entry = ledger.find(task_id)
    assert entry is not None
    return entry


def test_a_callback_of_the_service_is_asked_about_told_and_written_down(program: Program, tmp_path: Path) -> None:
    with running(run_s=0.3, callback_http=True) as sandbox, listening("--once") as listener:
        task_id = submitted(program, tmp_path, sandbox, listener.url)
        assert listener.line() == f"{task_id}: completed; `preflight task download 1` saves the video"
        assert listener.process.wait(120) == 0
        assert entry_of(tmp_path, task_id).state == "completed"
        give_up = time.monotonic() + 120
        while not sandbox.callbacks and time.monotonic() < give_up:
            time.sleep(0.02)
        assert [(done.attempts, done.delivered) for done in sandbox.callbacks] == [(1, True)]
        asked = [one for one in sandbox.requests if one.path == f"/v1/tasks/{task_id}"]
        assert [one.status for one in asked] == [200]


def test_a_task_that_failed_ends_with_4_and_is_explained(program: Program, tmp_path: Path) -> None:
    code = "image_dimension_mismatch"
    with running(run_s=0.3, callback_http=True, fail_with=code) as sandbox, listening("--once") as listener:
        task_id = submitted(program, tmp_path, sandbox, listener.url)
        assert "the local rule for it is image/side" in listener.line()
        assert listener.process.wait(120) == 4
        said = listener.process.stderr.read() if listener.process.stderr else ""
    assert "`preflight explain image/side`" in said
    assert entry_of(tmp_path, task_id).state == "failed"
    (drift,) = json.loads(program("task", "drift", "--format", "json").out)["drift"]
    assert (drift["rule"], drift["stage"]) == ("image/side", "task")


def test_strangers_forgers_and_repeaters_change_nothing_and_ctrl_c_ends_it(program: Program, tmp_path: Path) -> None:
    with running(run_s=60) as sandbox, listening() as listener:
        task_id = submitted(program, tmp_path, sandbox, None)
        forged = {"id": task_id, "status": "completed", "results": ["https://evil.example.com/x.mp4"]}
        assert listener.post(forged) == 204
        assert "the callback is not believed" in listener.line()
        assert entry_of(tmp_path, task_id).state == "accepted"
        assert listener.post({"id": "task-unified-of-strangers"}) == 204
        assert listener.post({"no": "id"}) == 400
        assert listener.said() == "rejected: a POST that is no task (from 127.0.0.1)"
        assert listener.post({"id": "x", "more": "x" * (1 << 20)}) == 413
        assert "at most 1,048,576" in listener.said()
        assert httpx.get(listener.url, trust_env=False).status_code == 405
        assert listener.said() == "rejected: GET: only POST is answered (from 127.0.0.1)"
        assert listener.line().startswith("task-unified-of-strangers: in no entry of the ledger")
        listener.process.send_signal(signal.SIGINT)
        assert listener.process.wait(120) == 0
        assert listener.said() == "no more callbacks are received"


def test_late_and_twice_is_said_once_each_and_asked_of_nobody(program: Program, tmp_path: Path) -> None:
    with running(run_s=0) as sandbox, listening() as listener:
        task_id = submitted(program, tmp_path, sandbox, None)
        assert program("task", "wait", task_id, "--profile", tmp_path / "local.toml").status == 0
        before = len(sandbox.requests)
        for _ in range(2):
            assert listener.post({"id": task_id, "status": "failed"}) == 204
            assert listener.line() == f"{task_id}: was completed already (entry 1)"
        assert len(sandbox.requests) == before
        listener.process.send_signal(signal.SIGINT)
        assert listener.process.wait(120) == 0


def test_waiting_for_one_and_being_interrupted_is_not_done(tmp_path: Path, program: Program) -> None:  # noqa: ARG001 - the program's ledger
    with listening("--once") as listener:
        listener.process.send_signal(signal.SIGINT)
        assert listener.process.wait(120) == 130


def test_a_port_that_is_taken_ends_with_3(program: Program) -> None:
    with listening() as listener:
        port = listener.url.rstrip("/").rsplit(":", 1)[1]
        ended = program("callback", "--port", port)
    assert ended.status == 3
    assert f"port {port}" in ended.err


def test_without_a_key_nothing_is_listened_for(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVOLINK_API_KEY")
    assert program("callback", "--port", "0").status == 2


def test_a_flood_of_strangers_fills_no_log(capfd: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    sparing = LineRateLimit("rejected", lambda: now[0])
    assert sum(sparing.has_room() for _ in range(1000)) == LINES_A_MINUTE
    now[0] = MINUTE_S
    assert sparing.has_room()
    assert capfd.readouterr().err == f"rejected: {1000 - LINES_A_MINUTE} more in the last minute\n"


def test_a_flood_of_any_kind_fills_no_log_and_a_callback_behind_it_is_heard(program: Program, tmp_path: Path) -> None:
    """Strangers' methods, strangers' ids, and the id of a task that is known, over and over."""
    with running(run_s=60) as sandbox, listening() as listener, httpx.Client(trust_env=False) as client:
        task_id = submitted(program, tmp_path, sandbox, None)
        before = len(sandbox.requests)
        begun = time.monotonic()
        for number in range(120):
            assert client.get(f"{listener.url}{number}").status_code == 405
            assert client.post(listener.url, json={"id": f"task-of-strangers-{number}"}).status_code in (204, 503)
            assert client.post(listener.url, json={"id": task_id}).status_code in (204, 503)
        asked = len(sandbox.requests) - before
        assert asked <= 2 + (time.monotonic() - begun) / ASK_EVERY_S
        while listener.post({"id": task_id}) != 204:
            assert time.monotonic() - begun < 180
            time.sleep(0.1)
        listener.process.send_signal(signal.SIGINT)
        out, err = listener.process.communicate(timeout=120)
    assert listener.process.returncode == 0
    assert len(out.splitlines()) <= 3 * LINES_A_MINUTE
    assert len(err.splitlines()) <= LINES_A_MINUTE + 1
