"""Open a service with its key and a ledger for the length of a call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from preflight.profiles.schema import Profile

if TYPE_CHECKING:
    from preflight.service.client import Service
    from preflight.submission.ledger import Ledger
    from preflight.submission.states import Entry
    from preflight.submission.submit import Account

Hear = Callable[["Entry"], None]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Address and key of a service; the caller has decided that the key may go there."""

    key: str
    base_url: str
    files_url: str
    agent: str | None = None
    """User-Agent; None for preflight's own."""
    allow_private: bool = False
    """Whether private addresses may be fetched; only for a service on this machine."""
    attempts: int = 4
    """How often a create call is begun while nothing can have happened; one where the caller tells its own client."""

    def __repr__(self) -> str:
        """Show the addresses, not the key."""
        return f"Endpoint({self.base_url!r}, {self.files_url!r})"

    def service(self) -> "Service":
        """Open the service; sends nothing.

        Raises:
            CallError: the key, an address or the agent cannot be used.
        """
        from preflight.service.client import Service

        return Service(self.base_url, self.key, files_url=self.files_url, agent=self.agent, attempts=self.attempts)


@contextmanager
def opened_ledger(path: Path | None, orphan: Hear | None = None) -> "Iterator[Ledger]":
    """Open a ledger.

    Args:
        path: the file; None for the default.
        orphan: called with each submission that an ended run left without a response, now unknown; None leaves them.

    Raises:
        NotDone: it cannot be read or written.
    """
    from preflight.submission.ledger import Ledger

    with Ledger(path) as ledger:
        for entry in ledger.settle_orphans() if orphan else ():
            if orphan:
                orphan(entry)
        yield ledger


@contextmanager
def account_of(
    which: str,
    profile: Profile,
    path: Path | None,
    endpoint_to: Callable[[str | None], Endpoint],
    orphan: Hear | None = None,
) -> "Iterator[tuple[str, Account]]":
    """Open the ledger and the service that a task was submitted to; yield the task id with them.

    Args:
        which: a task id, or the number of an entry.
        profile: the edition in use.
        path: the ledger; None for the default.
        endpoint_to: builds the endpoint from the recorded address; None where unknown.
        orphan: as for `opened_ledger`.

    Raises:
        CallError: there is no such entry, or it has no task; or the service cannot be opened.
    """
    from preflight.submission.submit import Account, task_of

    with opened_ledger(path, orphan) as ledger:
        task_id, entry = task_of(which, ledger)
        with endpoint_to(entry.base_url if entry else None).service() as service:
            yield task_id, Account(service, ledger, profile)
