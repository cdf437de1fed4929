"""A plan of faults: what it may say, that the same seed breaks the same calls, and what a bare client sees of each."""

from __future__ import annotations

import json
import socket
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from preflight.sandbox import Fault, Faults, Sandbox, read_fault, running
from preflight.sandbox.faults import KINDS, ROUTES, Fates, route_of
from preflight.sandbox.heads import HEADS
from tests.sandbox.shelf import Shelf
from tests.sandbox.wire import AUTHORIZATION, accepted, body, connect, finished, submit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.media import Media


HEADER = "\r\n".join(f"{name}: {value}" for name, value in AUTHORIZATION.items())


def plan(*faults: Fault, seed: int = 7) -> Faults:
    return Faults(seed=seed, faults=faults)


def broken(route: str, kind: str, **fields: Any) -> Faults:  # noqa: ANN401 - the fields of a fault
    return plan(Fault(route, kind, **fields))


def fates(faults: Faults, route: str, count: int = 400) -> list[str]:
    decides = Fates(faults)
    return [fault.kind if (fault := decides.next(route)) else "" for _ in range(count)]


# ---- the plan --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("create:drop-after", Fault("create", "drop-after")),
        ("create:drop-after:0.2", Fault("create", "drop-after", 0.2)),
        ("task:503:1:12", Fault("task", "503", 1.0, 12.0)),
        ("upload:40003:0.5", Fault("upload", "40003", 0.5)),
        ("callback:twice", Fault("callback", "twice")),
    ],
)
def test_a_fault_is_read_from_text(text: str, fault: Fault) -> None:
    assert read_fault(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        *("", "create", "create:", ":drop-after", "nowhere:500", "create:40001", "task:slow", "outcome:500"),
        *("create:500:2", "create:500:-1", "create:500:x", "create:500:0.5:9999", "create:500:1:1:1", "create:599"),
        *("create:500:.", "create:500:.5", "create:500:1e3", "CREATE:500", "create: 500"),
    ],
)
def test_what_is_no_fault_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_fault(text)


def test_a_wrong_plan_is_refused_before_anything_listens() -> None:
    with pytest.raises(ValueError, match="sandbox settings"), running(faults={"faults": [{"route": "create"}]}):
        pass


def test_the_same_seed_breaks_the_same_calls() -> None:
    half = plan(Fault("create", "500", 0.3), Fault("create", "drop-after", 0.3), Fault("task", "503", 0.5))
    assert fates(half, "create") == fates(half, "create")
    assert fates(half, "create") != fates(plan(*half.faults, seed=8), "create")


def test_what_other_routes_do_changes_no_fate() -> None:
    both = plan(Fault("create", "500", 0.3), Fault("task", "503", 0.5))
    decides = Fates(both)
    mixed = []
    for _ in range(400):
        mixed.append(fault.kind if (fault := decides.next("create")) else "")
        decides.next("task")
    assert mixed == fates(both, "create")


def test_a_probability_is_met_and_of_two_faults_the_first_counts() -> None:
    seen = fates(plan(Fault("create", "500", 0.25), Fault("create", "502", 1.0)), "create", 4000)
    assert 0.22 < seen.count("500") / 4000 < 0.28
    assert seen.count("502") == 4000 - seen.count("500")
    assert set(fates(broken("create", "500", probability=0), "create")) == {""}


def test_a_fault_may_be_limited_to_a_number_of_times() -> None:
    assert fates(broken("create", "500", times=2), "create", 5) == ["500", "500", "", "", ""]


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", "/v1/videos/generations", "create"),
        ("GET", "/v1/tasks/task-1", "task"),
        ("GET", "/v1/tasks", "tasks"),
        ("GET", "/v1/credits", "credits"),
        ("GET", "/v1/catalog/models/seedance-2.0-reference-to-video/pricing-rules", "prices"),
        ("POST", "/api/v1/files/upload/stream", "upload"),
        ("GET", "/api/v1/files/list", "list"),
        ("GET", "/api/v1/files/quota", "quota"),
        ("DELETE", "/api/v1/files/file_1", "delete"),
        ("GET", "/api/v1/files/download/file_1", "download"),
        ("GET", "/files/preflight/a.jpg", "download"),
        ("GET", "/results/task-1.mp4", "result"),
        ("GET", "/elsewhere", ""),
    ],
)
def test_every_request_has_its_route(method: str, path: str, route: str) -> None:
    assert route_of(method, path) == route
    assert route in (*ROUTES, "")


# ---- each kind -------------------------------------------------------------------------------------------------------


def asked(faults: Faults) -> tuple[Sandbox, httpx.Response | Exception]:
    """Submit once to a sandbox that breaks, and give what came."""
    with running(run_s=60, faults=faults) as sandbox, connect(sandbox) as client:
        try:
            return sandbox, submit(client)
        except httpx.HTTPError as error:
            return sandbox, error


BEFORE = ["400", "401", "402", "403", "404", "413", "429", "429-date", "429-bare", "500", "502", "503", "503-bare"]
AFTER = ["500-after", "502-after", "503-after"]


@pytest.mark.parametrize("kind", [*BEFORE, *AFTER])
def test_a_refusal_has_the_documented_shape(kind: str) -> None:
    _, answer = asked(broken("create", kind, seconds=3))
    assert isinstance(answer, httpx.Response)
    error = answer.json()["error"]
    assert {"code", "message", "type"} <= set(error)
    assert isinstance(error["code"], int if answer.status_code >= 500 else str)
    pause = answer.headers.get("retry-after")
    assert (pause == "3") == (kind in {"429", "503"})
    assert (pause is None) == (kind not in {"429", "429-date", "503"})


@pytest.mark.parametrize(("kind", "status"), [("drop-before", 0), ("drop-after", 0), ("truncated", 200)])
def test_a_connection_breaks(kind: str, status: int) -> None:
    sandbox, answer = asked(broken("create", kind))
    assert isinstance(answer, httpx.RemoteProtocolError | httpx.ReadError)
    assert [(one.status, one.fault) for one in sandbox.requests] == [(status, kind)]


@pytest.mark.parametrize("kind", ["short", "huge", "malformed", "empty", "wrong-status", "no-id"])
def test_an_answer_is_not_what_it_should_be(kind: str) -> None:
    _, answer = asked(broken("create", kind))
    assert isinstance(answer, httpx.Response)
    if kind in {"short", "malformed", "empty"}:
        with pytest.raises(json.JSONDecodeError):
            answer.json()
    elif kind == "huge":
        assert len(answer.content) > 5 << 20
    else:
        assert ("id" in answer.json()) == (kind == "wrong-status")
        assert answer.json()["status"] == ("succeeded" if kind == "wrong-status" else "pending")


@pytest.mark.parametrize("kind", ["delay", "delay-after"])
def test_an_answer_is_late(kind: str) -> None:
    began = time.monotonic()
    _, answer = asked(broken("create", kind, seconds=0.3))
    assert isinstance(answer, httpx.Response)
    assert answer.json()["id"]
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize("kind", ["delay", "delay-after"])
def test_a_request_that_arrived_is_acted_upon_although_the_client_has_gone(kind: str) -> None:
    with running(run_s=60, faults=broken("create", kind, seconds=0.4)) as sandbox:
        with connect(sandbox) as client, pytest.raises(httpx.ReadTimeout):
            client.post("/v1/videos/generations", json=body(), timeout=0.2)
        began = time.monotonic()
        while not sandbox.tasks:
            assert time.monotonic() - began < 5
            time.sleep(0.01)
        assert sandbox.calls == {"create": 1}


def test_a_door_is_shut_for_a_while_after_the_call() -> None:
    with running(run_s=60, faults=broken("credits", "refuse", seconds=0.3, times=1)) as sandbox:
        with connect(sandbox) as client:
            assert client.get("/v1/credits").status_code == 200
        began = time.monotonic()
        while True:
            with connect(sandbox) as client:
                try:
                    assert client.get("/v1/credits").status_code == 200
                    break
                except httpx.ConnectError:
                    assert time.monotonic() - began < 5
                    time.sleep(0.02)
        assert time.monotonic() - began >= 0.2


def test_a_sandbox_ends_while_its_door_is_shut() -> None:
    with running(faults=broken("credits", "refuse", seconds=60)) as sandbox, connect(sandbox) as client:
        assert client.get("/v1/credits").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(sandbox.url, trust_env=False)


@pytest.mark.parametrize("code", [40001, 40002, 40003, 50001])
def test_the_files_service_refuses_in_its_own_shape(media: Media, code: int) -> None:
    with running(faults=broken("upload", str(code))) as sandbox, connect(sandbox) as client:
        answer = client.post("/api/v1/files/upload/stream", files={"file": media.image().read_bytes()})
        assert (answer.status_code, answer.json()["success"], answer.json()["code"]) == (200, False, code)
        assert sandbox.uploads == []


@pytest.mark.parametrize("status", [401, 500])
def test_any_status_of_the_files_service_has_its_shape(media: Media, status: int) -> None:
    with running(faults=broken("upload", str(status))) as sandbox, connect(sandbox) as client:
        answer = client.post("/api/v1/files/upload/stream", files={"file": media.image().read_bytes()})
    assert (answer.status_code, answer.json()) == (
        status,
        {"success": False, "code": status, "msg": answer.json()["msg"]},
    )


def test_an_upload_can_be_gone_although_its_answer_promises_days(media: Media) -> None:
    with running(run_s=60, faults=broken("stored", "expire", times=1)) as sandbox, connect(sandbox) as client:
        files = {"file": media.image().read_bytes()}
        first, second = (client.post("/api/v1/files/upload/stream", files=files).json()["data"] for _ in range(2))
        assert client.get(first["file_url"]).status_code == 404
        assert client.get(second["file_url"]).status_code == 200
        answer = submit(client, image_urls=[first["file_url"]])
        assert (answer.status_code, "downloading" in answer.json()["error"]["message"]) == (400, True)


@pytest.mark.parametrize(
    ("kind", "code"), [("moderation", "content_policy_violation"), ("service-error", "service_error")]
)
def test_a_task_fails_and_is_given_back(kind: str, code: str) -> None:
    with running(run_s=0, faults=broken("outcome", kind)) as sandbox, connect(sandbox) as client:
        task = finished(client, accepted(client)["id"])
        assert (task["status"], task["error"]["code"]) == ("failed", code)
        assert not sandbox.paid_by_body


@pytest.fixture(scope="module")
def film() -> Iterator[bytes]:
    with running(run_s=0) as sandbox, connect(sandbox) as client:
        task = finished(client, accepted(client, duration=4, quality="480p")["id"])
        yield client.get(task["results"][0]).content


@pytest.mark.parametrize("kind", ["slow", "truncated", "short"])
def test_a_result_drips_or_comes_by_halves(kind: str, film: bytes) -> None:
    with running(run_s=0, faults=broken("result", kind, seconds=0.4)) as sandbox, connect(sandbox) as client:
        task = finished(client, accepted(client, duration=4, quality="480p")["id"])
        began, got = time.monotonic(), b""
        try:
            with client.stream("GET", task["results"][0]) as answer:
                for chunk in answer.iter_raw():
                    got += chunk
            assert kind != "truncated"
        except httpx.RemoteProtocolError:
            assert kind == "truncated"
    assert len(got) == len(film) if kind == "slow" else len(got) <= len(film) // 2
    assert kind != "slow" or time.monotonic() - began >= 0.4


def test_a_film_of_the_same_size_and_length_is_made_once() -> None:
    with running(run_s=0) as sandbox, connect(sandbox) as client:
        tasks = [finished(client, accepted(client, duration=4, quality="480p")["id"]) for _ in range(2)]
        assert tasks[0]["results"] != tasks[1]["results"]
        assert len({client.get(task["results"][0]).content for task in tasks}) == 1
        assert len([*(sandbox.state.folder / "results").iterdir()]) == 1


@pytest.mark.parametrize(("kind", "count"), [("late", 1), ("twice", 2)])
def test_a_callback_comes_late_or_twice(kind: str, count: int) -> None:
    faults = broken("callback", kind, seconds=0.3)
    with (
        Shelf() as receiver,
        running(run_s=0, fail_with="unknown_error", callback_http=True, faults=faults) as sandbox,
        connect(sandbox) as client,
    ):
        began = time.monotonic()
        accepted(client, callback_url=receiver.url + "/done")
        while len(sandbox.callbacks) < count:
            assert time.monotonic() - began < 10
            time.sleep(0.01)
        assert len(receiver.posted) == count
        assert kind != "late" or time.monotonic() - began >= 0.3


def test_every_fault_that_was_met_is_counted() -> None:
    with running(run_s=60, faults=broken("create", "500", times=2)) as sandbox, connect(sandbox) as client:
        for _ in range(3):
            submit(client)
        assert sandbox.faults_met == {("create", "500"): 2}
        assert [request.fault for request in sandbox.requests] == ["500", "500", ""]


@pytest.mark.parametrize("route", ROUTES)
def test_no_request_without_a_key_uses_up_a_fault(route: str) -> None:
    faults = broken(route, "500", times=1)
    with running(faults=faults) as sandbox:
        for path in ("/v1/videos/generations", "/v1/tasks", "/v1/credits", "/api/v1/files/list"):
            httpx.get(sandbox.url + path, trust_env=False)
        assert not sandbox.faults_met


def test_a_service_that_replays_nothing_takes_the_same_key_twice() -> None:
    with running(run_s=60, replays=False) as sandbox, connect(sandbox) as client:
        client.headers["Idempotency-Key"] = "order-0123456789"
        for _ in range(2):
            accepted(client)
        assert [task.idempotency_key for task in sandbox.tasks] == ["order-0123456789"] * 2
        assert [*sandbox.paid_by_body.values()] == [2]


def test_every_kind_is_explained() -> None:
    assert all(kinds for kinds in KINDS.values())
    assert {"create", "outcome", "callback", "stored"} <= set(KINDS)


# ---- malformed heads -------------------------------------------------------------------------------------------------


def exchanged(sandbox: Sandbox) -> bytes:
    """Create a task over a bare socket, and return the whole answer."""
    address = urlsplit(sandbox.url)
    content = json.dumps(body(duration=4)).encode()
    head = f"POST /v1/videos/generations HTTP/1.1\r\nHost: x\r\n{HEADER}\r\nContent-Length: {len(content)}\r\n\r\n"
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=10) as line:
        line.sendall(head.encode() + content)
        return b"".join(iter(lambda: line.recv(65536), b""))


@pytest.mark.parametrize("kind", sorted(HEADS))
def test_a_malformed_head_comes_when_the_service_has_acted(kind: str) -> None:
    with running(run_s=60, faults=broken("create", kind)) as sandbox:
        answers = [exchanged(sandbox) for _ in HEADS[kind]]
    assert len(sandbox.tasks) == len(answers)
    assert len(set(answers)) == len(answers)
    for answer, (status, lines), task in zip(answers, HEADS[kind], sandbox.tasks, strict=True):
        assert answer.startswith(b"HTTP/1.1 " + status + b"\r\n" + lines[0])
        assert task.id.encode() in answer


@pytest.mark.parametrize("kind", ["drip", "interim"])
def test_an_answer_that_comes_slowly_is_whole_in_the_end(kind: str) -> None:
    with running(run_s=60, faults=broken("create", kind, seconds=0.4)) as sandbox, connect(sandbox) as client:
        begun = time.monotonic()
        task = accepted(client, duration=4)
    assert time.monotonic() - begun > 0.3
    assert [one.id for one in sandbox.tasks] == [task["id"]]


def test_the_clock_of_the_service_may_be_ahead() -> None:
    with running(run_s=60, clock_ahead_s=7200.0) as sandbox, connect(sandbox) as client:
        answer = submit(client, duration=4)
    ahead_s = parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()
    assert 7190 < ahead_s < 7201
    assert 7190 < answer.json()["created"] - time.time() < 7201
