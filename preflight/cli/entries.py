"""The ledger at the command line: an entry in; its line, or its JSON, out.

JSON: `preflight.tasks/1` for several, `preflight.task/1` for one. Of links, what may be secret is left out.
"""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from preflight._version import __version__
from preflight.errors import CallError
from preflight.flow.account import opened_ledger
from preflight.report import text
from preflight.report.schemas import TASK_SCHEMA, TASKS_SCHEMA
from preflight.values.assets import masked, printable, shown
from preflight.values.units import decimal, number

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from preflight.service.task import Task
    from preflight.submission.ledger import Ledger
    from preflight.submission.states import Entry

STYLES = {"unknown": "bold magenta", "failed": "bold red", "refused": "bold red"}
FREE = ("refused", "failed")
"""States in which nothing is paid, so that no price is told."""


def open_ledger(path: Path | None) -> "AbstractContextManager[Ledger]":
    """Open the ledger, and say aloud which submissions another run left without an answer."""
    return opened_ledger(path, say_orphan)


def say_orphan(entry: "Entry") -> None:
    """Say aloud that a submission was left without an answer."""
    click.echo(f"entry {entry.number} was sent and no answer is known: `preflight task reconcile`", err=True)


def found(ledger: "Ledger", which: str) -> "Entry":
    """Return the entry of a number or a task's id.

    Raises:
        CallError: there is none.
    """
    entry = ledger.find(which)
    if entry is None:
        raise CallError(f"{printable(which)}: no such task or entry in the ledger", advice="`preflight task list`")
    return entry


# ---- in words -------------------------------------------------------------------------------------------------------


def line(entry: "Entry") -> text.Line:
    """Return the line of an entry."""
    price = "" if entry.price is None or entry.state in FREE else f", about {decimal(entry.price, 2)} credits"
    said = f": {printable(entry.message)}" if entry.message else ""
    task = printable(entry.task_id) if entry.task_id else "no task"
    words = f" {entry.created_at:%Y-%m-%d %H:%M} UTC, {task}{price}{said}"
    return (f"{entry.number}", "bold"), (" ", ""), (entry.state, STYLES.get(entry.state, "green")), (words, "")


def stray_line(task: "Task") -> str:
    """Return the line of a task that no entry accounts for."""
    made, credits_ = task.created_at, task.credits_reserved
    said = [
        printable(task.status or "without status"),
        f"created {made:%Y-%m-%d %H:%M:%S} UTC" if made else "nobody knows when it was created",
        *([f"{decimal(credits_, 2)} credits"] if credits_ is not None else []),
    ]
    return f"at the service, in no entry: {printable(task.id)} ({', '.join(said)})"


# ---- as JSON --------------------------------------------------------------------------------------------------------


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


def stray_json(task_id: str, outcome: str, paths: "Iterable[Path]") -> dict[str, Any]:
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
    import msgspec

    try:
        return _masked(msgspec.json.decode(body))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
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
