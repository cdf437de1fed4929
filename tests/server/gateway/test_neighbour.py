"""Who may ask, how much, how long, and what is told of it."""

import json
import re
import socket
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from preflight.errors import NotDone
from preflight.report.schemas import schema_of
from preflight.sandbox import Sandbox, running
from preflight.server.gateway import bodies
from preflight.server.gateway.settings import BODY_BYTES
from tests.server.gateway.conftest import CLEAN, KEY, WRONG, Gateway, Opened, body
from tests.server.gateway.hosts import Host

TOKEN = "a-token-of-thirty-two-characters"  # noqa: S105 - of this test alone


# ---- who ------------------------------------------------------------------------------------------------------------


def test_a_token_is_wanted_beside_the_key(opened: Opened, sandbox: Sandbox, host: Host) -> None:
    with opened(tokens=(TOKEN, "another-token-that-is-as-long")) as gateway:
        sent = body(f"{host.url}/{CLEAN}")
        refused = gateway.create(sent)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_token")
        assert gateway.create(sent, Preflight_Token=TOKEN[:-1]).status_code == 401
        mistaken = gateway.create(sent, Preflight_Token=TOKEN, Authorization=f"Bearer {TOKEN}")
        assert (mistaken.status_code, mistaken.json()["error"]["code"]) == (401, "invalid_api_key")
        assert sandbox.calls["create"] == 0
        assert gateway.create(sent, Preflight_Token=TOKEN).status_code == 200
        assert gateway.http.get("/healthz", headers={"Authorization": ""}).status_code == 200
        assert gateway.http.get("/metrics").status_code == 401
        assert gateway.http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_a_gateway_that_holds_the_key_takes_tokens_where_the_key_would_be(
    opened: Opened, host: Host, tmp_path: Path
) -> None:
    with running(run_s=0, keys=frozenset({KEY})) as service:
        with opened(base_url=service.url, key=KEY, tokens=(TOKEN,)) as gateway:
            sent = body(f"{host.url}/{CLEAN}")
            assert gateway.create(sent, Authorization="Bearer something-else").status_code == 401
            answer = gateway.create(sent, Authorization=f"Bearer {TOKEN}")
            assert answer.status_code == 200
            assert KEY not in gateway.log.getvalue()
        assert len(service.tasks) == 1
    assert not any(KEY.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "attacker.example"}, 421),
        ({"Host": "127.0.0.1.attacker.example:80"}, 421),
        ({"Origin": "https://attacker.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "localhost"}, 200),
        ({"Host": "[::1]:1"}, 200),
    ],
)
def test_a_page_of_somebody_else_may_not_ask(asked: Gateway, headers: dict[str, str], status: int) -> None:
    assert asked.http.get("/v1/credits", headers=headers).status_code == status


def test_only_the_service_s_own_machine_is_asked_for_assets(asked: Gateway, quiet: Sandbox, host: Host) -> None:
    host.redirects |= {"/away": "http://169.254.169.254/latest", "/round": "/round", "/file": "file:///etc/passwd"}
    for url in ("http://169.254.169.254/a", "http://10.0.0.1/a", "http://[fd00::1]/a", "http://0.0.0.0/a"):
        answer = asked.create(body(url))
        assert (answer.status_code, "the service cannot reach" in answer.text) == (422, True), answer.text
    for path in ("/away", "/round", "/file"):
        assert asked.create(body(f"{host.url}{path}")).json()["verdict"] == "unsure"
    assert quiet.calls["create"] == 0


def test_addresses_of_this_machine_are_for_a_service_of_this_machine_alone(opened: Opened, host: Host) -> None:
    with opened(base_url="https://service.example.com") as gateway:
        answer = gateway.http.post("/preflight/check", json=body(f"{host.url}/{CLEAN}"))
        assert answer.json()["verdict"] == "unsure"
    with opened(base_url="https://service.example.com", allow_private=True) as gateway:
        assert gateway.http.post("/preflight/check", json=body(f"{host.url}/{CLEAN}")).json()["verdict"] == "pass"


def test_one_ledger_is_one_gateway_s(opened: Opened) -> None:
    with opened(), pytest.raises(NotDone, match="another gateway uses this ledger"), opened():
        pass


# ---- how much, how long ---------------------------------------------------------------------------------------------


def test_a_body_of_64_mib_is_read_and_one_byte_more_is_not(asked: Gateway, quiet: Sandbox) -> None:
    head = b'{"model": "nothing", "prompt": "'
    longest = head + b"a" * (BODY_BYTES - len(head) - 2) + b'"}'
    assert asked.http.post("/v1/videos/generations", content=longest).json()["error"]["param"] == "model"
    too_long = asked.http.post("/v1/videos/generations", content=longest + b" ")
    assert (too_long.status_code, too_long.json()["error"]["code"]) == (413, "request_too_large")
    packed = asked.http.post("/v1/videos/generations", content=b"{}", headers={"Content-Encoding": "gzip"})
    assert packed.status_code == 415
    assert quiet.calls["create"] == 0


def test_a_slow_sender_is_not_waited_for(opened: Opened) -> None:
    with opened(slow_s=0.3) as gateway:
        address = gateway.http.base_url
        with closing(socket.create_connection((str(address.host), address.port or 0), 10)) as sender:
            head = f"POST /v1/videos/generations HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
            sender.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
            assert sender.recv(4096).startswith(b"HTTP/1.1 408 ")


def test_who_comes_when_all_are_busy_is_told_to_come_again(opened: Opened) -> None:
    with Host() as host, opened(at_once=1, waiting=0) as gateway:
        host.put(b"", "hang.jpg")
        first = threading.Thread(target=gateway.create, args=[body(f"{host.url}/hang.jpg")])
        first.start()
        while not gateway.serving.gate.in_work:
            time.sleep(0.01)
        answer = gateway.create(body(f"{host.url}/hang.jpg", prompt="Another."))
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
        assert gateway.http.get("/healthz").status_code == 200
        host.go_on.set()
        first.join()


def test_no_more_is_held_in_memory_than_there_is_room_for(asked: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BUFFERED_BYTES", 1000)
    answer = asked.create(body(prompt="a" * 2000))
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)
    monkeypatch.undo()
    assert asked.create({}).status_code == 400


# ---- what is told ---------------------------------------------------------------------------------------------------


def test_health_and_counters(opened: Opened, host: Host) -> None:
    with opened() as gateway:
        gateway.create(sent := body(f"{host.url}/{CLEAN}"))
        gateway.create(sent)
        gateway.create(body(f"{host.url}/{WRONG}"))
        assert gateway.http.get("/readyz").json() == {"status": "ready"}
        metrics = gateway.http.get("/metrics")
        assert metrics.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
        parser = pytest.importorskip("prometheus_client.openmetrics.parser")
        assert len(list(parser.text_string_to_metric_families(metrics.text))) > 5
        lines = metrics.text.splitlines()
        assert lines[-1] == "# EOF"
        assert {
            'preflight_creates_total{outcome="passed"} 1',
            'preflight_creates_total{outcome="replayed"} 1',
            'preflight_creates_total{outcome="refused"} 1',
            'preflight_requests_total{method="POST",route="/v1/videos/generations",status="422"} 1',
            "preflight_request_duration_seconds_count 4",
        } <= set(lines)
        gateway.serving.gate.drain()
        assert gateway.http.get("/readyz").status_code == 503


def test_a_line_a_request_is_told_without_secrets(opened: Opened, host: Host) -> None:
    with opened() as gateway:
        answer = gateway.create(body(f"{host.url}/{WRONG}?token=abc"), Idempotency_Key="of-mine")
        gateway.http.get("/v1/tasks?secret=query")
        give_up = time.monotonic() + 120
        while gateway.log.getvalue().count("\n") < 3:  # a line is written when its answer has gone
            assert time.monotonic() < give_up
            time.sleep(0.01)
    lines = [json.loads(line) for line in gateway.log.getvalue().splitlines()]
    events = [one["event"] for one in lines]
    assert events[:3] == ["start", "request", "request"]
    refused = lines[1]
    assert refused["report"] == answer.headers["Preflight-Report"]
    assert (refused["status"], refused["outcome"], refused["request"]) == (
        422,
        "refused",
        answer.headers["Preflight-Request"],
    )
    assert not any(word in str(lines) for word in (KEY, "abc", "of-mine", "query", "palette"))


# ---- the gateway's own paths ----------------------------------------------------------------------------------------


def test_a_check_sends_nothing_and_an_estimate_has_a_price(asked: Gateway, quiet: Sandbox, host: Host) -> None:
    from jsonschema import Draft202012Validator

    sent = body(f"{host.url}/{CLEAN}", quality="720p")
    report = asked.http.post("/preflight/check", json=sent)
    Draft202012Validator(schema_of("report")).validate(report.json())
    page = asked.http.post("/preflight/check", json=sent, headers={"Accept": "text/html,application/json;q=0.9"})
    assert page.text.startswith("<!DOCTYPE html>")
    price = asked.http.post("/preflight/estimate", json=sent).json()
    assert (price["credits"], price["output_s"], price["verdict"]) == (54, 4, "pass")
    assert asked.http.get(price["report"]).json()["verdict"] == "pass"
    assert asked.http.get("/preflight/reports/nothing").status_code == 404
    assert quiet.calls["create"] == 0


def test_the_document_describes_what_is_served_and_its_page_loads_nothing_else(asked: Gateway) -> None:
    document = asked.http.get("/preflight/openapi.json").json()
    assert document["openapi"].startswith("3.1.")
    assert set(document["paths"]) == {
        *("/v1/videos/generations", "/v1/tasks/{task_id}", "/v1/tasks", "/v1/credits"),
        *(f"/api/v1/files/upload/{how}" for how in ("stream", "base64", "url")),
        *("/api/v1/files/list", "/api/v1/files/quota", "/api/v1/files/{file_id}"),
        *("/preflight/check", "/preflight/estimate", "/preflight/reports/{report_id}"),
        *("/healthz", "/readyz", "/metrics"),
    }
    fields = document["components"]["schemas"]["GenerationRequest"]["properties"]
    assert {"model", "prompt", "image_urls", "video_urls", "audio_urls", "duration", "callback_url"} <= set(fields)
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document))) <= known
    page = asked.http.get("/preflight/docs")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "https://" not in page.text.partition("<h2>Shapes")[0]
    assert asked.http.get("/preflight/docs.css").headers["Content-Type"].startswith("text/css")
