"""An entry of the ledger in one line; what is not paid has no price."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from preflight.cli.entries import found, line, open_ledger, stray_line
from preflight.errors import CallError
from preflight.service.task import Task
from preflight.submission.states import Entry

NOW = dt.datetime(2026, 11, 29, 15, 4, 5, tzinfo=dt.UTC)
ENTRY = Entry(
    number=7,
    idempotency_key="k",
    state="accepted",
    base_url="https://a.example",
    profile="p",
    body=b"{}",
    body_hash="00",
    price=Fraction("135.004"),
    created_at=NOW,
    changed_at=NOW,
    message="",
    task_id="task-1",
    status="",
    progress=None,
    credits_reserved=None,
)


def words(**changes: object) -> str:
    return "".join(part for part, _ in line(msgspec.structs.replace(ENTRY, **changes)))


def test_an_entry_is_told_by_number_state_time_task_and_price() -> None:
    assert words() == "7 accepted 2026-11-29 15:04 UTC, task-1, about 135 credits"
    assert words(task_id=None, price=None) == "7 accepted 2026-11-29 15:04 UTC, no task"


@pytest.mark.parametrize(("state", "priced"), [("refused", False), ("failed", False), ("unknown", True)])
def test_what_is_not_paid_has_no_price(state: str, priced: bool) -> None:
    told = words(state=state, message="no\x1b[2J credits")
    assert ("credits," in told or "about" in told) is priced
    assert "\x1b" not in told
    assert told.startswith(f"7 {state} ")


def test_a_stray_task_is_told_with_what_is_known_of_it() -> None:
    full = Task(id="t-1", status="completed", credits_reserved=Fraction(27, 2), raw={"created": int(NOW.timestamp())})
    assert stray_line(full) == (
        "at the service, in no entry: t-1 (completed, created 2026-11-29 15:04:05 UTC, 13.5 credits)"
    )
    assert stray_line(Task(id="t\n2")).endswith(r"t\n2 (without status, nobody knows when it was created)")


def test_what_is_in_no_ledger_is_a_wrong_call(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger, pytest.raises(CallError, match="no such task or entry"):
        found(ledger, "7")
