"""A task's id → the task when it is over, and its video on disk."""

from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path

import msgspec

from preflight.api.common import (
    AnyPath,
    Progress,
    Teller,
    book_at,
    door_of,
    edition_of,
    path_of,
    refuse_no_seconds,
    refuse_no_text,
)
from preflight.api.remedies import to_a_program
from preflight.flow.account import Door, account_of
from preflight.profiles import Profile
from preflight.service.task import Task
from preflight.submission import submit as once
from preflight.submission.submit import Account


@to_a_program()
def wait(  # noqa: PLR0913 - where to ask, and how long, each by name
    task_id: str,
    *,
    key: str,
    profile: Profile | AnyPath | None = None,
    base_url: str | None = None,
    ledger: AnyPath | None = None,
    poll_s: float | None = None,
    limit_s: float | None = None,
    progress: Progress | None = None,
) -> Task:
    """Wait until a task is completed, and return it; its `results` are links that live for a day.

    Args:
        task_id: `Submitted.task_id`, the id of any task of the account, or the number of an entry, as text.
        key: as for `submit`.
        profile: as for `check`.
        base_url: the service; None for the one that the ledger says it was submitted to, or else the profile's.
        ledger: as for `submit`; how far the task is, is written down there.
        poll_s: seconds between two questions; None for the profile's.
        limit_s: seconds after which the task is left to run, 0 to ask once; None for the profile's.
        progress: told the part that the service says is done, with each answer.

    Raises:
        TaskFailed: it failed or was cancelled; it is not charged.
        Refused: the service does not tell.
        NotDone: the limit has come, and the task goes on.
        CallError: no task can have such an id, or the key or the address cannot be used.
    """
    refuse_no_seconds(poll_s, "poll_s")
    refuse_no_seconds(limit_s, "limit_s")
    edition = edition_of(profile)
    said = {"poll_s": poll_s, "wait_s": limit_s}
    clock = msgspec.structs.replace(edition.service, **{name: s for name, s in said.items() if s is not None})
    edition = msgspec.structs.replace(edition, service=clock)
    with _account(task_id, key, edition, base_url, ledger) as (known_id, account):
        return _waited(known_id, account, Teller(progress))


@to_a_program()
def download(  # noqa: PLR0913 - where to ask, and where it goes, each by name
    task_id: str,
    folder: AnyPath,
    *,
    key: str,
    profile: Profile | AnyPath | None = None,
    base_url: str | None = None,
    ledger: AnyPath | None = None,
    agent: str | None = None,
    progress: Progress | None = None,
) -> tuple[Path, ...]:
    """Save what a task made, waiting for it if need be, and return the paths; nothing is overwritten.

    Args:
        task_id: as for `wait`.
        folder: where the files go; made if it is missing.
        key: as for `submit`; not sent to where the results lie.
        profile: as for `check`.
        base_url: as for `wait`.
        ledger: as for `submit`; where the files are, is written down there.
        agent: how the program names itself to the host of the results; None for its own name.
        progress: told as by `wait`, and then the part that is saved.

    Raises:
        TaskFailed, Refused, CallError: as for `wait`.
        NotDone: as for `wait`; or a result cannot be had, cannot be stored, or does not read as a medium.
    """
    teller, place = Teller(progress), Path(path_of(folder, "folder"))
    with _account(task_id, key, edition_of(profile), base_url, ledger, agent=agent) as (known_id, account):
        task = _waited(known_id, account, teller)
        return tuple(once.download(task, account, place, progress=teller.begin("download", known_id)))


def _account(  # noqa: PLR0913 - where to ask, and as whom
    which: str, key: str, edition: Profile, base_url: str | None, ledger: AnyPath | None, *, agent: str | None = None
) -> AbstractContextManager[tuple[str, Account]]:
    """Open the service that a task was submitted to, or the one that the call names."""
    refuse_no_text(which, "task_id", "a task's id or the number of an entry")
    refuse_no_text(key, "key", "the service's key")

    def door_to(known: str | None) -> Door:
        return door_of(edition, key, base_url, known=known, agent=agent)

    return account_of(which, edition, book_at(ledger), door_to)


def _waited(task_id: str, account: Account, teller: Teller) -> Task:
    def heard(task: Task) -> None:
        teller.tell("wait", task.id, Fraction(1) if task.is_over else Fraction(task.progress or 0, 100))

    return once.wait(task_id, account, progress=heard)
