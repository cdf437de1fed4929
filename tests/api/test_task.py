"""Tasks that a program waits for."""

from collections.abc import Callable
from pathlib import Path

import pytest

import preflight
from preflight.sandbox import Sandbox, running
from tests.api.conftest import KEY, a_request, entries


def test_a_task_that_fails_says_so_and_is_not_charged(ledger: Path) -> None:
    with running(run_s=0, fail_with="content_policy_violation") as strict:
        sent = preflight.submit(a_request(), key=KEY, base_url=strict.url, ledger=ledger)
        with pytest.raises(preflight.TaskFailed, match="content_policy_violation") as raised:
            preflight.wait(sent.task_id, key=KEY, ledger=ledger, poll_s=0.1)
        assert strict.credits_left == 10_000
    assert (raised.value.code, [entry.state for entry in entries(ledger)]) == ("content_policy_violation", ["failed"])


def test_a_task_may_be_asked_for_once(ledger: Path) -> None:
    with running(run_s=60) as slow:
        sent = preflight.submit(a_request(), key=KEY, base_url=slow.url, ledger=ledger)
        with pytest.raises(preflight.NotDone, match="it goes on"):
            preflight.wait(sent.task_id, key=KEY, ledger=ledger, limit_s=0)
        assert slow.calls["task"] == 1


def test_a_task_of_another_program_is_waited_for_where_it_is(
    send: Callable[..., preflight.Submitted], sandbox: Sandbox, tmp_path: Path
) -> None:
    sent = send(a_request())
    task = preflight.wait(sent.task_id, key=KEY, base_url=sandbox.url, ledger=tmp_path / "other.sqlite3", poll_s=0.1)
    assert task.results
    with pytest.raises(preflight.Refused):
        preflight.wait("task-unified-0-none", key=KEY, base_url=sandbox.url, ledger=tmp_path / "other.sqlite3")
    with pytest.raises(preflight.CallError, match="not a task id"):
        preflight.wait("../credits", key=KEY, base_url=sandbox.url, ledger=tmp_path / "other.sqlite3")
