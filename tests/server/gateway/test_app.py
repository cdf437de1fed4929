"""The application of a gateway: what it serves, and how it says that it does not."""

import base64
import json
from typing import Any

import pytest

from preflight.server.gateway.docs import PAGE
from tests.server.gateway.conftest import WRONG, Gateway, body
from tests.specimens import MEDIA

WRONG_INLINE = f"data:;base64,{base64.b64encode((MEDIA / WRONG).read_bytes()).decode()}"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/preflight", 404, "not_found"),
        ("GET", "/v1/videos", 404, "not_found"),
        ("POST", "/v1/tasks", 405, "method_not_allowed"),
        ("DELETE", "/v1/videos/generations", 405, "method_not_allowed"),
        ("BREW", "/healthz", 405, "method_not_allowed"),
        ("POST", "/preflight/docs", 405, "method_not_allowed"),
    ],
)
def test_what_is_not_served_is_refused_in_the_provider_s_shape(
    asked: Gateway, method: str, path: str, status: int, code: str
) -> None:
    answer = asked.http.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert "/preflight/docs" in answer.json()["error"]["message"]


def test_below_the_files_service_it_is_refused_in_that_one_s(asked: Gateway) -> None:
    assert asked.http.get("/api/v1/files/upload/nothing/at/all").json() == {
        "success": False,
        "code": 404,
        "msg": "GET is not served here: this gateway serves what /preflight/docs lists",
    }


def test_the_document_lists_every_route_but_its_own(asked: Gateway) -> None:
    document = asked.http.get("/preflight/openapi.json")
    assert document.headers["Content-Type"] == "application/json"
    assert not any("docs" in path or "openapi" in path for path in document.json()["paths"])
    for path, operations in document.json()["paths"].items():
        if "get" in operations and "{" not in path and path.startswith("/preflight"):
            assert asked.http.get(path).status_code == 200


def test_its_page_may_load_its_style_alone(asked: Gateway) -> None:
    page = asked.http.get("/preflight/docs")
    assert page.headers["Content-Security-Policy"] == PAGE
    assert asked.http.get("/preflight/docs.css").headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("tag", ["ko", "zh", "en"])
def test_a_refusal_is_in_the_language_that_is_asked_for_and_its_code_in_none(asked: Gateway, tag: str) -> None:
    def refusal(language: str) -> dict[str, Any]:
        answer = asked.create(body(WRONG_INLINE), Accept_Language=language)
        table: dict[str, Any] = json.loads(answer.content)["error"]
        return table

    found, english = refusal(tag), refusal("en")
    assert found["code"] == english["code"] == "preflight_failed"
    assert (found["message"] == english["message"]) is (tag == "en")


def test_an_answer_of_any_route_has_a_name_and_is_kept_by_nobody(asked: Gateway) -> None:
    names = set()
    for path in ("/healthz", "/metrics", "/nothing", "/v1/credits"):
        answer = asked.http.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        names.add(answer.headers["Preflight-Request"])
    assert len(names) == 4
