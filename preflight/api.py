"""The one door to the service: bodies, task ids and result links in; tasks and files out.

The create call is repeated only where the service cannot have acted. Everything else may be asked again.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from preflight.assets import printable
from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError, Refused, TaskFailed, Unreachable
from preflight.place import publish, remove
from preflight.upload.landing import save
from preflight.wire import (
    MAY_HAVE_ACTED,
    RATE,
    AnswerLost,
    Busy,
    Progress,
    Wire,
    cleaned,
    client,
    is_loopback,
    patiently,
    pause_s,
    shown_url,
    translated,
)

DOWNLOAD_MAX_BYTES = 2 << 30
LINK_MAX = 8192
RECONCILE = "Do not submit it again before `preflight task reconcile` has looked for it."
PAGES_MAX = 200
"""How many pages of tasks are read at most."""
CONFLICT = 409
TRANSIENT: tuple[type[PreflightError], ...] = (Unreachable, AnswerLost, Busy)
WORTH_A_RETRY = frozenset({"service_error", "generation_timeout", "resource_exhausted", "service_unavailable"})
"""Failures that may pass by themselves. Source: the provider's reference-to-video document, "Error codes"."""


class TaskError(msgspec.Struct, frozen=True):
    """Why a task failed, in the service's words."""

    code: str
    message: str
    type: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A task as the service tells it; only the id is certain."""

    id: str
    status: str = ""
    """pending, processing, completed, failed, cancelled, or another word of the service's."""
    progress: int | None = None
    """0 to 100."""
    results: tuple[str, ...] = ()
    """Links to what was made; they live for 24 hours, and are judged when they are followed."""
    error: TaskError | None = None
    credits_reserved: Fraction | None = None
    estimated_s: int | None = None
    raw: dict[str, Any] = {}
    """The whole answer."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ("completed", "failed", "cancelled")


def read_task(answer: object) -> Task:
    """Read a task leniently: what has a wrong type counts as not said.

    Raises:
        AnswerLost: there is no id in it that could be asked for again.
    """
    table = _table(answer)
    table = table if "id" in table else _table(table.get("data"))
    return Task(
        id=_task_id(table.get("id")),
        status=_status(table.get("status")),
        progress=_progress(table.get("progress")),
        results=_links(table.get("results")),
        error=_error(table.get("error")),
        credits_reserved=_amount(_table(table.get("usage")).get("credits_reserved")),
        estimated_s=_whole(_table(table.get("task_info")).get("estimated_time")),
        raw=table,
    )


class Service:
    """The service and its files service, at their addresses, with one key.

    Args:
        base_url: where the API is.
        key: EVOLINK_API_KEY; sent to these two origins alone.
        files_url: where the files service is; None for the same origin.
        transport: what carries the requests; None for real sockets.
        sleep: waits between the attempts of one call, in seconds.

    Raises:
        CallError: an address or the key cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        files_url: str | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._api = Wire(base_url, key, transport=transport)
        self.files = Wire(files_url or base_url, key, transport=transport)
        self._open = client(proxies=not is_loopback(base_url), transport=transport)
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

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
        return next(_remaining(answer), None)

    def wait(  # noqa: PLR0913 - how long and how often, and what is handed in
        self,
        task_id: str,
        *,
        poll_s: float,
        limit_s: float,
        patience: int = 1,
        on_progress: Callable[[Task], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Task:
        """Ask for a task until it is completed; network faults are sat out.

        Args:
            task_id: the task.
            poll_s: seconds between two questions.
            limit_s: seconds after which the task is left to run.
            patience: how many refusals in a row it takes to be believed; several for a task that is known to exist.
            on_progress: called with each answer.
            sleep: waits, in seconds.
            clock: tells seconds.

        Raises:
            TaskFailed: it failed or was cancelled; it is not charged.
            Refused: the service does not tell.
            NotDone: the limit has come; the task goes on.
        """
        deadline, refusals = clock() + limit_s, 0
        while True:
            heard = self._heard(task_id)
            refusals = refusals + 1 if isinstance(heard, Refused) and not isinstance(heard, Busy) else 0
            if isinstance(heard, Refused) and refusals >= max(1, patience):
                raise heard
            rest_s = poll_s
            if isinstance(heard, PreflightError):
                rest_s = max(poll_s, pause_s(heard, poll_s))
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
        if not name or name in (".", "..") or re.search(r"[/\\\0]", name):
            raise CallError(f"{printable(name)!r}: not a file name")
        if len(url) > LINK_MAX or not re.match(r"https?://[^\s/]+", url, re.IGNORECASE):
            raise CallError(f"{shown_url(url)}: a result link has to be an http or https URL")
        temporary = folder / f".preflight-{secrets.token_hex(8)}.part"

        def attempt() -> Path:
            self._save(url, temporary, progress)
            return publish(temporary, folder / name)

        try:
            folder.mkdir(parents=True, exist_ok=True)
            return patiently(attempt, (Unreachable, AnswerLost), sleep=self._sleep)
        except OSError as error:
            why = error.strerror or error
            raise NotDone(f"{printable(str(folder))}: cannot be written: {why}", advice="Is there room?") from None
        finally:
            remove(temporary)

    def _page(self, page: int, status: str, model: str) -> list[Task]:
        wanted: dict[str, str | int] = {"page": page, "status": status, "model": model}
        params = {name: value for name, value in wanted.items() if value}

        def attempt() -> list[Task]:
            return list(_readable(self._api.call("GET", "/v1/tasks", params=params)))

        return patiently(attempt, TRANSIENT, sleep=self._sleep)

    def _task(self, task_id: str) -> Task:
        task = read_task(self._api.call("GET", f"/v1/tasks/{_asked_id(task_id)}"))
        if task.id != task_id:
            raise AnswerLost(f"asked for task {task_id}, told about {task.id}")
        return task

    def _heard(self, task_id: str) -> Task | PreflightError:
        """Ask once; a fault that may pass, or a refusal, is an answer too."""
        try:
            return self._task(task_id)
        except (Unreachable, AnswerLost, Refused) as error:
            return error

    def _save(self, url: str, path: Path, progress: Progress | None) -> None:
        remove(path)
        where = shown_url(url)
        with translated(where), self._open.stream("GET", url, follow_redirects=True) as response:
            if response.status_code != httpx.codes.OK:
                advice = "Result links live for 24 hours; `preflight task download ID` asks for a fresh one."
                meaning = AnswerLost if response.status_code in (RATE, *MAY_HAVE_ACTED) else NotDone
                raise meaning(f"{where}: answered with HTTP {response.status_code}", advice=advice)
            save(response, path, max_bytes=DOWNLOAD_MAX_BYTES, progress=progress)


def _unknown(words: str) -> OutcomeUnknown:
    return OutcomeUnknown(f"the request left, and whether it was accepted is not known: {words}", advice=RECONCILE)


def _in_short(heard: Task | PreflightError) -> str:
    if isinstance(heard, PreflightError):
        return heard.message
    return f"{heard.status or 'no status'}, {heard.progress or 0} %"


def _goes_on(task_id: str, limit_s: float, last: str) -> NotDone:
    words = f"task {task_id} is not over after {limit_s:.0f} s ({last}); it goes on"
    return NotDone(words, advice=f"`preflight task wait {task_id}` returns to it. Do not submit it again.")


def _completed(task: Task) -> Task:
    """Return a completed task; raise what became of any other."""
    if task.status == "completed":
        return task
    error = task.error or TaskError("", "no reason given", "")
    again = "It may pass by itself: submit it again later." if error.code in WORTH_A_RETRY else ""
    again = again or "The same request would fail again: change it first."
    code = f" [{error.code}]" if error.code else ""
    words = f"task {task.id} {'was cancelled' if task.status == 'cancelled' else 'failed'}: {error.message}{code}"
    raise TaskFailed(words, code=error.code, advice=f"{again} Failed tasks are not charged.")


def _asked_id(task_id: object) -> str:
    try:
        return _task_id(task_id)
    except AnswerLost as error:
        raise CallError(error.message) from None


def _task_id(told: object) -> str:
    if not (isinstance(told, str) and re.fullmatch(r"(?!\.+$)[A-Za-z0-9._-]{1,128}", told)):
        what = "no task id" if told is None else f"not a task id: {cleaned(repr(told))[:80]}"
        raise AnswerLost(what)
    return told


def _table(told: object) -> dict[str, Any]:
    return told if isinstance(told, dict) else {}


def _status(told: object) -> str:
    return cleaned(told).lower()[:40] if isinstance(told, str) else ""


def _whole(told: object) -> int | None:
    amount = _amount(told)
    return None if amount is None else int(amount)


def _progress(told: object) -> int | None:
    share = _whole(told)
    return None if share is None else max(0, min(100, share))


def _amount(told: object) -> Fraction | None:
    """Read a number, also one in quotes, if it is one that people use."""
    text = str(told) if isinstance(told, int | float | str) and not isinstance(told, bool) else ""
    return Fraction(text) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,20})?", text) else None


def _links(told: object) -> tuple[str, ...]:
    items = told if isinstance(told, list) else []
    urls = [item.get("url") if isinstance(item, dict) else item for item in items]
    return tuple(url for url in urls if isinstance(url, str))


def _error(told: object) -> TaskError | None:
    if not told:
        return None
    table = told if isinstance(told, dict) else {"message": told}
    code, message, kind = (cleaned(str(table.get(name) or "")) for name in ("code", "message", "type"))
    return TaskError(code[:80], message or "no reason given", kind[:80])


def _readable(answer: object) -> Iterator[Task]:
    table = _table(answer)
    items = answer if isinstance(answer, list) else table.get("data", table.get("tasks"))
    if not isinstance(items, list):
        raise AnswerLost("the service answered, and not with a list of tasks")
    for item in items:
        with suppress(AnswerLost):
            yield read_task(item)


def _remaining(answer: object) -> Iterator[Fraction]:
    """Yield the numbers that look like credits that remain, the outer ones first."""
    tables = [_table(answer)]
    for table in tables:
        amounts = {name: _amount(value) for name, value in table.items()}
        looks = [name for name in amounts if re.search(r"remain|balance|available|left", name)]
        yield from (amount for name in looks if (amount := amounts[name]) is not None)
        tables += [value for value in table.values() if isinstance(value, dict)]
