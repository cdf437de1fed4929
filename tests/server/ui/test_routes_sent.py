"""What the page asks of sending: nothing leaves without a yes, a key is told by nobody, a report is of the request."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from preflight.report.schemas import schema_of
from tests.server.pages import Page, opened
from tests.specimens import media

KEY = "a-key-that-is-told-by-nobody"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened(tmp_path_factory.mktemp("sent"), media("image-gif.gif")) as one:
        one.settled()
        yield one


def ask(page: Page, method: str, path: str, body: object = None) -> tuple[int, Any]:
    answer = page.client.request(method, path, json=body)
    return answer.status_code, answer.json() if answer.content else None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/key", {}),
        ("PUT", "/api/key", {"key": 7}),
        ("PUT", "/api/key", {"key": "a", "more": 1}),
        ("PUT", "/api/sandbox", {"on": "yes"}),
        ("PUT", "/api/sandbox", {}),
        ("POST", "/api/send", {"again": 1}),
        ("POST", "/api/send", {"sure": True}),
        ("POST", "/api/send", []),
    ],
)
def test_a_body_of_another_shape_is_refused(page: Page, method: str, path: str, body: object) -> None:
    assert ask(page, method, path, body)[0] == 400


def test_what_fails_is_not_sent_and_needs_no_key_to_be_told_so(page: Page) -> None:
    status, told = ask(page, "POST", "/api/send", {})
    assert (status, bool(told["error"]["message"])) == (400, True)
    assert page.state()["send"]["sent"] == []


def test_a_key_is_held_and_never_told(page: Page) -> None:
    assert ask(page, "PUT", "/api/key", {"key": KEY}) == (204, None)
    for path in ("/api/state", "/api/basis", "/api/report.json"):
        assert KEY not in page.client.get(path).text
    assert not any(KEY.encode() in one.read_bytes() for one in page.folder.rglob("*") if one.is_file())


def test_the_sandbox_is_switched_on_and_off(page: Page) -> None:
    for on in (True, False):
        assert ask(page, "PUT", "/api/sandbox", {"on": on}) == (204, None)
        assert page.state()["send"]["sandbox"] is on


@pytest.mark.parametrize("what", ["film", "film/show", "use"])
@pytest.mark.parametrize("where", ["paid/1", "sandbox/1", "elsewhere/1", "paid/x", "paid/-1"])
def test_what_was_never_sent_is_not_there(page: Page, where: str, what: str) -> None:
    is_entry = where.endswith("/1") and not where.startswith("elsewhere")
    status, told = ask(page, "GET" if what == "film" else "POST", f"/api/sent/{where}/{what}")
    assert status == (400 if what == "use" and is_entry else 404)
    assert told["error"]["message"]


def test_a_report_is_a_file_to_save_on_the_request_as_it_is(page: Page) -> None:
    found = page.client.get("/api/report.json")
    assert found.headers["content-disposition"] == 'attachment; filename="report.json"'
    report = json.loads(found.content)
    jsonschema.validate(report, schema_of("report"))
    assert (report["verdict"], len(report["assets"])) == ("fail", 1)
    html = page.client.get("/api/report.html")
    assert html.text.startswith("<!DOCTYPE html>")
    assert "data:image/jpeg;base64," in html.text


def test_of_nothing_there_is_no_report(tmp_path_factory: pytest.TempPathFactory) -> None:
    with opened(tmp_path_factory.mktemp("empty")) as page:
        for kind in ("json", "html"):
            status, told = ask(page, "GET", f"/api/report.{kind}")
            assert (status, told["error"]["code"]) == (404, "missing")
        assert ask(page, "GET", "/api/report.pdf")[0] == 404
