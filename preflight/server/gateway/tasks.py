"""Tasks as the provider shows them, the gateway's own among them under their own ids."""

from contextlib import suppress
from typing import Any

import msgspec

from preflight.errors import NotDone
from preflight.server.gateway.create import refuse_unanswered
from preflight.server.gateway.errors import Answer, ApiError
from preflight.server.gateway.jobs import Jobs, going_on
from preflight.server.gateway.state import GatewayState
from preflight.service.http import ResponseLost
from preflight.service.passing import Passed, pass_on
from preflight.service.responses import read_id, read_task
from preflight.submission.call_records import CallRecord
from preflight.values.parsed import parsed
from preflight.values.phrase import plain

OURS = "task-preflight-"
LISTED = 500
"""The latest jobs of an account whose ids are put into a list."""
TASK = "Preflight-Task"
"""The header that names the provider's task behind one of the gateway's own."""
OK = 200


class Tasks:
    """Answers calls about tasks; called in threads.

    Args:
        state: the gateway's state.
        jobs: what is being mended.
    """

    def __init__(self, state: GatewayState, jobs: Jobs) -> None:
        self._state, self._jobs = state, jobs

    def passed(self, key: str, method: str, path: str, query: str) -> Answer:
        """Pass a call on as it came.

        Raises:
            PreflightError: there is no answer.
        """
        settings = self._state.settings
        endpoint = self._state.endpoint(key)
        return _answer(pass_on(endpoint.base_url, key, method, path, query, agent=settings.agent))

    def task(self, key: str, task_id: str, query: str) -> Answer:
        """Show one task.

        Raises:
            ApiError: there is none of this account.
            OutcomeUnknown: the create call of a job left, and no answer is known.
        """
        if not task_id.startswith(OURS):
            answer = self.passed(key, "GET", f"/v1/tasks/{_checked(task_id)}", query)
            self._write_down(answer)
            return answer
        ask = self._state.asks.job(task_id)
        account = "" if self._state.settings.key else self._state.account(key)
        if ask is None or ask.account != account:
            raise _missing()
        self._jobs.offer(account, key)
        return self._of_job(ask, key, query)

    def _of_job(self, ask: CallRecord, key: str, query: str) -> Answer:
        self._jobs.take_up(ask)
        entry = self._jobs.entry_of(ask)
        if entry and entry.task_id:
            answer = self.passed(key, "GET", f"/v1/tasks/{entry.task_id}", query)
            self._write_down(answer)
            if ask.answer is None and answer.status == OK:  # a person found the task of a lost answer
                self._state.asks.answered(ask, answer.body)
            return _renamed(answer, {entry.task_id: str(ask.job)}, {TASK: entry.task_id})
        if entry and entry.state == "unknown":
            refuse_unanswered(entry)
        return self._jobs.answer(ask)

    def listed(self, key: str, params: dict[str, str], query: str) -> Answer:
        """List tasks: those that were mended under the ids that their programs know, and first those without a task."""
        answer = self.passed(key, "GET", "/v1/tasks", query)
        account = "" if self._state.settings.key else self._state.account(key)
        jobs = self._state.asks.jobs_of(account, LISTED)
        if not jobs or answer.status != OK:
            return answer
        entries = {str(ask.job): self._jobs.entry_of(ask) for ask in jobs}
        names = {entry.task_id: job for job, entry in entries.items() if entry and entry.task_id}
        return _with_first(_renamed(answer, names, {}), self._without_task(jobs, entries, params))

    def _without_task(
        self, jobs: list[CallRecord], entries: dict[str, Any], params: dict[str, str]
    ) -> list[dict[str, Any]]:
        if params.get("page", "1") != "1":
            return []
        alone = [ask for ask in jobs if not (entries[str(ask.job)] and entries[str(ask.job)].task_id)]
        shown = map(self._jobs.described, alone)
        return [
            one
            for one in shown
            if all(params.get(name, one.get(name)) == one.get(name) for name in ("status", "model"))
        ]

    def _write_down(self, answer: Answer) -> None:
        """Note in the ledger how a task ended, so that what failed may be asked for again."""
        if answer.status != OK:
            return
        with suppress(NotDone):
            task = read_task(parsed(answer.body))
            if task.is_over:
                self._state.ledger.finished(task)


def _answer(passed: Passed) -> Answer:
    return Answer(status=passed.status, body=passed.body, headers=passed.headers, media_type=passed.media_type)


def _missing() -> ApiError:
    return ApiError(404, "task_not_found", "no such task")


def _checked(task_id: str) -> str:
    try:
        return read_id(task_id)
    except ResponseLost:
        raise _missing() from None


def _renamed(answer: Answer, names: dict[str, str], headers: dict[str, str]) -> Answer:
    """Show tasks that were mended under the ids that their programs know, at the top of an answer and in its list."""
    table = parsed(answer.body)
    if not isinstance(table, dict):
        return answer
    listed = next((name for name in ("data", "tasks") if name in table), None)
    inner = table.get(listed) if listed else None
    if listed:
        table[listed] = [_known(one, names) for one in inner] if isinstance(inner, list) else _known(inner, names)
    return msgspec.structs.replace(
        answer, body=msgspec.json.encode(_known(table, names), enc_hook=plain), headers={**answer.headers, **headers}
    )


def _known(one: object, names: dict[str, str]) -> object:
    """Put the id that its program knows in place of that of a task; it goes on from where the mending ended."""
    if isinstance(one, dict) and isinstance(one.get("id"), str) and one["id"] in names:
        return {**going_on(one), "id": names[one["id"]]}
    return one


def _with_first(answer: Answer, first: list[dict[str, Any]]) -> Answer:
    """Put tasks before those of a list."""
    table = parsed(answer.body)
    if not (first and isinstance(table, dict) and isinstance(table.get("data"), list)):
        return answer
    table["data"] = [*first, *table["data"]]
    if isinstance(table.get("total"), int):
        table["total"] += len(first)
    return msgspec.structs.replace(answer, body=msgspec.json.encode(table, enc_hook=plain))
