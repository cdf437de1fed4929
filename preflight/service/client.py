"""The one door to the service: bodies, task ids and result links in; tasks and files out.

The create call is repeated only where the service cannot have acted. Everything else may be asked again.
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
from preflight.service.http import AnswerLost, Busy, HttpChannel, Progress, client, patiently, pause_s
from preflight.service.responses import failure_of, read_id, read_remaining, read_task, read_tasks
from preflight.service.task import Task
from preflight.values.remedy import Remedy

__all__ = ["Service", "Task"]
"""A service, and what it tells, which is made in `answers`."""

RECONCILE = Remedy("reconcile-first")
PAGES_MAX = 200
"""How many pages of tasks are read at most."""
CONFLICT = 409
Trouble = Callable[[PreflightError, float], None]
"""Called with a fault that is sat out, and the seconds that are left for it to pass."""
TRANSIENT: tuple[type[PreflightError], ...] = (Unreachable, AnswerLost, Busy)


class Service:
    """The service and its files service, at their addresses, with one key.

    Args:
        base_url: where the API is.
        key: the account's; sent to these two origins alone.
        files_url: where the files service is; None for the same origin.
        agent: how the program names itself, to result links too; None for its own name.
        transport: what carries the requests; None for real sockets.
        sleep: waits between the attempts of one call, in seconds.

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
    ) -> None:
        self._api = HttpChannel(base_url, key, agent=agent, transport=transport)
        self.files = HttpChannel(files_url or base_url, key, agent=agent, transport=transport)
        self._open = client(agent=agent, limit_s=RESULT_S, transport=transport)
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def skew(self) -> timedelta | None:
        """How far the service's clock is ahead of this machine's, by its last answer; None where it did not say."""
        told = [wire.skew_s for wire in (self._api, self.files) if wire.skew_s is not None]
        return timedelta(seconds=round(told[0])) if told else None

    def close(self) -> None:
        """Close what is open."""
        for one in (self._api, self.files, self._open):
            one.close()

    def submit(self, body: bytes, idempotency_key: str) -> Task:
        """Create a task: the one call that costs.

        Repeated, at most three times, only where nothing can have happened: no connection, HTTP 429, and 503 with
        Retry-After. The idempotency key is sent and not relied on.

        Args:
            body: JSON, as `request.encode` makes it.
            idempotency_key: 16 to 96 characters of A-Z a-z 0-9 . _ -

        Raises:
            Refused: the service said no.
            Unreachable: nothing left this machine.
            OutcomeUnknown: no answer, or none that tells: it may have been accepted.

        Source: the provider's reference-to-video document; the key's header: the provider's own client.
        """
        if not re.fullmatch(r"[A-Za-z0-9._-]{16,96}", idempotency_key):
            raise CallError("idempotency key: expected 16 to 96 characters of A-Z a-z 0-9 . _ -")
        headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key}

        def attempt() -> Task:
            return read_task(self._api.call("POST", "/v1/videos/generations", content=body, headers=headers))

        try:
            return patiently(attempt, (Unreachable, Busy), sleep=self._sleep)
        except Unreachable:
            raise
        except NotDone as error:
            raise _unknown(error.message) from None
        except Refused as error:
            if error.status == CONFLICT:  # the service has met this key or this task before
                raise _unknown(error.message) from None
            raise

    def task(self, task_id: str) -> Task:
        """Ask for one task.

        Raises:
            CallError: no such id can exist.
            Refused, NotDone: no answer of use after 4 attempts, or one about another task.
        """
        return patiently(lambda: self._task(task_id), TRANSIENT, sleep=self._sleep)

    def tasks(self, *, status: str = "", model: str = "") -> list[Task]:
        """List tasks, newest first, page by page until one holds nothing new; what has no usable id is passed over.

        Raises:
            Refused, NotDone: no list after 4 attempts; what cannot be read is not taken for an empty one.

        Source: the provider's own client; the documents do not promise it.
        """
        found: dict[str, Task] = {}
        for page in range(1, PAGES_MAX + 1):
            fresh = [task for task in self._page(page, status, model) if task.id not in found]
            if not fresh:
                break
            found.update((task.id, task) for task in fresh)
        return list(found.values())

    def credits(self) -> Fraction | None:
        """Tell the credits that remain, or None where the service does not; never fails.

        Source: the provider's own client; the documents do not promise it.
        """
        try:
            answer = self._api.call("GET", "/v1/credits")
        except PreflightError:
            return None
        return read_remaining(answer)

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
        """Ask for a task until it is completed; network faults are sat out.

        Args:
            task_id: the task.
            poll_s: seconds between two questions.
            limit_s: seconds after which the task is left to run.
            patience: how many refusals in a row it takes to be believed; several for a task that is known to exist.
            reach: whether it ends where the first question finds no connection.
            on_progress: called with each answer.
            on_trouble: called with each fault.
            sleep: waits, in seconds.
            clock: tells seconds.

        Raises:
            TaskFailed: it failed or was cancelled; it is not charged.
            Refused: the service does not tell.
            Unreachable: the first question found no connection, in 4 attempts, where that ends it.
            NotDone: the limit has come; the task goes on.
        """
        deadline, refusals = clock() + limit_s, 0
        while True:
            heard, reach = self._heard(task_id, reach=reach), False
            refusals = refusals + 1 if isinstance(heard, Refused) and not isinstance(heard, Busy) else 0
            if isinstance(heard, Refused) and refusals >= max(1, patience):
                raise heard
            rest_s = poll_s
            if isinstance(heard, PreflightError):
                rest_s = max(poll_s, pause_s(heard, poll_s))
                if on_trouble:
                    on_trouble(heard, max(0.0, deadline - clock()))
            elif on_progress:
                on_progress(heard)
            if isinstance(heard, Task) and heard.is_over:
                return _completed(heard)
            if (left_s := deadline - clock()) <= 0:
                raise _goes_on(task_id, limit_s, _in_short(heard))
            sleep(min(rest_s, left_s))

    def download(self, url: str, folder: Path, name: str, *, progress: Progress | None = None) -> Path:
        """Save a result in a folder, under its name or the next free one, only when it is whole.

        Args:
            url: a result link; the key is not sent there.
            folder: made if it is missing.
            name: a file name, such as `task-1.mp4`.
            progress: called with the bytes done and in all; begins again with each attempt.

        Raises:
            CallError: not a file name, or not an http or https link.
            NotDone: the link does not answer with 200, the file is over 2 GiB or cut short, or cannot be stored.
        """
        return download(self._open, url, folder, name, progress=progress, sleep=self._sleep)

    def _page(self, page: int, status: str, model: str) -> list[Task]:
        wanted: dict[str, str | int] = {"page": page, "status": status, "model": model}
        params = {name: value for name, value in wanted.items() if value}

        def attempt() -> list[Task]:
            return read_tasks(self._api.call("GET", "/v1/tasks", params=params))

        return patiently(attempt, TRANSIENT, sleep=self._sleep)

    def _task(self, task_id: str) -> Task:
        task = read_task(self._api.call("GET", f"/v1/tasks/{_asked_id(task_id)}"))
        if task.id != task_id:
            raise AnswerLost(f"asked for task {task_id}, told about {task.id}")
        return task

    def _heard(self, task_id: str, *, reach: bool) -> Task | PreflightError:
        """Ask; a fault that may pass, or a refusal, is an answer too, but for no connection where one has to be had."""
        try:
            if reach:
                return patiently(lambda: self._task(task_id), (Unreachable,), sleep=self._sleep)
            return self._task(task_id)
        except (Unreachable, AnswerLost, Refused) as error:
            if reach and isinstance(error, Unreachable):
                raise
            return error


def _unknown(words: str) -> OutcomeUnknown:
    return OutcomeUnknown(f"the request left, and whether it was accepted is not known: {words}", advice=RECONCILE)


def _in_short(heard: Task | PreflightError) -> str:
    if isinstance(heard, PreflightError):
        return heard.message
    return f"{heard.status or 'no status'}, {heard.progress or 0} %"


def _goes_on(task_id: str, limit_s: float, last: str) -> NotDone:
    words = f"task {task_id} is not over after {limit_s:.0f} s ({last}); it goes on"
    return NotDone(words, advice=Remedy("wait-again", task=task_id))


def _completed(task: Task) -> Task:
    """Return a completed task; raise what became of any other."""
    if task.status == "completed":
        return task
    raise failure_of(task)


def _asked_id(told: object) -> str:
    try:
        return read_id(told)
    except AnswerLost as error:
        raise CallError(error.message) from None
