"""The queue of fixes: plans in, new files out, several at a time; each may be cancelled by itself, and all may wait.

queued ──► looking ──► encoding ──► checking ──► done, failed or cancelled
"""

import secrets
import threading
import time
from contextlib import suppress
from fractions import Fraction
from functools import partial
from typing import Any, Literal

import msgspec

from preflight.errors import PreflightError
from preflight.flow.fix import fix_one, graded, order_of
from preflight.flow.pace import expected
from preflight.locale import language, localized
from preflight.locale.typography import between
from preflight.plan import Plan
from preflight.plan.estimate import estimate_output
from preflight.plan.result import FixResult
from preflight.report.remedies import message_of
from preflight.server.answers import MissingError
from preflight.server.ui.advice import advice
from preflight.server.ui.items import Item
from preflight.server.ui.words import WORDS, words_of
from preflight.server.ui.workspace import Workspace
from preflight.values.doing import Doing
from preflight.values.findings import Judged
from preflight.workers.processors import processors
from preflight.workers.session import Session

Stage = Literal["queued", "looking", "encoding", "checking"]
TOLD_EVERY_S = 0.15
"""How often a page hears how far a fix is."""


class Job(msgspec.Struct, kw_only=True):
    """One fix that waits or goes on."""

    id: str = msgspec.field(default_factory=lambda: secrets.token_hex(6))
    item: str
    name: str
    stage: Stage = "queued"
    part: float = 0.0
    guess_s: float | None = None
    """About how long it takes, before anything is known."""
    since_s: float = 0.0
    """When it began, by the monotonic clock."""
    told_s: float = 0.0
    cancelled: bool = False
    session: Session | None = None

    def view(self) -> dict[str, Any]:
        """Build its state for the page."""
        known = {"id": self.id, "asset": self.item, "name": self.name, "stage": self.stage, "part": round(self.part, 3)}
        return known | {"left_s": self._left_s()}

    def _left_s(self) -> float | None:
        """Estimate how long it still takes: by what is done, where enough is, else by the guess."""
        if self.stage == "queued":
            return self.guess_s
        gone_s = time.monotonic() - self.since_s
        if self.part > 0.05:  # noqa: PLR2004 - of less nothing can be told
            return round(gone_s * (1 - self.part) / self.part, 1)
        return None if self.guess_s is None else round(max(self.guess_s - gone_s, 0.5), 1)


class Fixing:
    """The queue of one workspace.

    Args:
        workspace: whose items are fixed.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._turn = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._open = threading.Event()
        self._open.set()
        workspace.job_of = self.job_of

    def job_of(self, item: str) -> dict[str, Any] | None:
        """Look up the job of an item; None where there is none."""
        with self._turn:
            found = next((job for job in self._jobs.values() if job.item == item and not job.cancelled), None)
            return found.view() if found else None

    def view(self) -> dict[str, Any]:
        """Describe the queue to the page."""
        with self._turn:
            return {"paused": not self._open.is_set(), "jobs": [job.view() for job in self._jobs.values()]}

    def fix(self, id_: str) -> None:
        """Queue what would be done to an item; nothing where it is queued already, or nothing has to be done."""
        item = self._workspace.item(id_)
        with self._turn:
            plan, judged = item.plan, item.now
            if plan is None or judged is None or not plan.steps or self.job_of(id_):
                return
            guess = estimate_output(plan, judged.facts, expected()).seconds if judged.facts else None
            job = Job(item=id_, name=item.name, guess_s=None if guess is None else float(guess))
            self._jobs[job.id] = job
        self._tell(job)
        self._workspace.threads.do("fixing", self._run, job, item, plan, judged)

    def again(self, id_: str) -> None:
        """Go back to the original, and queue its fix once it is planned anew."""
        self._workspace.take(id_, "original")
        self._workspace.threads.do("thinking", self.fix, id_)

    def fix_all(self) -> None:
        """Queue all that can be mended."""
        for item in self._workspace.ordered():
            self.fix(item.id)

    def quality(self, id_: str) -> dict[str, float]:
        """Measure how near a new clip comes to its original, by VMAF.

        Raises:
            MissingError: it was not made in this run, or nothing was encoded.
            NotDone: the two cannot be compared.
        """
        made = self._workspace.item(id_).result
        with self._workspace.threads.session.entered():
            found = graded(made).quality if made else None
        if found is None:
            raise MissingError(WORDS["error.not-compared"])
        return {"mean": round(found.vmaf_mean, 1), "worst": round(found.vmaf_min, 1)}

    def cancel(self, id_: str) -> None:
        """End a fix; its original is as it was.

        Raises:
            MissingError: there is none of that name.
        """
        with self._turn:
            job = self._jobs.get(id_)
            if job is None:
                raise MissingError(WORDS["error.over"])
            job.cancelled = True
            if job.session:
                job.session.stop()
            elif job.stage == "queued":
                del self._jobs[id_]
        self._over(job, WORDS["fix.cancelled"])

    def pause(self, *, paused: bool) -> None:
        """Begin nothing more for now, or go on."""
        if paused:
            self._open.clear()
        else:
            self._open.set()
        self._workspace.events.tell("queue", self.view)

    def close(self) -> None:
        """Let what waits go, so that its threads end."""
        with self._turn:
            for job in self._jobs.values():
                job.cancelled = True
        self._open.set()

    # ---- one fix

    def _run(self, job: Job, item: Item, plan: Plan, judged: Judged) -> None:
        """Carry out a plan in a session of its own, which ends alone."""
        self._open.wait()
        with Session(self._workspace.threads.session) as own, own.entered():
            with self._turn:
                if job.cancelled:
                    return
                job.session, job.stage, job.since_s = own, "looking", time.monotonic()
                several = len(self._jobs) > 1
            self._tell(job)
            made_by = item.made_by
            threads = max(1, processors() // 2) if several else None
            order = order_of(self._workspace.profile, self._workspace.project.ready, threads=threads)
            result = fix_one(judged, plan, order, partial(self._advance, job))
        self._ended(job, made_by, result)

    def _advance(self, job: Job, part: Fraction, doing: Doing) -> None:
        now_s = time.monotonic()
        with self._turn:
            job.part = float(min(part, Fraction(1)))
            same, job.stage = job.stage == doing, doing
            if same and part < 1 and now_s - job.told_s < TOLD_EVERY_S:
                return
            job.told_s = now_s
        self._tell(job)

    def _ended(self, job: Job, made_by: str, result: FixResult) -> None:
        """Put the new file into the workspace, or say why there is none; only then is the job over."""
        why = "" if job.cancelled else self._taken(job, made_by, result)
        with self._turn:
            self._jobs.pop(job.id, None)
        if job.cancelled:
            self._workspace.events.tell("queue", self.view)
        else:
            self._over(job, words_of("fix.failed", why=why) if why else "")

    def _taken(self, job: Job, made_by: str, result: FixResult) -> str:
        """Put the new file into the workspace; return why there is none, or nothing."""
        if result.outcome != "fixed" or result.after is None:
            return between(". ", language()).join(filter(None, (localized(result.message), advice(result.remedies))))
        try:
            self._workspace.fixed(job.item, made_by, result, result.after)
        except PreflightError as error:
            return message_of(error)
        return ""

    def _over(self, job: Job, message: str) -> None:
        with suppress(MissingError):
            self._workspace.note(self._workspace.item(job.item), message)
        self._workspace.events.tell("queue", self.view)

    def _tell(self, job: Job) -> None:
        self._workspace.events.tell("job", job.view)
