"""Whom the sandbox lets in, and what it remembers of each request."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from preflight.sandbox import running
from preflight.sandbox.faults import ROUTES
from preflight.sandbox.gate import needs_key
from tests.sandbox.wire import KEY, accepted, broken, connect, submit

if TYPE_CHECKING:
    import logging


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


def test_the_clock_of_the_service_may_be_ahead() -> None:
    with running(run_s=60, clock_ahead_s=7200.0) as sandbox, connect(sandbox) as client:
        answer = submit(client, duration=4)
    ahead_s = parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()
    assert 7190 < ahead_s < 7201
    assert 7190 < answer.json()["created"] - time.time() < 7201


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/videos/generations"),
        ("GET", "/v1/tasks"),
        ("GET", "/v1/tasks/x"),
        ("GET", "/v1/credits"),
        ("POST", "/api/v1/files/upload/stream"),
        ("GET", "/api/v1/files/list"),
        ("GET", "/api/v1/files/quota"),
        ("DELETE", "/api/v1/files/x"),
    ],
)
def test_every_route_but_downloads_needs_a_key(keyed: str, method: str, path: str) -> None:
    for header in (None, "", "Bearer", "Basic sk-known", "sk-known", "Bearer sk-unknown"):
        headers = {} if header is None else {"Authorization": header}
        answer = httpx.request(method, keyed + path, headers=headers, trust_env=False)
        assert answer.status_code == 401
        told = answer.json()
        assert told["success"] is False if path.startswith("/api") else told["error"]["type"] == "authentication_error"


def test_a_known_key_is_let_in(keyed: str) -> None:
    answer = httpx.get(f"{keyed}/v1/credits", headers={"Authorization": "bearer sk-known"}, trust_env=False)
    assert answer.status_code == 200


def test_requests_are_remembered_without_their_headers() -> None:
    with running(run_s=60) as sandbox, connect(sandbox) as client:
        accepted(client)
        client.get("/v1/tasks/none")
        seen = [(request.method, request.path, request.status) for request in sandbox.requests]
        assert KEY not in repr(sandbox.requests)
    assert seen == [("POST", "/v1/videos/generations", 200), ("GET", "/v1/tasks/none", 404)]


def test_no_log_line_holds_a_key(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(0), running(run_s=0) as sandbox, connect(sandbox) as client:
        accepted(client)
        client.get("/none")
    lines: list[logging.LogRecord] = caplog.records
    assert KEY not in "".join(line.getMessage() for line in lines)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("path", "needs"),
    [
        ("/v1/videos/generations", True),
        ("/v1/catalog/models", True),
        ("/v1/catalog/models/m/pricing-rules", False),
        ("/api/v1/files/download/x", False),
        ("/api/v1/files/downloads", True),
        ("/api/v1/files/x", True),
        ("/files/preflight/a.jpg", False),
        ("/results/task-1.mp4", False),
        ("/v2/v1/x", False),
    ],
)
def test_what_is_public_needs_no_key(path: str, needs: bool) -> None:
    assert needs_key(path) is needs
