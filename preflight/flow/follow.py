"""After a request was accepted: its task waited for, its film saved; and lost answers looked for.

task ── film_of ──► wait ──► download ──► paths
entries without an answer ── find_lost ──► those that were found again
"""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.submission.prepare import request_hash
from preflight.submission.submit import Account, download, wait

if TYPE_CHECKING:
    from preflight.flow.submit import Ready
    from preflight.service.task import Task
    from preflight.submission.ledger import Ledger
    from preflight.submission.states import Entry


def film_of(  # noqa: PLR0913 - what is waited for, where it goes, and who hears of it
    task_id: str,
    account: Account,
    folder: Path,
    *,
    name: str = "",
    heard: "Callable[[Task], None] | None" = None,
    saving: Callable[[Fraction], None] | None = None,
) -> list[Path]:
    """Wait until a task is over and save what it made.

    Args:
        task_id: the task.
        account: where it is asked for, and written down.
        folder: where the film goes; made if it is missing.
        name: what the file is called, or the next free name; named after the task when empty.
        heard: called with each answer of the service.
        saving: called with the part that is saved.

    Raises:
        TaskFailed: it failed; not charged.
        NotDone: it takes too long, or its film cannot be had; the task goes on.
    """
    task = wait(task_id, account, progress=heard)
    return download(task, account, folder, progress=saving, name=name)


def sent_before(ready: "Ready", base_url: str, ledger: "Ledger") -> "list[Entry]":
    """Find the entries of the same request that were accepted there, or may have been; newest first.

    Nothing is uploaded for it, and nothing asked of the network.
    """
    return ledger.same_body(request_hash(ready.spec, ready.report, ready.profile, ready.hashes), base_url)


def find_lost(account: Account, base_url: str) -> "list[Entry]":
    """Look at a service for what was sent there without an answer; return the entries whose task was found.

    Raises:
        Refused, NotDone: the service does not tell.
    """
    from preflight.submission.reconcile import adopt, search

    found = search(base_url, account.service, account.ledger)
    matches = [(entry, found.match(entry)) for entry in found.entries]
    return [adopt(entry, task.id, account.service, account.ledger) for entry, task in matches if task is not None]
