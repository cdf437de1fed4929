"""A plan of faults: what it may say, that the same seed breaks the same calls, and what a bare client sees of each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest

from preflight.sandbox import Fault, Faults, read_fault, running
from preflight.sandbox.faults import KINDS, ROUTES, Fates, route_of
from tests.sandbox.wire import broken, connect, submit

if TYPE_CHECKING:
    from tests.sandbox.media import Media


def plan(*faults: Fault, seed: int = 7) -> Faults:
    return Faults(seed=seed, faults=faults)


def fates(faults: Faults, route: str, count: int = 400) -> list[str]:
    decides = Fates(faults)
    return [fault.kind if (fault := decides.next(route)) else "" for _ in range(count)]


# ---- the plan --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("create:drop-after", Fault("create", "drop-after")),
        ("create:drop-after:0.2", Fault("create", "drop-after", 0.2)),
        ("task:503:1:12", Fault("task", "503", 1.0, 12.0)),
        ("upload:40003:0.5", Fault("upload", "40003", 0.5)),
        ("callback:twice", Fault("callback", "twice")),
    ],
)
def test_a_fault_is_read_from_text(text: str, fault: Fault) -> None:
    assert read_fault(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        *("", "create", "create:", ":drop-after", "nowhere:500", "create:40001", "task:slow", "outcome:500"),
        *("create:500:2", "create:500:-1", "create:500:x", "create:500:0.5:9999", "create:500:1:1:1", "create:599"),
        *("create:500:.", "create:500:.5", "create:500:1e3", "CREATE:500", "create: 500"),
    ],
)
def test_what_is_no_fault_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_fault(text)


def test_a_wrong_plan_is_refused_before_anything_listens() -> None:
    with pytest.raises(ValueError, match="sandbox settings"), running(faults={"faults": [{"route": "create"}]}):
        pass


def test_the_same_seed_breaks_the_same_calls() -> None:
    half = plan(Fault("create", "500", 0.3), Fault("create", "drop-after", 0.3), Fault("task", "503", 0.5))
    assert fates(half, "create") == fates(half, "create")
    assert fates(half, "create") != fates(plan(*half.faults, seed=8), "create")


def test_what_other_routes_do_changes_no_fate() -> None:
    both = plan(Fault("create", "500", 0.3), Fault("task", "503", 0.5))
    decides = Fates(both)
    mixed = []
    for _ in range(400):
        mixed.append(fault.kind if (fault := decides.next("create")) else "")
        decides.next("task")
    assert mixed == fates(both, "create")


def test_a_probability_is_met_and_of_two_faults_the_first_counts() -> None:
    seen = fates(plan(Fault("create", "500", 0.25), Fault("create", "502", 1.0)), "create", 4000)
    assert 0.22 < seen.count("500") / 4000 < 0.28
    assert seen.count("502") == 4000 - seen.count("500")
    assert set(fates(broken("create", "500", probability=0), "create")) == {""}


def test_a_fault_may_be_limited_to_a_number_of_times() -> None:
    assert fates(broken("create", "500", times=2), "create", 5) == ["500", "500", "", "", ""]


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", "/v1/videos/generations", "create"),
        ("GET", "/v1/tasks/task-1", "task"),
        ("GET", "/v1/tasks", "tasks"),
        ("GET", "/v1/credits", "credits"),
        ("GET", "/v1/catalog/models/seedance-2.0-reference-to-video/pricing-rules", "prices"),
        ("POST", "/api/v1/files/upload/stream", "upload"),
        ("GET", "/api/v1/files/list", "list"),
        ("GET", "/api/v1/files/quota", "quota"),
        ("DELETE", "/api/v1/files/file_1", "delete"),
        ("GET", "/api/v1/files/download/file_1", "download"),
        ("GET", "/files/preflight/a.jpg", "download"),
        ("GET", "/results/task-1.mp4", "result"),
        ("GET", "/elsewhere", ""),
    ],
)
def test_every_request_has_its_route(method: str, path: str, route: str) -> None:
    assert route_of(method, path) == route
    assert route in (*ROUTES, "")


def test_a_door_is_shut_for_a_while_after_the_call() -> None:
    with running(run_s=60, faults=broken("credits", "refuse", seconds=0.3, times=1)) as sandbox:
        began = time.monotonic()
        with connect(sandbox) as client:
            assert client.get("/v1/credits").status_code == 200
        while True:
            with connect(sandbox) as client:
                try:
                    assert client.get("/v1/credits").status_code == 200
                    break
                except httpx.ConnectError:
                    assert time.monotonic() - began < 120
                    time.sleep(0.02)
        assert time.monotonic() - began >= 0.2


def test_a_sandbox_ends_while_its_door_is_shut() -> None:
    with running(faults=broken("credits", "refuse", seconds=60)) as sandbox, connect(sandbox) as client:
        assert client.get("/v1/credits").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(sandbox.url, trust_env=False)


def test_an_upload_can_be_gone_although_its_answer_promises_days(media: Media) -> None:
    with running(run_s=60, faults=broken("stored", "expire", times=1)) as sandbox, connect(sandbox) as client:
        files = {"file": media.image().read_bytes()}
        first, second = (client.post("/api/v1/files/upload/stream", files=files).json()["data"] for _ in range(2))
        assert client.get(first["file_url"]).status_code == 404
        assert client.get(second["file_url"]).status_code == 200
        answer = submit(client, image_urls=[first["file_url"]])
        assert (answer.status_code, "downloading" in answer.json()["error"]["message"]) == (400, True)


def test_every_kind_is_explained() -> None:
    assert all(kinds for kinds in KINDS.values())
    assert {"create", "outcome", "callback", "stored"} <= set(KINDS)
