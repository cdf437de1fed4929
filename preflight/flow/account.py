"""A service under one key and the ledger beside it, opened for as long as a call lasts."""

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


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """Where a service is, and as whom it is asked; whoever calls has settled that the key may go there."""

    key: str
    base_url: str
    files_url: str
    agent: str | None = None
    """How the program names itself; None for its own name."""
    allow_private: bool = False
    """Whether addresses of this machine and network may be asked; for a service on this machine alone."""

    def __repr__(self) -> str:
        """Return where it leads, without the key."""
        return f"Door({self.base_url!r}, {self.files_url!r})"

    def service(self) -> "Service":
        """Open the service; nothing is asked yet.

        Raises:
            CallError: the key, an address or the name cannot be used.
        """
        from preflight.service.client import Service

        return Service(self.base_url, self.key, files_url=self.files_url, agent=self.agent)


@contextmanager
def opened_ledger(path: Path | None, orphan: Hear | None = None) -> "Iterator[Ledger]":
    """Open a ledger.

    Args:
        path: the file; None for the usual one.
        orphan: told of each submission that another run left without an answer, which is settled as unknown then;
            None leaves them as they are.

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
    which: str, profile: Profile, path: Path | None, door_to: Callable[[str | None], Door], orphan: Hear | None = None
) -> "Iterator[tuple[str, Account]]":
    """Open the ledger, and the service that a task was submitted to; give the task's id with them.

    Args:
        which: a task's id, or the number of an entry.
        profile: the edition that knows the service's ways.
        path: as for `opened_ledger`, and so is `orphan`.
        door_to: told where it was submitted to, None where the ledger does not say; returns the door.
        orphan: told of what another run left without an answer.

    Raises:
        CallError: there is no such entry, or it has no task; or the door cannot be opened.
    """
    from preflight.submission.submit import Account, task_of

    with opened_ledger(path, orphan) as ledger:
        task_id, entry = task_of(which, ledger)
        with door_to(entry.base_url if entry else None).service() as service:
            yield task_id, Account(service, ledger, profile)
