"""A callback is a hint: what is written down is what the service says when it is asked."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from preflight.service.callback_server import Named, Receiver, Rejected
from preflight.service.client import Service
from preflight.service.task import Task
from preflight.submission import callbacks as module
from preflight.submission.callbacks import News, news
from preflight.submission.ledger import Ledger
from preflight.submission.mismatch import recorded
from preflight.submission.states import Entry
from preflight.values.remedy import Remedy
from tests.upload.stranger import KEY, Reply, Stranger, drop, say

TASK = {"id": "task-unified-1", "status": "processing", "progress": 40}
DONE = {**TASK, "status": "completed", "progress": 100, "results": ["https://x/y.mp4"]}
FAILED = {**TASK, "status": "failed", "error": {"code": "invalid_parameters", "message": "video duration 16"}}
HASH = "a" * 64


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        yield ledger


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver("127.0.0.1", 0)
    with receiver.open():
        yield receiver


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same waits, in hundredths."""
    monkeypatch.setattr(module, "UNWRITTEN_S", 0.05)
    monkeypatch.setattr(module, "LOOK_AGAIN_S", 0.01)
    monkeypatch.setattr(module, "ASK_AGAIN_S", 0.02)
    monkeypatch.setattr(module, "ASK_EVERY_S", 0.01)


def accepted(ledger: Ledger, url: str = "https://x") -> Entry:
    body = json.dumps({"prompt": "Video 1."}).encode()
    assets = [("video 1", "pov.mp4", HASH, "https://f/1")]
    entry = ledger.sent(ledger.intend(body, base_url=url, profile="p", assets=assets))
    return ledger.accepted(entry, Task(id="task-unified-1", status="pending"))


def service_at(url: str) -> Service:
    return Service(url, KEY, sleep=lambda _: None)


def told(receiver: Receiver, ledger: Ledger, count: int = 1, clock: Callable[[], float] = time.monotonic) -> list[News]:
    """Take so many news; after 15 s something else takes the place of those that do not come."""

    def give_up() -> None:
        for _ in range(count):
            receiver.put(Rejected("nothing came"))

    alarm = threading.Timer(15, give_up)
    alarm.start()
    try:
        return list(islice(news(receiver, ledger, lambda entry: service_at(entry.base_url), clock=clock), count))
    finally:
        alarm.cancel()


def heard(receiver: Receiver, ledger: Ledger, *replies: Reply) -> tuple[News, Entry, Stranger]:
    """Submit a task, name it, and see what comes of it when the service answers so."""
    with Stranger(*replies) as stranger:
        entry = accepted(ledger, stranger.url)
        receiver.put(Named("task-unified-1"))
        (one,) = told(receiver, ledger)
    now = ledger.find(entry.number)
    assert now is not None
    return one, now, stranger


def test_what_is_over_by_the_service_s_word_is_written_down(receiver: Receiver, ledger: Ledger) -> None:
    one, entry, stranger = heard(receiver, ledger, say(DONE))
    assert (one.meaning, one.failure, entry.state) == ("over", None, "completed")
    assert (one.words, one.advice) == ("completed", Remedy("download-saves-video", task="1"))
    assert [request.path for request in stranger.heard] == ["/v1/tasks/task-unified-1"]


def test_a_failure_is_explained_recorded_and_its_uploads_forgotten(receiver: Receiver, ledger: Ledger) -> None:
    until = datetime.now(UTC) + timedelta(days=1)
    ledger.remember_upload(HASH, "https://f", "https://f/1", until)
    one, entry, _ = heard(receiver, ledger, say(FAILED))
    assert (one.meaning, entry.state) == ("over", "failed")
    assert one.failure is not None
    assert "video/duration" in one.failure.message
    assert [drift.rule for drift in recorded(ledger)] == ["video/duration"]
    assert ledger.living_upload(HASH, "https://f", 1) is None


def test_a_cancelled_task_is_over_too(receiver: Receiver, ledger: Ledger) -> None:
    one, entry, _ = heard(receiver, ledger, say({**TASK, "status": "cancelled"}))
    assert (one.meaning, entry.state) == ("over", "failed")
    assert "was cancelled" in one.words


def test_a_forged_callback_is_not_believed(receiver: Receiver, ledger: Ledger) -> None:
    one, entry, _ = heard(receiver, ledger, say(TASK))
    assert (one.meaning, entry.state, entry.progress) == ("disbelieved", "accepted", 40)
    assert "not believed" in one.words


def test_a_callback_that_comes_twice_or_late_changes_nothing_and_asks_nobody(
    receiver: Receiver, ledger: Ledger
) -> None:
    _, entry, _ = heard(receiver, ledger, say(DONE))
    receiver.put(Named("task-unified-1"))
    (again,) = told(receiver, ledger)
    assert (again.meaning, again.words) == ("again", "was completed already (entry 1)")
    ledger.downloaded(entry, Path("/films/a.mp4"))
    receiver.put(Named("task-unified-1"))
    (late,) = told(receiver, ledger)
    assert late.words == "was downloaded already (entry 1)"


@pytest.mark.parametrize(("now", "meaning", "state"), [(FAILED, "again", "failed"), (DONE, "over", "completed")])
def test_a_failure_that_the_service_takes_back_is_news(
    receiver: Receiver, ledger: Ledger, now: object, meaning: str, state: str
) -> None:
    with Stranger(say(FAILED), say(now)) as stranger:
        accepted(ledger, stranger.url)
        receiver.put(Named("task-unified-1"))
        told(receiver, ledger)
        receiver.put(Named("task-unified-1"))
        (one,) = told(receiver, ledger)
    entry = ledger.find(1)
    assert entry is not None
    assert (one.meaning, entry.state) == (meaning, state)


@pytest.mark.parametrize("task_id", ["task-unified-9", "1", "..x", "0"])
def test_an_id_in_no_entry_is_asked_of_nobody(receiver: Receiver, ledger: Ledger, task_id: str) -> None:
    with Stranger(say(DONE)) as stranger:
        accepted(ledger, stranger.url)
        receiver.put(Named(task_id))
        (one,) = told(receiver, ledger)
    assert (one.meaning, one.task_id) == ("unknown", task_id)
    assert stranger.heard == []


def test_a_callback_that_comes_before_the_answer_was_written_down_waits_for_it(
    receiver: Receiver, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNWRITTEN_S", 10)
    looks = itertools.count()

    def clock() -> float:
        if next(looks) == 4:
            accepted(ledger, stranger.url)
        return time.monotonic()

    with Stranger(say(DONE)) as stranger:
        receiver.put(Named("task-unified-1"))
        (one,) = told(receiver, ledger, clock=clock)
    assert one.meaning == "over"


def test_a_service_that_does_not_answer_is_asked_again(receiver: Receiver, ledger: Ledger) -> None:
    with Stranger(drop, drop, drop, drop, say(DONE)) as stranger:
        accepted(ledger, stranger.url)
        receiver.put(Named("task-unified-1"))
        first, second = told(receiver, ledger, 2)
    assert (first.meaning, second.meaning) == ("unasked", "over")
    assert KEY not in first.words


def test_a_service_that_never_answers_is_left_alone_in_the_end(
    receiver: Receiver, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASKED_AT_MOST", 3)
    with Stranger(say({"error": {"message": "no such task"}}, 404)) as stranger:
        accepted(ledger, stranger.url)
        receiver.put(Named("task-unified-1"))
        asked = told(receiver, ledger, 3)
        receiver.put(Rejected("the end"))
        (last,) = told(receiver, ledger)
    assert [one.meaning for one in asked] == ["unasked"] * 3
    assert last == News(meaning="rejected", words="the end")
    assert len(stranger.heard) == 3


def test_strangers_cannot_make_it_remember_without_end(
    receiver: Receiver, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNWRITTEN_S", 1000)
    monkeypatch.setattr(module, "WAITING", 5)
    for number in range(20):
        receiver.put(Named(f"task-{number}"))
    assert [one.meaning for one in told(receiver, ledger, 15)] == ["unknown"] * 15


def test_a_task_that_is_named_over_and_over_is_asked_for_once_in_a_while(
    receiver: Receiver, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASK_EVERY_S", 0.5)
    with Stranger(say(TASK)) as stranger:
        accepted(ledger, stranger.url)
        for _ in range(50):
            receiver.put(Named("task-unified-1"))
        begun = time.monotonic()
        found = told(receiver, ledger, 2)
    assert [one.meaning for one in found] == ["disbelieved"] * 2
    assert time.monotonic() - begun >= 0.5
    assert len(stranger.heard) == 2


def test_a_service_that_is_busy_is_asked_again_and_believed_then(receiver: Receiver, ledger: Ledger) -> None:
    busy = say({"error": {"message": "slow down"}}, 429)
    with Stranger(*[busy] * 4, say(DONE)) as stranger:
        accepted(ledger, stranger.url)
        receiver.put(Named("task-unified-1"))
        first, second = told(receiver, ledger, 2)
    assert (first.meaning, second.meaning) == ("unasked", "over")
