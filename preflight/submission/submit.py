"""Submit exactly once: a request's body in; a ledger entry, a task and its video on disk out.

The intent is on disk before the create call, and every outcome is recorded. A request that was or may have been
accepted is not sent again unless a person says so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError, Refused, TaskFailed, Unreachable
from preflight.profiles.schema import Profile
from preflight.submission.duplicates import refuse_duplicates
from preflight.values.assets import Asset, printable
from preflight.values.choices import UPLOADS_AT_ONCE
from preflight.values.facts import Facts
from preflight.values.phrase import error_words, phrase
from preflight.values.remedy import Remedy
from preflight.workers.pool import measured

if TYPE_CHECKING:
    from preflight.service.client import Service, Trouble
    from preflight.service.task import Task
    from preflight.submission.ledger import Ledger
    from preflight.submission.states import Entry
    from preflight.upload.parcel import Place

Progress = Callable[[Fraction], None]
NOT_SUBMITTED = "Nothing was submitted or paid for: submit it again. What was uploaded whole is not uploaded again."
"""Advice when an upload fails."""
PATIENCE = 4
"""Refusals in a row until one is believed about an accepted task."""


class Account(msgspec.Struct, frozen=True):
    """A service with its key, a ledger, and the profile in use."""

    service: "Service"
    ledger: "Ledger"
    profile: Profile
    place: "Place | None" = None
    """Where uploads go; None for the service's own files service."""
    uploads_at_once: int = UPLOADS_AT_ONCE


class EntryHooks(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller records beside an entry, in the entry's own transactions; what it raises undoes both."""

    intended: "Callable[[Entry], None]"
    accepted: "Callable[[Entry, Task], None]"


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A request to send, and what is recorded of it."""

    body: bytes
    base_url: str
    profile: str
    assets: tuple[tuple[str, str, str | None, str], ...]
    """Role, path, SHA-256 and URL of each."""
    facts: tuple[Facts | None, ...] = ()
    """Facts of each, recorded with an unexpected refusal."""
    price: Fraction | None = None


def submit(
    submission: Submission, account: Account, *, again: bool = False, beside: EntryHooks | None = None
) -> "tuple[Entry, Task]":
    """Send the create call once; the intent is on disk before it.

    Args:
        submission: what is sent.
        account: where to, and the ledger.
        again: whether a request sent before is sent once more.
        beside: what is recorded with it.

    Raises:
        Duplicate: the same request was sent before, and `again` is not set; nothing is recorded.
        Refused: the service refused.
        Unreachable: nothing left this machine.
        OutcomeUnknown: it left, and no response came; DuplicateUnknown where so it was with the same request before.
    """
    ledger = account.ledger
    entry = _intended(submission, ledger, account.service.skew, again=again, beside=beside)
    ledger.sent(entry)
    task = _created(submission, entry, account)
    try:
        return _accepted(entry, task, ledger, beside), task
    except NotDone as error:
        advice = (Remedy("note-task", task=task.id), *error.remedies)
        raise NotDone(
            phrase("task {w} was accepted, but not written down: {why}", w=task.id, why=error.message), advice=advice
        ) from None


def _created(submission: Submission, entry: "Entry", account: Account) -> "Task":
    """Send the create call, and record in the ledger how it failed; raises as `submit`."""
    from preflight.service.client import RECONCILE
    from preflight.submission import mismatch

    ledger = account.ledger
    try:
        return account.service.submit(submission.body, entry.idempotency_key)
    except (Unreachable, CallError) as error:
        _note(ledger.refused, entry, error.message)
        raise
    except Refused as error:
        _note(ledger.refused, entry, error.message)
        ledger.forget_uploads(_uploads_of(entry))
        raise mismatch.explained(error, entry, ledger, submission.facts) from None
    except OutcomeUnknown as error:
        _note(ledger.unknown, entry, error.message)
        raise
    except KeyboardInterrupt:
        words = "interrupted when the request had left, and before an answer came"
        _note(ledger.unknown, entry, words)
        raise OutcomeUnknown(words, advice=RECONCILE) from None
    except Exception as error:
        words = phrase(
            "the request left, and what came of it could not be read: {q}: {why}",
            q=type(error).__name__,
            why=error_words(error),
        )
        _note(ledger.unknown, entry, printable(words))
        raise OutcomeUnknown(printable(words), advice=RECONCILE) from error


def _accepted(entry: "Entry", task: "Task", ledger: "Ledger", beside: EntryHooks | None) -> "Entry":
    with ledger.transaction():
        found = ledger.accepted(entry, task)
        if beside:
            beside.accepted(found, task)
        return found


def _note(step: "Callable[[Entry, str], Entry]", entry: "Entry", message: str) -> None:
    """Record an outcome, if possible; an entry left "sent" is unknown to the next run."""
    with suppress(NotDone):
        step(entry, message)


def _uploads_of(entry: "Entry") -> list[str]:
    return [asset.url for asset in entry.assets if asset.sha256 is not None]


def _intended(
    submission: Submission, ledger: "Ledger", skew: timedelta | None, *, again: bool, beside: EntryHooks | None
) -> "Entry":
    """Record the intent, unless any ledger has the same request.

    Search and record are one transaction: of two programs at once the later sees the earlier, and a refused repeat
    leaves no entry.
    """
    from preflight.submission import ledgers, mismatch

    # Whoever sends it once more does not look at other ledgers, and need not wait for their turn.
    with ledger.turn, nullcontext() if again else ledgers.in_turn(), ledger.transaction():
        entry = ledger.intend(
            submission.body,
            base_url=submission.base_url,
            profile=submission.profile,
            assets=submission.assets,
            price=submission.price,
            skew_s=None if skew is None else skew.total_seconds(),
        )
        if not again:
            refuse_duplicates(entry.body_hash, entry.base_url, ledger, before=entry.number)
        if beside:
            beside.intended(entry)
        mismatch.keep_facts(ledger, entry, submission.facts)
        ledgers.remember(ledger.path)
        return entry


def task_of(which: str, ledger: "Ledger") -> "tuple[str, Entry | None]":
    """Resolve a task id or entry number to task id and entry; None for a task of another ledger.

    Raises:
        CallError: there is no entry of this number, or it has no task.
    """
    entry = ledger.find(which)
    if entry is None:
        if which.isascii() and which.isdecimal():
            raise CallError(phrase("{q}: no such entry in the ledger", q=printable(which)), advice=Remedy("list-tasks"))
        return which, None
    if entry.task_id is None:
        advice = Remedy("reconcile-finds-it") if entry.state == "unknown" else ""
        raise CallError(
            phrase("entry {n} is {state}: there is no task to ask for", n=entry.number, state=entry.state),
            advice=advice,
        )
    return entry.task_id, entry


def wait(
    task_id: str,
    account: Account,
    *,
    reach: bool = False,
    progress: "Callable[[Task], None] | None" = None,
    trouble: "Trouble | None" = None,
) -> "Task":
    """Wait until a task is over, recording its progress.

    Args:
        task_id: the task.
        account: its service and ledger.
        reach: whether a first poll without a connection ends the wait.
        progress: called with each response.
        trouble: called with each fault that is waited out, and the seconds left for it to pass.

    Raises:
        TaskFailed: it failed; not charged.
        Unreachable: with `reach`, there is no connection.
        NotDone: the profile's limit has come; the task goes on.
    """
    from preflight.service.task import Task
    from preflight.submission import mismatch

    service, ledger, clock = account.service, account.ledger, account.profile.service
    entry, last = ledger.find(task_id), list[Task]()

    def heard(task: Task) -> None:
        last[:] = [task]
        with suppress(NotDone):  # a ledger fault must not end the wait
            ledger.progressed(task.id, task.status, task.progress)
        if progress:
            progress(task)

    waited = partial(service.wait, poll_s=clock.poll_s, limit_s=clock.wait_s, patience=PATIENCE if entry else 1)
    try:
        task = waited(task_id, reach=reach, on_progress=heard, on_trouble=trouble)
    except TaskFailed as error:
        ledger.finished(last[0])
        ledger.forget_uploads(_uploads_of(entry) if entry else [])
        raise mismatch.explained_failure(error, last[0], ledger) from None
    with paid_for(Remedy("download-saves", task=task_id)):
        ledger.finished(task)
    return task


def download(
    task: "Task", account: Account, folder: Path, *, progress: Progress | None = None, name: str = ""
) -> list[Path]:
    """Download a completed task's results into a folder and measure them.

    They are named after the task unless a name is given; a taken name is followed by the next.

    Raises:
        NotDone: there is none, or one cannot be downloaded, or is no readable medium; saved files stay.
    """
    entry = account.ledger.find(task.id)
    again = Remedy("download-once-more", task=str(entry.number) if entry else task.id)
    if not task.results:
        raise NotDone(phrase("task {w} is completed, and names no result", w=task.id), advice=again)
    done, name = in_parts(progress), name or f"{task.id}.mp4"
    with paid_for(again):
        paths = [account.service.download(url, folder, name, progress=done) for url in task.results]
    for path in paths:
        if fault := measured(Asset(path=str(path))).fault:
            raise NotDone(
                phrase("{q}: was saved, and cannot be read: {why}", q=printable(str(path)), why=fault.message),
                advice=again,
            )
    saved = ", ".join(printable(str(path)) for path in paths)
    with paid_for(phrase("It is saved: {q}. Only the ledger does not know it.", q=saved)):
        if entry:
            for path in paths:
                account.ledger.downloaded(entry, path)
    return paths


@contextmanager
def paid_for(advice: str | Remedy) -> Iterator[None]:
    """Add to errors that the video is made and paid for, and how to get it."""
    try:
        yield
    except PreflightError as error:
        error.remedies = (*error.remedies, "The video is made and paid for:", advice)
        raise


@contextmanager
def advised(advice: str) -> Iterator[None]:
    """Add advice to network faults that have none."""
    from preflight.service.http import ResponseLost

    try:
        yield
    except ResponseLost as error:
        error.remedies = error.remedies or (advice,)
        raise


def in_parts(progress: Progress | None) -> Callable[[int, int | None], None] | None:
    """Convert a callback of parts done to one of bytes done and in all."""
    if progress is None:
        return None
    return lambda done, total: progress(Fraction(done, max(total or done, 1)))
