"""What no route serves and what no route expects is told in the service's own shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preflight.sandbox import running
from tests.sandbox.wire import connect

if TYPE_CHECKING:
    import httpx


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/v1/none", 404), ("GET", "/v1/videos/generations", 405), ("PUT", "/v1/tasks", 405)],
)
def test_what_is_not_served_is_told_in_the_error_shape(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message", "type"}


def test_an_unexpected_failure_is_told_and_keeps_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as sandbox, connect(sandbox) as client:
        monkeypatch.setattr(type(sandbox.state.book), "left", property(lambda _: 1 / 0))
        answer = client.get("/v1/credits")
    assert (answer.status_code, answer.json()["error"]["message"]) == (500, "the sandbox failed: ZeroDivisionError")
