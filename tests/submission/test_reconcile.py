"""What became of lost answers: which task may be whose, and when a person's word is taken."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from preflight.errors import CallError, NotDone, PreflightError, Refused
from preflight.report.remedies import said
from preflight.sandbox import Fault, Faults, Sandbox, running
from preflight.service import http as wire
from preflight.service.client import Service
from preflight.service.task import Task
from preflight.submission import reconcile as lost
from preflight.submission.ledger import Ledger
from preflight.submission.reconcile import GONE_AFTER, Search, by_address, gone, may_be
from preflight.submission.states import Entry
from tests.upload.stranger import KEY, closed_url

LOST_S = 1e9
"""When the answers of these tests were lost, in seconds since 1970."""
BODY = b'{"model":"seedance-2.0-reference-to-video","prompt":"A rider.","duration":4,"quality":"480p"}'


def lost_at(folder: Path, when_s: float = LOST_S, url: str = "http://x") -> Entry:
    with Ledger(folder / "l", clock=lambda: when_s) as ledger:
        entry = ledger.intend(b"{}", base_url=url, profile="p")
        return ledger.unknown(ledger.sent(entry), "no answer came")


def made(name: str, after_s: float | None) -> Task:
    """Return a task that the service made so many seconds after the answers were lost."""
    return Task(id=name, raw={} if after_s is None else {"created": int(LOST_S + after_s)})


def saw(*tasks: Task, entries: tuple[Entry, ...] = (), others: tuple[Entry, ...] = ()) -> Search:
    return Search(base_url="http://x", entries=entries, strays=tasks, on_their_way=others)


def caught(call: object) -> PreflightError:
    assert callable(call)
    with pytest.raises(PreflightError) as raised:
        call()
    return raised.value


# ---- which task may be whose -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("after_s", [0, 60, -60, 3 * 3600, -3 * 3600, 400 * 86400, -9e8, None])
def test_no_clock_rules_out_that_a_task_is_an_entry_s(tmp_path: Path, after_s: float | None) -> None:
    assert may_be(lost_at(tmp_path), made("t", after_s))


def asking(folder: Path, **fields: object) -> Entry:
    with Ledger(folder / "l") as ledger:
        entry = ledger.intend(json.dumps(fields).encode(), base_url="http://x", profile="p")
        return ledger.unknown(ledger.sent(entry), "no answer came")


def telling(model: object, length: object) -> Task:
    return Task(id="t", raw={"model": model, "task_info": {"video_duration": length}})


@pytest.mark.parametrize(
    ("model", "length", "maybe"),
    [
        ("m", 5, True),
        ("M ", 5.0, True),
        ("m", "5", True),
        ("n", 5, False),
        ("m", 6, False),
        (None, 5, True),
        ("m", None, True),
        ("m", 0, True),
        ("m", 5.04, True),
        (7, [], True),
        (None, None, True),
    ],
)
def test_a_task_of_another_model_or_length_is_not_an_entry_s(
    tmp_path: Path, model: object, length: object, maybe: bool
) -> None:
    assert may_be(asking(tmp_path, model="m", duration=5), telling(model, length)) is maybe
    assert may_be(asking(tmp_path, model="m", duration=-1), telling("m", length))
    assert may_be(asking(tmp_path), telling(model, length))


def test_the_likeliest_task_comes_first_by_the_service_s_clock(tmp_path: Path) -> None:
    entry = lost_at(tmp_path)
    tasks = made("old", -9e6), made("none", None), made("late", 7200), made("then", 10_800)
    search = Search(base_url="http://x", entries=(entry,), strays=tasks, skew=timedelta(hours=3))
    assert [task.id for task in search.near(entry)] == ["then", "late", "old", "none"]


@pytest.mark.parametrize("told", ["1e9", True, None, [], float("inf"), float("nan"), 1e300, -1e300])
def test_a_time_that_is_none_is_not_known(told: object) -> None:
    assert Task(id="t", raw={"created": told}).created_at is None


def test_one_entry_and_one_task_of_its_time_match(tmp_path: Path) -> None:
    entry = lost_at(tmp_path)
    search = saw(made("t", 3), entries=(entry,))
    assert search.match(entry) == made("t", 3)
    assert search.near(entry) == (made("t", 3),)
    assert saw(made("t", -9e6), entries=(entry,)).match(entry) == made("t", -9e6)


def test_nothing_matches_where_there_is_choice_or_no_time(tmp_path: Path) -> None:
    first, second = lost_at(tmp_path), lost_at(tmp_path, LOST_S + 60)
    assert saw(made("a", 3), made("b", 4), entries=(first,)).match(first) is None
    assert saw(made("a", 3), entries=(second, first)).match(first) is None
    assert saw(made("a", 3), entries=(first,), others=(second,)).match(first) is None
    assert saw(made("a", None), entries=(first,)).match(first) is None
    assert saw(entries=(first,)).match(first) is None


def test_entries_are_told_apart_by_where_they_were_sent(tmp_path: Path) -> None:
    entries = [lost_at(tmp_path, url=url) for url in ("http://b", "http://a/", "http://a")]
    told = by_address(entries)
    assert {where: [one.number for one in there] for where, there in told.items()} == {
        "http://a": [3, 2],
        "http://b": [1],
    }


@contextmanager
def service_with(folder: Path, *faults: Fault) -> Iterator[tuple[Sandbox, Service, Ledger]]:
    with (
        running(run_s=0, replays=False, faults=Faults(7, faults)) as sandbox,
        Service(sandbox.url, KEY, sleep=lambda _: None) as service,
        Ledger(folder / "l") as ledger,
    ):
        yield sandbox, service, ledger


def test_a_look_leaves_out_what_is_accounted_for_and_what_was_sent_elsewhere(tmp_path: Path) -> None:
    with service_with(tmp_path) as (sandbox, service, ledger):
        known, stray = (service.submit(BODY, f"key-of-a-test-no-{number}") for number in range(2))
        ledger.accepted(ledger.sent(ledger.intend(BODY, base_url=sandbox.url, profile="p")), known)
        sending = ledger.sent(ledger.intend(BODY, base_url=sandbox.url, profile="p"))
        here, _ = (lost_at(tmp_path, url=url) for url in (f"{sandbox.url}/", "http://elsewhere"))
        search = lost.search(sandbox.url, service, ledger)
    assert ([task.id for task in search.strays], search.entries, search.on_their_way) == (
        [stray.id],
        (here,),
        (sending,),
    )


# ---- it is that one --------------------------------------------------------------------------------------------------


def test_a_task_is_adopted_when_the_service_has_it(tmp_path: Path) -> None:
    entry = lost_at(tmp_path)
    with service_with(tmp_path) as (_, service, ledger):
        task = service.submit(BODY, "key-of-a-test-no-1")
        assert lost.adopt(entry, task.id, service, ledger).task_id == task.id
        assert lost.adopt(entry, task.id, service, ledger).state == "accepted"
        assert isinstance(caught(lambda: lost.adopt(entry, "task-of-another", service, ledger)), Refused)
        assert isinstance(caught(lambda: lost.adopt(entry, "../credits", service, ledger)), CallError)


def test_nothing_is_adopted_for_what_a_living_program_is_sending(tmp_path: Path) -> None:
    with service_with(tmp_path) as (_, service, ledger):
        task = service.submit(BODY, "key-of-a-test-no-1")
        sending = ledger.sent(ledger.intend(BODY, base_url="http://x", profile="p"))
        assert "a program that runs now" in caught(lambda: lost.adopt(sending, task.id, service, ledger)).message
        assert ledger.find(1) == sending


# ---- the service never got it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sure", [False, True])
@pytest.mark.parametrize("later_s", [-3600, 0, 30, 599.9])
def test_what_the_service_may_still_be_at_work_on_is_not_gone(tmp_path: Path, later_s: float, sure: bool) -> None:
    entry = lost_at(tmp_path)
    with Ledger(tmp_path / "l") as ledger:
        error = caught(lambda: gone(entry, ledger, None if sure else saw, clock=lambda: LOST_S + later_s))
        assert (type(error), error.exit_code) == (NotDone, 3)
        assert f"entry 1: its answer was lost {max(0, later_s):.0f} s ago" in error.message
        assert said(error.remedies).endswith("say it again at 01:56:40 UTC.")
        assert ledger.find(1) == entry
        assert ledger.same_body(entry.body_hash, "http://x") == [entry]


def test_what_was_lost_long_enough_ago_and_is_not_at_the_service_may_be_sent_again(tmp_path: Path) -> None:
    entry = lost_at(tmp_path)
    with Ledger(tmp_path / "l") as ledger:
        settled = gone(entry, ledger, saw, clock=lambda: LOST_S + 600)
        words = "a person said that the service never got it; looking did not find its task"
        assert (settled.state, settled.message) == ("refused", words)
        assert ledger.same_body(entry.body_hash, "http://x") == []
        assert gone(entry, ledger, None, clock=lambda: LOST_S) == settled


@pytest.mark.parametrize("after_s", [0, 60, None, 3 * 3600, -9e6])
def test_what_may_be_at_the_service_is_not_gone_but_by_a_person_who_is_sure(
    tmp_path: Path, after_s: float | None
) -> None:
    entry = lost_at(tmp_path)
    with Ledger(tmp_path / "l") as ledger:
        error = caught(lambda: gone(entry, ledger, lambda: saw(made("task-9", after_s))))
        assert (type(error), error.exit_code) == (NotDone, 3)
        assert error.message == "task task-9, which no entry accounts for, may be what became of entry 1"
        assert "`preflight task reconcile --adopt 1=task-9`" in said(error.remedies)
        assert "`preflight task reconcile --gone 1 --sure`" in said(error.remedies)
        assert ledger.find(1) == entry
        assert gone(entry, ledger, None).message.endswith("without a look at it")


@pytest.mark.parametrize("kind", ["drop-after", "401", "404", "500", "malformed"])
def test_what_could_not_be_looked_for_is_not_gone(tmp_path: Path, kind: str) -> None:
    entry = lost_at(tmp_path)
    with service_with(tmp_path, Fault("tasks", kind)) as (sandbox, service, ledger):
        error = caught(lambda: gone(entry, ledger, lambda: lost.search(sandbox.url, service, ledger)))
        assert (type(error), error.exit_code) == (NotDone, 3)
        assert "could not be seen" in error.message
        assert "--gone 1 --sure" in said(error.remedies)
        assert ledger.find(1) == entry


def test_where_nobody_listens_nothing_is_gone(tmp_path: Path) -> None:
    entry, url = lost_at(tmp_path), closed_url()
    with Service(url, KEY, sleep=lambda _: None) as service, Ledger(tmp_path / "l") as ledger:
        error = caught(lambda: gone(entry, ledger, lambda: lost.search(url, service, ledger)))
        assert (error.exit_code, "no connection" in error.message) == (3, True)
        assert ledger.find(1) == entry


def test_what_another_run_found_out_meanwhile_stands_over_a_person_s_word(tmp_path: Path) -> None:
    entry = lost_at(tmp_path)
    with Ledger(tmp_path / "l") as ledger:

        def found_meanwhile() -> Search:
            ledger.accepted(entry, Task(id="task-unified-1"))
            return saw()

        assert "cannot become refused" in caught(lambda: gone(entry, ledger, found_meanwhile)).message
        assert "task task-unified-1" in caught(lambda: gone(entry, ledger, None)).message


@pytest.mark.parametrize("sent", [False, True])
def test_what_is_on_its_way_is_not_gone_however_old_it_is(tmp_path: Path, sent: bool) -> None:
    with Ledger(tmp_path / "l", clock=lambda: 1.0) as ledger:
        entry = ledger.intend(b"{}", base_url="http://x", profile="p")
        entry = ledger.sent(entry) if sent else entry
        assert "a program that runs now" in caught(lambda: gone(entry, ledger, None)).message
        assert ledger.find(1) == entry


def test_the_word_is_taken_later_than_any_answer_is_waited_for() -> None:
    longest = timedelta(seconds=wire.CONNECT_S + wire.READ_S + wire.ANSWER_S)
    assert longest * 2 < GONE_AFTER


def test_ten_minutes_have_passed_by_the_service_s_clock_too(tmp_path: Path) -> None:
    """The clock was three hours slow when the answer was lost, and was put right since."""
    with Ledger(tmp_path / "l", clock=lambda: LOST_S - 10_800) as ledger:
        entry = ledger.intend(b"{}", base_url="http://x", profile="p", skew_s=10_800.0)
        entry = ledger.unknown(ledger.sent(entry), "no answer came")
        search = Search(base_url="http://x", entries=(entry,), strays=(), skew=timedelta())
        error = caught(lambda: gone(entry, ledger, lambda: search, clock=lambda: LOST_S + 60))
        assert "may still make a task of it" in error.message
        assert gone(entry, ledger, lambda: search, clock=lambda: LOST_S + 601).state == "refused"


@pytest.mark.parametrize("hours", [-26, -3, 3, 26])
def test_a_clock_that_is_wrong_does_not_make_a_task_absent(tmp_path: Path, hours: int) -> None:
    with (
        running(run_s=60, replays=False, clock_ahead_s=hours * 3600.0) as sandbox,
        Service(sandbox.url, KEY, sleep=lambda _: None) as service,
        Ledger(tmp_path / "l") as ledger,
    ):
        entry = ledger.sent(ledger.intend(BODY, base_url=sandbox.url, profile="p"))
        task = service.submit(BODY, entry.idempotency_key)
        entry = ledger.unknown(entry, "no answer came")
        search = lost.search(sandbox.url.replace("127.0.0.1", "LOCALHOST"), service, ledger)
        assert search.skew is not None
        assert abs(search.skew - timedelta(hours=hours)) < timedelta(seconds=30)
        assert search.match(entry) is not None
        error = caught(lambda: gone(entry, ledger, lambda: search, clock=lambda: entry.changed_at.timestamp() + 601))
        assert task.id in error.message
