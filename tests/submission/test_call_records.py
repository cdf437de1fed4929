"""What programs asked: found again by key or body, and recorded with its entry or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from preflight.submission.call_records import KEPT_S, CallRecord, CallRecords
from preflight.submission.ledger import Ledger

KEY = "sk-a-key-that-is-written-nowhere"
URL = "https://service.example.com"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite3") as opened:
        yield opened


def ask(asks: CallRecords, **more: object) -> CallRecord:
    plain = CallRecord(account=asks.account(KEY), key=None, body_hash="a", base_url=URL, created_s=1000.0)
    return replace(plain, **more)


def test_an_account_is_told_from_others_and_its_key_is_not_written(ledger: Ledger, tmp_path: Path) -> None:
    asks = CallRecords(ledger, clock=lambda: 1000.0)
    asks.add(ask(asks))
    assert asks.account(KEY) == CallRecords(ledger, clock=lambda: 1000.0).account(KEY) != asks.account(f"{KEY}.")
    assert not any(KEY.encode() in path.read_bytes() for path in tmp_path.iterdir())


def test_an_ask_is_found_by_its_key_or_within_a_time_by_its_body(ledger: Ledger) -> None:
    asks = CallRecords(ledger, clock=lambda: 1000.0)
    asks.add(ask(asks, key="once"))
    found = asks.by_key(asks.account(KEY), "once")
    assert found
    assert asks.by_body(found.account, "a", URL, 1000.0) == found
    assert asks.by_body(found.account, "a", URL, 1000.1) is None
    assert asks.by_body(found.account, "a", "https://another.example.com", 0) is None
    assert asks.by_key(asks.account("sk-somebody-else"), "once") is None
    job = asks.add(ask(asks, body_hash="b", job="task-preflight-1"))
    assert asks.by_body(found.account, "b", URL, 2000.0) == job
    asks.answered(job, b"{}")
    assert asks.by_body(found.account, "b", URL, 2000.0) is None
    later = asks.add(ask(asks, created_s=1001.0))
    assert asks.by_body(found.account, "a", URL, 0) == later


def test_an_ask_and_its_entry_are_recorded_together_or_not_at_all(ledger: Ledger) -> None:
    asks = CallRecords(ledger, clock=lambda: 1000.0)

    def broken_off() -> None:
        with ledger.transaction():
            asks.sent(ask(asks), ledger.intend(b"{}", base_url=URL, profile="a"))
            raise KeyError

    with pytest.raises(KeyError):
        broken_off()
    assert (ledger.entries(), asks.by_body(asks.account(KEY), "a", URL, 0)) == ([], None)
    with ledger.transaction():
        entry = ledger.intend(b"{}", base_url=URL, profile="a")
        asks.sent(ask(asks), entry)
    found = asks.by_body(asks.account(KEY), "a", URL, 0)
    assert found
    assert found.entry == entry.number


def test_a_job_is_open_until_it_has_an_answer_or_an_error(ledger: Ledger) -> None:
    asks = CallRecords(ledger, clock=lambda: 1000.0)
    first, second = (asks.add(ask(asks, job=f"task-preflight-{n}", request=b"{}")) for n in (1, 2))
    asks.add(ask(asks))
    assert [one.job for one in asks.open_jobs()] == [first.job, second.job]
    asks.answered(first, b"{}")
    asks.failed(second, b"{}")
    assert asks.open_jobs() == []
    assert [one.job for one in asks.jobs_of(first.account, 9)] == [second.job, first.job]


def test_what_is_old_is_forgotten(ledger: Ledger) -> None:
    asks = CallRecords(ledger, clock=lambda: 1000.0)
    asks.add(ask(asks))
    assert CallRecords(ledger, clock=lambda: 1001.0 + KEPT_S).by_body(asks.account(KEY), "a", URL, 0) is None
