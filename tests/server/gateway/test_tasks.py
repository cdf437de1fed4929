"""Tasks are shown as the provider shows them; one that was mended keeps the id that its program knows."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from preflight.errors import OutcomeUnknown
from preflight.server.gateway.errors import ApiError
from preflight.server.gateway.jobs import SENT_AT, Jobs
from preflight.server.gateway.settings import Settings
from preflight.server.gateway.state import GatewayState
from preflight.server.gateway.tasks import TASK, Tasks
from preflight.service.http import ResponseLost
from preflight.service.responses import read_task
from preflight.submission.call_records import CallRecord
from preflight.submission.ledger import Ledger
from tests.answering import Answering, Listening

KEY, JOB, OTHER = "sk-of-this-program", "task-preflight-1-aa", "task-preflight-1-cc"


class Service(Listening):
    """Answers each path as it is told to, whatever is asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[str] = []
        super().__init__(_handler(self))


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(Answering):
        def do_GET(self) -> None:  # noqa: N802 - the server's name for it
            service.asked.append(self.path)
            status, told = service.answers.get(self.path.partition("?")[0], (404, {"error": {"code": "none"}}))
            self.answer(status, told if isinstance(told, bytes) else json.dumps(told).encode(), {})

    return Handler


@pytest.fixture(scope="module")
def live() -> Iterator[Service]:
    with Service() as one:
        yield one


@pytest.fixture
def service(live: Service) -> Service:
    live.answers.clear()
    live.asked.clear()
    return live


@pytest.fixture
def state(service: Service, tmp_path: Path) -> Iterator[GatewayState]:
    with GatewayState(Settings(base_url=service.url, ledger=tmp_path / "ledger.sqlite3", jobs=0)) as one:
        yield one


@pytest.fixture
def tasks(state: GatewayState) -> Tasks:
    return Tasks(state, Jobs(state))


def asked_for(state: GatewayState, job: str = JOB, *, key: str = KEY, **more: Any) -> CallRecord:  # noqa: ANN401 - fields of `Ask`
    request = json.dumps({"table": {"model": "m", "duration": 4}}).encode()
    ask = CallRecord(job=job, created_s=time.time(), account=state.account(key), key=None, body_hash=job, base_url="")
    return state.asks.add(replace(ask, **{"request": request, **more}))


def accepted(ledger: Ledger, task_id: str) -> int:
    """Put an entry with a task into a ledger, and return its number."""
    entry = ledger.sent(ledger.intend(task_id.encode(), base_url="http://127.0.0.1", profile="p"))
    return ledger.accepted(entry, read_task({"id": task_id, "status": "pending"})).number


def shown(tasks: Tasks, task_id: str, key: str = KEY) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(tasks.task(key, task_id, "").body)
    return table


def test_a_task_of_the_service_s_is_shown_as_it_came(tasks: Tasks, service: Service) -> None:
    service.answers["/v1/tasks/task-1"] = (200, b'{"id": "task-1",  "status": "processing"}')
    answer = tasks.task(KEY, "task-1", "verbose=1")
    assert (answer.status, answer.body) == (200, b'{"id": "task-1",  "status": "processing"}')
    assert service.asked == ["/v1/tasks/task-1?verbose=1"]
    assert tasks.task(KEY, "task-2", "").status == 404


@pytest.mark.parametrize("task_id", ["", "..", "a/b", "a?b", "a b", "x" * 300, "é"])
def test_an_id_that_is_none_is_asked_of_nobody(tasks: Tasks, service: Service, task_id: str) -> None:
    with pytest.raises(ApiError) as missing:
        tasks.task(KEY, task_id, "")
    assert (missing.value.status, missing.value.code, service.asked) == (404, "task_not_found", [])


def test_a_job_is_shown_to_its_own_account_alone(tasks: Tasks, state: GatewayState) -> None:
    asked_for(state)
    assert shown(tasks, JOB)["id"] == JOB
    with pytest.raises(ApiError, match="no such task"):
        tasks.task("sk-of-another", JOB, "")
    with pytest.raises(ApiError, match="no such task"):
        tasks.task(KEY, "task-preflight-1-bb", "")


def test_a_job_without_a_task_costs_nothing_and_is_on_its_way(
    tasks: Tasks, state: GatewayState, service: Service
) -> None:
    asked_for(state)
    found = shown(tasks, JOB)
    assert (found["status"], found["progress"], service.asked) == ("pending", 0, [])
    assert found["usage"]["credits_reserved"] == 0
    assert (found["model"], found["task_info"]["video_duration"]) == ("m", 4)


def test_a_job_that_failed_says_why(tasks: Tasks, state: GatewayState) -> None:
    state.asks.failed(asked_for(state), b'{"code": "preflight_failed", "message": "x"}')
    found = shown(tasks, JOB)
    assert (found["status"], found["progress"], found["error"]["code"]) == ("failed", 100, "preflight_failed")


@pytest.mark.parametrize("record", [b"", b"no JSON", b"[]", b'{"table": 7}', b"[" * 99_999])
def test_a_job_whose_record_is_damaged_is_still_told_of(tasks: Tasks, state: GatewayState, record: bytes) -> None:
    asked_for(state, request=record)
    assert shown(tasks, JOB)["id"] == JOB


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"status": "pending", "progress": 0}, {"status": "processing", "progress": SENT_AT}),
        ({"status": "processing", "progress": 60}, {"status": "processing", "progress": 60}),
        ({"status": "completed", "progress": 100}, {"status": "completed", "progress": 100}),
        ({"status": "failed", "progress": None}, {"status": "failed", "progress": None}),
        ({"status": "processing"}, {"status": "processing"}),
    ],
)
def test_a_job_that_was_sent_is_the_service_s_task_under_the_job_s_id_and_never_goes_back(
    tasks: Tasks, state: GatewayState, service: Service, theirs: dict[str, Any], ours: dict[str, Any]
) -> None:
    asked_for(state, entry=accepted(state.ledger, "task-9"))
    service.answers["/v1/tasks/task-9"] = (200, {"id": "task-9", **theirs})
    answer = tasks.task(KEY, JOB, "")
    assert json.loads(answer.body) == {"id": JOB, **ours}
    assert answer.headers[TASK] == "task-9"


def test_a_job_whose_record_was_read_before_it_was_sent_does_not_go_back_either(
    state: GatewayState, tasks: Tasks, service: Service
) -> None:
    before = asked_for(state)
    state.asks.answered(before, b'{"id": "task-9", "status": "pending", "progress": 0}')
    told = json.loads(Jobs(state).answer(before).body)
    assert told == {"id": JOB, "status": "processing", "progress": SENT_AT}
    asked_for(state, OTHER, entry=accepted(state.ledger, "task-8"))
    service.answers["/v1/tasks"] = (200, {"data": [{"id": "task-8", "status": "pending", "progress": 0}, {"id": "x"}]})
    assert json.loads(tasks.listed(KEY, {}, "").body)["data"] == [
        {"id": JOB, "status": "processing", "progress": SENT_AT},
        {"id": OTHER, "status": "processing", "progress": SENT_AT},
        {"id": "x"},
    ]


def test_a_job_s_task_that_the_service_does_not_show_is_told_in_its_words(
    tasks: Tasks, state: GatewayState, service: Service
) -> None:
    asked_for(state, entry=accepted(state.ledger, "task-9"))
    service.answers["/v1/tasks/task-9"] = (500, {"error": {"code": "internal"}})
    answer = tasks.task(KEY, JOB, "")
    assert (answer.status, json.loads(answer.body)) == (500, {"error": {"code": "internal"}})
    service.answers["/v1/tasks/task-9"] = (200, [])
    assert json.loads(tasks.task(KEY, JOB, "").body) == []
    service.answers["/v1/tasks/task-9"] = (502, b"<html>bad gateway")
    with pytest.raises(ResponseLost, match="not whole JSON"):
        tasks.task(KEY, JOB, "")


def test_a_job_whose_answer_was_lost_is_told_so(tasks: Tasks, state: GatewayState) -> None:
    entry = state.ledger.sent(state.ledger.intend(b"{}", base_url="http://127.0.0.1", profile="p"))
    state.ledger.unknown(entry, "no answer came")
    asked_for(state, entry=entry.number)
    with pytest.raises(OutcomeUnknown):
        tasks.task(KEY, JOB, "")


def test_a_task_that_is_over_is_over_in_the_ledger(tasks: Tasks, state: GatewayState, service: Service) -> None:
    number = accepted(state.ledger, "task-9")
    service.answers["/v1/tasks/task-9"] = (200, {"id": "task-9", "status": "failed", "error": {"message": "no"}})
    tasks.task(KEY, "task-9", "")
    entry = state.ledger.find(number)
    assert entry
    assert entry.state == "failed"


# ---- lists ----------------------------------------------------------------------------------------------------------


def listed(tasks: Tasks, **params: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(tasks.listed(KEY, params, "&".join(f"{name}={value}" for name, value in params.items())).body)


def test_a_list_without_jobs_is_passed_on_as_it_came(tasks: Tasks, state: GatewayState, service: Service) -> None:
    asked_for(state, key="sk-of-another")
    service.answers["/v1/tasks"] = (200, b'{"data":  [ ]}')
    assert tasks.listed(KEY, {}, "page=2").body == b'{"data":  [ ]}'
    assert service.asked == ["/v1/tasks?page=2"]


def test_jobs_stand_first_and_those_with_a_task_in_its_place(
    tasks: Tasks, state: GatewayState, service: Service
) -> None:
    asked_for(state, entry=accepted(state.ledger, "task-9"))
    asked_for(state, "task-preflight-1-bb")
    service.answers["/v1/tasks"] = (200, {"data": [{"id": "task-9"}, {"id": "task-8"}], "total": 2})
    found = listed(tasks)
    assert [one["id"] for one in found["data"]] == ["task-preflight-1-bb", JOB, "task-8"]
    assert found["total"] == 3
    assert [one["id"] for one in listed(tasks, page="2")["data"]] == [JOB, "task-8"]


@pytest.mark.parametrize(
    ("params", "is_there"),
    [
        ({"status": "pending"}, True),
        ({"status": "completed"}, False),
        ({"model": "m"}, True),
        ({"model": "other"}, False),
        ({"page": "1", "status": "pending", "model": "m"}, True),
    ],
)
def test_what_is_asked_of_a_list_is_asked_of_jobs_too(
    tasks: Tasks, state: GatewayState, service: Service, params: dict[str, str], is_there: bool
) -> None:
    asked_for(state)
    service.answers["/v1/tasks"] = (200, {"data": []})
    assert [one["id"] for one in listed(tasks, **params)["data"]] == [JOB] * is_there


@pytest.mark.parametrize(
    "answer",
    [[], "x", None, {}, {"data": None}, {"data": {"id": ["a"]}}, {"data": [7, None, {"id": {}}, {}]}, {"tasks": [[]]}],
)
def test_a_list_in_another_shape_is_passed_on(
    tasks: Tasks, state: GatewayState, service: Service, answer: object
) -> None:
    asked_for(state, entry=accepted(state.ledger, "task-9"))
    service.answers["/v1/tasks"] = (200, answer)
    assert listed(tasks) == answer


def test_a_refusal_to_list_is_passed_on(tasks: Tasks, state: GatewayState, service: Service) -> None:
    asked_for(state)
    service.answers["/v1/tasks"] = (401, {"error": {"code": "invalid_api_key"}})
    assert tasks.listed(KEY, {}, "").status == 401


def test_any_other_call_is_passed_as_it_is(tasks: Tasks, service: Service) -> None:
    service.answers["/v1/credits"] = (200, {"balance": 7})
    assert tasks.passed(KEY, "GET", "/v1/credits", "a=%20b").body == b'{"balance": 7}'
    assert service.asked == ["/v1/credits?a=%20b"]
