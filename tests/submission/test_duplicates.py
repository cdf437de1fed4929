"""A request that was sent before is refused: of several the most doubtful counts, and a refused one forbids nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.errors import CallError, OutcomeUnknown, PreflightError
from preflight.service.task import Task
from preflight.submission.duplicates import Duplicate, DuplicateUnknown, refuse_duplicates, refuse_unsettled
from preflight.submission.ledger import Ledger, hash_body
from preflight.submission.states import Entry, State
from preflight.values.remedy import Remedy

BODY, URL = b'{"prompt":"A rider."}', "https://api.example.com"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        yield ledger


def entry(ledger: Ledger, state: State, body: bytes = BODY) -> Entry:
    found = ledger.intend(body, base_url=URL, profile="p")
    if state == "intended":
        return found
    found = ledger.sent(found)
    if state == "unknown":
        return ledger.unknown(found, "words")
    if state == "refused":
        return ledger.refused(found, "words")
    return found if state == "sent" else ledger.accepted(found, Task(id=f"task-{found.number}"))


def refused(ledger: Ledger, *, before: int | None = None, url: str = URL) -> PreflightError | None:
    try:
        refuse_duplicates(hash_body(BODY), url, ledger, before=before)
    except (Duplicate, DuplicateUnknown) as error:
        return error
    return None


@pytest.mark.parametrize(
    ("state", "kind", "remedy"),
    [
        ("unknown", DuplicateUnknown, None),
        ("sent", Duplicate, Remedy("show-what-becomes", entry=1)),
        ("intended", Duplicate, Remedy("show-what-becomes", entry=1)),
        ("accepted", Duplicate, Remedy("show-or-send-again", entry=1)),
    ],
)
def test_what_became_of_it_decides_what_is_said_and_advised(
    ledger: Ledger, state: State, kind: type[PreflightError], remedy: Remedy | None
) -> None:
    known = entry(ledger, state)
    error = refused(ledger)
    assert isinstance(error, kind)
    assert isinstance(error, Duplicate | DuplicateUnknown)
    assert (error.known.number, error.known.state, error.known.task_id) == (known.number, state, known.task_id)
    assert f"(entry 1, {state}" in error.message
    assert remedy is None or error.remedies == (remedy,)
    assert isinstance(error, OutcomeUnknown if state == "unknown" else CallError)


def test_a_request_that_came_to_nothing_and_another_one_forbid_nothing(ledger: Ledger) -> None:
    entry(ledger, "refused")
    entry(ledger, "accepted", b"another")
    assert refused(ledger) is None


def test_the_same_request_to_another_service_is_another(ledger: Ledger) -> None:
    entry(ledger, "accepted")
    assert refused(ledger, url="https://other.example.com") is None


@pytest.mark.parametrize("order", [("accepted", "unknown", "sent"), ("unknown", "sent", "accepted")])
def test_of_several_the_most_doubtful_counts_in_whatever_order_they_came(
    ledger: Ledger, order: tuple[State, ...]
) -> None:
    for state in order:
        entry(ledger, state)
    error = refused(ledger)
    assert isinstance(error, DuplicateUnknown)
    assert error.known.number == order.index("unknown") + 1


def test_only_what_came_before_this_submission_counts(ledger: Ledger) -> None:
    entry(ledger, "accepted")
    mine = entry(ledger, "intended")
    assert refused(ledger, before=1) is None
    assert refused(ledger, before=mine.number) is not None


def test_an_earlier_entry_without_an_outcome_is_to_be_settled_first_and_no_other(ledger: Ledger) -> None:
    entry(ledger, "accepted")
    mine = entry(ledger, "intended")
    later = entry(ledger, "unknown")
    refuse_unsettled(mine, ledger)
    with pytest.raises(DuplicateUnknown, match=r"entry 3, unknown"):
        refuse_unsettled(entry(ledger, "intended"), ledger)
    refuse_unsettled(later, ledger)


def test_another_ledger_s_entry_is_told_with_its_place(ledger: Ledger, tmp_path: Path) -> None:
    with Ledger(tmp_path / "other.sqlite3") as other:
        entry(other, "unknown")
    error = refused(ledger)
    assert isinstance(error, DuplicateUnknown)
    assert error.known.ledger == tmp_path / "other.sqlite3"
    assert error.remedies == (Remedy("reconcile-ledger-first", path=str(tmp_path / "other.sqlite3")),)
