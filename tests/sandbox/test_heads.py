"""Heads that no server should send, each with what the service did behind it."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest

from preflight.sandbox import Sandbox, running
from preflight.sandbox.breaking import CapturedResponse
from preflight.sandbox.heads import HEADS, INTERIM, malformed, whole
from tests.sandbox.wire import AUTHORIZATION, body, broken

HEADER = "\r\n".join(f"{name}: {value}" for name, value in AUTHORIZATION.items())


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


ANSWER = CapturedResponse(201, ((b"content-type", b"application/json"), (b"x", b"1")), b'{"id": 1}')


@pytest.mark.parametrize("kind", sorted(HEADS))
def test_each_kind_goes_round_its_variants_and_none_loses_the_answer(kind: str) -> None:
    count = len(HEADS[kind])
    sent = [malformed(kind, number, ANSWER) for number in range(2 * count)]
    assert sent[:count] == sent[count:]
    assert len(set(sent)) == count
    assert all(one.endswith(b"\r\n\r\n" + ANSWER.body) for one in sent)


def test_an_intact_answer_is_one_that_a_client_reads() -> None:
    head, _, rest = whole(ANSWER).partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    assert (status.split(b" ")[:2], rest) == ([b"HTTP/1.1", b"201"], ANSWER.body)
    assert lines == [b"content-type: application/json", b"x: 1", b"Connection: close"]
    assert all(one.startswith(b"HTTP/1.1 1") and one.endswith(b"\r\n\r\n") for one in INTERIM)
