"""The ledger at the command line: an entry in; its line out."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.errors import CallError
from preflight.flow.account import opened_ledger
from preflight.locale import localized, localized_in
from preflight.report import text
from preflight.values.assets import printable
from preflight.values.phrase import joined, phrase
from preflight.values.units import decimal

if TYPE_CHECKING:
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
    click.echo(
        localized(phrase("entry {n} was sent and no answer is known: `preflight task reconcile`", n=entry.number)),
        err=True,
    )


def found(ledger: "Ledger", which: str) -> "Entry":
    """Find the entry of a number or a task's id.

    Raises:
        CallError: there is none.
    """
    entry = ledger.find(which)
    if entry is None:
        raise CallError(
            phrase("{q}: no such task or entry in the ledger", q=printable(which)), advice="`preflight task list`"
        )
    return entry


def line(entry: "Entry") -> text.Line:
    """Format the line of an entry."""
    parts = [f"{entry.created_at:%Y-%m-%d %H:%M} UTC", printable(entry.task_id) if entry.task_id else "no task"]
    if entry.price is not None and entry.state not in FREE:
        parts.append(phrase("about {n} credits", n=decimal(entry.price, 2)))
    said = f": {printable(localized(entry.message))}" if entry.message else ""
    state = localized_in("state", entry.state), STYLES.get(entry.state, "green")
    return (f"{entry.number}", "bold"), (" ", ""), state, (f" {localized(joined(parts))}{said}", "")


def stray_line(task: "Task") -> str:
    """Format the line of a task that no entry accounts for."""
    made, credits_ = task.created_at, task.credits_reserved
    said = [
        printable(task.status) if task.status else "without status",
        phrase("created {q} UTC", q=f"{made:%Y-%m-%d %H:%M:%S}") if made else "nobody knows when it was created",
        *([phrase("{n} credits", n=decimal(credits_, 2))] if credits_ is not None else []),
    ]
    return localized(phrase("at the service, in no entry: {q} ({what})", q=printable(task.id), what=joined(said)))
