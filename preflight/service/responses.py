"""Parse responses: tasks, ids, credits, and why a task failed.

Only a task's id is required. Other fields of a wrong type count as missing, so that changes at the service stop nobody.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

from preflight.errors import TaskFailed
from preflight.service.http import ResponseLost, cleaned
from preflight.service.refusals import ServiceError, look_up
from preflight.service.task import Task, TaskError, amount_of, table_of
from preflight.values.phrase import phrase

CHANGE_IT = "The same request would fail again: change it first."
NOT_CHARGED = "Failed tasks are not charged."


def read_task(response: object) -> Task:
    """Parse a task; fields of a wrong type count as missing.

    Raises:
        ResponseLost: it has no usable id.
    """
    table = table_of(response)
    table = table if "id" in table else table_of(table.get("data"))
    return Task(
        id=read_id(table.get("id")),
        status=_status(table.get("status")),
        progress=_progress(table.get("progress")),
        results=_links(table.get("results")),
        error=_error(table.get("error")),
        credits_reserved=amount_of(table_of(table.get("usage")).get("credits_reserved")),
        estimated_s=_whole(table_of(table.get("task_info")).get("estimated_time")),
        raw=table,
    )


def read_tasks(response: object) -> list[Task]:
    """Parse a page of tasks; those without a usable id are skipped.

    Raises:
        ResponseLost: it is no list.
    """
    table = table_of(response)
    items = response if isinstance(response, list) else table.get("data", table.get("tasks"))
    if not isinstance(items, list):
        raise ResponseLost("the service answered, and not with a list of tasks")
    return list(_readable(items))


def read_id(told: object) -> str:
    """Check a task id.

    Raises:
        ResponseLost: it cannot be used in a URL.
    """
    if not (isinstance(told, str) and re.fullmatch(r"(?!\.+$)[A-Za-z0-9._-]{1,128}", told)):
        what = "no task id" if told is None else phrase("not a task id: {q}", q=cleaned(repr(told))[:80])
        raise ResponseLost(what)
    return told


def read_remaining(response: object) -> Fraction | None:
    """Parse the remaining credits: the outermost field with such a name; None where there is none."""
    return next(_remaining(response), None)


def failure_of(task: Task) -> TaskFailed:
    """Build the error of a failed task, with advice on whether to retry."""
    error = task.error or TaskError("", "no reason given", "")
    known = look_up(ServiceError(code=error.code, words=error.message))
    template = "task {w} was cancelled: {why}" if task.status == "cancelled" else "task {w} failed: {why}"
    words = phrase(template, w=task.id, why=error.message)
    if error.code:
        words = phrase("{said} [{q}]", said=words, q=error.code)
    again = known.remedies if known.passes else (CHANGE_IT,)
    return TaskFailed(words, code=error.code, advice=(*again, NOT_CHARGED))


def _status(told: object) -> str:
    return cleaned(told).lower()[:40] if isinstance(told, str) else ""


def _whole(told: object) -> int | None:
    amount = amount_of(told)
    return None if amount is None else int(amount)


def _progress(told: object) -> int | None:
    share = _whole(told)
    return None if share is None else max(0, min(100, share))


def _links(told: object) -> tuple[str, ...]:
    items = told if isinstance(told, list) else []
    urls = [item.get("url") if isinstance(item, dict) else item for item in items]
    return tuple(url for url in urls if isinstance(url, str))


def _error(told: object) -> TaskError | None:
    if not told:
        return None
    table = told if isinstance(told, dict) else {"message": told}
    code, message, kind = (cleaned(str(table.get(name) or "")) for name in ("code", "message", "type"))
    return TaskError(code[:80], message or "no reason given", kind[:80])


def _readable(items: list[object]) -> Iterator[Task]:
    for item in items:
        with suppress(ResponseLost):
            yield read_task(item)


def _remaining(response: object) -> Iterator[Fraction]:
    """Yield the fields named like remaining credits, outermost first."""
    tables = [table_of(response)]
    for table in tables:
        amounts = {name: amount_of(value) for name, value in table.items()}
        looks = [name for name in amounts if re.search(r"remain|balance|available|left", name)]
        yield from (amount for name in looks if (amount := amounts[name]) is not None)
        tables += [value for value in table.values() if isinstance(value, dict)]
