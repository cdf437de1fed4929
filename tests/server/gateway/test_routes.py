"""The gateway's own paths and the provider's: what each answers, and what a program may say beside its body."""

import base64
from typing import Any

import msgspec
import pytest

from preflight.sandbox import Sandbox
from preflight.server.gateway.routes import LONGEST_KEY, Price
from tests.server.gateway.conftest import BROKEN, CLEAN, KEY, WRONG, Gateway, Opened, body
from tests.specimens import MEDIA

PAGE = "text/html,application/xhtml+xml,*/*;q=0.8"


def inline(name: str) -> str:
    return f"data:;base64,{base64.b64encode((MEDIA / name).read_bytes()).decode()}"


CLEAN_INLINE, WRONG_INLINE, BROKEN_INLINE = (inline(name) for name in (CLEAN, WRONG, BROKEN))


def held(gateway: Gateway) -> list[str]:
    return [one.name for one in gateway.serving.state.assets.contents.folder.iterdir()]


# ---- checks and prices ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "verdict"), [(CLEAN_INLINE, "pass"), (WRONG_INLINE, "fail"), (BROKEN_INLINE, "fail")]
)
def test_a_check_answers_200_whatever_its_verdict_and_holds_nothing(asked: Gateway, image: str, verdict: str) -> None:
    answer = asked.http.post("/preflight/check", json=body(image))
    assert (answer.status_code, answer.json()["verdict"]) == (200, verdict)
    assert asked.http.get(answer.headers["Preflight-Report"]).json() == answer.json()
    assert held(asked) == []


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (PAGE, "text/html"),
        ("text/html", "text/html"),
        ("application/json", "application/json"),
        ("application/json, text/html", "application/json"),
        ("text/html, application/json", "text/html"),
        ("*/*", "application/json"),
        ("", "application/json"),
    ],
)
def test_a_report_is_a_page_for_whoever_rather_wants_one(asked: Gateway, accept: str, kind: str) -> None:
    answer = asked.http.post("/preflight/check", json=body(CLEAN_INLINE), headers={"Accept": accept})
    again = asked.http.get(answer.headers["Preflight-Report"], headers={"Accept": accept})
    for one in (answer, again):
        assert one.headers["Content-Type"].startswith(kind)
        assert ("default-src 'none'" in one.headers.get("Content-Security-Policy", "")) is (kind == "text/html")


def test_a_report_that_is_not_there_is_not_found(asked: Gateway) -> None:
    answer = asked.http.get("/preflight/reports/nothing", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "report_not_found")


def test_a_price_says_what_it_is_made_of(asked: Gateway) -> None:
    answer = asked.http.post("/preflight/estimate", json=body(CLEAN_INLINE, duration=5))
    price = msgspec.json.decode(answer.content, type=Price)
    assert (price.output_s, price.verdict) == (5, "pass")
    assert price.credits
    assert answer.headers["Preflight-Report"] == price.report


def test_what_cannot_be_judged_has_a_price_and_no_verdict_to_be_sent(asked: Gateway) -> None:
    answer = asked.http.post("/preflight/estimate", json=body(BROKEN_INLINE)).json()
    assert answer["verdict"] != "pass"


# ---- the provider's paths -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "x" * (LONGEST_KEY + 1), "é", "a\tb"])
def test_a_key_of_idempotency_that_no_ledger_can_hold_is_refused(asked: Gateway, quiet: Sandbox, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode()}
    answer = asked.http.post("/v1/videos/generations", json=body(CLEAN_INLINE), headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_idempotency_key")
    assert quiet.calls["create"] == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/videos/generations"),
        ("GET", "/v1/tasks/task-1"),
        ("GET", "/v1/tasks"),
        ("GET", "/v1/credits"),
        ("POST", "/api/v1/files/upload/stream"),
        ("POST", "/api/v1/files/upload/base64"),
        ("GET", "/api/v1/files/list"),
        ("DELETE", "/api/v1/files/f1"),
    ],
)
def test_without_a_key_nothing_of_the_provider_s_is_asked(asked: Gateway, method: str, path: str) -> None:
    answer = asked.http.request(method, path, headers={"Authorization": ""})
    assert answer.status_code == 401
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_a_check_needs_no_key_since_it_asks_nobody(asked: Gateway) -> None:
    assert (
        asked.http.post("/preflight/check", json=body(CLEAN_INLINE), headers={"Authorization": ""}).status_code == 200
    )


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"{", b"\xff", b'{"a":1,"a":2}', b"[" * 2000, b'{"model":"x"}']
)
def test_a_body_that_is_none_is_refused_and_counted(opened: Opened, content: bytes) -> None:
    with opened() as gateway:
        for path in ("/v1/videos/generations", "/preflight/check", "/preflight/estimate"):
            assert gateway.http.post(path, content=content).status_code == 400
        assert 'preflight_creates_total{outcome="failed"} 0' in gateway.http.get("/metrics").text


def test_a_form_is_a_body_with_its_files_and_gives_them_up(asked: Gateway) -> None:
    parts: dict[str, Any] = {"files": {"image": ("a.jpg", (MEDIA / CLEAN).read_bytes())}}
    said = {name: str(value) for name, value in body(prompt="Image 1 sets it.").items() if name != "image_urls"}
    found = asked.http.post("/preflight/check", data=said, **parts).json()
    assert (found["verdict"], len(found["assets"])) == ("pass", 1), found
    assert asked.http.post("/preflight/check", data={"model": "nobody's"}, **parts).status_code == 400
    assert held(asked) == []


def test_a_create_call_is_counted_by_what_became_of_it(opened: Opened) -> None:
    with opened() as gateway:
        said = body(CLEAN_INLINE)
        assert gateway.create(said).status_code == gateway.create(said).status_code == 200
        assert gateway.create(body(WRONG_INLINE)).status_code == 422
        assert gateway.create(body("no address")).status_code == 400
        text = gateway.http.get("/metrics").text
        counted = ("passed", "replayed", "refused", "invalid")
        assert [f'preflight_creates_total{{outcome="{one}"}} 1' in text for one in counted] == [True] * 4
        assert "preflight_body_bytes 0\n" in text
        assert KEY not in text


def test_readiness_ends_before_the_gateway_does(opened: Opened) -> None:
    with opened() as gateway:
        assert gateway.http.get("/readyz").json() == {"status": "ready"}
        gateway.serving.gate.drain()
        assert (gateway.http.get("/readyz").status_code, gateway.http.get("/healthz").status_code) == (503, 200)
