"""What a bare client sees of each fault."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.sandbox import Faults, Sandbox, running
from preflight.sandbox.breaking import Call, CapturedResponse
from tests.sandbox.wire import accepted, body, broken, connect, finished, submit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Message

    from tests.sandbox.media import Media

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
    with running(run_s=60, faults=broken("create", kind, seconds=2)) as sandbox:
        with connect(sandbox) as client, pytest.raises(httpx.ReadTimeout):
            client.post("/v1/videos/generations", json=body(), timeout=httpx.Timeout(120, read=0.2))
        began = time.monotonic()
        while not sandbox.tasks:
            assert time.monotonic() - began < 120
            time.sleep(0.01)
        assert sandbox.calls == {"create": 1}


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


@pytest.mark.parametrize("kind", ["drip", "interim"])
def test_an_answer_that_comes_slowly_is_whole_in_the_end(kind: str) -> None:
    with running(run_s=60, faults=broken("create", kind, seconds=0.4)) as sandbox, connect(sandbox) as client:
        begun = time.monotonic()
        task = accepted(client, duration=4)
    assert time.monotonic() - begun > 0.3
    assert [one.id for one in sandbox.tasks] == [task["id"]]


def test_a_body_is_replaced_with_its_length_and_no_other_header_is_touched() -> None:
    before = CapturedResponse(201, ((b"Content-Length", b"3"), (b"x", b"1"), (b"X", b"2")), b"abc")
    after = before.with_body(b"longer")
    assert (after.status, after.body) == (201, b"longer")
    assert after.headers == ((b"x", b"1"), (b"X", b"2"), (b"content-length", b"6"))


@given(st.binary(max_size=40), st.integers(1, 50))
@settings(max_examples=30)
def test_a_response_in_any_number_of_pieces_is_the_same_bytes(content: bytes, pieces: int) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def app(*_: object) -> None: ...

    call = Call(app, {"type": "http"}, receive, send)
    asyncio.run(call.say(CapturedResponse(200, (), content), pieces))
    assert b"".join(message.get("body", b"") for message in sent) == content
    assert [message.get("more_body") for message in sent[1:]] == [True] * (len(sent) - 2) + [False]
    assert len(sent) - 2 <= pieces
    sent.clear()
    asyncio.run(call.say_raw(content, pieces))
    assert b"".join(message["body"] for message in sent) == content
    assert [message["last"] for message in sent] == [False] * (len(sent) - 1) + [True]
