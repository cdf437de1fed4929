"""What a client does on the wire, in one line each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx

from preflight.sandbox import Fault, Faults

if TYPE_CHECKING:
    from preflight.sandbox import Sandbox

KEY = "sk-test-0123456789"
AUTHORIZATION = {"Authorization": f"Bearer {KEY}"}
STANDARD = "seedance-2.0-reference-to-video"
FAST = "seedance-2.0-fast-reference-to-video"
MINI = "seedance-2.0-mini-reference-to-video"

UPLOAD = "/api/v1/files/upload/stream"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)

Json = dict[str, Any]


def connect(sandbox: Sandbox) -> httpx.Client:
    """Connect to a sandbox with a key."""
    return httpx.Client(base_url=sandbox.url, headers=AUTHORIZATION, trust_env=False, timeout=120)


def body(**fields: object) -> Json:
    """Write a submission; a field of None is left out."""
    full = {"model": STANDARD, "prompt": "A rider in the rain.", **fields}
    return {name: value for name, value in full.items() if value is not None}


def submit(client: httpx.Client, **fields: object) -> httpx.Response:
    """Submit."""
    return client.post("/v1/videos/generations", json=body(**fields))


def accepted(client: httpx.Client, **fields: object) -> Json:
    """Submit what must be accepted."""
    answer = submit(client, **fields)
    assert answer.status_code == 200, answer.text
    task: Json = answer.json()
    return task


def refused(client: httpx.Client, **fields: object) -> Json:
    """Submit what must be refused with 400, and give the error."""
    answer = submit(client, **fields)
    assert answer.status_code == 400, answer.text
    error: Json = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    return error


def finished(client: httpx.Client, task_id: str) -> Json:
    """Wait for a task to be over."""
    give_up = time.monotonic() + 120
    while time.monotonic() < give_up:
        task: Json = client.get(f"/v1/tasks/{task_id}").json()
        if task["status"] in {"completed", "failed"}:
            return task
        time.sleep(0.02)
    raise AssertionError("the task never ends")


def send(client: httpx.Client, content: bytes = PNG, name: str | None = None, path: str | None = None) -> Json:
    """Upload and give the whole answer."""
    fields = {"fileName": name, "uploadPath": path}
    data = {field: value for field, value in fields.items() if value is not None}
    answer = client.post(UPLOAD, files={"file": ("local.bin", content)}, data=data)
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


def stored(client: httpx.Client, content: bytes = PNG, name: str | None = None, path: str | None = None) -> Json:
    """Upload what must be accepted, and give the record."""
    told = send(client, content, name, path)
    assert (told["success"], told["code"]) == (True, 200), told
    record: Json = told["data"]
    return record


def fetched(url: str, **headers: str) -> httpx.Response:
    """Fetch without a key, as the service does."""
    return httpx.get(url, headers=headers, trust_env=False)


def broken(route: str, kind: str, **fields: Any) -> Faults:  # noqa: ANN401 - the fields of a fault
    """Plan one fault."""
    return Faults(seed=7, faults=(Fault(route, kind, **fields),))
