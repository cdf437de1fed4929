"""The create call through a gateway: clean ones pass, others are refused, and each is sent once."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from preflight.sandbox import Fault, Faults, Sandbox, running
from preflight.server.gateway.create import Call
from tests.server.gateway.conftest import BROKEN, CLEAN, KEY, MODEL, WRONG, Gateway, Opened, body
from tests.server.gateway.hosts import Host
from tests.specimens import MEDIA

FIELDS = {"id", "object", "created", "model", "status", "progress", "type", "task_info", "usage"}


def test_a_clean_request_passes_as_it_came_and_the_answer_as_it_is(
    gateway: Gateway, sandbox: Sandbox, host: Host
) -> None:
    sent = body(f"{host.url}/{CLEAN}", generate_audio=False)
    answer = gateway.create(sent)
    assert (answer.status_code, set(answer.json())) == (200, FIELDS)
    (task,) = sandbox.tasks
    assert (task.body, answer.json()["id"]) == (sent, task.id)
    assert gateway.http.get(f"/v1/tasks/{task.id}").json()["id"] == task.id
    assert gateway.http.get(answer.headers["Preflight-Report"]).json()["verdict"] == "pass"


def test_an_unclean_request_is_refused_with_every_finding_and_nothing_is_sent(
    gateway: Gateway, sandbox: Sandbox, host: Host
) -> None:
    answer = gateway.create(body(f"{host.url}/{WRONG}", f"{host.url}/{BROKEN}", prompt="Image 9 and image 1."))
    told = answer.json()
    assert (answer.status_code, told["error"]["code"]) == (422, "preflight_failed")
    rules = [(one["asset"], one["rule"]) for one in told["findings"] if one["severity"] == "error"]
    assert rules == [
        ("image 1", "image/format"),
        ("image 2", "image/readable"),
        ("request", "request/prompt-reference"),
    ]
    assert sandbox.calls["create"] == 0
    page = gateway.http.get(answer.headers["Preflight-Report"], headers={"Accept": "text/html"})
    assert (page.headers["Content-Type"], "<!-- preflight report -->" in page.text) == (
        "text/html; charset=utf-8",
        True,
    )


def test_what_cannot_be_brought_is_never_a_pass(asked: Gateway, quiet: Sandbox, host: Host) -> None:
    answer = asked.create(body(f"{host.url}/nowhere.png"))
    assert (answer.status_code, answer.json()["verdict"]) == (422, "unsure")
    assert answer.json()["findings"][0]["rule"] == "image/unjudged"
    assert quiet.calls["create"] == 0


def test_an_asset_is_brought_once_while_its_host_says_that_it_is_unchanged(asked: Gateway) -> None:
    with Host() as host:
        url = host.put(MEDIA / CLEAN, "one.jpg")
        before = host.asked.copy()
        assert asked.http.post("/preflight/check", json=body(url)).json()["verdict"] == "pass"
        assert asked.http.post("/preflight/check", json=body(url)).json()["verdict"] == "pass"
        assert host.asked - before == {("/one.jpg", 200): 1, ("/one.jpg", 206): 1, ("/one.jpg", 304): 1}
        host.put(MEDIA / WRONG, "one.jpg")
        assert asked.http.post("/preflight/check", json=body(url)).json()["verdict"] == "fail"
        host.etags = False
        host.put(MEDIA / CLEAN, "one.jpg")
        assert asked.http.post("/preflight/check", json=body(url)).json()["verdict"] == "pass"
        host.put(MEDIA / WRONG, "one.jpg")
        assert asked.http.post("/preflight/check", json=body(url)).json()["verdict"] == "fail"


# ---- once -----------------------------------------------------------------------------------------------------------


def test_the_same_body_a_moment_later_is_the_same_request(gateway: Gateway, sandbox: Sandbox, host: Host) -> None:
    first = gateway.create(sent := body(f"{host.url}/{CLEAN}"))
    again = gateway.create(dict(reversed(sent.items())))
    assert "idempotency-replayed" not in first.headers
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    assert len(sandbox.tasks) == 1


def test_the_same_key_is_one_request_even_when_the_window_is_over(opened: Opened, sandbox: Sandbox, host: Host) -> None:
    with opened(once_s=0) as gateway:
        sent = body(f"{host.url}/{CLEAN}")
        first = gateway.create(sent, Idempotency_Key="a")
        again = gateway.create(sent, Idempotency_Key="a")
        assert (again.json()["id"], again.headers["idempotency-replayed"]) == (first.json()["id"], "true")
        other = gateway.create({**sent, "duration": 5}, Idempotency_Key="a")
        assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")
        assert gateway.create(sent, Idempotency_Key="b").json()["id"] != first.json()["id"]
    assert len(sandbox.tasks) == 2


def test_many_at_once_are_one_create_call(gateway: Gateway, sandbox: Sandbox, host: Host) -> None:
    sent = body(f"{host.url}/{CLEAN}", prompt="Image 1, from many at once.")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: gateway.create(sent), range(16)))
    assert {answer.json()["id"] for answer in answers} == {sandbox.tasks[0].id}
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 15
    assert sandbox.calls["create"] == 1


def test_other_requests_do_not_wait_for_one_whose_host_hangs(gateway: Gateway, sandbox: Sandbox) -> None:
    with Host() as host, ThreadPoolExecutor(1) as pool:
        host.put(MEDIA / CLEAN, "hang.jpg")
        held = pool.submit(gateway.create, body(f"{host.url}/hang.jpg", prompt="Image 1, late."))
        while not gateway.serving.gate.in_work:
            pass
        assert gateway.create(body(host.put(MEDIA / CLEAN, "one.jpg"))).json()["id"] == sandbox.tasks[0].id
        assert not held.done()
        host.go_on.set()
        assert held.result().status_code == 200


def test_another_account_is_another_request(gateway: Gateway, sandbox: Sandbox, host: Host) -> None:
    sent = body(f"{host.url}/{CLEAN}")
    first = gateway.create(sent).json()["id"]
    assert gateway.create(sent, Authorization="Bearer sk-somebody-else").json()["id"] != first
    assert len(sandbox.tasks) == 2


def test_what_was_refused_or_failed_may_be_asked_again(opened: Opened, host: Host) -> None:
    faults = Faults(0, (Fault("create", "402", times=1), Fault("outcome", "moderation", times=1)))
    with running(run_s=0, faults=faults) as service, opened(base_url=service.url) as gateway:
        sent = body(f"{host.url}/{CLEAN}")
        refused = gateway.create(sent)
        assert (refused.status_code, refused.json()["error"]["type"]) == (402, "insufficient_quota_error")
        task = gateway.create(sent).json()["id"]
        while gateway.http.get(f"/v1/tasks/{task}").json()["status"] != "failed":
            pass
        again = gateway.create(sent)
        assert (again.status_code, again.json()["id"] != task) == (200, True)


@pytest.mark.parametrize("kind", ["drop-after", "500-after", "malformed", "no-id"])
def test_an_unknown_outcome_is_told_and_never_sent_again(opened: Opened, host: Host, kind: str) -> None:
    with running(run_s=0, faults=Faults(0, (Fault("create", kind, times=1),))) as service:
        sent = body(f"{host.url}/{CLEAN}")
        with opened(base_url=service.url, once_s=0) as gateway:
            first = gateway.create(sent)
            assert (first.status_code, first.json()["error"]["code"]) == (502, "paid_outcome_unknown")
            assert "preflight task reconcile" in first.json()["error"]["message"]
            assert gateway.create(sent, Idempotency_Key="another").status_code == 502
        assert (len(service.tasks), service.calls["create"]) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "status"),
    [("401", 401), ("429", 429), ("503", 503), ("400", 400), ("refuse", 503)],
)
def test_a_service_that_says_no_is_repeated_and_nothing_is_paid(
    opened: Opened, host: Host, fault: str, status: int
) -> None:
    seconds = 60 if fault == "refuse" else 2
    with running(run_s=0, faults=Faults(0, (Fault("create", fault, times=1, seconds=seconds),))) as service:
        with opened(base_url=service.url) as gateway:
            if fault == "refuse":
                gateway.create(body(f"{host.url}/{CLEAN}", prompt="Image 1: the last before it goes down."))
            answer = gateway.create(body(f"{host.url}/{CLEAN}"))
            assert (answer.status_code, set(answer.json()["error"])) == (status, {"code", "message", "type"})
            assert ("Retry-After" in answer.headers) is (status in (429, 503))
        assert len(service.tasks) == (fault == "refuse")


# ---- what is no request ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "param"),
    [
        (b"{", None),
        (b"", None),
        (b"[1]", None),
        (b"\xff\xfe", None),
        (b'{"a": NaN}', None),
        (b'{"model": "a", "model": "b"}', None),
        (b'{"model_params": {"a": 1, "a": 2}}', None),
        (b"[" * 100_000, None),
        (b'{"model": ' + b'{"a":' * 100 + b"1" + b"}" * 101, None),
        (b'{"prompt": "\\ud800"}', None),
        (b'{"a": [' + b"[]," * 250_000 + b"1]}", None),
        (b'{"prompt": "no model"}', "model"),
        (b'{"model": 3, "prompt": "a"}', "model"),
        (b'{"model": "seedance-3", "prompt": "a"}', "model"),
    ],
)
def test_a_body_that_is_none_is_refused_in_the_provider_s_shape(
    asked: Gateway, quiet: Sandbox, sent: bytes, param: str | None
) -> None:
    answer = asked.http.post("/v1/videos/generations", content=sent)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error.get("param")) == (400, "invalid_request", param)
    assert quiet.calls["create"] == 0


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"image_urls": "https://example.com/a.jpg"}, "image_urls"),
        ({"image_urls": [3]}, "image_urls[0]"),
        ({"image_urls": ["ftp://example.com/a.jpg"]}, "image_urls[0]"),
        ({"duration": "8"}, "duration"),
        ({"duration": True}, "duration"),
        ({"generate_audio": 1}, "generate_audio"),
        ({"prompt": 8}, "prompt"),
        ({"imageurls": []}, "imageurls"),
        ({"images": []}, "images"),
        ({"seed": 4}, "seed"),
        ({"prompt": "a" * 100_001}, "prompt"),
        ({"image_urls": ["https://example.com/a.jpg"] * 65}, "image_urls"),
        ({"image_urls": [f"https://example.com/{'a' * 8192}"]}, "image_urls[0]"),
    ],
)
def test_a_field_that_is_wrong_is_named(asked: Gateway, more: dict[str, Any], param: str) -> None:
    answer = asked.create({**body(), **more})
    assert (answer.status_code, answer.json()["error"].get("param")) == (400, param), answer.text


def test_a_field_that_is_null_is_not_there(gateway: Gateway, sandbox: Sandbox, host: Host) -> None:
    assert gateway.create(body(f"{host.url}/{CLEAN}", callback_url=None, video_urls=None)).status_code == 200
    assert set(sandbox.tasks[0].body) == {"model", "prompt", "duration", "quality", "image_urls"}


def test_no_key_is_no_call(gateway: Gateway) -> None:
    del gateway.http.headers["Authorization"]
    answer = gateway.create(body())
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "authentication_error")
    for wrong in ("", "Bearer", "Basic abc", "Bearer a b", f"Bearer {'a' * 2000}"):
        assert gateway.http.get("/v1/credits", headers={"Authorization": wrong}).status_code == 401


# ---- what is written down -------------------------------------------------------------------------------------------


def test_every_create_is_in_the_ledger_and_the_key_is_nowhere(opened: Opened, host: Host, tmp_path: Path) -> None:
    with opened() as gateway:
        answer = gateway.create(body(f"{host.url}/{CLEAN}?signature=secret"), Idempotency_Key="once")
        gateway.http.get("/v1/tasks")
        lines = [json.loads(line) for line in gateway.log.getvalue().splitlines()]
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as ledger:
        assert ledger.execute("SELECT state, task_id FROM entries").fetchall() == [("accepted", answer.json()["id"])]
    created = next(one for one in lines if one.get("path") == "/v1/videos/generations")
    assert (created["method"], created["status"], created["outcome"], created["entry"]) == ("POST", 200, "passed", 1)
    assert len({one["run"] for one in lines}) == 1
    assert "secret" not in gateway.log.getvalue()
    everything = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in content for content in [*everything, gateway.log.getvalue().encode()])


def test_other_paths_are_not_served(asked: Gateway) -> None:
    assert asked.http.post("/v1/images/generations", json={}).json()["error"]["code"] == "not_found"
    assert asked.http.put("/v1/videos/generations", json={}).status_code == 405
    assert asked.http.get(f"/v1/tasks/{MODEL}%2f..").status_code == 404


def test_a_call_shows_no_key() -> None:
    call = Call(table={}, key="sk-secret", idempotency_key="mine")
    assert "sk-secret" not in repr(call)
    assert "mine" in repr(call)


def test_a_replay_whose_answer_was_lost_is_told_from_the_ledger(gateway: Gateway, sandbox: Sandbox, host: Host) -> None:
    sent = body(f"{host.url}/{CLEAN}", prompt="Image 1 is told from the ledger.")
    first = gateway.create(sent, Idempotency_Key="of-a-lost-answer").json()
    with gateway.serving.state.ledger.transaction() as db:
        db.execute("UPDATE asks SET answer = NULL")
    again = gateway.create(sent, Idempotency_Key="of-a-lost-answer")
    assert (again.json()["id"], again.headers["idempotency-replayed"]) == (first["id"], "true")
    assert sandbox.calls["create"] == 1


def test_no_more_is_mended_than_there_is_room_for(opened: Opened, sandbox: Sandbox, host: Host) -> None:
    with opened(on_fail="fix", jobs_waiting=0) as gateway:
        answer = gateway.create(body(f"{host.url}/{WRONG}"))
        assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)
        assert gateway.create(body(f"{host.url}/{CLEAN}")).status_code == 200
    assert len(sandbox.tasks) == 1
