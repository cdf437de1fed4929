"""What lives as long as a gateway: its ledger, its contents, its children, and whose turn it is."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Self

import msgspec

from preflight.errors import NotDone
from preflight.files.lock import Lock, NoLocks
from preflight.flow.account import Endpoint
from preflight.flow.relay import Assets
from preflight.profiles import Profile
from preflight.report.remedies import said
from preflight.server.gateway.metrics import Metrics
from preflight.server.gateway.reports import Reports
from preflight.server.gateway.settings import Settings
from preflight.submission.call_records import CallRecords
from preflight.submission.ledger import Ledger, default_path
from preflight.upload.contents import Contents, FetchPolicy, UrlContents
from preflight.values.assets import printable
from preflight.values.phrase import phrase
from preflight.workers.pool import WorkerPool
from preflight.workers.session import Session, current

ACCOUNTS, EDITIONS = 1024, 128
"""Keys whose digest is held in memory."""


class NamedLocks:
    """Lets whoever wants the same names go one after another."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._wanted = Counter[str]()

    @contextmanager
    def of(self, *names: str) -> Iterator[None]:
        """Wait until nobody else is within a block of one of these names."""
        with ExitStack() as held:
            for name in sorted(set(names)):
                held.enter_context(self._one(name))
            yield

    @contextmanager
    def _one(self, name: str) -> Iterator[None]:
        with self._turn:
            lock = self._locks.setdefault(name, threading.Lock())
            self._wanted[name] += 1
        try:
            with lock:
                yield
        finally:
            with self._turn:
                self._wanted[name] -= 1
                if not self._wanted[name]:
                    del self._wanted[name], self._locks[name]


class GatewayState:
    """The state of one gateway.

    Args:
        settings: what it is started with.

    Raises:
        NotDone: the ledger cannot be used, or another gateway uses it.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.session = Session(current())
        self.metrics, self.reports, self.turns = Metrics(), Reports(), NamedLocks()
        self._open = ExitStack()
        path = settings.ledger or default_path()
        self.folder = path.with_name(f"{path.name}-gateway")
        try:
            self._alone()
            self.ledger = self._open.enter_context(Ledger(path))
            self.orphans = self.ledger.settle_orphans()
            self.asks = CallRecords(self.ledger)
        except BaseException:
            self.close()
            raise
        contents = Contents(self.folder / "contents")
        reach = FetchPolicy(
            allow_private=settings.allow_private, loopback=settings.reaches_itself, agent=settings.agent
        )
        self.assets = Assets(contents=contents, urls=UrlContents(contents, reach), word=said)
        self.account = lru_cache(ACCOUNTS)(self.asks.account)
        self.edition_of = lru_cache(EDITIONS)(settings.edition_of)
        self._endpoints: dict[str, Endpoint] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the children, and close the ledger."""
        self.session.close()
        self._open.close()

    def warm(self) -> None:
        """Start what measures, so that the first request need not wait for it; called in a thread."""
        with suppress(OSError), self.session.entered(), WorkerPool("exact", jobs=1) as pool:
            pool.start()

    def endpoint(self, key: str, profile: Profile | None = None) -> Endpoint:
        """Build the endpoint of the service; where it is, is worked out once.

        Raises:
            CallError: an address cannot be used, or nothing is sent to the edition's service.
        """
        name = profile.name if profile else ""
        if name not in self._endpoints:
            self._endpoints[name] = self.settings.endpoint("", profile)
        return msgspec.structs.replace(self._endpoints[name], key=key)

    def fixed(self, job: str) -> Path:
        """Name the folder in which a job makes its files."""
        return self.folder / "fixed" / job

    def _alone(self) -> None:
        """Take the ledger for this gateway: two would do each other's jobs."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = Lock(self.folder / "lock")
            taken = lock.take()
        except NoLocks:
            return
        except OSError as error:
            where = printable(str(self.folder))
            raise NotDone(
                phrase("{q}: cannot be made: {why}", q=where, why=error.strerror), advice="Choose another ledger."
            ) from None
        if not taken:
            raise NotDone("another gateway uses this ledger", advice="End it, or choose another ledger.")
        self._open.callback(lock.give_back)
