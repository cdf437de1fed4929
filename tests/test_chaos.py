"""The chaos run in small, and that it would notice what it looks for."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from preflight.sandbox import Fault, Faults, Sandbox, running
from preflight.service.client import Service
from preflight.service.task import Task
from preflight.submission.ledger import Ledger
from preflight.submission.states import Entry
from scripts import chaos
from scripts.chaos_laws import broken_laws
from scripts.chaos_run import LONGEST_DELAY_S, SETTLES_S, Ran, make_plan, tally
from tests.upload.stranger import KEY

SEED, NUMBERS = 11, (8, 11, 16, 28)
"""Two of them have three kills each, so that one comes however fast the machine is; one submits twice at once.

The script runs 1,000."""
JOBS = 3
BODY = b'{"model":"seedance-2.0-reference-to-video","prompt":"A rider.","duration":4,"quality":"480p"}'


def test_four_runs_break_no_law() -> None:
    with ThreadPoolExecutor(JOBS) as pool:
        runs = [*pool.map(partial(chaos.one_run, SEED), NUMBERS)]
    assert [(ran.seed, ran.number, ran.violations) for ran in runs if ran.violations] == []
    counts = tally(runs)
    assert counts["runs ended"]["downloaded"] >= len(NUMBERS) / 2
    assert sum(counts["faults met"].values()) > len(NUMBERS)
    assert any(command.status == -9 for ran in runs for command in ran.commands)


def test_a_seed_and_a_number_draw_the_same_plan_again() -> None:
    assert [make_plan(3, number)[0] for number in range(50)] == [make_plan(3, number)[0] for number in range(50)]
    assert make_plan(3, 1)[0] != make_plan(4, 1)[0]


def test_a_third_of_the_runs_is_killed_and_some_submit_twice_at_once() -> None:
    plans = [make_plan(1, number)[0] for number in range(600)]
    assert 150 < sum(plan.kills > 0 for plan in plans) < 250
    assert 30 < sum(plan.at_once > 1 for plan in plans) < 90
    assert {plan.settings["replays"] for plan in plans} == {True, False}


def test_no_delay_outlasts_the_wait_after_a_kill() -> None:
    delays = [fault.seconds for number in range(200) for fault in make_plan(2, number)[0].faults.faults]
    assert max(delays) <= LONGEST_DELAY_S < SETTLES_S


# ---- what the laws notice --------------------------------------------------------------------------------------------


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running(run_s=60, replays=False) as sandbox:
        yield sandbox


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        yield ledger


def sent(sandbox: Sandbox, ledger: Ledger, key: str = "") -> tuple[Entry, Task]:
    entry = ledger.sent(ledger.intend(BODY, base_url=sandbox.url, profile="p"))
    with Service(sandbox.url, KEY) as service:
        return entry, service.submit(BODY, key or entry.idempotency_key)


def laws(sandbox: Sandbox, folder: Path) -> str:
    return "\n".join(broken_laws(sandbox, folder))


def test_a_double_payment_is_noticed(sandbox: Sandbox, ledger: Ledger, tmp_path: Path) -> None:
    for _ in range(2):
        ledger.accepted(*sent(sandbox, ledger))
    assert "paid 2 times" in laws(sandbox, tmp_path)


def test_a_call_that_was_repeated_is_noticed(sandbox: Sandbox, ledger: Ledger, tmp_path: Path) -> None:
    entry, task = sent(sandbox, ledger)
    ledger.accepted(entry, task)
    sent(sandbox, ledger, entry.idempotency_key)
    assert f"sent 2 times under the key {entry.idempotency_key}" in laws(sandbox, tmp_path)


def test_a_lost_task_is_noticed(sandbox: Sandbox, ledger: Ledger, tmp_path: Path) -> None:
    entry, task = sent(sandbox, ledger)
    ledger.refused(entry, "so it seemed")
    said = laws(sandbox, tmp_path)
    assert f"task {task.id} is in no entry: it is lost" in said
    assert f"entry 1 is refused, and the service made {task.id} of it" in said


def test_what_is_not_settled_is_noticed(sandbox: Sandbox, ledger: Ledger, tmp_path: Path) -> None:
    ledger.accepted(*sent(sandbox, ledger))
    assert laws(sandbox, tmp_path) == "entry 1 is accepted at the end"


def test_a_state_that_the_service_does_not_share_is_noticed(sandbox: Sandbox, ledger: Ledger, tmp_path: Path) -> None:
    _, task = sent(sandbox, ledger)
    entry = ledger.accepted(*sent(sandbox, ledger))
    assert entry.task_id is not None
    ledger.finished(Task(id=entry.task_id, status="failed"))
    said = laws(sandbox, tmp_path)
    assert "entry 2 is failed, and its task is pending" in said
    assert f"task {task.id} is in no entry" in said


def test_a_task_under_another_entry_is_noticed(sandbox: Sandbox, ledger: Ledger, tmp_path: Path) -> None:
    (first, one), (second, two) = sent(sandbox, ledger), sent(sandbox, ledger)
    ledger.accepted(first, two)
    ledger.accepted(second, one)
    assert f"entry 1 is accepted and called {two.id}, and the service made {one.id} of it" in laws(sandbox, tmp_path)


def test_a_film_that_is_not_on_the_disk_is_noticed(ledger: Ledger, tmp_path: Path) -> None:
    with running(run_s=0) as sandbox:
        entry, task = sent(sandbox, ledger)
        entry = ledger.accepted(entry, task)
        with Service(sandbox.url, KEY) as service:
            ledger.finished(service.wait(task.id, poll_s=0.01, limit_s=30))
        (tmp_path / "half.mp4").write_bytes(b"half")
        ledger.downloaded(entry, tmp_path / "half.mp4")
        assert laws(sandbox, tmp_path) == "entry 1 is downloaded, but none of 1 files is its film"
        film = sandbox.tasks[0].result
        assert film is not None
        (tmp_path / "half.mp4").write_bytes(film.read_bytes())
        assert laws(sandbox, tmp_path) == ""


def test_a_run_that_never_ends_is_noticed_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(seed=1, number=2, end="never ended", violations=("it never ended",), commands=(), met={}, seconds=1.0)
    assert chaos.tell(ran) == 1
    assert chaos.summary([ran], 1.0) == 1
    assert "--replay 1:2" in capsys.readouterr().out


def test_the_script_can_repeat_one_run() -> None:
    command = [sys.executable, chaos.__file__, "--replay", f"{SEED}:19"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"--replay {SEED}:19 ended: " in done.stdout


def test_a_plan_is_kept_by_the_sandbox() -> None:
    faults = Faults(5, (Fault("create", "500"),))
    with running(faults=faults) as sandbox:
        assert sandbox.settings.faults == faults
