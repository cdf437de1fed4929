"""Search other ledgers for a request, so that the guard against repeats holds over all of them.

Searched are the default ledger, those this user submitted with before, and those in the same folder; read only. One
that cannot be read may hold the request, so it stops a submission.
"""

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from preflight.errors import NotDone
from preflight.files import notes as own
from preflight.files.lock import Lock
from preflight.service import origin
from preflight.submission.ledger import APPLICATION_ID, default_path
from preflight.submission.states import PAID, State
from preflight.system.files import me
from preflight.values.assets import printable
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy

MAGIC = b"SQLite format 3\0"
HEAD_BYTES = 100
"""Header of an SQLite file; holds our application id."""
MARK = slice(68, 72)
LIST = "ledgers"
LISTED_MAX = 256
"""Most files of one folder examined."""
WAIT_S = 15.0
LOOK_AGAIN_S = 0.05


class ForeignEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of another ledger."""

    path: Path
    number: int
    state: State
    task_id: str | None
    created_at: datetime


def same_request(ledger: Path, body_hash: str, base_url: str) -> list[ForeignEntry]:
    """Find a request in other ledgers, where it was or may have been accepted.

    Raises:
        NotDone: one of them cannot be read.
    """
    marks = ", ".join("?" * len(PAID))
    words = (
        f"SELECT number, state, task_id, created_s, base_url FROM entries WHERE body_hash = ? AND state IN ({marks})"  # noqa: S608 - marks alone
    )
    return [
        ForeignEntry(
            path=path,
            number=number,
            state=state,
            task_id=task_id,
            created_at=datetime.fromtimestamp(created_s, UTC),
        )
        for path in beside(ledger)
        for number, state, task_id, created_s, there in _rows(path, words, body_hash, *PAID)
        if origin.same(there, base_url)
    ]


def tasks_beside(ledger: Path) -> set[str]:
    """Collect the task ids of other ledgers; unreadable ones are skipped."""
    found = set[str]()
    for path in beside(ledger):
        with suppress(NotDone):
            found |= {row[0] for row in _rows(path, "SELECT task_id FROM entries WHERE task_id IS NOT NULL")}
    return found


def beside(ledger: Path) -> list[Path]:
    """List the other ledgers, each file once; strangers' files are ignored, they could block every submission."""
    found: dict[tuple[int, int], Path] = {}
    for path in (default_path(), *_remembered(), *_siblings(ledger)):
        with suppress(OSError, ValueError):
            state = path.stat()
            if stat.S_ISREG(state.st_mode) and state.st_uid in {me(), 0} and _is_ours(path):
                found.setdefault((state.st_dev, state.st_ino), path)
    with suppress(OSError):
        own = ledger.stat()
        found.pop((own.st_dev, own.st_ino), None)
    return list(found.values())


def remember(ledger: Path) -> None:
    """Remember a ledger used for submissions; skipped where it cannot be stored."""
    path = os.path.abspath(ledger)  # noqa: PTH100 - pathlib's resolves links, which may change
    if path != str(default_path()):
        own.add(LIST, path)


@contextmanager
def in_turn() -> Iterator[None]:
    """Serialise submissions of this user's programs, whichever ledgers they use.

    Raises:
        NotDone: another one has not ended within 15 s.
    """
    path = own.data_folder() / f"{LIST}.lock"
    lock = Lock(path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _wait_for(lock, path)
    except OSError:  # a read-only home has no list of ledgers either; some file systems have no locks
        yield
        return
    try:
        yield
    finally:
        lock.give_back()


def _wait_for(lock: Lock, path: Path) -> None:
    give_up = time.monotonic() + WAIT_S
    while not lock.take():
        if time.monotonic() > give_up:
            words = phrase(
                "{q}: another program has been writing down a submission for {n} s",
                q=printable(str(path)),
                n=f"{WAIT_S:.0f}",
            )
            raise NotDone(words, advice="Nothing was sent; try again.")
        time.sleep(LOOK_AGAIN_S)


def _remembered() -> list[Path]:
    return [Path(line) for line in own.lines(LIST) if os.path.isabs(line)]  # noqa: PTH117 - text, not a path yet


def _siblings(ledger: Path) -> list[Path]:
    """List files in a ledger's folder with a ledger's extension."""
    endings = {".sqlite3", ".sqlite", ".db", ledger.suffix}
    try:
        with os.scandir(ledger.absolute().parent) as entries:
            names = sorted(entry.name for entry in entries if Path(entry.name).suffix in endings)
    except OSError:
        return []
    return [ledger.absolute().with_name(name) for name in names[:LISTED_MAX]]


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return head.startswith(MAGIC) and head[MARK] == APPLICATION_ID.to_bytes(4, "big")


def _rows(path: Path, words: str, *values: object) -> list[tuple[Any, ...]]:
    """Read from a ledger without changing it.

    Raises:
        NotDone: it cannot be read.
    """
    where = f"file:{quote(os.fsencode(path))}?mode=ro"
    # In a read-only folder SQLite cannot create its shared memory.
    ways = [where] if os.path.lexists(f"{path}-wal") else [where, f"{where}&immutable=1"]
    error: Exception | None = None
    for way in ways:
        try:
            with closing(sqlite3.connect(way, uri=True, timeout=WAIT_S)) as db:
                return db.execute(words, values).fetchall()
        except (sqlite3.Error, ValueError) as failed:
            error = failed
    name = printable(str(path))
    raise NotDone(
        phrase(
            "{q}: a ledger used before that cannot be read ({why}); it may know this request: nothing was sent",
            q=name,
            why=str(error),
        ),
        advice=Remedy("send-without-asking", path=name),
    )
