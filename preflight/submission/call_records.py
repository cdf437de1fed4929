"""What programs asked of a gateway: which create call, or which work that leads to one, belongs to which ask.

    ask ─┬─ entry ──► answer                 passed on at once
         └─ task-preflight-… ─┬─ entry       mended first, then passed on
                              └─ error       or not

The tables lie in the ledger's own file: an ask and the entry that it becomes are recorded in one transaction. Held are
bodies and a digest that tells accounts apart; never a key.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from preflight.values.ready import ready

if TYPE_CHECKING:
    from preflight.submission.ledger import Ledger
    from preflight.submission.states import Entry

SCHEMA = """
CREATE TABLE IF NOT EXISTS asks (
  number INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT UNIQUE, account TEXT NOT NULL, key TEXT,
  body_hash TEXT NOT NULL, base_url TEXT NOT NULL, created_s REAL NOT NULL, request BLOB, entry INTEGER,
  answer BLOB, error BLOB);
CREATE INDEX IF NOT EXISTS asks_key ON asks (account, key);
CREATE INDEX IF NOT EXISTS asks_body ON asks (account, body_hash);
CREATE INDEX IF NOT EXISTS asks_entry ON asks (entry);
CREATE TABLE IF NOT EXISTS asks_salt (salt BLOB NOT NULL)
"""
KEPT_S = 7 * 24 * 3600.0
"""How long an ask is remembered."""
COST, ROUNDS, LANES = 1 << 12, 8, 1
"""Of scrypt (RFC 7914): some milliseconds, once for each key while the program runs."""
SALT_BYTES = 32


class CallRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One create call as a program asked for it."""

    number: int = 0
    job: str | None = None
    """Id of the gateway's own task; None where it was passed on at once."""
    account: str
    """Digest of the key."""
    key: str | None
    """The program's `Idempotency-Key`."""
    body_hash: str
    base_url: str
    created_s: float
    request: bytes | None = None
    """What a job needs to go on after a restart."""
    entry: int | None = None
    answer: bytes | None = None
    """The service's response."""
    error: bytes | None = None
    """Why a job ended without one, as the service would say it."""

    @property
    def is_open(self) -> bool:
        """Whether a job has still to be done."""
        return self.job is not None and self.error is None and self.answer is None


class CallRecords:
    """The asks in a ledger.

    Args:
        ledger: an open one.
        clock: tells seconds since 1970.

    Raises:
        NotDone: the ledger cannot be written. Every method may raise it too.
    """

    def __init__(self, ledger: "Ledger", *, clock: Callable[[], float] = time.time) -> None:
        self._ledger, self._clock = ledger, clock
        with ledger.transaction() as db:
            for statement in SCHEMA.split(";"):
                db.execute(statement)
            db.execute("INSERT INTO asks_salt SELECT ? WHERE NOT EXISTS (SELECT 1 FROM asks_salt)", [_salt()])
            self._pepper = bytes(db.execute("SELECT salt FROM asks_salt").fetchone()[0])
            db.execute("DELETE FROM asks WHERE created_s < ?", [clock() - KEPT_S])

    def account(self, key: str) -> str:
        """Compute what tells an account from others, from which its key cannot be read."""
        return hashlib.scrypt(key.encode(), salt=self._pepper, n=COST, r=ROUNDS, p=LANES, dklen=16).hex()

    def add(self, ask: CallRecord) -> CallRecord:
        """Record an ask; on disk when this returns, or with the transaction that it is part of."""
        fields = {name: getattr(ask, name) for name in CallRecord.__struct_fields__ if name != "number"}
        names, marks = ", ".join(fields), ", ".join("?" * len(fields))
        with self._ledger.transaction() as db:
            row = db.execute(f"INSERT INTO asks ({names}) VALUES ({marks})", [*fields.values()])  # noqa: S608 - names are ours
            return msgspec.structs.replace(ask, number=int(row.lastrowid or 0))

    def sent(self, ask: CallRecord, entry: "Entry") -> CallRecord:
        """Record which entry of the ledger an ask became; a later one replaces it."""
        if not ask.number:
            return self.add(msgspec.structs.replace(ask, entry=entry.number))
        self._set(ask, entry=entry.number)
        return msgspec.structs.replace(ask, entry=entry.number)

    def answered(self, ask: CallRecord, answer: bytes) -> None:
        """Record the service's response."""
        self._set(ask, answer=answer)

    def failed(self, ask: CallRecord, error: bytes) -> None:
        """Record why a job ended without one."""
        self._set(ask, error=error)

    def by_key(self, account: str, key: str) -> CallRecord | None:
        """Find the latest ask of an account under an idempotency key."""
        return self._one("account = ? AND key = ?", account, key)

    def by_body(self, account: str, body_hash: str, base_url: str, since_s: float) -> CallRecord | None:
        """Find the latest ask of an account with the same body, not older than a moment unless it is still open."""
        is_open = "job IS NOT NULL AND answer IS NULL AND error IS NULL"
        where = f"account = ? AND body_hash = ? AND base_url = ? AND (created_s >= ? OR ({is_open}))"
        return self._one(where, account, body_hash, base_url, since_s)

    def job(self, job: str) -> CallRecord | None:
        """Find a job."""
        return self._one("job = ?", job)

    def open_jobs(self) -> list[CallRecord]:
        """List the jobs that are still to be done, oldest first."""
        return self._many("job IS NOT NULL AND error IS NULL AND answer IS NULL ORDER BY number")

    def jobs_of(self, account: str, limit: int) -> list[CallRecord]:
        """List the latest jobs of an account, newest first."""
        return self._many("account = ? AND job IS NOT NULL ORDER BY number DESC LIMIT ?", account, limit)

    def _one(self, where: str, *values: object) -> CallRecord | None:
        return next(iter(self._many(f"{where} ORDER BY number DESC LIMIT 1", *values)), None)

    def _many(self, where: str, *values: object) -> list[CallRecord]:
        names = CallRecord.__struct_fields__
        with self._ledger.reading() as db:
            rows = db.execute(f"SELECT {', '.join(names)} FROM asks WHERE {where}", values).fetchall()  # noqa: S608 - ours
        return [msgspec.convert(dict(zip(names, row, strict=True)), ready(CallRecord)) for row in rows]

    def _set(self, ask: CallRecord, **values: object) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        with self._ledger.transaction() as db:
            db.execute(f"UPDATE asks SET {names} WHERE number = ?", (*values.values(), ask.number))  # noqa: S608 - names are ours


def _salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def new_job(created_s: float) -> str:
    """Make the id of a gateway's own task."""
    return f"task-preflight-{int(created_s)}-{secrets.token_hex(8)}"
