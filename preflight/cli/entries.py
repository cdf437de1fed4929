"""The ledger at the command line: an entry in; its line out."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.errors import CallError
from preflight.flow.account import opened_ledger
from preflight.report import text
from preflight.values.assets import printable
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
