"""Reconcile submissions whose response was lost with the service's tasks.

A task without an entry, of the same model and duration, may belong to a submission. Its time does not rule it out: a
clock may be wrong. Only a person decides, and a denial is accepted only after a look at the service.
"""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from preflight.errors import CallError, NotDone, PreflightError
from preflight.service import origin
from preflight.service.task import Task, read_length_s, read_model
from preflight.values.parsed import NotJsonError, parsed
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy

if TYPE_CHECKING:
    from preflight.service.client import Service
    from preflight.submission.ledger import Ledger
    from preflight.submission.states import Entry

GONE_AFTER = timedelta(minutes=10)
"""Time after a lost response until a person may say that the service never got the request.

A request may wait in a gateway and become a paid task later; the documents do not say for how long. This is five times
the longest wait of `http` for a response."""
COARSE = timedelta(seconds=5)
"""Tolerance between two skews: Date has whole seconds, and responses travel."""
SKEWED = timedelta(minutes=2)
"""Clock difference from which it is reported."""
LISTED = 10_000
"""Latest entries searched."""
ON_THEIR_WAY = ("intended", "sent")


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """One service's unmatched entries and tasks."""

    base_url: str
    entries: tuple["Entry", ...]
    """Entries in state unknown, newest first."""
    strays: tuple[Task, ...]
    """Tasks without an entry."""
    on_their_way: tuple["Entry", ...] = ()
    """Entries that living programs are sending: a stray may be theirs."""
    skew: timedelta | None = None
    """The service's clock minus this machine's; None where unknown."""

    def near(self, entry: "Entry") -> tuple[Task, ...]:
        """List the strays that may belong to an entry, nearest in time first."""
        return tuple(
            sorted((task for task in self.strays if may_be(entry, task)), key=lambda one: self._far(entry, one))
        )

    def match(self, entry: "Entry") -> Task | None:
        """Find the only stray that may belong to an entry and to no other; None where there is a choice."""
        near = self.near(entry)
        if len(near) != 1 or near[0].created_at is None:
            return None
        rivals = [one for one in (*self.entries, *self.on_their_way) if may_be(one, near[0])]
        return near[0] if [one.number for one in rivals] == [entry.number] else None

    def _far(self, entry: "Entry", task: Task) -> timedelta:
        if task.created_at is None:
            return timedelta.max
        ahead = self.skew if entry.skew_s is None else timedelta(seconds=entry.skew_s)
        return abs(task.created_at - entry.created_at - (ahead or timedelta()))


def may_be(entry: "Entry", task: Task) -> bool:
    """Tell whether a task may belong to an entry: model and duration must agree where both are known."""
    sent, made = _asked_for(entry.body), (task.model, task.video_s)
    return all(one is None or other is None or one == other for one, other in zip(sent, made, strict=True))


def _asked_for(body: bytes) -> tuple[str | None, int | None]:
    """Parse model and duration, in seconds, from a body; None where left open."""
    try:
        told = parsed(body)
    except NotJsonError:
        told = None
    table = told if isinstance(told, dict) else {}
    return read_model(table.get("model")), read_length_s(table.get("duration"))


def gone_from(entry: "Entry") -> datetime:
    """Compute from when a person may say that the service never got an entry."""
    return entry.changed_at + GONE_AFTER


def unknown(ledger: "Ledger") -> list["Entry"]:
    """List entries whose response was lost, newest first."""
    return [entry for entry in ledger.entries(LISTED) if entry.state == "unknown"]


def by_address(entries: Iterable["Entry"]) -> dict[str, list["Entry"]]:
    """Group entries by service, whatever the spelling, in the order of the addresses."""
    ordered = sorted(entries, key=lambda entry: (origin.key(entry.base_url), -entry.number))
    groups = [list(there) for _, there in groupby(ordered, lambda entry: origin.key(entry.base_url))]
    return {origin.shown(there[0].base_url): there for there in groups}


def search(base_url: str, service: "Service", ledger: "Ledger") -> Search:
    """Fetch a service's tasks and match them with the entries sent there.

    Raises:
        Refused, NotDone: the tasks cannot be listed.
    """
    from preflight.submission import ledgers

    tasks, elsewhere = service.tasks(), ledgers.tasks_beside(ledger.path)
    there = [entry for entry in ledger.entries(LISTED) if origin.same(entry.base_url, base_url)]
    return Search(
        base_url=base_url,
        entries=tuple(entry for entry in there if entry.state == "unknown"),
        strays=tuple(task for task in tasks if task.id not in elsewhere and ledger.find(task.id) is None),
        on_their_way=tuple(entry for entry in there if entry.state in ON_THEIR_WAY),
        skew=service.skew,
    )


# ---- a person's word ------------------------------------------------------------------------------------------------


def adopt(entry: "Entry", task_id: str, service: "Service", ledger: "Ledger") -> "Entry":
    """Assign a task to a submission, on a person's word; the task is fetched.

    Raises:
        NotDone: a program still awaits the response, the entry is another task's, or the task is another entry's.
        Refused: the service has no such task.
        CallError: no task can have such an id.
    """
    _refuse_on_its_way(ledger.find(entry.number) or entry)
    return ledger.accepted(entry, service.task(task_id))


def gone(
    entry: "Entry",
    ledger: "Ledger",
    searched: Callable[[], Search] | None,
    *,
    clock: Callable[[], float] = time.time,
) -> "Entry":
    """Record, on a person's word, that the service never got a submission; it may be sent again then.

    An entry refused already stays as it is.

    Args:
        entry: the submission.
        ledger: holds the entry.
        searched: searches the service; None where the person is sure without.
        clock: tells seconds since 1970.

    Raises:
        NotDone: a program still awaits the response, it is too early, the service got it or has a matching task, or
            cannot be asked.
    """
    now = _current(entry, ledger, clock)
    if now.state == "refused":
        return now
    if searched:
        _refuse_found(now, searched, datetime.fromtimestamp(clock(), UTC))
    why = "looking did not find its task" if searched else "without a look at it"
    with ledger.transaction():
        now = _current(entry, ledger, clock)
        if now.state == "refused":
            return now
        return ledger.refused(now, phrase("a person said that the service never got it; {why}", why=why))


def _current(entry: "Entry", ledger: "Ledger", clock: Callable[[], float]) -> "Entry":
    """Reload an entry and check that it may be called gone, or is refused already."""
    now = ledger.find(entry.number) or entry
    _refuse_on_its_way(now)
    if now.state == "unknown":
        _refuse_early(now, datetime.fromtimestamp(clock(), UTC))
    elif now.state != "refused":
        words = phrase("entry {n} is {state}, and cannot become refused", n=now.number, state=now.state)
        raise NotDone(phrase("{said}: task {w}", said=words, w=now.task_id) if now.task_id else words)
    return now


def _refuse_on_its_way(now: "Entry") -> None:
    if now.state in ON_THEIR_WAY:
        words = phrase(
            "entry {n} is {state}: a program that runs now is still to hear what becomes of it",
            n=now.number,
            state=now.state,
        )
        raise NotDone(words, advice="Wait until it has ended.")


def _refuse_early(now: "Entry", at: datetime) -> None:
    """Raise NotDone while the service may still create a task."""
    since, until = at - now.changed_at, gone_from(now)
    if since < GONE_AFTER:
        raise NotDone(
            phrase(
                "entry {n1}: its answer was lost {n2} s ago, and the service may still make a task of it: that it"
                " never got it can be said after {n3} s",
                n1=now.number,
                n2=f"{max(0, since.total_seconds()):,.0f}",
                n3=f"{GONE_AFTER.total_seconds():,.0f}",
            ),
            advice=Remedy("reconcile-later", until=f"{until:%H:%M:%S}"),
        )


def _refuse_found(now: "Entry", searched: Callable[[], Search], at: datetime) -> None:
    """Raise NotDone where the service has a matching task, or cannot be asked."""
    try:
        search = searched()
        near = search.near(now)
    except CallError:
        raise
    except PreflightError as error:
        words = phrase(
            "entry {n}: whether {q} got it could not be seen: {why}", n=now.number, q=now.base_url, why=error.message
        )
        raise NotDone(words, advice=Remedy("gone-without-look", entry=now.number)) from None
    if near:
        words = phrase(
            "task {w}, which no entry accounts for, may be what became of entry {n}", w=near[0].id, n=now.number
        )
        if len(near) > 1:
            words = phrase("{said}; so may {n} more", said=words, n=len(near) - 1)
        raise NotDone(words, advice=Remedy("adopt-or-gone", entry=now.number, task=near[0].id))
    if now.skew_s is not None and search.skew is not None:
        # By the service's clock, too: this machine's may have been corrected since.
        _refuse_early(now, at + search.skew - timedelta(seconds=now.skew_s) + COARSE)
