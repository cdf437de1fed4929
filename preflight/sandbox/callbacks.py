"""Deliver callbacks of finished tasks, and record each delivery."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import msgspec

from preflight.sandbox.fetch import FetchError, is_loopback
from preflight.sandbox.tasks import task_json

if TYPE_CHECKING:
    from preflight.sandbox.settings import Settings
    from preflight.sandbox.tasks import Task


class Delivery(msgspec.Struct, frozen=True):
    """One callback; a receiver outside this machine is recorded without an attempt."""

    task_id: str
    url: str
    attempts: int
    delivered: bool


async def deliver(client: httpx.AsyncClient, task: Task, url: str, settings: Settings) -> Delivery:
    """Post a task to its receiver, retrying after each wait of the settings."""
    if not is_loopback(urlsplit(url).hostname or ""):
        return Delivery(task.id, url, attempts=0, delivered=False)
    attempts = 1
    delivered = await _post(client, task, url, settings)
    for wait_s in settings.callback_retry_s:
        if delivered:
            break
        await asyncio.sleep(wait_s)
        attempts += 1
        delivered = await _post(client, task, url, settings)
    return Delivery(task.id, url, attempts, delivered)


async def _post(client: httpx.AsyncClient, task: Task, url: str, settings: Settings) -> bool:
    try:
        received = await client.post(
            url, json=task_json(task), timeout=settings.callback_timeout_s, follow_redirects=False
        )
    except (httpx.HTTPError, httpx.InvalidURL, FetchError):
        return False
    return received.is_success
