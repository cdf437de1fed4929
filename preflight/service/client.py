"""Client of the service: bodies, task ids and result links in; tasks and files out.

The create call is retried only where the service cannot have acted. All other calls may be repeated.
"""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError, Refused, Unreachable
from preflight.service.download import RESULT_S, download
from preflight.service.http import ATTEMPTS, Busy, HttpChannel, Progress, ResponseLost, client, pause_s, retry
from preflight.service.responses import failure_of, read_id, read_remaining, read_task, read_tasks
from preflight.service.task import Task
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy

__all__ = ["Service", "Task"]
"""`Task` is parsed in `responses`."""

RECONCILE = Remedy("reconcile-first")
PAGES_MAX = 200
"""Most pages of tasks read."""
CONFLICT = 409
Trouble = Callable[[PreflightError, float], None]
"""Called with a fault that is waited out, and the seconds left for it to pass."""
TRANSIENT: tuple[type[PreflightError], ...] = (Unreachable, ResponseLost, Busy)


class Service:
    """The service and its files service, with one key.

    Args:
        base_url: address of the API.
        key: the account's; sent to these two origins alone.
        files_url: address of the files service; None for the same origin.
        agent: User-Agent, also for result links; None for preflight's own.
        transport: carries the requests; None for real sockets.
        sleep: waits between attempts, in seconds.
        attempts: how often a create call is begun while nothing can have happened.

    Raises:
        CallError: an address or the key cannot be used.
    """

    def __init__(  # noqa: PLR0913 - where to, as whom, and what is handed in
        self,
        base_url: str,
        key: str,
        *,
        files_url: str | None = None,
        agent: str | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        attempts: int = ATTEMPTS,
    ) -> None:
        self._api = HttpChannel(base_url, key, agent=agent, transport=transport)
        self.files = HttpChannel(files_url or base_url, key, agent=agent, transport=transport)
        self._open = client(agent=agent, limit_s=RESULT_S, transport=transport)
        self._sleep = sleep
        self._attempts = attempts

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def skew(self) -> timedelta | None:
        """The service's clock minus this machine's, from its last response; None where unknown."""
        told = [channel.skew_s for channel in (self._api, self.files) if channel.skew_s is not None]
        return timedelta(seconds=round(told[0])) if told else None

    def close(self) -> None:
        """Close all connections."""
        for one in (self._api, self.files, self._open):
            one.close()

    def submit(self, body: bytes, idempotency_key: str) -> Task:
        """Create a task: the one call that costs.

        Retried, by default at most three times, only where nothing can have happened: no connection, HTTP 429, and 503
        with Retry-After. The idempotency key is sent and not relied on.

        Args:
            body: JSON, encoded by `request.encode`.
            idempotency_key: 16 to 96 characters of A-Z a-z 0-9 . _ -

        Raises:
            Refused: the service refused.
            Unreachable: nothing left this machine.
            OutcomeUnknown: no usable response: it may have been accepted.

        Source: the provider's reference-to-video document; the key's header: the provider's own client.
        """
        if not re.fullmatch(r"[A-Za-z0-9._-]{16,96}", idempotency_key):
            raise CallError("idempotency key: expected 16 to 96 characters of A-Z a-z 0-9 . _ -")
        headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key}

        def attempt() -> Task:
            return read_task(self._api.call("POST", "/v1/videos/generations", content=body, headers=headers))

        try:
            return retry(attempt, (Unreachable, Busy), attempts=self._attempts, sleep=self._sleep)
        except Unreachable:
            raise
        except NotDone as error:
            raise _unknown(error.message) from None
        except Refused as error:
            if error.status == CONFLICT:  # the service knows this key or task
                raise _unknown(error.message) from None
            raise

    def task(self, task_id: str) -> Task:
        """Fetch one task.

        Raises:
            CallError: no such id can exist.
            Refused, NotDone: no usable response after 4 attempts, or one about another task.
        """
        return retry(lambda: self._task(task_id), TRANSIENT, sleep=self._sleep)

    def tasks(self, *, status: str = "", model: str = "") -> list[Task]:
        """List tasks, newest first, until a page holds nothing new; tasks without a usable id are skipped.

        Raises:
            Refused, NotDone: no list after 4 attempts; an unreadable page is never an empty one.

        Source: the provider's own client; undocumented.
        """
        found: dict[str, Task] = {}
        for page in range(1, PAGES_MAX + 1):
            fresh = [task for task in self._page(page, status, model) if task.id not in found]
            if not fresh:
                break
            found.update((task.id, task) for task in fresh)
        return list(found.values())

    def credits(self) -> Fraction | None:
        """Fetch the remaining credits; None where the service does not tell. Never fails.

        Source: the provider's own client; undocumented.
        """
        try:
            decoded = self._api.call("GET", "/v1/credits")
        except PreflightError:
            return None
        return read_remaining(decoded)

    def wait(  # noqa: PLR0913 - how long and how often, and what is handed in
        self,
        task_id: str,
        *,
        poll_s: float,
        limit_s: float,
        patience: int = 1,
        reach: bool = False,
        on_progress: Callable[[Task], None] | None = None,
        on_trouble: Trouble | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Task:
        """Poll a task until it is completed; network faults are waited out.

        Args:
            task_id: the task.
            poll_s: seconds between polls.
            limit_s: seconds after which waiting ends; the task goes on.
            patience: refusals in a row until one is believed; several for a task known to exist.
            reach: whether a first poll without a connection ends the wait.
            on_progress: called with each response.
            on_trouble: called with each fault.
            sleep: waits, in seconds.
            clock: tells seconds.

        Raises:
            TaskFailed: it failed or was cancelled; not charged.
            Refused: the service does not tell.
            Unreachable: with `reach`, no connection in 4 attempts.
            NotDone: the limit has come; the task goes on.
        """
        deadline, refusals = clock() + limit_s, 0
        while True:
            outcome, reach = self._poll(task_id, reach=reach), False
            refusals = refusals + 1 if isinstance(outcome, Refused) and not isinstance(outcome, Busy) else 0
            if isinstance(outcome, Refused) and refusals >= max(1, patience):
                raise outcome
            rest_s = poll_s
            if isinstance(outcome, PreflightError):
                rest_s = max(poll_s, pause_s(outcome, poll_s))
                if on_trouble:
                    on_trouble(outcome, max(0.0, deadline - clock()))
            elif on_progress:
                on_progress(outcome)
            if isinstance(outcome, Task) and outcome.is_over:
                return _completed(outcome)
            if (left_s := deadline - clock()) <= 0:
                raise _still_runs(task_id, limit_s, _in_short(outcome))
            sleep(min(rest_s, left_s))

    def download(self, url: str, folder: Path, name: str, *, progress: Progress | None = None) -> Path:
        """Download a result into a folder, under its name or the next free one, only if complete.

        Args:
            url: a result link; the key is not sent there.
            folder: made if it is missing.
            name: a file name, such as `task-1.mp4`.
            progress: called with the bytes done and in all; restarts with each attempt.

        Raises:
            CallError: not a file name, or not an http or https link.
            NotDone: the response is not 200, the file is over 2 GiB or cut short, or cannot be stored.
        """
        return download(self._open, url, folder, name, progress=progress, sleep=self._sleep)

    def _page(self, page: int, status: str, model: str) -> list[Task]:
        wanted: dict[str, str | int] = {"page": page, "status": status, "model": model}
        params = {name: value for name, value in wanted.items() if value}

        def attempt() -> list[Task]:
            return read_tasks(self._api.call("GET", "/v1/tasks", params=params))

        return retry(attempt, TRANSIENT, sleep=self._sleep)

    def _task(self, task_id: str) -> Task:
        task = read_task(self._api.call("GET", f"/v1/tasks/{_checked_id(task_id)}"))
        if task.id != task_id:
            raise ResponseLost(phrase("asked for task {q1}, told about {q2}", q1=task_id, q2=task.id))
        return task

    def _poll(self, task_id: str, *, reach: bool) -> Task | PreflightError:
        """Fetch a task once; return transient faults and refusals. With `reach`, raise Unreachable instead."""
        try:
            if reach:
                return retry(lambda: self._task(task_id), (Unreachable,), sleep=self._sleep)
            return self._task(task_id)
        except (Unreachable, ResponseLost, Refused) as error:
            if reach and isinstance(error, Unreachable):
                raise
            return error


def _unknown(words: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        phrase("the request left, and whether it was accepted is not known: {why}", why=words), advice=RECONCILE
    )


def _in_short(outcome: Task | PreflightError) -> str:
    if isinstance(outcome, PreflightError):
        return outcome.message
    return f"{outcome.status or 'no status'}, {outcome.progress or 0} %"


def _still_runs(task_id: str, limit_s: float, last: str) -> NotDone:
    words = phrase("task {w} is not over after {n} s ({q}); it goes on", w=task_id, n=f"{limit_s:.0f}", q=last)
    return NotDone(words, advice=Remedy("wait-again", task=task_id))


def _completed(task: Task) -> Task:
    """Pass a completed task on; raise TaskFailed for any other."""
    if task.status == "completed":
        return task
    raise failure_of(task)


def _checked_id(told: object) -> str:
    try:
        return read_id(told)
    except ResponseLost as error:
        raise CallError(error.message) from None
