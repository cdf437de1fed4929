"""Entries of the ledger as JSON: `preflight.tasks/1` for several, `preflight.task/1` for one.

Of links, what may be secret is left out.
"""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preflight._version import __version__
from preflight.report.schemas import TASK_SCHEMA, TASKS_SCHEMA
from preflight.values.assets import masked, printable, shown
from preflight.values.units import number

if TYPE_CHECKING:
    from preflight.submission.states import Entry


def entries_json(entries: "list[Entry]") -> dict[str, Any]:
    """Build the JSON of `task list`."""
    return {
        "schema": TASKS_SCHEMA,
        "preflight": __version__,
        "entries": [entry_json(entry) for entry in entries],
    }


def whole_json(entry: "Entry") -> dict[str, Any]:
    """Build the JSON of `task show`: an entry with its assets, downloads and body."""
    assets = [
        {"role": printable(one.role), "path": shown(one.path), "sha256": one.sha256, "url": shown(one.url)}
        for one in entry.assets
    ]
    return {
        "schema": TASK_SCHEMA,
        "preflight": __version__,
        **entry_json(entry),
        "assets": assets,
        "downloads": [printable(path) for path in entry.downloads],
        "body": body_json(entry.body),
    }


def stray_json(task_id: str, outcome: str, paths: Iterable[Path]) -> dict[str, Any]:
    """Tell as JSON how a task ended that is in no entry."""
    return {
        "schema": TASK_SCHEMA,
        "preflight": __version__,
        "outcome": outcome,
        "task_id": printable(task_id),
        "entry": None,
        "price": None,
        "results": [printable(str(path)) for path in paths],
    }


def entry_json(entry: "Entry") -> dict[str, Any]:
    """Return an entry as JSON has it; prices in credits, moments in UTC."""
    return {
        "number": entry.number,
        "state": entry.state,
        "outcome": entry.state,
        "entry": entry.number,
        "task_id": entry.task_id,
        "status": printable(entry.status),
        "progress": entry.progress,
        "created_at": entry.created_at,
        "changed_at": entry.changed_at,
        "base_url": shown(entry.base_url),
        "profile": printable(entry.profile),
        "price": _amount(entry.price),
        "credits_reserved": _amount(entry.credits_reserved),
        "results": [printable(path) for path in entry.downloads],
        "message": printable(masked(entry.message)),
    }


def body_json(body: bytes) -> object:
    """Return a body as it may be shown: every link in it without what may be secret; as words where it is no JSON."""
    from preflight.values.parsed import NotJsonError, parsed

    try:
        return _masked(parsed(body))
    except NotJsonError:
        return printable(masked(body.decode("utf-8", "replace")))


def _masked(value: object) -> object:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, list):
        return [_masked(one) for one in value]
    if isinstance(value, dict):
        return {_masked(name): _masked(one) for name, one in value.items()}
    return value


def _amount(value: Fraction | None) -> float | None:
    return None if value is None else number(value)
