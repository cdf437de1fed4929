"""Each fault of the sandbox, met by the client: what a person is told, what the ledger says, that nothing is paid twice
and no result is lost."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError, Refused, TaskFailed, Unreachable
from preflight.profiles import load
from preflight.report.remedies import said
from preflight.sandbox import Fault, Faults, Sandbox, running
from preflight.service.client import Service
from preflight.service.http import ResponseLost
from preflight.service.task import Task
from preflight.submission.duplicates import Duplicate, DuplicateUnknown
from preflight.submission.ledger import Ledger
from preflight.submission.states import Entry
from preflight.submission.submit import PATIENCE, Account, Submission, advised, download, submit, task_of, wait
from preflight.upload.files_service import upload_file
from preflight.upload.parcel import hash_file
from tests.specimens import MEDIA
from tests.upload.stranger import closed_url

KEY = "sk-any"
PROMPT = {
    "model": "seedance-2.0-reference-to-video",
    "prompt": "A rider in the rain.",
    "duration": 4,
    "quality": "480p",
}
IMAGE = MEDIA / "image-300x300.jpg"
POLL_S = 0.02
"""Between two questions; none would keep the processor from the sandbox that is asked."""


class Scene(NamedTuple):
    """A breaking sandbox, the account of a client, and how often the client paused."""

    sandbox: Sandbox
    account: Account
    paused: list[float]

    def asked(self, route: str) -> int:
        """Count the requests for a path."""
        return sum(route in request.path for request in self.sandbox.requests)

    @property
    def creates(self) -> int:
        return self.asked("/v1/videos/generations")

    def submission(self, **fields: object) -> Submission:
        body = msgspec.json.encode({**PROMPT, **fields})
        return Submission(body=body, base_url=self.sandbox.url, profile="p", assets=())

    def submit(self, *, again: bool = False) -> tuple[Entry, Task]:
        return submit(self.submission(), self.account, again=again)

    def entry(self, number: int = 1) -> Entry:
        found = self.account.ledger.find(number)
        assert found is not None
        return found


@contextmanager
def scene(folder: Path, *faults: Fault, limit_s: int = 30, pause: bool = False, **settings: Any) -> Iterator[Scene]:  # noqa: ANN401 - settings of a sandbox
    profile = load()
    clock = msgspec.structs.replace(profile.service, poll_s=POLL_S, wait_s=limit_s)
    paused: list[float] = []
    with (
        running(**{"run_s": 0, "replays": False, "faults": Faults(7, faults), **settings}) as sandbox,
        Service(sandbox.url, KEY, sleep=time.sleep if pause else paused.append) as service,
        Ledger(folder / "ledger.sqlite3") as ledger,
    ):
        yield Scene(sandbox, Account(service, ledger, msgspec.structs.replace(profile, service=clock)), paused)


def caught(call: Callable[[], object]) -> PreflightError:
    with pytest.raises(PreflightError) as raised:
        call()
    return raised.value


# ---- the create call -------------------------------------------------------------------------------------------------


def test_a_lost_answer_names_its_entry_and_the_way_on(tmp_path: Path) -> None:
    with scene(tmp_path, Fault("create", "drop-after", times=1)) as here:
        caught(here.submit)
        second = caught(here.submit)
        assert "entry 1, unknown" in second.message
        assert ("task reconcile" in said(second.remedies), "--again" in said(second.remedies)) == (True, False)
        assert (here.creates, len(here.account.ledger.entries())) == (1, 1)


@pytest.mark.parametrize("kind", ["drop-after", "huge", "no-id", "502-after"])
def test_no_result_of_a_lost_answer_is_lost(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("create", kind, times=1)) as here:
        caught(here.submit)
        service, ledger = here.account.service, here.account.ledger
        (stray,) = [task for task in service.tasks() if ledger.find(task.id) is None]
        ledger.accepted(here.entry(), stray)
        (path,) = download(wait(stray.id, here.account), here.account, tmp_path / "videos")
        assert path.stat().st_size > 10_000
        assert here.entry().state == "downloaded"
        assert [*here.sandbox.paid_by_body.values()] == [1]


@pytest.mark.parametrize("status", ["400", "402"])
def test_a_refusal_is_told_by_its_status_and_may_be_mended(tmp_path: Path, status: str) -> None:
    with scene(tmp_path, Fault("create", status, times=1)) as here:
        assert f"HTTP {status}" in caught(here.submit).message
        assert here.submit()[0].state == "accepted"


@pytest.mark.parametrize("kind", ["429", "429-date", "429-bare", "503"])
def test_a_service_that_did_not_act_is_asked_again(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("create", kind, times=3, seconds=2)) as here:
        assert here.submit()[0].state == "accepted"
        assert (here.creates, len(here.sandbox.tasks), len(here.paused)) == (4, 1, 3)
        if kind in {"429", "503"}:
            assert here.paused == [2, 2, 2]


def test_a_door_that_is_shut_for_a_moment_is_knocked_at_again(tmp_path: Path) -> None:
    with scene(tmp_path, Fault("credits", "refuse", seconds=0.7, times=1), pause=True) as here:
        here.account.service.credits()
        assert here.submit()[0].state == "accepted"
        assert (here.creates, len(here.sandbox.tasks)) == (1, 1)


def test_a_door_that_stays_shut_means_that_nothing_was_sent(tmp_path: Path) -> None:
    with scene(tmp_path, Fault("credits", "refuse", seconds=600)) as here:
        here.account.service.credits()
        error = caught(here.submit)
        assert (type(error), error.exit_code) == (Unreachable, 3)
        assert (here.entry().state, here.creates, len(here.paused)) == ("refused", 0, 3)


def test_no_credits_means_no_task_and_no_second_attempt(tmp_path: Path) -> None:
    with scene(tmp_path, credits=1) as here:
        error = caught(here.submit)
        assert (error.exit_code, here.creates, here.sandbox.tasks) == (4, 1, [])
        assert "Add credits" in said(error.remedies)


def test_a_person_may_pay_twice_by_saying_so(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        here.submit()
        here.submit(again=True)
        assert [*here.sandbox.paid_by_body.values()] == [2]
        keys = {task.idempotency_key for task in here.sandbox.tasks}
        assert keys == {here.entry(1).idempotency_key, here.entry(2).idempotency_key}


def test_an_interrupt_while_the_answer_is_awaited_leaves_the_outcome_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with scene(tmp_path) as here:
        monkeypatch.setattr(here.account.service, "submit", interrupt)
        error = caught(here.submit)
        assert (type(error), error.exit_code, here.entry().state) == (OutcomeUnknown, 5, "unknown")


def test_a_ledger_that_fails_after_the_call_does_not_hide_what_became_of_it(tmp_path: Path) -> None:
    with scene(tmp_path, Fault("create", "drop-after")) as here:
        ledger = here.account.ledger
        with ledger.transaction() as db:
            words = "BEFORE UPDATE ON entries WHEN new.state = 'unknown' BEGIN SELECT RAISE(ABORT, 'disk'); END"
            db.execute(f"CREATE TRIGGER broken {words}")
        error = caught(here.submit)
        assert (error.exit_code, here.entry().state) == (5, "sent")


def test_a_task_that_cannot_be_written_down_is_told_by_its_id(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        with here.account.ledger.transaction() as db:
            words = "BEFORE UPDATE ON entries WHEN new.state = 'accepted' BEGIN SELECT RAISE(ABORT, 'disk'); END"
            db.execute(f"CREATE TRIGGER broken {words}")
        error = caught(here.submit)
        assert error.exit_code == 3
        assert here.sandbox.tasks[0].id in error.message


def test_of_several_at_once_one_is_sent(tmp_path: Path) -> None:
    outcomes: list[str] = []

    def one_more(url: str) -> None:
        with Service(url, KEY) as service, Ledger(tmp_path / "ledger.sqlite3") as ledger:
            body = msgspec.json.encode(PROMPT)
            try:
                submit(Submission(body=body, base_url=url, profile="p", assets=()), Account(service, ledger, load()))
                outcomes.append("sent")
            except CallError:
                outcomes.append("refused")

    with scene(tmp_path, Fault("create", "delay", seconds=0.3)) as here:
        threads = [threading.Thread(target=one_more, args=(here.sandbox.url,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert sorted(outcomes) == ["refused"] * 5 + ["sent"]
        assert [*here.sandbox.paid_by_body.values()] == [1]


# ---- waiting ---------------------------------------------------------------------------------------------------------

TROUBLE = [
    *("drop-before", "drop-after", "truncated", "short", "huge", "malformed", "empty", "no-id", "wrong-status"),
    *("500", "502", "503", "503-bare", "500-after", "429", "429-date", "429-bare", "delay", "delay-after"),
]
REFUSALS = ["400", "401", "402", "403", "404", "413"]


@pytest.mark.parametrize("kind", [*TROUBLE, *REFUSALS])
def test_waiting_survives_trouble(tmp_path: Path, kind: str) -> None:
    times = 1 if kind.startswith("delay") else PATIENCE - 1  # what comes late is an answer, and may be the last one
    with scene(tmp_path, Fault("task", kind, times=times, seconds=0)) as here:
        _, task = here.submit()
        assert wait(task.id, here.account).status == "completed"
        assert (here.entry().state, here.sandbox.faults_met["task", kind]) == ("completed", times)


@pytest.mark.parametrize("kind", ["drop-after", "500", "503", "malformed", "wrong-status"])
def test_trouble_that_lasts_ends_with_the_limit_and_the_task_goes_on(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("task", kind, seconds=0), limit_s=1) as here:
        _, task = here.submit()
        error = caught(lambda: wait(task.id, here.account))
        assert (type(error), error.exit_code) == (NotDone, 3)
        assert "goes on" in error.message
        assert (here.entry().state, here.creates) == ("accepted", 1)


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_that_stays_is_believed_and_nothing_is_lost(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("task", kind)) as here:
        _, task = here.submit()
        error = caught(lambda: wait(task.id, here.account))
        assert (type(error), error.exit_code) == (Refused, 4)
        assert (here.entry().state, here.asked("/v1/tasks/")) == ("accepted", PATIENCE)


def test_a_task_of_nobody_s_is_refused_at_once(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        assert caught(lambda: wait("task-of-another", here.account)).exit_code == 4
        assert here.asked("/v1/tasks/") == 1


@pytest.mark.parametrize(
    ("kind", "code"), [("moderation", "content_policy_violation"), ("service-error", "service_error")]
)
def test_a_failure_is_told_once_it_is_known_and_may_be_submitted_again(tmp_path: Path, kind: str, code: str) -> None:
    with scene(tmp_path, Fault("outcome", kind, times=1)) as here:
        _, task = here.submit()
        error = caught(lambda: wait(task.id, here.account))
        assert (isinstance(error, TaskFailed), error.exit_code, code in error.message) == (True, 4, True)
        assert (here.entry().state, code in here.entry().message) == ("failed", True)
        assert here.submit()[0].state == "accepted"
        assert [*here.sandbox.paid_by_body.values()] == [1]


def test_a_failure_is_known_from_the_answer_that_told_it(tmp_path: Path) -> None:
    with scene(tmp_path, fail_with="service_error") as here:
        _, task = here.submit()
        caught(lambda: wait(task.id, here.account))
        asked = here.asked("/v1/tasks/")
        assert isinstance(caught(lambda: wait(task.id, here.account)), TaskFailed)
        assert here.asked("/v1/tasks/") == asked + 1


# ---- downloading -----------------------------------------------------------------------------------------------------


def completed(here: Scene) -> Task:
    return wait(here.submit()[1].id, here.account)


@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "truncated", "500", "502", "503", "503-bare", "429"])
def test_a_download_that_breaks_is_begun_again(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("result", kind, times=3)) as here:
        (path,) = download(completed(here), here.account, tmp_path / "v")
        assert [*(tmp_path / "v").iterdir()] == [path]
        assert (here.entry().state, here.entry().downloads) == ("downloaded", (str(path),))


@pytest.mark.parametrize("kind", ["slow", "delay", "delay-after"])
def test_a_slow_download_arrives(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("result", kind, seconds=0.4)) as here:
        (path,) = download(completed(here), here.account, tmp_path / "v")
        assert (path.stat().st_size > 10_000, here.asked("/results/")) == (True, 1)


@pytest.mark.parametrize("kind", ["400", "401", "403", "404"])
def test_a_link_that_is_refused_can_be_asked_for_again(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("result", kind, times=1)) as here:
        task = completed(here)
        error = caught(lambda: download(task, here.account, tmp_path / "v"))
        assert (type(error), error.exit_code, "task download" in said(error.remedies)) == (NotDone, 3, True)
        assert ([*(tmp_path / "v").iterdir()], here.entry().state) == ([], "completed")
        assert download(wait(task.id, here.account), here.account, tmp_path / "v")
        assert here.entry().state == "downloaded"


@pytest.mark.parametrize("kind", ["short", "malformed", "empty"])
def test_a_result_that_does_not_read_as_one_is_told_and_not_counted(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("result", kind, times=1)) as here:
        task = completed(here)
        error = caught(lambda: download(task, here.account, tmp_path / "v"))
        assert (type(error), error.exit_code) == (NotDone, 3)
        assert "cannot be read" in error.message
        assert here.entry().state == "completed"
        (path,) = download(task, here.account, tmp_path / "v")
        assert here.entry().downloads == (str(path),)


def test_a_download_that_never_comes_whole_says_that_it_is_paid_for_and_where_it_is(tmp_path: Path) -> None:
    with scene(tmp_path, Fault("result", "truncated")) as here:
        task = completed(here)
        error = caught(lambda: download(task, here.account, tmp_path / "v"))
        assert (
            said(error.remedies) == "The video is made and paid for: `preflight task download 1` asks for it once more."
        )
        with Ledger(tmp_path / "other.sqlite3") as other:
            stranger = msgspec.structs.replace(here.account, ledger=other)
            error = caught(lambda: download(task, stranger, tmp_path / "v"))
        assert f"`preflight task download {task.id}`" in said(error.remedies)


def test_an_advice_of_its_own_stays() -> None:
    for own, shown in (("", "Try again."), ("Wait.", "Wait.")):
        with pytest.raises(ResponseLost) as raised, advised("Try again."):
            raise ResponseLost("cut", advice=own)
        assert said(raised.value.remedies) == shown


def test_a_completed_task_that_names_no_result_is_not_done(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        task = msgspec.structs.replace(completed(here), results=())
        error = caught(lambda: download(task, here.account, tmp_path / "v"))
        assert (type(error), error.exit_code, here.entry().state) == (NotDone, 3, "completed")


# ---- everything else -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "truncated", "short", "empty", "500", "503", "429-bare"])
def test_an_upload_is_repeated(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("upload", kind, times=3)) as here:
        uploaded = upload_file(
            here.account.service.files,
            IMAGE,
            hash_file(IMAGE),
            "jpg",
            limits=load().service,
            sleep=here.paused.append,
        )
        assert uploaded.url.startswith(here.sandbox.url)
        assert (len(here.sandbox.uploads), len(here.paused)) == (1, 3)


@pytest.mark.parametrize("kind", ["40001", "40002", "40003", "50001", "400", "401", "402", "413"])
def test_a_refused_upload_is_told_and_not_repeated(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("upload", kind)) as here:
        files = here.account.service.files
        error = caught(lambda: upload_file(files, IMAGE, hash_file(IMAGE), "jpg", limits=load().service))
        assert (isinstance(error, Refused), error.exit_code, kind in error.message) == (True, 4, True)
        assert here.asked("upload") == 1


@pytest.mark.parametrize("judge_at", ["submit", "task"])
def test_an_upload_that_is_gone_before_its_time_is_sent_again_the_next_time(tmp_path: Path, judge_at: str) -> None:
    sha256 = hash_file(IMAGE)
    with scene(tmp_path, Fault("stored", "expire", times=1), judge_at=judge_at) as here:
        files, ledger = here.account.service.files, here.account.ledger

        def send() -> Task:
            url = ledger.living_upload(sha256, files.origin, 1)
            if url is None:
                url = upload_file(files, IMAGE, sha256, "jpg", limits=load().service).url
                ledger.remember_upload(sha256, files.origin, url, datetime.now(UTC) + timedelta(hours=72))
            whole = msgspec.structs.replace(
                here.submission(image_urls=[url]), assets=(("image 1", "i.jpg", sha256, url),)
            )
            return wait(submit(whole, here.account)[1].id, here.account)

        error = caught(send)
        assert (error.exit_code, "downloading" in error.message) == (4, True)
        assert send().status == "completed"
        assert [*here.sandbox.paid_by_body.values()] == [1]


@pytest.mark.parametrize("kind", ["drop-before", "truncated", "malformed", "empty", "500", "503", "429"])
def test_the_list_of_tasks_is_asked_for_again(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("tasks", kind, times=3)) as here:
        _, task = here.submit()
        assert [one.id for one in here.account.service.tasks()] == [task.id]


@pytest.mark.parametrize("kind", ["drop-after", "malformed", "500", "403"])
def test_a_list_that_cannot_be_had_is_not_an_empty_one(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("tasks", kind)) as here:
        assert caught(here.account.service.tasks).exit_code in (3, 4)


@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "truncated", "huge", "malformed", "empty", "401", "500"])
def test_a_balance_that_is_not_told_stops_nobody(tmp_path: Path, kind: str) -> None:
    with scene(tmp_path, Fault("credits", kind)) as here:
        assert here.account.service.credits() is None


# ---- before anything is sent -----------------------------------------------------------------------------------------


def test_nothing_is_written_where_nobody_listens(tmp_path: Path) -> None:
    with Service(closed_url(), KEY, sleep=lambda _: None) as service, Ledger(tmp_path / "l") as ledger:
        account = Account(service, ledger, load())
        submission = Submission(body=b"{}", base_url="http://x", profile="p", assets=())
        assert caught(lambda: submit(submission, account)).exit_code == 3
        assert [entry.state for entry in ledger.entries()] == ["refused"]


def test_a_repeat_that_is_not_sent_leaves_no_entry(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        entry, _ = here.submit()
        error = caught(here.submit)
        assert (type(error), error.exit_code, "--again" in said(error.remedies)) == (Duplicate, 2, True)
        assert f"entry 1, accepted, task {entry.task_id}" in error.message
        assert [one.number for one in here.account.ledger.entries()] == [1]
        assert here.submit(again=True)[0].number == 2


def test_a_slash_at_the_end_of_the_address_makes_no_other_request_of_it(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        here.submit()
        elsewhere = msgspec.structs.replace(here.submission(), base_url=f"{here.sandbox.url}/")
        assert caught(lambda: submit(elsewhere, here.account)).exit_code == 2
        assert here.creates == 1


def test_what_another_program_is_sending_is_not_sent_beside_it(tmp_path: Path) -> None:
    with scene(tmp_path) as here, Ledger(tmp_path / "ledger.sqlite3") as other:
        sent = here.submission()
        other.sent(other.intend(sent.body, base_url=sent.base_url, profile="p"))
        error = caught(here.submit)
        assert (type(error), error.exit_code, "--again" in said(error.remedies)) == (Duplicate, 2, False)
        assert "A program that runs now is sending it" in said(error.remedies)
        assert (here.creates, len(other.entries())) == (0, 1)


def test_of_several_that_were_sent_before_the_one_in_doubt_counts(tmp_path: Path) -> None:
    with scene(tmp_path, Fault("create", "drop-after", times=1)) as here:
        caught(here.submit)
        here.submit(again=True)
        error = caught(here.submit)
        assert (type(error), "entry 1, unknown" in error.message) == (DuplicateUnknown, True)
        assert here.creates == 2


def test_the_intent_is_on_the_disk_before_the_call_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def look(*_: object) -> None:
        with Ledger(tmp_path / "ledger.sqlite3") as other:
            seen.extend(entry.state for entry in other.entries())
        raise Unreachable("no connection")

    with scene(tmp_path) as here:
        monkeypatch.setattr(here.account.service, "submit", look)
        caught(here.submit)
    assert seen == ["sent"]


# ---- which task is meant ---------------------------------------------------------------------------------------------


def test_a_number_means_an_entry_and_anything_else_a_task(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        entry, task = here.submit()
        ledger = here.account.ledger
        assert task_of("1", ledger) == task_of(task.id, ledger) == (task.id, entry)
        assert task_of("task-of-another", ledger) == ("task-of-another", None)


@pytest.mark.parametrize("which", ["0", "99", "9" * 30])
def test_the_number_of_no_entry_is_a_wrong_call(tmp_path: Path, which: str) -> None:
    with Ledger(tmp_path / "l") as ledger:
        error = caught(lambda: task_of(which, ledger))
        assert (error.exit_code, "no such entry" in error.message) == (2, True)


def test_an_entry_without_a_task_is_told_by_its_state(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l") as ledger:
        ledger.unknown(ledger.sent(ledger.intend(b"{}", base_url="http://x", profile="p")), "lost")
        error = caught(lambda: task_of("1", ledger))
        assert (error.message, "reconcile" in said(error.remedies)) == (
            "entry 1 is unknown: there is no task to ask for",
            True,
        )


# ---- no connection ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["task-of-another", "1"])
def test_where_a_connection_has_to_be_had_none_ends_it_soon(tmp_path: Path, which: str) -> None:
    paused: list[float] = []
    with Service(closed_url(), KEY, sleep=paused.append) as service, Ledger(tmp_path / "l") as ledger:
        entry = ledger.sent(ledger.intend(b"{}", base_url="http://x", profile="p"))
        ledger.accepted(entry, Task(id="task-1"))
        task_id, _ = task_of(which, ledger)
        error = caught(lambda: wait(task_id, Account(service, ledger, load()), reach=True))
        assert (type(error), error.exit_code, paused) == (Unreachable, 3, [0.5, 1, 2])


def test_a_fault_that_is_sat_out_is_told_with_the_time_that_is_left(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    with scene(tmp_path, Fault("task", "500", times=2)) as here:
        _, task = here.submit()
        wait(task.id, here.account, trouble=lambda error, left_s: told.append((error.message, left_s)))
    assert ["HTTP 500" in words for words, _ in told] == [True, True]
    assert all(0 < left_s <= 30 for _, left_s in told)


def test_no_connection_later_on_is_sat_out_though_the_first_had_to_be_had(tmp_path: Path) -> None:
    with scene(tmp_path, Fault("task", "refuse", seconds=0.3, times=1), run_s=1, pause=True) as here:
        _, task = here.submit()
        assert wait(task.id, here.account, reach=True).status == "completed"
