"""Requests that have to be mended first: each a task of the gateway's own, until the service has one for it.

    accept ──► queue ──► brought, judged, planned ──► mended ──► judged again ──► sent once ──► the service's task
                 ▲                                        │
                 └── a restart, a service that is down ───┘       error: the task failed, and nothing was paid

A job is on disk before its program hears of it, with its entry in the ledger from the moment that one is intended; the
key is not: a job that is found after a restart waits until its program asks again, unless the gateway holds the key.
"""

import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.errors import OutcomeUnknown, PreflightError, Unreachable
from preflight.flow.relay import apply_fixes, brought, judge_brought, plan_request_fixes
from preflight.plan import FixOptions
from preflight.request.file import RequestSpec
from preflight.server.gateway.create import refusal, refuse_unanswered, send_once
from preflight.server.gateway.errors import Answer, as_api_error, error_json
from preflight.server.gateway.incoming import Incoming, incoming
from preflight.server.gateway.reports import HEADER, PATH, named
from preflight.server.gateway.state import GatewayState
from preflight.service.http import Busy, ResponseLost, pause_s
from preflight.submission.call_records import CallRecord, new_job
from preflight.upload.contents import Content
from preflight.upload.parcel import hash_file
from preflight.values.findings import Report
from preflight.values.parsed import NotJsonError, parsed
from preflight.values.phrase import plain
from preflight.values.probed import Fault

if TYPE_CHECKING:
    from preflight.plan import Plan
    from preflight.plan.request import RequestPlan
    from preflight.submission.states import Entry

Heard = Callable[[Fraction, str], None]
TRANSIENT: tuple[type[PreflightError], ...] = (Unreachable, Busy, ResponseLost)
"""What passes by itself; nothing was paid."""
PAUSE_S = 5.0
PATIENCE_S = 3600.0
"""How long a job waits for a service that is down."""
KEYS = 1024
ESTIMATED_S = 120
"""What a task says of how long it takes, before the service says it."""
LOOK_S = 0.2
MENDING_FROM, MENDING_PART = 1, 18
"""Progress, of 100, at which mending begins, and its share."""
SENT_AT = MENDING_FROM + MENDING_PART
"""Progress from which on the service counts."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a job needs to go on."""

    table: dict[str, Any]
    here: list[Content] = []
    names: dict[str, str] = {}


class _Stopped(Exception):  # noqa: N818 - a state, not a fault
    """The gateway ends; the job goes on with the next one."""


class Jobs:
    """The open jobs of one gateway.

    Args:
        state: its state.
    """

    def __init__(self, state: GatewayState) -> None:
        self._state = state
        self._turn = threading.Lock()
        self._queue: Queue[str] = Queue()
        self._open = set[str]()
        """Jobs whose contents are held."""
        self._active = set[str]()
        """Jobs that are queued, at work, or wait for a moment or a key."""
        self._progress: dict[str, int] = {}
        self._waiting: dict[str, set[str]] = {}
        """Account → jobs that wait for its key."""
        self._keys: OrderedDict[str, str] = OrderedDict()
        self._stopping = threading.Event()
        self._workers = [
            threading.Thread(target=self._work, name=f"job-{n}", daemon=True) for n in range(state.settings.jobs)
        ]

    def start(self) -> None:
        """Take up what an earlier gateway left open, and begin."""
        kept: list[Content] = []
        for ask in self._state.asks.open_jobs():
            entry = self.entry_of(ask)
            if ask.job and (entry is None or entry.task_id is None):
                self._open.add(ask.job)
                self._progress[ask.job] = 0  # whoever saw it at work does not see it wait again
                kept += request_of(ask).here
                self.take_up(ask)
        self._state.assets.contents.clean_up(one.path for one in kept)
        for worker in self._workers:
            worker.start()

    def stop(self, grace_s: float) -> None:
        """End: what is mended stays open, what is being sent is heard out."""
        self._stopping.set()
        self._state.session.stop()
        give_up = time.monotonic() + grace_s
        for worker in self._workers:
            if worker.ident is not None:
                worker.join(max(0.0, give_up - time.monotonic()))

    @property
    def count(self) -> int:
        """How many are open."""
        with self._turn:
            return len(self._open)

    @property
    def has_room(self) -> bool:
        """Whether another one is taken."""
        return self.count < self._state.settings.jobs_waiting and not self._stopping.is_set()

    def accept(self, ask: CallRecord, one: Incoming, key: str) -> CallRecord:
        """Record a job, and do it behind; what its program sent is held until it is over."""
        here = list(one.here.values())
        request = Request(table=one.table, here=here, names=one.names)
        made = self._state.asks.add(
            msgspec.structs.replace(ask, job=new_job(ask.created_s), request=msgspec.json.encode(request, enc_hook=str))
        )
        for content in here:
            self._state.assets.contents.hold(content)
        self.offer(ask.account, key)
        with self._turn:
            self._open.add(str(made.job))
        self.take_up(made)
        return made

    def take_up(self, ask: CallRecord) -> None:
        """Go on with a job that nobody works at: a new one, one found after a restart, or one that a person settled."""
        job, entry = str(ask.job), self.entry_of(ask)
        with self._turn:
            if job in self._active or job not in self._open or not ask.is_open or (entry and entry.state == "unknown"):
                return
            self._active.add(job)
        self._queue.put(job)

    def offer(self, account: str, key: str) -> None:
        """Hold a key in memory for the jobs of its account."""
        with self._turn:
            self._keys[account] = key
            self._keys.move_to_end(account)
            while len(self._keys) > KEYS:
                self._keys.popitem(last=False)
            waiting = self._waiting.pop(account, set())
        for job in waiting:
            self._queue.put(job)

    # ---- what is told of a job

    def answer(self, ask: CallRecord) -> Answer:
        """Describe a job as the service describes a task.

        Raises:
            OutcomeUnknown: its create call left, and no answer is known.
        """
        now = self._state.asks.job(str(ask.job)) or ask
        self.take_up(now)
        entry = self.entry_of(now)
        if entry and entry.task_id is None and entry.state == "unknown":
            refuse_unanswered(entry)
        return Answer(body=msgspec.json.encode(self.described(now), enc_hook=plain))

    def entry_of(self, ask: CallRecord) -> "Entry | None":
        """Find the entry that a job became."""
        return self._state.ledger.find(ask.entry) if ask.entry else None

    def is_failed(self, ask: CallRecord) -> bool:
        """Tell whether a job, or the task that came of it, failed: nothing was paid."""
        now = self._state.asks.job(str(ask.job)) or ask
        entry = self.entry_of(now)
        return now.error is not None or bool(entry and entry.state == "failed")

    def described(self, ask: CallRecord) -> dict[str, Any]:
        """Describe a job as it is now: as the service answered its create call, else how far the mending is."""
        with self._turn:  # read before the record: what is over is written down first, and forgotten here after that
            progress = self._progress.get(str(ask.job))
        now = self._state.asks.job(str(ask.job)) or ask
        told = parsed(now.answer) if now.answer else None
        return {**going_on(told), "id": now.job} if isinstance(told, dict) else task_of(now, progress)

    # ---- doing it

    def _work(self) -> None:
        with self._state.session.entered():
            while not self._stopping.is_set():
                try:
                    job = self._queue.get(timeout=LOOK_S)
                except Empty:
                    continue
                self._attempt(job)

    def _attempt(self, job: str) -> None:
        ask = self._state.asks.job(job)
        if ask is None or self._is_settled(ask):
            self._over(job, ask)
            return
        key = self._key_of(ask)
        if key is None:
            return
        try:
            self._do(ask, key)
        except _Stopped:
            return
        except OutcomeUnknown:
            self._rest(job)  # what it holds may be wanted again, when a person has settled it
        except TRANSIENT as error:
            self._later(ask, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs this job alone, and its program is told
            if not self._stopping.is_set():
                self._failed(ask, error)
        else:
            self._over(job, ask)

    def _is_settled(self, ask: CallRecord) -> bool:
        """Tell whether nothing more is to be done; an entry that left nothing behind is begun anew."""
        entry = self.entry_of(ask)
        return not ask.is_open or (entry is not None and entry.state != "refused")

    def _key_of(self, ask: CallRecord) -> str | None:
        """Find the key of a job; without one it waits for it."""
        if self._state.settings.key:
            return self._state.settings.key
        with self._turn:
            if ask.account not in self._keys:
                self._waiting.setdefault(ask.account, set()).add(str(ask.job))
            return self._keys.get(ask.account)

    def _do(self, ask: CallRecord, key: str) -> None:
        state, request, job = self._state, request_of(ask), str(ask.job)
        self._tell(job, 0)
        parts = {str(one.path): one for one in request.here}
        with (
            incoming(request.table, state, parts) as one,
            brought(one.spec, one.here, state.assets, whole=True) as found,
        ):
            report = judge_brought(one.spec, found, one.profile, state.assets)
            planned = plan_request_fixes(report, found, one.profile, state.settings.fix_options or FixOptions())
            spec = one.spec
            if planned:
                self._go_on()
                self._tell(job, MENDING_FROM)
                spec = apply_fixes(spec, planned, one.profile, state.fixed(job), self._begin(job, planned))
                report = self._again(one, spec, found)
            if report.verdict != "pass":
                shown = named(report, request.names)
                raise refusal(shown, {HEADER: f"{PATH}{state.reports.keep(shown, one.profile)}"})
            self._tell(job, SENT_AT)
            self._go_on()
            send_once(state, ask, one, report, key, spec=spec)

    def _again(self, one: Incoming, spec: RequestSpec, found: Mapping[str, Content | Fault]) -> Report:
        """Judge a request with its new files, which are measured again."""
        new = {asset.path for asset in spec.assets} - set(found)
        return judge_brought(spec, {**found, **{path: _content(path) for path in new}}, one.profile, self._state.assets)

    def _begin(self, job: str, planned: "RequestPlan") -> "Callable[[Plan], Heard]":
        """Tell how far the mending is: the mean of all files."""
        parts: dict[str, Fraction] = {plan.asset.path: Fraction(0) for _, plan in planned.plans if plan.steps}

        def begin(plan: "Plan") -> Heard:
            def heard(part: Fraction, _doing: str = "") -> None:
                parts[plan.asset.path] = part
                self._tell(job, MENDING_FROM + int(MENDING_PART * sum(parts.values()) / len(parts)))

            return heard

        return begin

    def _go_on(self) -> None:
        if self._stopping.is_set():
            raise _Stopped

    def _later(self, ask: CallRecord, error: PreflightError) -> None:
        """Try again when a service that is down may be up."""
        if self._stopping.is_set():
            return
        if time.time() - ask.created_s > PATIENCE_S:
            self._failed(ask, error)
            return
        again = threading.Timer(pause_s(error, PAUSE_S), self._queue.put, [str(ask.job)])
        again.daemon = True
        again.start()

    def _failed(self, ask: CallRecord, error: Exception) -> None:
        told = as_api_error(error)
        said: dict[str, Any] = {**error_json(told.status, told.code, told.message, told.param), "type": "task_error"}
        said |= {"findings": told.beside["findings"]} if "findings" in told.beside else {}
        self._state.asks.failed(ask, msgspec.json.encode(said, enc_hook=str))
        self._state.metrics.created("failed")
        self._over(str(ask.job), ask)

    def _rest(self, job: str) -> None:
        with self._turn:
            self._active.discard(job)
            self._progress.pop(job, None)

    def _over(self, job: str, ask: CallRecord | None) -> None:
        self._rest(job)
        with self._turn:
            was_open = job in self._open
            self._open.discard(job)
        if ask and was_open:
            for content in request_of(ask).here:
                self._state.assets.contents.release(content)
        shutil.rmtree(self._state.fixed(job), ignore_errors=True)

    def _tell(self, job: str, progress: int) -> None:
        with self._turn:
            self._progress[job] = progress


def going_on(task: dict[str, Any]) -> dict[str, Any]:
    """Let the service's description of a task go on from the mending: it is not pending again, and no less far."""
    status, progress = task.get("status"), task.get("progress")
    told = {**task, "status": "processing"} if status == "pending" else task
    return {**told, "progress": max(progress, SENT_AT)} if isinstance(progress, int) else told


def task_of(ask: CallRecord, progress: int | None) -> dict[str, Any]:
    """Describe a job that has no task yet; progress in percent, None where it has not begun."""
    table = request_of(ask).table
    status = "failed" if ask.error else "pending" if progress is None else "processing"
    shape: dict[str, Any] = {
        "id": ask.job,
        "object": "video.generation.task",
        "created": int(ask.created_s),
        "model": table.get("model"),
        "status": status,
        "progress": 100 if ask.error else progress or 0,
        "type": "video",
        "task_info": {
            "can_cancel": False,
            "estimated_time": ESTIMATED_S,
            "video_duration": table.get("duration", 5),
        },
        "usage": {"billing_rule": "per_second", "credits_reserved": 0, "user_group": "default"},
    }
    if ask.error:
        shape["error"] = parsed(ask.error)
    return shape


def request_of(ask: CallRecord) -> Request:
    """Read what a job was asked for; nothing, which fails it, where its record is damaged."""

    def read(wanted: type, value: object) -> object:
        return Path(str(value)) if wanted is Path else value

    with suppress(NotJsonError):
        return parsed(ask.request or b"{}", Request, read)
    return Request(table={})


def _content(path: str) -> Content:
    file = Path(path)
    return Content(path=file, sha256=hash_file(file), bytes=file.stat().st_size)
