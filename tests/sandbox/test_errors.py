"""Refusals have the shape of the service that refuses, and tell no more than they should."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import Request

from preflight.sandbox.errors import ApiError, FilesError, api_refusal, files_refusal, invalid, on_error, refusal

if TYPE_CHECKING:
    from starlette.responses import Response


def told(response: Response) -> tuple[int, Any]:
    return response.status_code, json.loads(bytes(response.body))


def request(path: str) -> Request:
    return Request({"type": "http", "method": "GET", "path": path, "headers": []})


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "insufficient_quota_error"),
        (404, "not_found_error"),
        (413, "request_too_large_error"),
        (429, "server_error"),
        (503, "server_error"),
    ],
)
def test_the_kind_of_an_error_follows_its_status(status: int, kind: str) -> None:
    assert told(api_refusal(status, "c", "m")) == (status, {"error": {"code": "c", "message": "m", "type": kind}})


def test_the_parameter_at_fault_is_named_where_there_is_one() -> None:
    refused = invalid("too long", "prompt")
    _, body = told(on_error(request("/v1/tasks"), refused))
    assert body["error"]["param"] == "prompt"
    _, body = told(on_error(request("/v1/tasks"), invalid("too long")))
    assert "param" not in body["error"]


def test_the_files_service_refuses_with_200_and_a_code_of_its_own() -> None:
    body = {"success": False, "code": 40001, "msg": "m"}
    assert (
        told(files_refusal(40001, "m")) == told(on_error(request("/v1/tasks"), FilesError(40001, "m"))) == (200, body)
    )


@pytest.mark.parametrize(("path", "member"), [("/v1/tasks", "error"), ("/", "error"), ("/api/v1/files/x", "msg")])
def test_a_path_decides_whose_shape_it_is(path: str, member: str) -> None:
    status, body = told(refusal(path, 404, "not_found", "m"))
    assert status == 404
    assert member in body


@pytest.mark.parametrize("path", ["/v1/tasks", "/api/v1/files/x"])
def test_an_unexpected_error_tells_its_kind_and_nothing_else(path: str) -> None:
    status, body = told(on_error(request(path), KeyError("sk-secret")))
    assert status == 500
    assert "KeyError" in str(body)
    assert "sk-secret" not in str(body)
    assert told(on_error(request(path), ApiError(402, "c", "m")))[0] == 402
