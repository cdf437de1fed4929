"""A failure of the system that nobody foresaw → which call failed, on which path, and what to do."""

import os
import traceback
from pathlib import Path

from preflight.errors import NotDone
from preflight.values.assets import printable
from preflight.values.phrase import phrase

OUTPUT = ("click", "rich")
"""Who writes what a person reads."""


def told(error: OSError) -> NotDone:
    """Word a failure of the system: the output's, or a call on a path."""
    from preflight.files.atomic import advice_on

    why = error.strerror or str(error) or type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    if error.filename is None and any(_is_output(frame.filename) for frame in frames):
        return NotDone(phrase("the output cannot be written: {why}", why=printable(why)), advice=advice_on(error))
    paths = [
        printable(os.fsdecode(name)) for name in (error.filename, error.filename2) if isinstance(name, str | bytes)
    ]
    where = " and ".join(paths) or "no path is named"
    call = _call(frames)
    return NotDone(
        phrase("{where}: {call} failed: {why}", where=where, call=call, why=printable(why)), advice=advice_on(error)
    )


def said_of(error: Exception) -> str:
    """Take the message of an error with its template, where it has one."""
    words = error.args[0] if error.args else None
    return words if isinstance(words, str) else str(error)


def _is_output(filename: str) -> bool:
    return any(part in OUTPUT for part in Path(filename).parts)


def _call(frames: traceback.StackSummary) -> str:
    """Find the innermost line of the program itself that failed."""
    own = [frame for frame in frames if "preflight" in Path(frame.filename).parts]
    if not own:
        return "a call of the system"
    last = own[-1]
    line = " ".join((last.line or last.name).split())
    return f"{printable(line[:100])} ({Path(last.filename).name}:{last.lineno})"
