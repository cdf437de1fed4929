"""The service: submissions in, tasks running in the background."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec

from preflight.sandbox.callbacks import Delivery, deliver
from preflight.sandbox.errors import ApiError
from preflight.sandbox.faults import Fates
from preflight.sandbox.fetch import loopback_client
from preflight.sandbox.files import FileStore
from preflight.sandbox.isolated import Isolated
from preflight.sandbox.parameters import parameters
from preflight.sandbox.price import price, shown
from preflight.sandbox.references import References, inspect
from preflight.sandbox.results import RenderError, frame_size, render
from preflight.sandbox.tables import frames_of, tier_of
from preflight.sandbox.tasks import JsonObject, Task, TaskBook, canonical, failed, new_id, task_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

    from preflight.sandbox.fields import Parameters
    from preflight.sandbox.gate import Exchange
    from preflight.sandbox.settings import Settings

_RENDERS_AT_ONCE = 2
_REMEMBERED = 100_000
"""Latest exchanges and callbacks kept."""
_OUTCOMES = {
    "moderation": ("content_policy_violation", "the content may contain real person"),
    "service-error": ("service_error", "the sandbox was told to fail"),
}
_PENDING_SHARE = 0.1
"""Part of its time a task is pending."""


class _Reply(msgspec.Struct, frozen=True):
    """Body, as canonical JSON, and response of an idempotency key."""

    body: str
    response: JsonObject


class Service:
    """State and behaviour of one sandbox."""

    def __init__(self, settings: Settings, folder: Path, url: str) -> None:
        self.settings = settings
        self.url = url
        self.folder = folder
        self.book = TaskBook(settings.credits)
        self.fates = Fates(settings.faults)
        self.files = FileStore(folder / "uploads", url, settings, self.fates)
        self.exchanges: deque[Exchange] = deque(maxlen=_REMEMBERED)
        self.deliveries: deque[Delivery] = deque(maxlen=_REMEMBERED)
        self._replies: dict[str, _Reply] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._renders = asyncio.Semaphore(_RENDERS_AT_ONCE)
        self._videos: dict[tuple[tuple[int, int], int, bool], Path] = {}
        self._client: httpx.AsyncClient
        self._isolated = Isolated()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Serve requests until the block ends; running tasks are cancelled then."""
        (self.folder / "results").mkdir()
        async with loopback_client(self.settings.download_timeout_s) as self._client:
            try:
                yield
            finally:
                running = [*self._background]
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)
                self._isolated.close()

    async def submit(self, body: object, key: str | None) -> tuple[JsonObject, bool]:
        """Accept a submission, or replay the response of its idempotency key.

        Returns:
            The response, and whether it is a replay.

        Raises:
            ApiError: the submission is refused, or the key was used for another body.
        """
        if key is None or not self.settings.replays:
            return await self._accept(body, key), False
        text = canonical(body)
        async with self._locks.setdefault(key, asyncio.Lock()):
            known = self._replies.get(key)
            if known is None:
                self._replies[key] = _Reply(text, await self._accept(body, key))
                return self._replies[key].response, False
            if known.body != text:
                raise ApiError(409, "idempotency_key_reused", "Idempotency-Key was used with another body")
            return known.response, True

    async def _accept(self, body: object, key: str | None) -> JsonObject:
        asked = parameters(body, self.settings)
        found = await inspect(self._client, self._isolated, asked, self.settings)
        if found.fault and self.settings.judge_at == "submit":
            raise ApiError(400, "invalid_request", found.fault.message, found.param)
        task = msgspec.structs.replace(self._task(asked, found, body), idempotency_key=key)
        if task.credits > self.book.left:
            words = f"the task needs {shown(task.credits)} credits, {shown(self.book.left)} are left"
            raise ApiError(402, "insufficient_credits", words)
        self.book.put(task)
        self._start(task)
        return task_json(task)

    def _task(self, asked: Parameters, found: References, body: object) -> Task:
        created = int(time.time() + self.settings.clock_ahead_s)
        cost = price(
            tier_of(asked.model),
            quality=asked.quality,
            duration_s=asked.duration_s if asked.reserved_s is None else asked.reserved_s,
            input_s=found.video_s,
            content_filter=asked.content_filter,
        )
        return Task(
            id=new_id(created),
            model=asked.model,
            body=msgspec.convert(body, JsonObject),
            canonical_body=canonical(body),
            credits=cost,
            input_video_s=found.video_s,
            duration_s=asked.duration_s,
            size_px=frame_size(frames_of(asked.model, asked.quality), asked.aspect_ratio, found.shape),
            sound=asked.generate_audio,
            created=created,
            started_s=time.monotonic(),
            run_s=self.settings.run_s,
            fault=found.fault or asked.late,
            callback_url=asked.callback_url,
        )

    def _start(self, task: Task) -> None:
        running = asyncio.create_task(self._run(task))
        self._background.add(running)
        running.add_done_callback(self._background.discard)

    async def _run(self, task: Task) -> None:
        await asyncio.sleep(task.run_s * _PENDING_SHARE)
        task = msgspec.structs.replace(task, status="processing")
        self.book.put(task)
        over = await self._outcome(task)
        await asyncio.sleep(max(0.0, task.started_s + task.run_s - time.monotonic()))
        expires_s = time.monotonic() + self.settings.result_lifetime_s
        self.book.put(msgspec.structs.replace(over, expires_s=expires_s))
        if over.callback_url:
            await self._call_back(over, over.callback_url)

    async def _call_back(self, over: Task, url: str) -> None:
        fault = self.fates.next("callback")
        if fault and fault.kind == "late":
            await asyncio.sleep(fault.seconds)
        for _ in range(2 if fault and fault.kind == "twice" else 1):
            self.deliveries.append(await deliver(self._client, over, url, self.settings))

    async def _outcome(self, task: Task) -> Task:
        """Make the result, or fail the task."""
        if self.settings.fail_with is not None:
            return failed(task, self.settings.fail_with, "the sandbox was told to fail")
        if task.fault is not None:
            return failed(task, task.fault.code, task.fault.message)
        fate = self.fates.next("outcome")
        if fate is not None:
            return failed(task, *_OUTCOMES[fate.kind])
        try:
            video = await self._rendered(task)
        except RenderError as error:
            return failed(task, "service_error", str(error))
        url = f"{self.url}/results/{task.id}.mp4"
        return msgspec.structs.replace(task, status="completed", result=video, result_url=url)

    async def _rendered(self, task: Task) -> Path:
        """Render a video, or reuse one of the same size, duration and audio."""
        wanted = (task.size_px, task.duration_s, task.sound)
        async with self._renders:
            if wanted not in self._videos:
                target = self.folder / "results" / f"{task.id}.mp4"
                await asyncio.to_thread(
                    render,
                    target,
                    size=task.size_px,
                    duration_s=task.duration_s,
                    audio=task.sound,
                    timeout_s=self.settings.render_timeout_s,
                )
                self._videos[wanted] = target
        return self._videos[wanted]
