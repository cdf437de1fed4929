"""`preflight serve` as it is started: its first line, how it is killed, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from preflight.sandbox import Sandbox, running
from tests.specimens import MEDIA

PROGRAM = (sys.executable, "-m", "preflight", "serve")
KEY = {"Authorization": "Bearer sk-a-key"}
BODY = {
    "model": "seedance-2.0-reference-to-video",
    "prompt": "Video 1 sets the pace.",
    "duration": 4,
    "quality": "480p",
    "video_urls": [f"file://{MEDIA / 'video-20s.mp4'}"],
}
LIMIT_S = 90


@contextmanager
def served(sandbox: Sandbox, folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """Start a gateway and give it with a program that asks it."""
    words = ("--port", "0", "--base-url", sandbox.url, "--ledger", str(folder / "ledger.sqlite3"), *more)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with (
        (folder / "log").open("ab") as log,
        subprocess.Popen([*PROGRAM, *words], env=env, stdout=subprocess.PIPE, stderr=log, text=True) as program,
    ):
        assert program.stdout
        url = program.stdout.readline().strip()
        try:
            with httpx.Client(base_url=url, headers=KEY, timeout=60, trust_env=False) as client:
                yield program, client
        finally:
            program.kill()


def ended(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    there = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **(env or {})}
    return subprocess.run([*PROGRAM, *arguments], env=there, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running(run_s=0) as service:
        yield service


def test_a_job_survives_kills_and_is_paid_for_once(sandbox: Sandbox, tmp_path: Path) -> None:
    more = ("--on-fail", "fix", "--root", str(MEDIA))
    with served(sandbox, tmp_path, *more) as (program, client):
        answer = client.post("/v1/videos/generations", json=BODY)
        assert answer.status_code == 200, answer.text
        task = answer.json()["id"]
        program.kill()
    with served(sandbox, tmp_path, *more) as (program, client):
        again = client.post("/v1/videos/generations", json=BODY)
        assert (again.json()["id"], again.headers["idempotency-replayed"]) == (task, "true")
        give_up = time.monotonic() + LIMIT_S
        while (told := client.get(f"/v1/tasks/{task}").json())["status"] != "completed":
            assert (told["status"] in ("pending", "processing"), time.monotonic() < give_up) == (True, True), told
            time.sleep(0.1)
        program.send_signal(signal.SIGTERM)
        assert program.wait(120) == 0
    assert (len(sandbox.tasks), sandbox.calls["create"]) == (1, 1)
    assert b"sk-a-key" not in (tmp_path / "log").read_bytes()
    assert sorted(path.name for path in (tmp_path / "ledger.sqlite3-gateway").iterdir()) == [
        "contents",
        "fixed",
        "lock",
    ]


def test_a_signal_lets_what_is_in_work_be_answered(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from preflight.sandbox import Fault, Faults

    held = Faults(0, (Fault("create", "delay-after", seconds=1.5),))
    with running(run_s=0, faults=held) as slow, served(slow, tmp_path, "--root", str(MEDIA)) as (program, client):
        sent = {**BODY, "video_urls": [f"file://{MEDIA / 'video-854x480.mp4'}"]}
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(client.post, "/v1/videos/generations", json=sent)
            give_up = time.monotonic() + LIMIT_S
            while not slow.calls["create"] and time.monotonic() < give_up:
                time.sleep(0.02)
            program.send_signal(signal.SIGTERM)
            assert answer.result().json()["id"] == slow.tasks[0].id
        assert program.wait(120) == 0


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--host", "0.0.0.0"), 2, "--token-file"),  # noqa: S104 - exactly what must be refused
        (("--root", "nowhere"), 2, "no such folder"),
        (("--token-file", "nowhere"), 3, "cannot be read"),
        (("--base-url", "http://example.com"), 2, "in the open"),
        (("--keep", "a.mp4=1-2"), 2, "--keep"),
        (("--key-from-env",), 2, "EVOLINK_API_KEY"),
    ],
)
def test_what_cannot_be_served_is_said_at_once(arguments: tuple[str, ...], status: int, words: str) -> None:
    done = ended("--port", "0", *arguments, env={"EVOLINK_API_KEY": ""})
    assert (done.returncode, words in done.stderr) == (status, True), done.stderr


def test_tokens_are_secrets(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("# mine\nshort\n")
    done = ended("--token-file", str(tmp_path / "tokens"))
    assert (done.returncode, "short" in done.stderr, "at least 16" in done.stderr) == (2, False, True)
