"""Refuse a request that was sent before, by this ledger or by another one that this user has."""

from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from preflight.errors import CallError, OutcomeUnknown
from preflight.submission.states import State
from preflight.values.assets import printable
from preflight.values.phrase import phrase
from preflight.values.remedy import Advice, Remedy

if TYPE_CHECKING:
    from preflight.submission.ledger import Ledger
    from preflight.submission.ledgers import ForeignEntry
    from preflight.submission.states import Entry


class EarlierSubmission(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier submission of the same request."""

    number: int
    """Its entry number."""
    state: State
    task_id: str | None
    created_at: datetime
    price: Fraction | None = None
    """The estimate, in credits; None where unknown, or in another ledger."""
    downloads: tuple[str, ...] = ()
    ledger: Path | None = None
    """The other ledger; None for the one in use."""


class Duplicate(CallError):  # noqa: N818 - a state of the request
    """The same request was sent before; nothing was sent now.

    Args:
        message: when, and what became of it.
        known: the earlier submission.
        advice: what to do next.
    """

    def __init__(self, message: str, known: EarlierSubmission, *, advice: Advice = "") -> None:
        super().__init__(message, advice=advice)
        self.known = known


class DuplicateUnknown(OutcomeUnknown):
    """The same request was sent before, and no response is known; nothing was sent now.

    Args:
        message: when.
        known: the earlier submission.
        advice: what to do next.
    """

    def __init__(self, message: str, known: EarlierSubmission, *, advice: Advice = "") -> None:
        super().__init__(message, advice=advice)
        self.known = known


def refuse_duplicates(body_hash: str, base_url: str, ledger: "Ledger", *, before: int | None = None) -> None:
    """Raise where the same request was or may have been accepted.

    Args:
        body_hash: hash of the body, with each upload named by its content.
        base_url: the service.
        ledger: the ledger in use; the user's others are searched too.
        before: the entry of this submission, if recorded; only earlier ones count.

    Raises:
        Duplicate: it was accepted, or is being sent.
        DuplicateUnknown: it was sent, and no response is known.
        NotDone: another ledger cannot be read.
    """
    from preflight.submission import ledgers

    same = ledger.same_body(body_hash, base_url)
    _refuse_twice([one for one in same if before is None or one.number < before])
    _refuse_known(ledgers.same_request(ledger.path, body_hash, base_url))


def refuse_unsettled(entry: "Entry", ledger: "Ledger") -> None:
    """Raise DuplicateUnknown where an earlier entry of the same request is still without a known outcome."""
    same = ledger.same_body(entry.body_hash, entry.base_url)
    _refuse_twice([one for one in same if one.number < entry.number and one.state == "unknown"])


def _certainty(entry: "Entry | ForeignEntry") -> int:
    """Rank an entry, the most doubtful first."""
    return ("unknown", "sent", "intended", entry.state).index(entry.state)


def _refuse_twice(earlier: "list[Entry]") -> None:
    """Raise where this ledger has the same body; the most doubtful entry counts."""
    from preflight.service.client import RECONCILE

    if not earlier:
        return
    first = min(earlier, key=_certainty)
    known = EarlierSubmission(
        number=first.number,
        state=first.state,
        task_id=first.task_id,
        created_at=first.created_at,
        price=first.price,
        downloads=first.downloads,
    )
    words = "the same request was sent on {w1} {w2} UTC (entry {n}, {state})"
    said = phrase(words, **_when(first), n=first.number, state=_state_words(first))
    if first.state == "unknown":
        lost = phrase("{said}, and no answer is known; nothing was sent now", said=said)
        raise DuplicateUnknown(lost, known, advice=RECONCILE)
    if first.state in ("intended", "sent"):
        going = phrase("{said}; nothing was sent now", said=said)
        raise Duplicate(going, known, advice=Remedy("show-what-becomes", entry=first.number))
    done = phrase("{said}; nothing was sent", said=said)
    raise Duplicate(done, known, advice=Remedy("show-or-send-again", entry=first.number))


def _when(entry: "Entry | ForeignEntry") -> dict[str, str]:
    """Format the day and the time at which an entry was made."""
    return {"w1": f"{entry.created_at:%Y-%m-%d}", "w2": f"{entry.created_at:%H:%M}"}


def _state_words(entry: "Entry | ForeignEntry") -> str:
    """Word an entry's state, and its task if it has one."""
    return phrase("{state}, task {w}", state=entry.state, w=entry.task_id) if entry.task_id else entry.state


def _refuse_known(elsewhere: "list[ForeignEntry]") -> None:
    """Raise where another ledger has the same request; the most doubtful entry counts."""
    if not elsewhere:
        return
    first = min(elsewhere, key=_certainty)
    known = EarlierSubmission(
        number=first.number,
        state=first.state,
        task_id=first.task_id,
        created_at=first.created_at,
        ledger=first.path,
    )
    there = printable(str(first.path))
    words = phrase(
        "the same request was sent on {w1} {w2} UTC by another ledger: entry {n} of {q} ({state}); nothing was sent",
        **_when(first),
        n=first.number,
        q=there,
        state=_state_words(first),
    )
    if first.state in ("unknown", "sent"):
        raise DuplicateUnknown(words, known, advice=Remedy("reconcile-ledger-first", path=there))
    raise Duplicate(words, known, advice=Remedy("show-there-or-send-again", entry=first.number, path=there))
