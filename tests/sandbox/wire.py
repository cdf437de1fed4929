"""What a client does on the wire, in one line each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from preflight.sandbox import Sandbox

KEY = "sk-test-0123456789"
AUTHORIZATION = {"Authorization": f"Bearer {KEY}"}
STANDARD = "seedance-2.0-reference-to-video"
FAST = "seedance-2.0-fast-reference-to-video"
MINI = "seedance-2.0-mini-reference-to-video"

Json = dict[str, Any]


def connect(sandbox: Sandbox) -> httpx.Client:
    """Connect to a sandbox with a key."""
    return httpx.Client(base_url=sandbox.url, headers=AUTHORIZATION, trust_env=False, timeout=30)


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
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        task: Json = client.get(f"/v1/tasks/{task_id}").json()
        if task["status"] in {"completed", "failed"}:
            return task
        time.sleep(0.02)
    raise AssertionError("the task never ends")
