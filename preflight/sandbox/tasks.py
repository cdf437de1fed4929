"""Tasks, from `pending` to `completed` or `failed`.

A `Task` is a frozen value; the book holds the latest under each id.
"""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Literal

import msgspec

from preflight.sandbox.errors import error_body, invalid
from preflight.sandbox.judge import Fault
from preflight.sandbox.price import shown

Status = Literal["pending", "processing", "completed", "failed"]
JsonObject = dict[str, object]

PAGE_TASKS = 20
"""Tasks on one page of the list."""

_STATUSES: tuple[Status, ...] = ("pending", "processing", "completed", "failed")


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted submission; durations and times in seconds."""

    id: str
    model: str
    body: JsonObject
    """As sent."""
    canonical_body: str
    """As canonical JSON."""
    credits: Fraction
    """Reserved at submission; refunded if the task fails."""
    input_video_s: Fraction
    duration_s: int
    size_px: tuple[int, int]
    sound: bool
    created: int
    """Seconds since 1970."""
    started_s: float
    """On the monotonic clock."""
    run_s: float
    fault: Fault | None = None
    """Fault that will fail the task."""
    callback_url: str | None = None
    idempotency_key: str | None = None
    status: Status = "pending"
    result: Path | None = None
    result_url: str | None = None
    expires_s: float = 0.0
    """End of the result's link, on the monotonic clock."""
    error: dict[str, str | int] | None = None

    @property
    def progress(self) -> int:
        """Progress, 0 to 100; 100 only when over."""
        if self.status == "pending":
            return 0
        if self.status in {"completed", "failed"}:
            return 100
        elapsed_s = time.monotonic() - self.started_s
        return min(99, int(100 * elapsed_s / self.run_s)) if self.run_s else 99

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status in {"completed", "failed"}


def new_id(now_s: int) -> str:
    """Make a task id for a time in seconds since 1970."""
    return f"task-unified-{now_s}-{secrets.token_hex(4)}"


def task_json(task: Task) -> JsonObject:
    """Convert a task as the service shows it."""
    shape: JsonObject = {
        "id": task.id,
        "object": "video.generation.task",
        "created": task.created,
        "model": task.model,
        "status": task.status,
        "progress": task.progress,
        "type": "video",
        "task_info": {
            "can_cancel": task.status == "pending",
            "estimated_time": round(task.run_s),
            "video_duration": task.duration_s,
        },
        "usage": {"billing_rule": "per_second", "credits_reserved": shown(task.credits), "user_group": "default"},
    }
    if task.status == "completed":
        shape["results"] = [task.result_url]
    if task.error is not None:
        shape["error"] = task.error
    return shape


def failed(task: Task, code: str, message: str) -> Task:
    """Mark a task as failed."""
    return msgspec.structs.replace(task, status="failed", error=error_body(code, message, "task_error"))


def canonical(body: object) -> str:
    """Format JSON so that equal values are equal text: sorted keys, no spaces.

    Raises:
        ApiError: it is nested too deeply.
    """
    try:
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    except RecursionError as error:
        raise invalid("the request body is nested too deeply") from error


class TaskBook:
    """All tasks of one sandbox, oldest first, and their credits."""

    def __init__(self, balance: float) -> None:
        self._balance = Fraction(str(balance))
        self._tasks: dict[str, Task] = {}

    def put(self, task: Task) -> None:
        """Add a task, or replace its earlier state."""
        self._tasks[task.id] = task

    def get(self, task_id: str) -> Task | None:
        """Find a task."""
        return self._tasks.get(task_id)

    @property
    def all(self) -> list[Task]:
        """All tasks, oldest first."""
        return list(self._tasks.values())

    @property
    def used(self) -> Fraction:
        """Credits reserved or spent; failed tasks cost nothing."""
        return sum((task.credits for task in self.all if task.status != "failed"), Fraction(0))

    @property
    def left(self) -> Fraction:
        """Credits left."""
        return self._balance - self.used

    @property
    def paid_by_body(self) -> Counter[str]:
        """Times each body, as canonical JSON, was accepted and not refunded."""
        return Counter(task.canonical_body for task in self.all if task.status != "failed")

    def page(self, *, status: str | None, model: str | None, page: int) -> tuple[list[Task], int]:
        """Select tasks, newest first.

        Returns:
            One page of them, counted from 1, and the number on all pages.
        """
        wanted = [
            task
            for task in reversed(self.all)
            if (status is None or task.status == status) and (model is None or task.model == model)
        ]
        return wanted[(page - 1) * PAGE_TASKS : page * PAGE_TASKS], len(wanted)


def is_status(value: str) -> bool:
    """Tell whether a word names a status."""
    return value in _STATUSES
