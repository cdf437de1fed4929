"""The create call: a body and whose it is in; the service's answer, a refusal with every finding, or a job's task out.

Call ── known? ──► replayed          the same key, or the same body a moment ago
  └─ judged ─┬─ clean ──► passed     one create call, through the ledger
             ├─ to be mended ──► job its own task, at once
             └─ refused              422, nothing sent
"""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.errors import OutcomeUnknown
from preflight.flow.relay import brought, judge_brought, plan_request_fixes, relayed
from preflight.plan import FixOptions
from preflight.request.file import RequestSpec
from preflight.server.gateway.errors import Answer, ApiError, too_busy
from preflight.server.gateway.incoming import Incoming, incoming
from preflight.server.gateway.reports import HEADER, PATH, findings_json, in_short, named
from preflight.server.gateway.state import GatewayState
from preflight.service import origin
from preflight.service.client import RECONCILE
from preflight.submission.call_records import CallRecord
from preflight.submission.duplicates import refuse_unsettled
from preflight.submission.states import Entry
from preflight.submission.submit import Account, EntryHooks
from preflight.upload.bucket import place_of
from preflight.upload.contents import Content
from preflight.values.findings import Report
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from preflight.server.gateway.jobs import Jobs
    from preflight.service.task import Task

FAILED = "preflight_failed"
REPLAYED = {"idempotency-replayed": "true"}


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A create call as it came."""

    table: dict[str, Any]
    key: str
    """The provider's key."""
    idempotency_key: str | None = None
    parts: Mapping[str, Content] = {}
    """What stands in the body for a file of its form."""

    def __repr__(self) -> str:
        """Show no key."""
        return f"Call({self.idempotency_key!r})"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a create call."""

    answer: Answer
    said: str
    """In a word, for the log and the counters."""
    entry: int | None = None
    task: str | None = None


class Create:
    """Answers create calls; called in threads.

    Args:
        state: the gateway's state.
        jobs: takes what has to be mended.
    """

    def __init__(self, state: GatewayState, jobs: "Jobs") -> None:
        self._state, self._jobs = state, jobs

    def __call__(self, call: Call) -> Outcome:
        """Answer a create call.

        Raises:
            ApiError, PreflightError: it is refused, or cannot be done; nothing was sent, but for `OutcomeUnknown`.
        """
        state, settings = self._state, self._state.settings
        with state.session.entered(), incoming(call.table, state, call.parts) as one:
            endpoint = state.endpoint(call.key, one.profile)
            ask = CallRecord(
                account="" if settings.key else state.account(call.key),
                key=call.idempotency_key,
                body_hash=one.body_hash,
                base_url=origin.spelled(endpoint.base_url),
                created_s=time.time(),
            )
            self._jobs.offer(ask.account, call.key)
            with state.turns.of(*_names(ask)):
                return self._known(ask) or self._new(ask, one, call.key)

    # ---- what was asked before

    def _known(self, ask: CallRecord) -> Outcome | None:
        """Answer as before, where the same was asked; None where it is new, or nothing came of it."""
        asks, once_s = self._state.asks, self._state.settings.once_s
        by_key = asks.by_key(ask.account, ask.key) if ask.key else None
        if by_key and by_key.body_hash != ask.body_hash:
            words = "Idempotency-Key was used with another body"
            raise ApiError(409, "idempotency_key_reused", words)
        by_body = asks.by_body(ask.account, ask.body_hash, ask.base_url, ask.created_s - once_s) if once_s else None
        return (self._replayed(by_key, by_key=True) if by_key else None) or (
            self._replayed(by_body, by_key=False) if by_body else None
        )

    def _replayed(self, earlier: CallRecord, *, by_key: bool) -> Outcome | None:
        if earlier.job:
            answer = self._jobs.answer(earlier)
            if self._jobs.is_failed(earlier) and not by_key:
                return None
            return _replay(answer, earlier, earlier.job)
        entry = self._state.ledger.find(earlier.entry) if earlier.entry else None
        if entry is None or entry.state == "refused" or (entry.state == "failed" and not by_key):
            return None
        if entry.task_id is None:
            refuse_unanswered(entry)
        body = earlier.answer or msgspec.json.encode(task_of_entry(entry))
        return _replay(Answer(body=body), earlier, entry.task_id)

    # ---- what is new

    def _new(self, ask: CallRecord, one: Incoming, key: str) -> Outcome:
        state = self._state
        with brought(one.spec, one.here, state.assets) as found:
            report = judge_brought(one.spec, found, one.profile, state.assets)
            shown = named(report, one.names)
            headers = {HEADER: f"{PATH}{state.reports.keep(shown, one.profile)}"}
            fixing = state.settings.on_fail == "fix"
            if fixing and (report.verdict == "fail" or one.here):
                with brought(one.spec, one.here, state.assets, whole=True, before=found) as whole:
                    planned = plan_request_fixes(report, whole, one.profile, state.settings.fix_options or FixOptions())
                    if planned:
                        return self._fixing(ask, one, key, headers)
            if report.verdict != "pass":
                raise refusal(shown, headers)
            entry, task = send_once(state, ask, one, report, key)
        body = msgspec.json.encode(task.raw)
        return Outcome(answer=Answer(body=body, headers=headers), said="passed", entry=entry.number, task=task.id)

    def _fixing(self, ask: CallRecord, one: Incoming, key: str, headers: Mapping[str, str]) -> Outcome:
        if not self._jobs.has_room:
            raise too_busy("too many requests are being mended")
        made = self._jobs.accept(ask, one, key)
        answer = self._jobs.answer(made)
        answer = msgspec.structs.replace(answer, headers={**answer.headers, **headers})
        return Outcome(answer=answer, said="mending", task=made.job)


def send_once(  # noqa: PLR0913 - what, whose, and as it may have been mended
    state: GatewayState, ask: CallRecord, one: Incoming, report: Report, key: str, *, spec: RequestSpec | None = None
) -> "tuple[Entry, Task]":
    """Upload what is here and send the one create call of an ask; the ledger holds both or neither.

    Args:
        state: the gateway's state.
        ask: what was asked.
        one: the request as it came.
        report: on what is sent; it passes.
        key: the provider's.
        spec: what is sent; the request as it came if None.

    Raises:
        DuplicateUnknown: the same was sent before, and nobody knows what became of it.
        PreflightError: as `flow.relay.relayed`.
    """
    endpoint = state.endpoint(key, one.profile)
    place = place_of(state.settings.bucket, one.profile, allow_private=endpoint.allow_private)
    linked: list[CallRecord] = []

    def intended(entry: Entry) -> None:
        refuse_unsettled(entry, state.ledger)
        linked.append(state.asks.sent(ask, entry))

    def accepted(_: Entry, task: "Task") -> None:
        state.asks.answered(linked[0], msgspec.json.encode(task.raw))

    beside = EntryHooks(intended=intended, accepted=accepted)
    with endpoint.service() as service:
        account = Account(service, state.ledger, one.profile, place)
        return relayed(spec or one.spec, report, one.profile, account, endpoint.base_url, beside=beside)


def refusal(report: Report, headers: Mapping[str, str]) -> ApiError:
    """Build the refusal of a request that is not clean: every finding, and where the report is."""
    findings = findings_json(report)
    error = ApiError(422, FAILED, phrase("nothing was sent: {why}", why=in_short(report)), headers=headers)
    error.beside = {
        "error": {"code": FAILED, "message": error.message, "type": "invalid_request_error", "findings": findings},
        "findings": findings,
        "verdict": report.verdict,
        "report": headers[HEADER],
    }
    return error


def refuse_unanswered(entry: Entry) -> None:
    """Raise what is known of an entry that has no task: that nobody knows."""
    words = phrase(
        "the same request was sent on {w1} {w2} UTC (entry {n}), and no answer is known: it may have been accepted and"
        " paid for; nothing was sent now",
        w1=f"{entry.created_at:%Y-%m-%d}",
        w2=f"{entry.created_at:%H:%M}",
        n=entry.number,
    )
    raise OutcomeUnknown(words, advice=RECONCILE)


def task_of_entry(entry: Entry) -> dict[str, Any]:
    """Build a task's description from the ledger, where the service's own answer was lost."""
    return {
        "id": entry.task_id,
        "object": "video.generation.task",
        "created": int(entry.created_at.timestamp()),
        "status": entry.status or "pending",
        "progress": entry.progress or 0,
        "type": "video",
    }


def _names(ask: CallRecord) -> tuple[str, ...]:
    """Name what only one create call may be about at a time."""
    by_key = (f"key {ask.account} {ask.key}",) if ask.key else ()
    return (f"body {ask.account} {ask.body_hash}", *by_key)


def _replay(answer: Answer, earlier: CallRecord, task: str | None) -> Outcome:
    replayed = msgspec.structs.replace(answer, headers={**answer.headers, **REPLAYED})
    return Outcome(answer=replayed, said="replayed", entry=earlier.entry, task=task)
