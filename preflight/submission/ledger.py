"""The ledger: submissions and their outcomes, in one SQLite file that survives crashes.

    intended ──► sent ──► accepted ──► completed ──► downloaded
        │         │ │        └───────► failed ··► completed      the service revised it
        │         │ └──────► unknown ──► accepted, refused      by a person, or reconcile
        └─────────┴────────► refused

An intent is on disk before anything leaves. The file holds bodies (URLs and the prompt), never a key.
"""

import hashlib
import os
import re
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import platformdirs

from preflight.errors import NotDone
from preflight.files.lock import ProcessLock
from preflight.service import origin
from preflight.service.task import Task
from preflight.submission.ledger_faults import WAITED_S, explained
from preflight.submission.states import NEXT, ORPHANS, PAID, Entry, SentAsset, State
from preflight.values.assets import printable
from preflight.values.phrase import phrase
from preflight.values.ready import ready
from preflight.values.units import exact

APPLICATION_ID = 0x50464C54
"""Marks the file as a ledger of preflight."""
VERSION = 3
BUSY_S = float(WAITED_S)
SCHEMA = Path(__file__).with_suffix(".sql")


def default_path() -> Path:
    """Build the default path of the ledger."""
    return platformdirs.user_data_path("preflight") / "ledger.sqlite3"


def hash_body(body: bytes) -> str:
    """Compute a body's SHA-256, in hex."""
    return hashlib.sha256(body).hexdigest()


class Ledger:
    """The ledger at a path; created, readable by its owner only, if missing.

    Args:
        path: the file; None for the default path.
        clock: tells seconds since 1970.

    Raises:
        NotDone: the file cannot be opened, is damaged, another program's or a newer version's. It is left unchanged.
            Every method may raise it too, when the disk or the file fails, and for a state that cannot follow.
    """

    def __init__(self, path: Path | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path or default_path()
        self._clock = clock
        self._lock = threading.RLock()
        self.turn = threading.Lock()
        """Held by the thread of this process that records a submission, so that others do not poll for their turn."""
        self._process_lock = ProcessLock(self.path)
        with explained(self._name):
            self._make_private()
            self._db = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; entries left "intended" or "sent" become orphans."""
        with self._lock:
            self._db.close()
            self._process_lock.end()

    def intend(  # noqa: PLR0913 - what is written down of a submission, each by name
        self,
        body: bytes,
        *,
        base_url: str,
        profile: str,
        assets: Iterable[tuple[str, str, str | None, str]] = (),
        price: Fraction | None = None,
        skew_s: float | None = None,
    ) -> Entry:
        """Record a submission before it is sent; on disk when this returns.

        Args:
            body: the bytes of the create call.
            base_url: the service; recorded normalised.
            profile: the edition checked against.
            assets: role, path, SHA-256 (None for an existing URL) and URL of each.
            price: the estimate, in credits.
            skew_s: the service's clock minus this machine's, in seconds, if known.
        """
        now = self._clock()
        sent = [SentAsset(*asset) for asset in assets]
        hashed = hash_request(body, sent)
        values = (f"preflight-{uuid.uuid4().hex}", "intended", origin.spelled(base_url), profile, body, hashed)
        told = (None if price is None else str(price), self._process_lock.name, now, now, skew_s)
        with self._transaction() as db:
            self._process_lock.show()
            number = db.execute(
                "INSERT INTO entries (idempotency_key, state, base_url, profile, body, body_hash, price, owner,"
                " created_s, changed_s, skew_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, *told),
            ).lastrowid
            rows = [(number, place, role, _text(name), *rest) for place, (role, name, *rest) in enumerate(sent)]
            db.executemany("INSERT INTO assets VALUES (?, ?, ?, ?, ?, ?)", rows)
            return self._one("number = ?", number)

    def sent(self, entry: Entry) -> Entry:
        """Record that the create call begins."""
        return self._step(entry.number, "sent")

    def accepted(self, entry: Entry, task: Task) -> Entry:
        """Record the task created."""
        reserved = None if task.credits_reserved is None else str(task.credits_reserved)
        told = {"task_id": task.id, "status": task.status, "progress": task.progress, "message": ""}
        with self._transaction():
            known = self._one("number = ?", entry.number).task_id
            if known not in (None, task.id):
                raise NotDone(
                    phrase(
                        "entry {n} is task {w1} already, and cannot be {w2} too", n=entry.number, w1=known, w2=task.id
                    )
                )
            other = self.find(task.id)
            if other and other.number != entry.number:
                raise NotDone(
                    phrase(
                        "task {w} is entry {n1} already, and cannot be {n2} too",
                        w=task.id,
                        n1=other.number,
                        n2=entry.number,
                    )
                )
            return self._step(entry.number, "accepted", **told, credits_reserved=reserved)

    def refused(self, entry: Entry, message: str) -> Entry:
        """Record that the service refused, or that nothing left this machine."""
        return self._step(entry.number, "refused", message=message)

    def unknown(self, entry: Entry, message: str) -> Entry:
        """Record that it left and no response came."""
        return self._step(entry.number, "unknown", message=message)

    def progressed(self, task_id: str, status: str, progress: int | None) -> None:
        """Record a task's progress; tasks of other ledgers are ignored."""
        with self._transaction() as db:
            words = (
                "UPDATE entries SET status = ?, progress = ?, changed_s = ? WHERE task_id = ? AND state = 'accepted'"
            )
            db.execute(words, (status, progress, self._clock(), task_id))

    def finished(self, task: Task) -> Entry | None:
        """Record how a task ended; None for a task of another ledger.

        Raises:
            NotDone: it is not over, or ended otherwise before.
        """
        entry = self.find(task.id)
        if entry is None:
            return None
        if not task.is_over:
            raise NotDone(phrase("task {w} is {state}, not over", w=task.id, state=task.status or "without status"))
        if entry.state == "downloaded" and task.status == "completed":
            return entry
        state: State = "completed" if task.status == "completed" else "failed"
        message = f"{task.error.message} [{task.error.code}]" if task.error else ""
        return self._step(entry.number, state, status=task.status, progress=task.progress, message=message)

    def downloaded(self, entry: Entry, path: Path) -> Entry:
        """Record where a result was saved; there may be several."""
        with self._transaction() as db:
            self._step(entry.number, "downloaded")
            db.execute("INSERT OR IGNORE INTO downloads VALUES (?, ?)", (entry.number, _text(str(path.absolute()))))
            return self._one("number = ?", entry.number)

    def entries(self, limit: int = 50) -> list[Entry]:
        """List the latest entries, newest first."""
        return self._many("1 ORDER BY number DESC LIMIT ?", limit)

    def find(self, wanted: str | int) -> Entry | None:
        """Find an entry by task id or entry number."""
        by_number = isinstance(wanted, int) or (wanted.isascii() and wanted.isdecimal() and len(wanted) < 19)  # noqa: PLR2004 - what SQLite can count to
        where, value = ("number = ?", int(wanted)) if by_number else ("task_id = ?", wanted)
        return next(iter(self._many(f"{where} ORDER BY number DESC LIMIT 1", value)), None)

    def same_body(self, body_hash: str, base_url: str) -> list[Entry]:
        """List earlier entries with this body that were or may have been accepted, newest first.

        Spellings of the address do not matter.
        """
        marks = ", ".join("?" * len(PAID))
        where = f"body_hash = ? AND state IN ({marks}) ORDER BY number DESC"
        return [entry for entry in self._many(where, body_hash, *PAID) if origin.same(entry.base_url, base_url)]

    def settle_orphans(self) -> list[Entry]:
        """Mark what ended processes left "sent" as unknown, and return those entries.

        Entries only intended never left, and become refused. Those of living processes stay.
        """
        with self._transaction() as db:
            rows = db.execute("SELECT number, owner, state FROM entries WHERE state IN ('intended', 'sent')").fetchall()
            dead = {owner for owner in {row[1] for row in rows} if self._process_lock.is_over(owner)}
            ends = [(number, *ORPHANS[state]) for number, owner, state in rows if owner in dead]
            settled = [self._step(number, end, message=message) for number, end, message in ends]
            return [entry for entry in settled if entry.state == "unknown"]

    def remember_upload(self, sha256: str, files_url: str, url: str, expires_at: datetime) -> None:
        """Store the URL of a content, and when it ends."""
        with self._transaction() as db:
            values = (sha256, files_url, url, expires_at.timestamp())
            db.execute("INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?)", values)

    def forget_uploads(self, urls: Iterable[str]) -> None:
        """Forget these URLs: the service could not use them."""
        with self._transaction() as db:
            db.executemany("DELETE FROM uploads WHERE url = ?", [(url,) for url in urls])

    def living_upload(self, sha256: str, files_url: str, needed_for_s: float) -> str | None:
        """Find the URL of a content that lives for `needed_for_s` more seconds."""
        until = self._clock() + needed_for_s
        with self._transaction("DEFERRED") as db:
            words = "SELECT url FROM uploads WHERE sha256 = ? AND files_url = ? AND expires_s > ?"
            row = db.execute(words, (sha256, files_url, until)).fetchone()
        return None if row is None else str(row[0])

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """Open a transaction, for modules that keep their own tables in the file."""
        return self._transaction()

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Open a transaction that only reads, for the same modules."""
        return self._transaction("DEFERRED")

    def _step(self, number: int, state: State, **told: str | int | None) -> Entry:
        """Move an entry to its next state, with further values, if allowed."""
        values = {"state": state, "changed_s": self._clock(), **told}
        with self._transaction() as db:
            before = self._one("number = ?", number)
            if state not in NEXT.get(before.state, ()):
                raise NotDone(
                    phrase("entry {n} is {state}, and cannot become {other}", n=number, state=before.state, other=state)
                )
            names = ", ".join(f"{name} = ?" for name in values)
            db.execute(f"UPDATE entries SET {names} WHERE number = ?", (*values.values(), number))  # noqa: S608 - names are ours
            return self._one("number = ?", number)

    def _one(self, where: str, *values: object) -> Entry:
        found = self._many(where, *values)
        if not found:
            raise NotDone(phrase("{q}: no entry {n}", q=self._name, n=values[0]))
        return found[0]

    def _many(self, where: str, *values: object) -> list[Entry]:
        with self._transaction("DEFERRED") as db:
            rows = db.execute(f"SELECT * FROM entries WHERE {where}", values)  # noqa: S608 - `where` is ours
            names = [column[0] for column in rows.description]
            return [self._entry(dict(zip(names, row, strict=True))) for row in rows.fetchall()]

    def _entry(self, row: dict[str, Any]) -> Entry:
        number = row["number"]
        assets = self._db.execute(
            "SELECT role, path, sha256, url FROM assets WHERE entry = ? ORDER BY position", [number]
        )
        downloads = self._db.execute("SELECT path FROM downloads WHERE entry = ? ORDER BY rowid", [number])
        plain = {name: row[name] for name in Entry.__struct_fields__ if name in row}
        for name in ("price", "credits_reserved"):
            plain[name] = None if row[name] is None else exact(str(row[name]))
        plain |= {f"{name}_at": datetime.fromtimestamp(row[f"{name}_s"], UTC) for name in ("created", "changed")}
        plain |= {"assets": assets.fetchall(), "downloads": [path for (path,) in downloads]}
        plain["body"] = row["body"].encode() if isinstance(row["body"], str) else row["body"]
        return msgspec.convert(plain, ready(Entry))  # somebody may have edited the file

    @property
    def _name(self) -> str:
        return printable(str(self.path))

    @contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """Run a transaction, all or nothing; nested ones join it. DEFERRED only reads."""
        with self._lock, explained(self._name):
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute(f"BEGIN {kind}")
            try:
                yield self._db
            except BaseException:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _make_private(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))

    def _prepare(self) -> None:
        """Check before writing: only our own file, or an empty one, is changed."""
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA synchronous = FULL")
        with self._transaction() as db:
            found = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
            empty = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
            if found == [0, 0] and empty:
                self._migrate(0)
            elif found[0] != APPLICATION_ID:
                raise NotDone(
                    phrase("{q}: not a ledger of ours", q=self._name), advice="Is the path right? It was left as it is."
                )
            elif 0 < found[1] < VERSION:
                self._migrate(found[1])
            elif found[1] != VERSION:
                words = phrase(
                    "{q}: a ledger of version {n1}, and this program knows version {n2}",
                    q=self._name,
                    n1=found[1],
                    n2=VERSION,
                )
                raise NotDone(words, advice="Use the newer program; the file was left as it is.")
        with suppress(sqlite3.OperationalError):  # another process holds the file, and does it
            self._db.execute("PRAGMA journal_mode = WAL")

    def _migrate(self, version: int) -> None:
        """Create the tables that a file of this version lacks; 0 is an empty file."""
        _, *steps = re.split(r"^-- version \d+\n", SCHEMA.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for statement in "".join(steps[version:]).split(";"):
            self._db.execute(statement)
        self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._db.execute(f"PRAGMA user_version = {VERSION}")


def hash_request(body: bytes, assets: Iterable[SentAsset]) -> str:
    """Hash a body in which each upload is named by its content: one request has one hash wherever its assets lie."""
    for asset in assets:
        if asset.sha256 is not None:
            body = body.replace(msgspec.json.encode(asset.url), f'"sha256:{asset.sha256}"'.encode())
    return hash_body(body)


def _text(name: str) -> str:
    """Escape bytes of a file name that are not UTF-8: SQLite cannot store them."""
    return name.encode("utf-8", "backslashreplace").decode()
