"""Handle callbacks: received task ids in, verified news of tasks out.

    named ── in the ledger? ──┬─ no: unknown          over already: again
                              └─ the service asked ──┬─ over: recorded, reported
                                                     ├─ not over: disbelieved
                                                     └─ no response: unasked, and asked again

A callback has no signature and proves nothing: it only says which task to fetch. Source: the reference-to-video
document, 'callback_url'; the provider's parameter page: 10 s, 3 more attempts.
"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from preflight.errors import PreflightError, TaskFailed
from preflight.service.callback_server import WAITING, Receiver, Rejected
from preflight.service.responses import failure_of
from preflight.service.task import Task
from preflight.submission.mismatch import explained_failure
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy

if TYPE_CHECKING:
    from preflight.service.client import Service
    from preflight.submission.ledger import Ledger
    from preflight.submission.states import Entry

Meaning = Literal["over", "again", "disbelieved", "unknown", "unasked", "rejected"]

UNWRITTEN_S = 5.0
"""Seconds until an id missing from the ledger is called unknown: the response to `submit` may be on its way."""
LOOK_AGAIN_S = 0.25
ASK_AGAIN_S = 10.0
ASK_EVERY_S = 1.0
"""Seconds between fetches of one task, however many callbacks name it: rate limits are the user's."""
ASKED_AT_MOST = 30
"""Most attempts to fetch one task."""


class News(msgspec.Struct, frozen=True, kw_only=True):
    """Outcome of one callback; the diagram explains each meaning."""

    meaning: Meaning
    words: str
    advice: Remedy | None = None
    """What to do now."""
    task_id: str = ""
    failure: TaskFailed | None = None
    """Why an ended task failed."""


class _Open(msgspec.Struct, frozen=True):
    """A task id still to be verified."""

    since_s: float
    due_s: float
    asked: int = 0


def news(
    receiver: Receiver,
    ledger: "Ledger",
    service_of: "Callable[[Entry], Service]",
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[News]:
    """Yield the outcome of each callback, for ever, after recording it in the ledger.

    Args:
        receiver: an open one.
        ledger: tasks without an entry in it are not fetched.
        service_of: opens the service that an entry was sent to.
        clock: tells seconds.
    """
    still_open: dict[str, _Open] = {}
    calm_until_s: dict[str, float] = {}
    while True:
        received = receiver.receive(LOOK_AGAIN_S)
        now_s = clock()
        if isinstance(received, Rejected):
            yield News(meaning="rejected", words=received.words)
        elif received is not None:
            still_open.setdefault(received.task_id, _Open(now_s, calm_until_s.get(received.task_id, now_s)))
        calm_until_s = {task_id: until_s for task_id, until_s in calm_until_s.items() if until_s > now_s}
        for task_id in [one for one, state in still_open.items() if state.due_s <= now_s]:
            state = still_open.pop(task_id)
            found = _verified(task_id, ledger, service_of)
            if _is_to_be_tried_again(found, state, now_s) and len(still_open) < WAITING:
                wait_s = ASK_AGAIN_S if found.meaning == "unasked" else LOOK_AGAIN_S
                asked = state.asked + (found.meaning == "unasked")
                still_open[task_id] = _Open(state.since_s, clock() + wait_s, asked)
            if found.meaning != "unknown":
                calm_until_s[task_id] = clock() + ASK_EVERY_S
            if found.meaning != "unknown" or task_id not in still_open:
                yield found


def _is_to_be_tried_again(told: News, state: _Open, now_s: float) -> bool:
    if told.meaning == "unknown":
        return now_s - state.since_s < UNWRITTEN_S
    return told.meaning == "unasked" and state.asked + 1 < ASKED_AT_MOST


def _verified(task_id: str, ledger: "Ledger", service_of: "Callable[[Entry], Service]") -> News:
    """Fetch a task and record its state."""
    entry = None if task_id.isdecimal() else ledger.find(task_id)  # a number would name an entry
    if entry is None:
        lost = Remedy("reconcile-finds-lost-ones")
        return News(meaning="unknown", task_id=task_id, words="in no entry of the ledger", advice=lost)
    if entry.state in ("completed", "downloaded"):
        return _again(entry, task_id)
    try:
        with service_of(entry) as service:
            task = service.task(task_id)
    except PreflightError as error:
        return News(
            meaning="unasked", task_id=task_id, words=phrase("the service could not be asked: {why}", why=error.message)
        )
    return _written(task, entry, ledger)


def _written(task: Task, entry: "Entry", ledger: "Ledger") -> News:
    if not task.is_over:
        ledger.progressed(task.id, task.status, task.progress)
        words = phrase(
            "{state} by the service's word; the callback is not believed", state=task.status or "without status"
        )
        return News(meaning="disbelieved", task_id=task.id, words=words)
    if entry.state == "failed" and task.status != "completed":
        return _again(entry, task.id)
    ledger.finished(task)
    if task.status == "completed":
        advice = Remedy("download-saves-video", task=str(entry.number))
        return News(meaning="over", task_id=task.id, words="completed", advice=advice)
    ledger.forget_uploads([asset.url for asset in entry.assets if asset.sha256 is not None])
    failure = explained_failure(failure_of(task), task, ledger)
    return News(meaning="over", task_id=task.id, words=failure.message, failure=failure)


def _again(entry: "Entry", task_id: str) -> News:
    return News(
        meaning="again",
        task_id=task_id,
        words=phrase("was {state} already (entry {n})", state=entry.state, n=entry.number),
    )
