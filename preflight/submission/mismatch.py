"""Rule mismatches: refusals of requests that our rules passed, recorded.

A record can be sent to the project: date, profile, the rule that should have caught it, the service's code and words,
and the facts of the assets. It holds no name, address, medium, or words of the prompt.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from preflight.errors import NotDone, Refused, TaskFailed
from preflight.service.refusals import Refusal, ServiceError, blamed_asset, look_up
from preflight.values.assets import ADDRESS, printable, shown
from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts
from preflight.values.parsed import NotJsonError, parsed
from preflight.values.phrase import joined, phrase
from preflight.values.ready import ready
from preflight.values.remedy import Remedy
from preflight.values.units import number

if TYPE_CHECKING:
    from preflight.service.task import Task
    from preflight.submission.ledger import Ledger
    from preflight.submission.states import Entry

Stage = Literal["create", "task"]
Plain = dict[str, Any]

KINDS: dict[type[Facts], str] = {ImageFacts: "image", VideoFacts: "video", AudioFacts: "audio"}
SHARED_WORDS = 3
"""Words in a row shared with the prompt that count as the prompt's."""
SHARED_CHARACTERS = 6
"""The same in characters, for scripts without blanks."""


class RuleMismatch(msgspec.Struct, frozen=True, kw_only=True):
    """One refusal of a request that passed our rules."""

    at: datetime
    profile: str
    stage: Stage
    """Refused create call, or failed task."""
    rule: str
    """Rule that should have caught it; empty where none is known."""
    status: int | None
    code: str
    message: str
    """The service's words, without what they repeat of the request."""
    assets: tuple[Plain, ...]
    """Facts of each asset, in the order of the request."""


def explained(error: Refused, entry: "Entry", ledger: "Ledger", facts: Iterable[Facts | None]) -> Refused:
    """Explain a refused create call, and record a rule mismatch."""
    if type(error) is not Refused:
        return error
    words = re.sub(r"^HTTP \d{3}: ", "", error.message).removesuffix(f" [{error.code}]")
    said = ServiceError(status=error.status, code=error.code, words=words)
    return _explained(error, said, entry, ledger, [plain(one) for one in facts])


def explained_failure(error: TaskFailed, task: "Task", ledger: "Ledger") -> TaskFailed:
    """Explain a failed task, and record a rule mismatch if it was submitted here."""
    entry = ledger.find(task.id)
    if task.status != "failed" or entry is None:
        return error
    said = ServiceError(code=error.code, words=task.error.message if task.error else "")
    failure = _explained(error, said, entry, ledger, _kept_facts(ledger, entry))
    return TaskFailed(failure.message, status=failure.status, code=failure.code, advice=failure.remedies)


def keep_facts(ledger: "Ledger", entry: "Entry", facts: Iterable[Facts | None]) -> None:
    """Store the facts of a submission's assets, in case its task fails.

    Faults of the ledger are ignored.
    """
    rows = [(entry.number, place, json.dumps(plain(one))) for place, one in enumerate(facts)]
    with suppress(NotDone), ledger.transaction() as db:
        db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", rows)


def recorded(ledger: "Ledger") -> list[RuleMismatch]:
    """List all rule mismatches of a ledger, oldest first."""
    words = "SELECT at_s, profile, stage, rule, status, code, message, facts FROM drift ORDER BY at_s, entry"
    with ledger.transaction() as db:
        columns = ("at", "profile", "stage", "rule", "status", "code", "message", "assets")
        rows = [dict(zip(columns, row, strict=True)) for row in db.execute(words)]
        for row in rows:
            row |= {"at": datetime.fromtimestamp(row["at"], UTC), "assets": parsed(row["assets"])}
        return msgspec.convert(rows, ready(list[RuleMismatch]))  # somebody may have edited the file


def plain(facts: Facts | None) -> Plain:
    """Convert facts to plain JSON: numbers and names of formats, no free text."""
    if facts is None:
        return {}
    fields = {name: getattr(facts, name) for name in facts.__struct_fields__ if name != "measured_by"}
    return {"kind": KINDS[type(facts)], **{name: _plain(value) for name, value in fields.items() if value is not None}}


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return number(value)
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return {name: _plain(one) for name, one in fields.items() if one is not None}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(_plain(str(name))): _plain(one) for name, one in value.items()}
    return re.sub(r"[^A-Za-z0-9._;:+-]", "", value)[:40] if isinstance(value, str) else value


def scrubbed(words: str, entry: "Entry") -> str:
    """Remove addresses, names and parts of the prompt from the service's words."""
    words = re.sub(ADDRESS, "[url]", words)
    for path in sorted({part for asset in entry.assets for part in _names(asset.path)}, key=len, reverse=True):
        words = re.sub(re.escape(path), "[name]", words, flags=re.IGNORECASE)
    words = re.sub(r"""(?<!\w)'[^']+'(?!\w)|"[^"]+"|[\u201c\u2018][^\u201d\u2019]+[\u201d\u2019]""", "[quoted]", words)
    return printable(_without_prompt(words, _prompt(entry.body)))


def _prompt(body: bytes) -> str:
    """Extract a body's prompt, in lower case with single blanks."""
    told: object = None
    with suppress(NotJsonError):
        told = parsed(body)
    return " ".join(str(told.get("prompt", "")).lower().split()) if isinstance(told, dict) else ""


def _names(path: str) -> list[str]:
    """List a path, its file name and stem, where longer than ordinary words."""
    last = PurePath(path)
    return [part for part in (path, last.name, last.stem) if len(part) > 3]  # noqa: PLR2004 - "a" would mask every "a"


def _without_prompt(words: str, prompt: str) -> str:
    tokens = words.split()
    shared = set[int]()
    for start in range(len(tokens) - SHARED_WORDS + 1):
        if " ".join(tokens[start : start + SHARED_WORDS]).lower() in prompt:
            shared.update(range(start, start + SHARED_WORDS))
    for place, token in enumerate(tokens):
        if not token.isascii() and any(piece in prompt for piece in _pieces(token.lower())):
            shared.add(place)
    kept = ["[prompt]" if place in shared else token for place, token in enumerate(tokens)]
    return re.sub(r"\[prompt\]( \[prompt\])+", "[prompt]", " ".join(kept))


def _pieces(token: str) -> list[str]:
    return [token[at : at + SHARED_CHARACTERS] for at in range(max(1, len(token) - SHARED_CHARACTERS + 1))]


def _explained(error: Refused, said: ServiceError, entry: "Entry", ledger: "Ledger", facts: list[Plain]) -> Refused:
    refusal = look_up(said)
    if refusal.is_mismatch:
        _record(ledger, entry, said, refusal, facts)
    place = blamed_asset(said.words)
    asset = entry.assets[place] if place is not None and place < len(entry.assets) else None
    words = [error.message]
    if asset:
        words.append(phrase("that is {w} ({q})", w=str(asset.role), q=shown(asset.path)))
    if refusal.rule:
        words.append(phrase("the local rule for it is {w}", w=refusal.rule))
    advice: list[str | Remedy] = [*(refusal.remedies or (() if refusal.rule else error.remedies))]
    advice += [Remedy("explain-refusal", rule=refusal.rule)] if refusal.rule else []
    advice += [Remedy("send-drift")] if refusal.is_mismatch else []
    advice += ["Failed tasks are not charged."] if isinstance(error, TaskFailed) else []
    told = Refused(joined(words, "; "), status=error.status, code=error.code, advice=tuple(advice))
    told.answer = error.answer
    return told


def _record(ledger: "Ledger", entry: "Entry", said: ServiceError, refusal: Refusal, facts: list[Plain]) -> None:
    """Record a mismatch once per submission; faults of the ledger are ignored."""
    stage: Stage = "task" if said.status is None else "create"
    what = (refusal.rule, said.status, printable(said.code), scrubbed(said.words, entry), json.dumps(facts))
    now = datetime.now(UTC).timestamp()
    with suppress(NotDone), ledger.transaction() as db:
        db.execute(
            "INSERT OR IGNORE INTO drift VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (entry.number, now, entry.profile, stage, *what),
        )


def _kept_facts(ledger: "Ledger", entry: "Entry") -> list[Plain]:
    with ledger.transaction() as db:
        rows = db.execute("SELECT facts FROM facts WHERE entry = ? ORDER BY position", [entry.number]).fetchall()
        return msgspec.convert([parsed(row[0]) for row in rows], ready(list[Plain]))
