"""Explain SQLite and disk faults of a ledger, with advice.

Only the ledger prevents paying twice: no advice to do without it hides that cost.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from preflight.errors import NotDone
from preflight.values.phrase import error_words, phrase
from preflight.values.remedy import Advice, Remedy

WAITED_S = 15
SOUND = "The ledger itself is sound."
COST = (
    "It alone knows what was sent: without it the same request can be sent, and paid, a second time, and an answer that"
    " was lost is not looked for."
)
RECOVER = (Remedy("recover-ledger"), COST)
ROOM = phrase("Make room on its disk, and say it again. {rest}", rest=SOUND)
WRITABLE = phrase("Let the file and its folder be written by you, for SQLite writes beside it, too. {rest}", rest=SOUND)

SQLITE: dict[int, tuple[str, Advice]] = {
    sqlite3.SQLITE_BUSY: (
        phrase("another program has held it for {n} s", n=WAITED_S),
        phrase("Wait until that has ended, and say it again. {rest}", rest=SOUND),
    ),
    sqlite3.SQLITE_LOCKED: (
        "another program holds it",
        phrase("Wait until that has ended, and say it again. {rest}", rest=SOUND),
    ),
    sqlite3.SQLITE_FULL: ("its disk is full", ROOM),
    sqlite3.SQLITE_READONLY: ("it may not be written", WRITABLE),
    sqlite3.SQLITE_PERM: ("it may not be written", WRITABLE),
    sqlite3.SQLITE_CANTOPEN: ("it, or a file beside it, cannot be opened", WRITABLE),
    sqlite3.SQLITE_IOERR: (
        "its disk fails to read or write",
        phrase("Is there room, within your quota too, and is the disk well? Say it again then. {rest}", rest=COST),
    ),
    sqlite3.SQLITE_NOMEM: ("there is not enough memory", phrase("Say it again when there is. {rest}", rest=SOUND)),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", RECOVER),
    sqlite3.SQLITE_NOTADB: ("it is damaged, or no ledger", RECOVER),
}
"""Primary result code → fault and advice. Source: SQLite, 'Result and Error Codes'."""
SYSTEM: dict[int, tuple[str, str]] = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), ("its disk is full", ROOM)),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), ("it may not be written", WRITABLE)),
}


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Convert faults of SQLite and the disk to `NotDone`; messages begin with `name`.

    Raises:
        NotDone: instead of what SQLite, the disk or an unstorable value raised.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _by_code(name, error) from None
    except (OverflowError, ValueError, TypeError, RecursionError) as error:
        raise NotDone(
            phrase("{q}: the ledger cannot be used: {why}", q=name, why=error_words(error)),
            advice=phrase("It was left as it is. {rest}", rest=COST),
        ) from None
    except OSError as error:
        words, advice = SYSTEM.get(error.errno or 0, (error.strerror or str(error), ""))
        raise NotDone(phrase("{q}: the ledger cannot be opened: {why}", q=name, why=words), advice=advice) from None


def _by_code(name: str, error: sqlite3.Error) -> NotDone:
    code = getattr(error, "sqlite_errorcode", None)
    words, advice = SQLITE.get((code or 0) & 0xFF, ("", phrase("It was left as it is. {rest}", rest=COST)))
    said = phrase("{said} ({q})", said=words, q=str(error)) if words else str(error)
    return NotDone(phrase("{q}: the ledger cannot be used: {why}", q=name, why=said), advice=advice)
