"""Wait for tasks and download their results."""

from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path

import msgspec

from preflight.api.common import (
    AnyPath,
    Progress,
    Teller,
    edition_of,
    endpoint_of,
    ledger_path,
    path_of,
    refuse_no_seconds,
    refuse_no_text,
)
from preflight.api.remedies import to_a_program
from preflight.flow.account import Endpoint, account_of
from preflight.profiles import Profile
from preflight.service.task import Task
from preflight.submission import submit as submitting
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
    """Wait until a task is completed; its `results` are links valid for a day.

    Args:
        task_id: `Submitted.task_id`, the id of any task of the account, or the number of an entry, as text.
        key: as for `submit`.
        profile: as for `check`.
        base_url: the service; None for the recorded one, else the profile's.
        ledger: as for `submit`; records progress.
        poll_s: seconds between polls; None for the profile's.
        limit_s: seconds after which waiting ends, 0 to poll once; None for the profile's.
        progress: called with the part done, after each poll.

    Raises:
        TaskFailed: it failed or was cancelled; not charged.
        Refused: the service does not tell.
        NotDone: the limit has come; the task goes on.
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
    """Wait for a task and download its results; nothing is overwritten.

    Args:
        task_id: as for `wait`.
        folder: where the files go; made if it is missing.
        key: as for `submit`; not sent to result links.
        profile: as for `check`.
        base_url: as for `wait`.
        ledger: as for `submit`; records the files.
        agent: User-Agent for result links; None for preflight's own.
        progress: as for `wait`, then the part downloaded.

    Raises:
        TaskFailed, Refused, CallError: as for `wait`.
        NotDone: as for `wait`; or a result cannot be downloaded or stored, or is no readable medium.
    """
    teller, place = Teller(progress), Path(path_of(folder, "folder"))
    with _account(task_id, key, edition_of(profile), base_url, ledger, agent=agent) as (known_id, account):
        task = _waited(known_id, account, teller)
        return tuple(submitting.download(task, account, place, progress=teller.begin("download", known_id)))


def _account(  # noqa: PLR0913 - where to ask, and as whom
    which: str, key: str, edition: Profile, base_url: str | None, ledger: AnyPath | None, *, agent: str | None = None
) -> AbstractContextManager[tuple[str, Account]]:
    """Open the service that a task was submitted to, or the one named."""
    refuse_no_text(which, "task_id", "a task's id or the number of an entry")
    refuse_no_text(key, "key", "the service's key")

    def endpoint_to(known: str | None) -> Endpoint:
        return endpoint_of(edition, key, base_url, known=known, agent=agent)

    return account_of(which, edition, ledger_path(ledger), endpoint_to)


def _waited(task_id: str, account: Account, teller: Teller) -> Task:
    def polled(task: Task) -> None:
        teller.tell("wait", task.id, Fraction(1) if task.is_over else Fraction(task.progress or 0, 100))

    return submitting.wait(task_id, account, progress=polled)
