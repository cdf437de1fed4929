"""Where the service and the local rules disagree: refusals of what was called clean in, a record of each out.

What is recorded can be sent to the project: the day, the profile, the rule that should have caught it, the service's
code and words, and what was measured of the assets. No name, no address, no medium and nothing of the prompt is in it.
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
from preflight.service.refusals import Refusal, Said, blamed, look_up
from preflight.values.assets import ADDRESS, printable, shown
from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts
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
"""So many words in a row that the prompt has too are taken to be the prompt's."""
SHARED_CHARACTERS = 6
"""The same for scripts that put no blanks between words."""


class RuleMismatch(msgspec.Struct, frozen=True, kw_only=True):
    """One refusal of what had been called clean."""

    at: datetime
    profile: str
    stage: Stage
    """Whether the create call was refused, or the task failed."""
    rule: str
    """The rule that should have caught it; empty where none is known."""
    status: int | None
    code: str
    message: str
    """The service's words, without what they repeat of the request."""
    assets: tuple[Plain, ...]
    """What was measured of each, in the order of the request."""


def explained(error: Refused, entry: "Entry", ledger: "Ledger", facts: Iterable[Facts | None]) -> Refused:
    """Return a refused create call in fuller words, and record it where it is drift."""
    if type(error) is not Refused:
        return error
    words = re.sub(r"^HTTP \d{3}: ", "", error.message).removesuffix(f" [{error.code}]")
    said = Said(status=error.status, code=error.code, words=words)
    return _explained(error, said, entry, ledger, [plain(one) for one in facts])


def explained_failure(error: TaskFailed, task: "Task", ledger: "Ledger") -> TaskFailed:
    """Return a failed task in fuller words, and record it where it is drift and the submission is known here."""
    entry = ledger.find(task.id)
    if task.status != "failed" or entry is None:
        return error
    said = Said(code=error.code, words=task.error.message if task.error else "")
    failure = _explained(error, said, entry, ledger, _kept_facts(ledger, entry))
    return TaskFailed(failure.message, status=failure.status, code=failure.code, advice=failure.remedies)


def keep_facts(ledger: "Ledger", entry: "Entry", facts: Iterable[Facts | None]) -> None:
    """Keep what was measured of a submission's assets, for the day on which its task fails.

    Nothing else depends on it: a ledger that cannot take it has other things to say.
    """
    rows = [(entry.number, place, json.dumps(plain(one))) for place, one in enumerate(facts)]
    with suppress(NotDone), ledger.whole() as db:
        db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", rows)


def recorded(ledger: "Ledger") -> list[RuleMismatch]:
    """Return all drift of a ledger, oldest first."""
    words = "SELECT at_s, profile, stage, rule, status, code, message, facts FROM drift ORDER BY at_s, entry"
    with ledger.whole() as db:
        columns = ("at", "profile", "stage", "rule", "status", "code", "message", "assets")
        rows = [dict(zip(columns, row, strict=True)) for row in db.execute(words)]
        for row in rows:
            row |= {"at": datetime.fromtimestamp(row["at"], UTC), "assets": json.loads(row["assets"])}
        return msgspec.convert(rows, list[RuleMismatch])  # somebody may have edited the file


def plain(facts: Facts | None) -> Plain:
    """Return what was measured as plain JSON: quantities and the names of formats, and no free text."""
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
    """Return the service's words without addresses, names and pieces of the prompt that they may repeat."""
    words = re.sub(ADDRESS, "[url]", words)
    for path in sorted({part for asset in entry.assets for part in _names(asset.path)}, key=len, reverse=True):
        words = re.sub(re.escape(path), "[name]", words, flags=re.IGNORECASE)
    words = re.sub(r"""(?<!\w)'[^']+'(?!\w)|"[^"]+"|[\u201c\u2018][^\u201d\u2019]+[\u201d\u2019]""", "[quoted]", words)
    return printable(_without_prompt(words, _prompt(entry.body)))


def _prompt(body: bytes) -> str:
    """Return the prompt of a body in small letters, with one blank between words."""
    told: object = None
    with suppress(ValueError):
        told = json.loads(body)
    return " ".join(str(told.get("prompt", "")).lower().split()) if isinstance(told, dict) else ""


def _names(path: str) -> list[str]:
    """Return a path, the name at its end and that name's stem, where they are long enough to be told from words."""
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


def _explained(error: Refused, said: Said, entry: "Entry", ledger: "Ledger", facts: list[Plain]) -> Refused:
    refusal = look_up(said)
    if refusal.is_mismatch:
        _record(ledger, entry, said, refusal, facts)
    place = blamed(said.words)
    asset = entry.assets[place] if place is not None and place < len(entry.assets) else None
    about = f"; that is {asset.role} ({shown(asset.path)})" if asset else ""
    by_rule = f"; the local rule for it is {refusal.rule}" if refusal.rule else ""
    advice: list[str | Remedy] = [*(refusal.remedies or (() if refusal.rule else error.remedies))]
    advice += [Remedy("explain-refusal", rule=refusal.rule)] if refusal.rule else []
    advice += [Remedy("send-drift")] if refusal.is_mismatch else []
    advice += ["Failed tasks are not charged."] if isinstance(error, TaskFailed) else []
    return Refused(f"{error.message}{about}{by_rule}", status=error.status, code=error.code, advice=tuple(advice))


def _record(ledger: "Ledger", entry: "Entry", said: Said, refusal: Refusal, facts: list[Plain]) -> None:
    """Write it down, once for each submission; the refusal itself is told even where this cannot be done."""
    stage: Stage = "task" if said.status is None else "create"
    what = (refusal.rule, said.status, printable(said.code), scrubbed(said.words, entry), json.dumps(facts))
    now = datetime.now(UTC).timestamp()
    with suppress(NotDone), ledger.whole() as db:
        db.execute(
            "INSERT OR IGNORE INTO drift VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (entry.number, now, entry.profile, stage, *what),
        )


def _kept_facts(ledger: "Ledger", entry: "Entry") -> list[Plain]:
    with ledger.whole() as db:
        rows = db.execute("SELECT facts FROM facts WHERE entry = ? ORDER BY position", [entry.number]).fetchall()
        return msgspec.convert([json.loads(row[0]) for row in rows], list[Plain])
