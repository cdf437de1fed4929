"""Requests that are fixed behind a task of the gateway's own: until the service has one, and through restarts."""

import base64
import re
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from preflight.sandbox import Fault, Faults, Sandbox, running
from preflight.server.gateway import jobs
from preflight.service.responses import read_task
from preflight.submission.call_records import CallRecord
from preflight.submission.ledger import Ledger
from preflight.upload.contents import Content
from tests.server.gateway.conftest import BROKEN, CLEAN, WRONG, Gateway, Opened, body, sent_images
from tests.server.gateway.hosts import Host
from tests.server.gateway.test_create import FIELDS
from tests.specimens import MEDIA

LIMIT_S = 60


def until(gateway: Gateway, task: str, *states: str) -> dict[str, Any]:
    """Ask for a task until it is in one of some states."""
    give_up = time.monotonic() + LIMIT_S
    while (told := gateway.http.get(f"/v1/tasks/{task}").json()).get("status") not in states:
        assert time.monotonic() < give_up, told
        time.sleep(0.05)
    return dict(told)


def test_what_has_to_be_fixed_is_a_task_at_once_and_the_service_s_in_the_end(
    opened: Opened, sandbox: Sandbox, host: Host
) -> None:
    with opened(on_fail="fix") as gateway:
        clean = gateway.create(body(f"{host.url}/{CLEAN}"))
        assert clean.json()["id"] == sandbox.tasks[0].id
        sent = body(f"{host.url}/{WRONG}", f"{host.url}/{CLEAN}", prompt="Image 1 and image 2.")
        answer = gateway.create(sent)
        told = answer.json()
        assert (answer.status_code, set(told)) == (200, FIELDS)
        assert re.fullmatch(r"task-preflight-\d+-[0-9a-f]{16}", told["id"])
        assert (told["status"], told["model"], told["task_info"]["video_duration"]) == ("pending", sent["model"], 4)
        again = gateway.create(sent)
        assert (again.json()["id"], again.headers["idempotency-replayed"]) == (told["id"], "true")
        over = until(gateway, told["id"], "completed", "failed")
        assert (set(over), over["id"], over["status"]) == (FIELDS | {"results"}, told["id"], "completed")
        task = sandbox.tasks[1]
        assert gateway.http.get(f"/v1/tasks/{told['id']}").headers["Preflight-Task"] == task.id
        fixed, untouched = sent_images(task)
        assert re.fullmatch(rf"{sandbox.url}/files/preflight/[0-9a-f]{{64}}\.png", fixed)
        assert untouched == f"{host.url}/{CLEAN}"
        assert {**task.body, "image_urls": sent["image_urls"]} == sent
        listed = [one["id"] for one in gateway.http.get("/v1/tasks").json()["data"]]
        assert listed == [told["id"], clean.json()["id"]]
        assert list((gateway.serving.state.folder / "fixed").iterdir()) == []
    assert sandbox.calls["create"] == 2


def test_what_nothing_fixes_is_refused_at_once(opened: Opened, sandbox: Sandbox, host: Host) -> None:
    with opened(on_fail="fix") as gateway:
        for sent in (body(f"{host.url}/{BROKEN}"), body(f"{host.url}/{WRONG}", prompt="Image 3.")):
            assert gateway.create(sent).status_code == 422
    assert sandbox.calls["create"] == 0


def test_a_job_waits_for_a_service_that_is_down_and_fails_with_its_refusal(opened: Opened, host: Host) -> None:
    faults = Faults(0, (Fault("create", "429", times=1, seconds=0.2), Fault("create", "402")))
    with running(run_s=0, faults=faults) as service, opened(base_url=service.url, on_fail="fix") as gateway:
        task = gateway.create(body(f"{host.url}/{WRONG}")).json()["id"]
        over = until(gateway, task, "failed")
        assert (over["progress"], over["error"]["code"], over["error"]["type"]) == (
            100,
            "insufficient_credits",
            "task_error",
        )
        assert service.calls["create"] == 2
        assert gateway.create(body(f"{host.url}/{WRONG}")).json()["id"] != task


def test_a_job_whose_answer_was_lost_is_told_so_and_is_its_task_once_that_is_found(
    opened: Opened, host: Host, tmp_path: Path
) -> None:
    with running(run_s=0, faults=Faults(0, (Fault("create", "drop-after", times=1),))) as service:
        with opened(base_url=service.url, on_fail="fix") as gateway:
            task = gateway.create(sent := body(f"{host.url}/{WRONG}")).json()["id"]
            give_up = time.monotonic() + LIMIT_S
            while (answer := gateway.http.get(f"/v1/tasks/{task}")).status_code == 200 and time.monotonic() < give_up:
                time.sleep(0.05)
            assert (answer.status_code, answer.json()["error"]["code"]) == (502, "paid_outcome_unknown")
            assert gateway.create(sent).status_code == 502
        with opened(base_url=service.url, on_fail="fix") as gateway:
            assert gateway.http.get(f"/v1/tasks/{task}").status_code == 502
            assert service.calls["create"] == 1
            with Ledger(tmp_path / "ledger.sqlite3") as ledger:
                (entry,) = ledger.entries()
                found = gateway.http.get(f"/v1/tasks/{service.tasks[0].id}").json()
                ledger.accepted(entry, read_task(found))
            assert until(gateway, task, "completed")["id"] == task


@pytest.mark.parametrize("restarted", [False, True])
def test_a_job_goes_on_once_a_person_says_that_its_call_never_arrived(
    opened: Opened, tmp_path: Path, *, restarted: bool
) -> None:
    with running(run_s=0, faults=Faults(0, (Fault("create", "drop-before", times=1),))) as service:
        sent = body(f"data:image/gif;base64,{base64.b64encode((MEDIA / WRONG).read_bytes()).decode()}")
        with ExitStack() as stack:
            gateway = stack.enter_context(opened(base_url=service.url, on_fail="fix"))
            task = gateway.create(sent).json()["id"]
            while gateway.http.get(f"/v1/tasks/{task}").status_code == 200:
                time.sleep(0.05)
            if restarted:
                stack.close()
                gateway = stack.enter_context(opened(base_url=service.url, on_fail="fix"))
                assert gateway.http.get(f"/v1/tasks/{task}").status_code == 502
            with Ledger(tmp_path / "ledger.sqlite3") as ledger:
                ledger.refused(ledger.entries()[0], "a person said that the service never got it")
            assert until(gateway, task, "completed")["id"] == task
            assert list((gateway.serving.state.folder / "contents").iterdir()) == []
    assert (len(service.tasks), service.calls["create"]) == (1, 2)


def test_an_open_job_goes_on_after_a_restart_once_its_program_asks_again(
    opened: Opened, sandbox: Sandbox, host: Host
) -> None:
    with (
        running(run_s=0, faults=Faults(0, (Fault("create", "429", seconds=30),))) as busy,
        opened(base_url=busy.url, on_fail="fix", grace_s=1) as gateway,
    ):
        task = gateway.create(body(f"{host.url}/{WRONG}")).json()["id"]
        until(gateway, task, "processing")
    with opened(on_fail="fix") as gateway:
        time.sleep(0.3)
        assert (gateway.serving.jobs.count, sandbox.calls["create"]) == (1, 0)
        stranger = gateway.http.get(f"/v1/tasks/{task}", headers={"Authorization": "Bearer sk-somebody-else"})
        assert (stranger.status_code, stranger.json()["error"]["code"]) == (404, "task_not_found")
        assert until(gateway, task, "completed")["id"] == task
    assert len(sandbox.tasks) == 1


def test_a_task_never_goes_back(opened: Opened, host: Host) -> None:
    with running(run_s=0.6) as service, opened(base_url=service.url, on_fail="fix") as gateway:
        seen = [gateway.create(body(f"{host.url}/{WRONG}")).json()]
        while seen[-1]["status"] not in ("completed", "failed"):
            seen.append(gateway.http.get(f"/v1/tasks/{seen[0]['id']}").json())
    order = ["pending", "processing", "completed"]
    assert [order.index(one["status"]) for one in seen] == sorted(order.index(one["status"]) for one in seen)
    assert [one["progress"] for one in seen] == sorted(one["progress"] for one in seen)


def test_a_gateway_that_holds_the_key_goes_on_by_itself(opened: Opened, sandbox: Sandbox, host: Host) -> None:
    with (
        running(run_s=0, faults=Faults(0, (Fault("create", "429", seconds=30),))) as busy,
        opened(base_url=busy.url, on_fail="fix", key="sk-of-the-gateway", grace_s=1) as gateway,
    ):
        task = gateway.create(body(f"{host.url}/{WRONG}")).json()["id"]
        until(gateway, task, "processing")
    with opened(on_fail="fix", key="sk-of-the-gateway") as gateway:
        give_up = time.monotonic() + LIMIT_S
        while not sandbox.tasks and time.monotonic() < give_up:
            time.sleep(0.05)
        with httpx.Client(base_url=gateway.serving.url, trust_env=False) as anybody:
            assert anybody.get(f"/v1/tasks/{task}").json()["id"] == task
    assert len(sandbox.tasks) == 1


def test_a_place_is_taken_out_of_what_is_uploaded_and_of_no_address(
    opened: Opened, sandbox: Sandbox, host: Host
) -> None:
    address = host.put(MEDIA / "image-gps.jpg", "gps.jpg")
    with opened(on_fail="fix", roots=(MEDIA.resolve(),)) as gateway:
        assert gateway.create(body(address)).json()["id"] == sandbox.tasks[0].id
        task = gateway.create(body(f"file://{MEDIA / 'image-gps.jpg'}")).json()["id"]
        assert until(gateway, task, "completed")["id"] == task
        (url,) = sent_images(sandbox.tasks[1])
        image = gateway.http.get(url).content
    (gateway_file := Path(gateway.serving.state.folder / "seen.jpg")).write_bytes(image)
    with Image.open(gateway_file) as seen:
        assert not seen.getexif().get_ifd(0x8825)


# ---- what is told of a job, without a gateway -----------------------------------------------------------------------

JSON = st.none() | st.booleans() | st.integers(-5, 200) | st.text(max_size=9)


def record(request: object = None, error: bytes | None = None) -> CallRecord:
    return CallRecord(
        account="a",
        key=None,
        body_hash="0" * 64,
        base_url="https://h",
        created_s=12.9,
        job="task-preflight-1",
        request=msgspec.json.encode(request),
        error=error,
    )


@given(st.sampled_from(["pending", "processing", "completed", "failed"]), st.integers(0, 100))
def test_a_task_never_goes_back_behind_its_fix(status: str, progress: int) -> None:
    told = jobs.going_on({"status": status, "progress": progress, "id": "x"})
    assert told["progress"] >= max(progress, jobs.SENT_AT)
    assert told["status"] == ("processing" if status == "pending" else status)
    assert told["id"] == "x"
    assert jobs.going_on(told) == told


@given(st.dictionaries(st.sampled_from(["status", "progress", "id", "more"]), JSON, max_size=4))
def test_whatever_a_service_says_of_its_task_is_passed_on(task: dict[str, Any]) -> None:
    told = jobs.going_on(task)
    assert {*told} == {*task}
    assert {name: value for name, value in told.items() if name not in ("status", "progress")} == {
        name: value for name, value in task.items() if name not in ("status", "progress")
    }


@pytest.mark.parametrize(
    ("progress", "error", "status", "shown"),
    [
        (None, None, "pending", 0),
        (0, None, "processing", 0),
        (7, None, "processing", 7),
        (7, b'{"code": "x"}', "failed", 100),
    ],
)
def test_a_job_is_a_task_that_waits_is_at_work_or_has_failed(
    progress: int | None, error: bytes | None, status: str, shown: int
) -> None:
    told = jobs.task_of(record({"table": {"model": "m", "duration": 7}}, error=error), progress)
    assert (told["status"], told["progress"], told["created"]) == (status, shown, 12)
    assert (told["model"], told["task_info"]["video_duration"], told["usage"]["credits_reserved"]) == ("m", 7, 0)
    assert told.get("error") == ({"code": "x"} if error else None)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"table": 3}', b'{"here": [{"path": 3}]}', b"\xff"])
def test_a_damaged_record_asks_for_nothing_and_fails_its_job_alone(content: bytes) -> None:
    damaged = msgspec.structs.replace(record(), request=content)
    assert jobs.request_of(damaged) == jobs.Request(table={})


def test_what_a_job_was_asked_for_is_read_as_it_was_written(tmp_path: Path) -> None:
    content = Content(path=tmp_path / "a\n.png", sha256="0" * 64, bytes=3)
    asked = jobs.Request(table={"model": "m", "prompt": "배"}, here=[content], names={"a": "b"})
    written = msgspec.json.encode(asked, enc_hook=str)
    assert jobs.request_of(msgspec.structs.replace(record(), request=written)) == asked
