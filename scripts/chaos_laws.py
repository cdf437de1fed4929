"""The laws that hold after every run: a sandbox and the folder of its person in, each law that was broken out."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from preflight.sandbox import Sandbox
from preflight.sandbox.tasks import Task
from preflight.submission.ledger import Ledger
from preflight.submission.states import Entry

SETTLED = ("refused", "failed", "downloaded")
LISTED = 1000


def broken_laws(
    sandbox: Sandbox, folder: Path, *, finished: bool = True, settled: tuple[str, ...] = SETTLED
) -> Iterator[str]:
    """Name each law that was broken; whether all is settled is asked only of a person who finished."""
    if not finished:
        yield "it never ended"
    entries = [entry for path in sorted(folder.rglob("*.sqlite3")) for entry in _entries(path)]
    tasks = {task.id: task for task in sandbox.tasks}
    yield from _paid_once(sandbox)
    known = {entry.task_id for entry in entries}
    yield from (f"task {task_id} is in no entry: it is lost" for task_id in tasks if finished and task_id not in known)
    by_key = {task.idempotency_key: task for task in tasks.values()}
    for entry in entries:
        if finished and entry.state not in settled:
            yield f"entry {entry.number} is {entry.state} at the end"
        yield from _explained(entry, tasks, by_key)


def _entries(path: Path) -> list[Entry]:
    with Ledger(path) as ledger:
        return ledger.entries(LISTED)


def _paid_once(sandbox: Sandbox) -> Iterator[str]:
    for body, count in sandbox.paid_by_body.items():
        if count > 1:
            yield f"paid {count} times: {body[:80]}"
    for key, count in Counter(task.idempotency_key for task in sandbox.tasks).items():
        if key is None or count > 1:
            yield f"sent {count} times under the key {key}"


def _explained(entry: Entry, tasks: dict[str, Task], by_key: dict[str | None, Task]) -> Iterator[str]:
    """Hold the state of an entry against what the service knows."""
    task, sent = tasks.get(entry.task_id or ""), by_key.get(entry.idempotency_key)
    what = f"entry {entry.number} is {entry.state}"
    if entry.state == "refused" and sent:
        yield f"{what}, and the service made {sent.id} of it"
    if task and sent and task is not sent:
        yield f"{what} and called {task.id}, and the service made {sent.id} of it"
    if entry.state == "failed" and (task is None or task.status != "failed"):
        yield f"{what}, and its task is {task.status if task else 'nowhere'}"
    if entry.state == "downloaded":
        yield from (f"{what}, but {words}" for words in _on_disk(entry, task))


def _on_disk(entry: Entry, task: Task | None) -> Iterator[str]:
    if task is None or task.result is None:
        yield "the service made no film of it"
        return
    film = task.result.read_bytes()
    saved = [Path(path) for path in entry.downloads]
    if not any(path.is_file() and path.read_bytes().startswith(film) for path in saved):
        yield f"none of {len(saved)} files is its film"
