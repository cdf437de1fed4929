"""A service and a ledger, opened for a call: the key is shown nowhere, and what an ended run left is told."""

from pathlib import Path

import pytest

from preflight.errors import CallError
from preflight.flow.account import Endpoint, account_of, opened_ledger
from preflight.service.task import Task
from preflight.submission.ledger import Ledger
from preflight.submission.states import Entry
from tests.specimens import PROFILE
from tests.upload.stranger import KEY

URL = "https://api.example.com"


def endpoint(url: str | None) -> Endpoint:
    return Endpoint(key=KEY, base_url=url or "https://usual.example.com", files_url="https://files.example.com")


def test_a_door_shows_where_it_leads_and_not_the_key() -> None:
    assert KEY not in repr(endpoint(URL))
    assert KEY not in str(endpoint(URL))
    assert URL in repr(endpoint(URL))


def test_a_door_with_a_key_that_cannot_be_sent_does_not_open() -> None:
    with pytest.raises(CallError) as refused:
        Endpoint(key="a b\n", base_url=URL, files_url=URL).service()
    assert "a b" not in refused.value.message


def accepted(path: Path) -> Entry:
    with Ledger(path) as ledger:
        entry = ledger.intend(b"{}", base_url=URL, profile="p")
        return ledger.accepted(ledger.sent(entry), Task(id="task-1"))


@pytest.mark.parametrize("which", ["1", "task-1"])
def test_a_task_is_asked_for_where_it_was_submitted(which: str, tmp_path: Path) -> None:
    accepted(tmp_path / "l")
    with account_of(which, PROFILE, tmp_path / "l", endpoint) as (task_id, account):
        assert task_id == "task-1"
        assert account.service.files.origin == "https://files.example.com"
    with account_of(which, PROFILE, tmp_path / "l", lambda url: endpoint(url) if url == URL else pytest.fail(str(url))):
        pass


def test_a_task_that_no_entry_knows_is_asked_for_at_the_usual_place(tmp_path: Path) -> None:
    asked: list[str | None] = []

    def opening(url: str | None) -> Endpoint:
        asked.append(url)
        return endpoint(url)

    with account_of("task-9", PROFILE, tmp_path / "l", opening) as (task_id, _):
        assert (task_id, asked) == ("task-9", [None])


def test_the_number_of_no_entry_opens_nothing(tmp_path: Path) -> None:
    with pytest.raises(CallError), account_of("7", PROFILE, tmp_path / "l", lambda _: pytest.fail("it was opened")):
        pytest.fail("it was opened")


def test_what_an_ended_run_left_is_told_to_whoever_listens_and_else_left(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l") as ledger:
        ledger.sent(ledger.intend(b"{}", base_url=URL, profile="p"))
    with opened_ledger(tmp_path / "l") as ledger:
        assert [entry.state for entry in ledger.entries()] == ["sent"]
    heard: list[Entry] = []
    with opened_ledger(tmp_path / "l", heard.append) as ledger:
        assert [entry.state for entry in heard] == ["unknown"]
    with opened_ledger(tmp_path / "l", heard.append):
        assert len(heard) == 1
