"""The create call is repeated only where nothing can have happened; everything else may be asked again."""

import json
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError, Refused, TaskFailed, Unreachable
from preflight.profiles.loader import load
from preflight.report.remedies import said
from preflight.sandbox import Sandbox, running
from preflight.service.client import Service
from preflight.service.http import ResponseLost
from preflight.service.task import Task
from preflight.upload.files_service import upload_file
from preflight.upload.parcel import hash_file
from tests.upload.stranger import KEY, Reply, Stranger, closed_url, drop, say

BODY = json.dumps(
    {"model": "seedance-2.0-reference-to-video", "prompt": "A rider in the rain.", "duration": 4, "quality": "480p"}
).encode()
IDEMPOTENCY = "preflight-0123456789abcdef"
TASK = {"id": "task-unified-1", "status": "processing", "progress": 40}
DONE = {**TASK, "status": "completed", "progress": 100, "results": ["https://x/y.mp4"]}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running(run_s=0.2) as sandbox:
        yield sandbox


def submitted(stranger: Stranger, slept: list[float] | None = None) -> Task:
    with Service(stranger.url, KEY, sleep=(slept if slept is not None else []).append) as service:
        return service.submit(BODY, IDEMPOTENCY)


def error_of(*replies: Reply, deaf: int = 0) -> tuple[PreflightError, Stranger]:
    with Stranger(*replies, deaf=deaf) as stranger, pytest.raises(PreflightError) as caught:
        submitted(stranger)
    assert KEY not in "".join(traceback.format_exception(caught.value)) + said(caught.value.remedies)
    return caught.value, stranger


# ---- the whole way, against the sandbox ------------------------------------------------------------------------------


def test_a_task_from_its_submission_to_its_file(sandbox: Sandbox, tmp_path: Path) -> None:
    seen: list[Task] = []
    with Service(sandbox.url, KEY) as service:
        task = service.submit(BODY, IDEMPOTENCY)
        assert task.credits_reserved == Fraction("25.11")
        done = service.wait(task.id, poll_s=0.1, limit_s=30, on_progress=seen.append)
        path = service.download(done.results[0], tmp_path, f"{task.id}.mp4")
        assert service.task(task.id) == done
        assert [one.id for one in service.tasks()] == [task.id]
        assert service.tasks(status="failed") == []
        assert service.credits() == Fraction("9974.89")
    assert seen[-1] == done
    assert path.read_bytes()[4:8] == b"ftyp"
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_goes_up_with_the_same_key(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0")
    with Service("http://127.0.0.1:1", KEY, files_url=sandbox.url) as service:
        uploaded = upload_file(service.files, path, hash_file(path), "wav", limits=load().service)
    assert uploaded.url.startswith(sandbox.url)


def test_the_sandbox_refuses_in_its_own_words(sandbox: Sandbox) -> None:
    body = BODY.replace(b'"duration": 4', b'"duration": 99')
    with Service(sandbox.url, KEY) as service, pytest.raises(Refused, match="duration") as caught:
        service.submit(body, "preflight-another-one")
    assert caught.value.status == 400


def test_a_wrong_key_is_refused_and_unseen() -> None:
    with running(keys={"sk-right"}) as sandbox, Service(sandbox.url, KEY) as service:
        with pytest.raises(Refused) as caught:
            service.submit(BODY, IDEMPOTENCY)
        assert service.credits() is None
    assert caught.value.status == 401
    assert "EVOLINK_API_KEY" in said(caught.value.remedies)
    assert KEY not in repr(caught.value)


# ---- submitting ------------------------------------------------------------------------------------------------------


def test_what_is_sent() -> None:
    with Stranger(say(TASK)) as stranger:
        submitted(stranger)
    (heard,) = stranger.heard
    assert (heard.method, heard.path, heard.body) == ("POST", "/v1/videos/generations", BODY)
    assert heard.headers["idempotency-key"] == IDEMPOTENCY
    assert heard.headers["content-type"] == "application/json"


UNKNOWN: dict[str, Reply] = {
    "no answer": b"",
    "504": say(b"", 504),
    "408": say(b"", 408),
    "conflict": say({"error": {"message": "already in progress"}}, 409),
    "odd id": say({"id": "../../v1/credits"}),
    "id of a wrong type": say({"id": 7}),
    "huge id": say({"id": "x" * 5000}),
    "a list": say([TASK]),
}


@pytest.mark.parametrize("reply", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_may_have_been_accepted_is_unknown_and_sent_once(reply: Reply) -> None:
    error, stranger = error_of(reply)
    assert isinstance(error, OutcomeUnknown)
    assert "reconcile" in said(error.remedies)
    assert len(stranger.heard) == 1


def test_a_request_that_was_not_read_is_unknown_too() -> None:
    error, stranger = error_of(say(TASK), deaf=1)
    assert isinstance(error, OutcomeUnknown)
    assert stranger.connections == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422, 307])
def test_a_refusal_is_final(status: int) -> None:
    error, stranger = error_of(say({"error": {"message": "no"}}, status, Location="/elsewhere"))
    assert isinstance(error, Refused)
    assert (error.status, len(stranger.heard)) == (status, 1)


def test_a_redirect_takes_neither_the_request_nor_the_key_elsewhere() -> None:
    with Stranger(say(TASK)) as other:
        error, _ = error_of(say(b"", 308, Location=f"{other.url}/v1/videos/generations"))
    assert isinstance(error, Refused)
    assert other.connections == 0


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again_when_it_says(status: int) -> None:
    slept: list[float] = []
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    asks = [say(b"", status, Retry_After=word) for word in ("3", date, "0")]
    with Stranger(*asks, say(TASK)) as stranger:
        assert submitted(stranger, slept).id == "task-unified-1"
    assert slept[0] == 3
    assert 15 < slept[1] <= 20
    assert slept[2] == 0
    assert len({heard.headers["idempotency-key"] for heard in stranger.heard}) == 1


def test_a_service_that_stays_busy_is_left_after_four_attempts() -> None:
    error, stranger = error_of(say(b"", 429, Retry_After="99999"))
    assert isinstance(error, Refused)
    assert (error.status, len(stranger.heard)) == (429, 4)


def test_a_service_that_asks_too_much_is_asked_again_without_being_told_when() -> None:
    slept: list[float] = []
    with Stranger(say(b"", 429), say(TASK)) as stranger:
        assert submitted(stranger, slept).id == "task-unified-1"
    assert slept == [0.5]


def test_an_answer_lost_after_a_busy_one_is_unknown() -> None:
    error, stranger = error_of(say(b"", 503, Retry_After="1"), drop)
    assert isinstance(error, OutcomeUnknown)
    assert len(stranger.heard) == 2


def test_nobody_there_is_tried_four_times() -> None:
    slept: list[float] = []
    with Service(closed_url(), KEY, sleep=slept.append) as service, pytest.raises(Unreachable):
        service.submit(BODY, IDEMPOTENCY)
    assert slept == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("key", ["", "short", "x" * 97, "preflight key with blanks", "preflight-012345\r\nX-Y: z"])
def test_an_idempotency_key_that_cannot_be_sent_is_refused(key: str) -> None:
    with Service(closed_url(), KEY) as service, pytest.raises(CallError):
        service.submit(BODY, key)


# ---- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task_id", ["", "a/b", "..", ".", "a b", "a?b", "é", "x" * 129, "a\n", "%2e"])
def test_an_id_that_could_lead_elsewhere_is_not_asked_for(task_id: str) -> None:
    with Stranger(say(TASK)) as stranger, Service(stranger.url, KEY) as service, pytest.raises(CallError):
        service.task(task_id)
    assert stranger.connections == 0


def asked(call: Callable[[Service], Any], *replies: Reply) -> Any:  # noqa: ANN401 - whatever is asked for
    with Stranger(*replies) as stranger, Service(stranger.url, KEY, sleep=lambda _: None) as service:
        return call(service)


def test_a_question_is_asked_again_until_there_is_an_answer() -> None:
    replies = (drop, say(b"", 500), say(b"{"), say(TASK))
    assert asked(lambda service: service.task("task-unified-1"), *replies).progress == 40


def test_an_answer_about_another_task_is_none() -> None:
    with pytest.raises(ResponseLost, match="told about task-unified-1"):
        asked(lambda service: service.task("task-2"), say(TASK))


@pytest.mark.parametrize("answer", [{"data": [TASK, {"id": "/"}, 7]}, [TASK], {"tasks": [TASK]}])
def test_a_list_passes_over_what_it_cannot_use(answer: object) -> None:
    assert [task.id for task in asked(lambda service: service.tasks(), say(answer))] == ["task-unified-1"]


@pytest.mark.parametrize("answer", [[], {"data": []}, {"tasks": []}])
def test_a_list_may_be_empty(answer: object) -> None:
    assert asked(lambda service: service.tasks(), say(answer)) == []


@pytest.mark.parametrize("answer", [{}, {"data": "x"}, {"data": None}, 7, None, "none"])
def test_what_is_no_list_is_not_taken_for_an_empty_one(answer: object) -> None:
    with pytest.raises(ResponseLost, match="not with a list"):
        asked(lambda service: service.tasks(), say(answer))


def test_a_list_is_read_page_by_page_until_nothing_new_comes() -> None:
    pages = [{"data": [{"id": f"task-{page}-{place}"} for place in range(20)]} for page in range(3)]
    with Stranger(*map(say, pages), say({"data": []})) as stranger, Service(stranger.url, KEY) as service:
        assert len(service.tasks()) == 60
    assert [heard.path.partition("page=")[2] for heard in stranger.heard] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("answer", "remaining"),
    [
        ({"data": {"user": {"remaining_credits": 12.5, "used_credits": 1}}}, Fraction(25, 2)),
        ({"balance": "7"}, Fraction(7)),
        ({"data": {"user": {"used_credits": 1}}}, None),
        ({"remaining": None, "data": {"available": True}}, None),
        ([1], None),
        ("x", None),
    ],
)
def test_credits_are_found_where_they_are(answer: object, remaining: Fraction | None) -> None:
    assert asked(lambda service: service.credits(), say(answer)) == remaining


@pytest.mark.parametrize("reply", [drop, say(b"", 404), say(b"", 500), say(b"{")])
def test_credits_never_fail_a_run(reply: Reply) -> None:
    assert asked(lambda service: service.credits(), reply) is None


# ---- waiting ---------------------------------------------------------------------------------------------------------


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def waited(*replies: Reply, limit_s: float = 60, clock: Clock | None = None) -> Task:
    clock = clock or Clock()
    with Stranger(*replies) as stranger, Service(stranger.url, KEY) as service:
        return service.wait("task-unified-1", poll_s=10, limit_s=limit_s, sleep=clock.sleep, clock=clock)


def test_waiting_sits_faults_out() -> None:
    clock = Clock()
    busy = say(b"", 429, Retry_After="25")
    faults = (drop, say(b"", 502), busy, say(b"<html>hotel</html>"), say({"hotel": "Welcome"}), say(TASK))
    assert waited(*faults, say(DONE), limit_s=600, clock=clock).results == ("https://x/y.mp4",)
    assert clock.slept == [10, 10, 25, 10, 10, 10]


def test_an_unknown_status_is_waited_on() -> None:
    assert waited(say({**TASK, "status": "dreaming"}), say({**TASK, "status": 7}), say(DONE)).is_over


def test_waiting_ends_and_says_how_to_return() -> None:
    clock = Clock()
    with pytest.raises(NotDone, match="it goes on") as caught:
        waited(say(TASK), limit_s=25, clock=clock)
    assert clock.slept == [10, 10, 5]
    assert "processing, 40 %" in caught.value.message
    assert "preflight task wait task-unified-1" in said(caught.value.remedies)


def test_waiting_for_a_service_that_never_answers_ends_too() -> None:
    with pytest.raises(NotDone, match="it goes on"):
        waited(drop)


def test_waiting_for_a_task_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused):
        waited(say({"error": {"message": "no such task"}}, 404))


@pytest.mark.parametrize("code", ["service_error", "generation_timeout", "resource_exhausted", "service_unavailable"])
def test_some_failures_may_pass(code: str) -> None:
    with pytest.raises(TaskFailed, match="words") as caught:
        waited(say({**TASK, "status": "failed", "error": {"code": code, "message": "words"}}))
    assert caught.value.code == code
    assert "submit it again later" in said(caught.value.remedies)
    assert "not charged" in said(caught.value.remedies)


FINAL = ["content_policy_violation", "invalid_parameters", "image_processing_error", "unknown_error", ""]


@pytest.mark.parametrize("code", [*FINAL, "image_dimension_mismatch"])
def test_other_failures_would_come_again(code: str) -> None:
    with pytest.raises(TaskFailed) as caught:
        waited(say({**TASK, "status": "failed", "error": {"code": code}}))
    assert "change it first" in said(caught.value.remedies)


def test_a_cancelled_task_is_over() -> None:
    with pytest.raises(TaskFailed, match="was cancelled"):
        waited(say({**TASK, "status": "cancelled"}))


def test_the_sandbox_fails_a_task() -> None:
    with running(run_s=0, fail_with="service_error") as sandbox, Service(sandbox.url, KEY) as service:
        task = service.submit(BODY, IDEMPOTENCY)
        with pytest.raises(TaskFailed) as caught:
            service.wait(task.id, poll_s=0.05, limit_s=10)
    assert caught.value.code == "service_error"


def test_a_service_shows_no_key() -> None:
    with Service("https://api.example.com", KEY) as service:
        assert KEY not in repr(service)


def test_a_question_takes_no_longer_than_it_must(sandbox: Sandbox) -> None:
    took_s = list[float]()
    while len(took_s) < 20 and min(took_s, default=2) >= 2:  # a busy machine may take its time, but not each time
        began = time.monotonic()
        with Service(sandbox.url, KEY) as service:
            service.tasks()
        took_s.append(time.monotonic() - began)
    assert min(took_s) < 2
