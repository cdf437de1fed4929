"""Sending a workspace's request: key and address, a quote, one submission at a time, and the film that comes of it.

    ask ──► quote ──► confirmed ──► checked once more ──► uploaded ──► sent ──► waited for ──► saved

The key is held in memory alone, and is shown, told and written nowhere.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError
from preflight.flow.account import Endpoint, account_of, opened_ledger
from preflight.flow.check import Measuring
from preflight.flow.follow import film_of, find_lost, sent_before
from preflight.flow.measuring import measuring
from preflight.flow.submit import Ready, Steps, Submitted, Terms, prepared, submit
from preflight.locale import localized
from preflight.profiles.schema import Profile
from preflight.report.remedies import message_of
from preflight.server.ui.advice import advice
from preflight.server.ui.items import name_of
from preflight.server.ui.request_view import SETTINGS, price, price_view
from preflight.server.ui.seconds import shorten
from preflight.server.ui.sent import sent_views
from preflight.server.ui.words import WORDS
from preflight.server.ui.workspace import Workspace
from preflight.service.addresses import is_local, named_addresses
from preflight.service.refusals import blamed_asset
from preflight.submission.submit import Account
from preflight.upload.fetcher import Fetcher
from preflight.values.assets import printable
from preflight.values.parsed import NotJsonError, parsed
from preflight.values.unforeseen import unforeseen
from preflight.values.units import decimal

if TYPE_CHECKING:
    from preflight.flow.submit import Begin
    from preflight.service.task import Task

Stage = Literal["idle", "checking", "uploading", "sending", "waiting", "making", "downloading", "done", "failed"]
GOING = ("checking", "uploading", "sending", "waiting", "making", "downloading")
KEY = "EVOLINK_API_KEY"
SANDBOX_KEY = "the-sandbox-takes-any-key"
SANDBOX_RUN_S = 3.0
SANDBOX_POLL_S = 1
TOLD_EVERY_S = 0.15


class Progress(msgspec.Struct, kw_only=True):
    """How far a submission is."""

    stage: Stage = "idle"
    part: float | None = None
    since: float = 0.0
    """When it began, as the clock of this machine tells it."""
    error: PreflightError | None = None
    """What went wrong, which is worded for each who looks."""
    advice: str = ""
    """The key of what is to be known besides."""
    blames: str = ""
    """The asset that the service means."""
    duplicate: bool = False
    unknown: bool = False
    film: int | None = None
    """The entry whose film was saved."""
    sandbox: bool = False


def _now_view(now: Progress) -> dict[str, Any]:
    """Build the state of a submission; what went wrong is worded."""
    error = now.error
    view = {name: getattr(now, name) for name in Progress.__struct_fields__ if name != "error"}
    view["message"] = printable(message_of(error)) if error else ""
    view["advice"] = WORDS[now.advice] if now.advice else printable(advice(error.remedies)) if error else ""
    return view


def _in_words(sent: dict[str, Any]) -> dict[str, Any]:
    """Word the state of an earlier submission."""
    return sent | {"words": WORDS[f"state.{sent['state']}"], "message": localized(sent["message"])}


class Sending:
    """What sends, for one workspace.

    Args:
        workspace: whose request is sent.
        base_url: the service; the profile's when None.
    """

    def __init__(self, workspace: Workspace, base_url: str | None) -> None:
        self._workspace, self._base_url = workspace, base_url
        self._turn = threading.RLock()
        self._key = os.environ.get(KEY, "")
        self._sandbox = False
        self._running = ExitStack()
        self._sandbox_url = ""
        self._left = ""
        self._now = Progress()
        self._parts: dict[str, Fraction] = {}
        self._told_s = 0.0
        self._sent = sent_views(self._workspace)
        workspace.on_model = self._tell

    # ---- what the page is told

    def view(self) -> dict[str, Any]:
        """Build the state of sending for the page."""
        with self._turn:
            state = {
                "key": bool(self._key),
                "sandbox": self._sandbox,
                "address": self._address(),
                "now": _now_view(self._now),
                "left": self._left,
            }
            return state | {"sent": list(map(_in_words, self._sent)), "sandboxed": self._is_sandboxed()}

    def _is_sandboxed(self) -> bool:
        """Tell whether the sandbox knows the model."""
        from preflight.sandbox.documents import documents

        model = self._workspace.settings.model or self._workspace.profile.default_model
        return model in documents().models

    def _address(self) -> str:
        return "" if self._sandbox else self._base_url or self._workspace.profile.service.base_url

    def film(self, number: int, place: int, *, sandbox: bool) -> str | None:
        """Find the path of a film that was saved; None where there is none."""
        path = self._workspace.project.ledger(sandbox=sandbox)
        if not path.exists():
            return None
        with opened_ledger(path) as ledger:
            entry = ledger.find(number)
        return entry.downloads[place] if entry and place < len(entry.downloads) else None

    # ---- what a person chooses

    def set_key(self, key: str) -> None:
        """Take a key for as long as the program runs."""
        with self._turn:
            self._key, self._left = key.strip(), ""
        self._tell()

    def set_sandbox(self, *, on: bool) -> None:
        """Send to the sandbox on this machine, or to the service."""
        with self._turn:
            self._sandbox = on
        self._tell()

    def quote(self) -> dict[str, Any]:
        """Estimate the price, the credits left, and whether the same request was sent before.

        Raises:
            PreflightError: the request is not clean, or a file has changed since it was measured.
        """
        if self._workspace.look_again():
            raise CallError(WORDS["error.changed"])
        report, spec = self._workspace.report, self._workspace.spec()
        if report is None or len(report.assets) != len(spec.assets):
            raise CallError(WORDS["error.still-measuring"])
        ready = prepared(spec, report, self._profile(), Terms())
        endpoint = self._endpoint()
        with opened_ledger(self._ledger()) as ledger:
            earlier = sent_before(ready, endpoint.base_url, ledger)
        return {
            "price": price_view(ready.price),
            "left": self._credits(endpoint),
            "earlier": f"{earlier[0].created_at:%Y-%m-%d %H:%M} UTC" if earlier else "",
            "assets": [{"role": str(one.role), "name": printable(os.path.basename(one.path))} for one in spec.assets],  # noqa: PTH119 - any bytes
        }

    def ask_credits(self) -> None:
        """Ask the service for the credits left, and tell of it.

        Raises:
            PreflightError: there is no key, or the service does not answer.
        """
        if not self._credits(self._endpoint()):
            raise NotDone(WORDS["send.left.none"])
        self._tell()

    def _credits(self, endpoint: Endpoint) -> str:
        with endpoint.service() as service:
            left = service.credits()
        self._left = decimal(left, 2) if left is not None and not self._sandbox else ""
        return decimal(left, 2) if left is not None else ""

    def make_cheaper(self) -> None:
        """Mark parts of the clips so that together they cost the least.

        Raises:
            CallError: nothing would be saved.
        """
        estimate = price(self._workspace)
        if estimate is None or not estimate.cut_credits:
            raise CallError(WORDS["error.nothing-saved"])
        shorten(self._workspace, estimate.cut_s)

    def send(self, *, again: bool) -> None:
        """Send the request, in a thread of its own.

        Raises:
            CallError: one is being sent already, or there is no key.
        """
        with self._turn:
            if self._now.stage in GOING:
                raise CallError(WORDS["error.sending"])
            endpoint = self._endpoint()
            self._now = Progress(stage="checking", since=time.time(), sandbox=self._sandbox)
            self._parts.clear()
            sandbox = self._sandbox
        self._tell()
        self._workspace.threads.do_alone(self._guarded, self._send, endpoint, again, sandbox)

    def look(self) -> None:
        """Look for what was sent without an answer, and follow what is found."""
        endpoint, sandbox = self._endpoint(), self._sandbox
        self._workspace.threads.do_alone(self._guarded, self._look, endpoint, sandbox)

    def follow(self, number: int, *, sandbox: bool) -> None:
        """Wait for an accepted task again, and save its film."""
        endpoint = self._endpoint()
        self._set(stage="waiting", since=time.time(), error=None, advice="")
        self._workspace.threads.do_alone(self._guarded, self._follow, endpoint, number, sandbox)

    def use(self, number: int, *, sandbox: bool) -> None:
        """Take prompt and settings of an earlier request, and its files where they still are.

        Raises:
            CallError: there is no such entry.
        """
        with opened_ledger(self._workspace.project.ledger(sandbox=sandbox)) as ledger:
            entry = ledger.find(number)
        if entry is None:
            raise CallError(WORDS["error.no-entry"])
        with suppress(NotJsonError):
            body = parsed(entry.body, dict[str, Any])
            self._workspace.set({name: body.get(name) for name in ("prompt", *SETTINGS)})
        there = [asset.path for asset in entry.assets if os.path.isfile(asset.path)]  # noqa: PTH113 - any bytes
        self._workspace.add((path, name_of(path)) for path in there if path not in self._workspace.paths())

    def close(self) -> None:
        """End the sandbox, if it runs."""
        self._running.close()

    # ---- one submission

    def _send(self, endpoint: Endpoint, again: bool, sandbox: bool) -> None:  # noqa: FBT001 - handed over to a thread
        steps = Steps(
            confirm=self._confirmed,
            uploading=self._uploading,
            accepted=self._accepted,
        )
        terms = Terms(ledger=self._workspace.project.ledger(sandbox=sandbox), again=again)
        submit(
            self._workspace.spec(),
            self._profile(),
            endpoint,
            lambda: self._measuring(endpoint),
            steps=steps,
            terms=terms,
        )

    @contextmanager
    def _measuring(self, endpoint: Endpoint) -> Iterator[Measuring]:
        with Fetcher(allow_private=endpoint.allow_private) as fetch, measuring(fetch=fetch) as how:
            yield how

    def _confirmed(self, ready: Ready, _: Account) -> bool:
        self._set(stage="uploading" if ready.hashes else "sending", part=0.0)
        return True

    @contextmanager
    def _uploading(self, ready: Ready) -> "Iterator[Begin]":
        total = max(len(ready.hashes), 1)

        def begin(path: str) -> Any:  # noqa: ANN401 - what hears of the part that is sent
            def advance(part: Fraction) -> None:
                self._parts[path] = part
                self._set(part=float(sum(self._parts.values(), Fraction(0)) / total), often=True)

            return advance

        yield begin
        self._set(stage="sending", part=None)

    def _accepted(self, sent: Submitted, account: Account) -> None:
        self._set(stage="waiting", part=None)
        self._bring(sent.task_id, sent.entry.number, account)

    def _bring(self, task_id: str, number: int, account: Account) -> None:
        def heard(task: "Task") -> None:
            stage: Stage = "making" if task.status == "processing" else "waiting"
            self._set(stage=stage, part=(task.progress or 0) / 100)

        def saving(part: Fraction) -> None:
            self._set(stage="downloading", part=float(part), often=True)

        project = self._workspace.project
        film_of(task_id, account, project.videos, name=f"{project.name}.mp4", heard=heard, saving=saving)
        self._set(stage="done", part=None, film=number)

    def _look(self, endpoint: Endpoint, sandbox: bool) -> None:  # noqa: FBT001 - handed over to a thread
        with opened_ledger(self._workspace.project.ledger(sandbox=sandbox)) as ledger, endpoint.service() as service:
            found = find_lost(Account(service, ledger, self._profile()), endpoint.base_url)
        if not found:
            self._set(advice="send.unknown.nothing")
            return
        self._set(stage="waiting", unknown=False, error=None, advice="")
        self._follow(endpoint, found[0].number, sandbox)

    def _follow(self, endpoint: Endpoint, number: int, sandbox: bool) -> None:  # noqa: FBT001 - handed over to a thread
        ledger = self._workspace.project.ledger(sandbox=sandbox)
        with account_of(str(number), self._profile(), ledger, lambda _: endpoint) as (task_id, account):
            self._bring(task_id, number, account)

    def _guarded(self, call: Any, *args: object) -> None:  # noqa: ANN401 - any of the calls above
        try:
            call(*args)
        except PreflightError as error:
            self._failed(error)
        except Exception as error:  # noqa: BLE001 - a person has to be told of it, whatever it is
            self._failed(NotDone(unforeseen(error)))

    def _failed(self, error: PreflightError) -> None:
        place = blamed_asset(error.message)
        items = [item for item in self._workspace.ordered() if item.id in self._workspace.roles()]
        kinds = [part.kind for part in error.remedies if not isinstance(part, str)]
        self._set(
            stage="failed",
            part=None,
            error=error,
            advice="",
            blames=items[place].id if place is not None and place < len(items) else "",
            duplicate=bool({"show-or-send-again", "show-there-or-send-again"} & set(kinds)),
            unknown=isinstance(error, OutcomeUnknown),
        )

    # ---- where it goes

    def _ledger(self) -> Any:  # noqa: ANN401 - a path
        return self._workspace.project.ledger(sandbox=self._sandbox)

    def _profile(self) -> Profile:
        """Choose the edition; the sandbox is asked more often how far it is."""
        profile = self._workspace.profile
        if not self._sandbox:
            return profile
        return msgspec.structs.replace(profile, service=msgspec.structs.replace(profile.service, poll_s=SANDBOX_POLL_S))

    def _endpoint(self) -> Endpoint:
        with self._turn:
            if self._sandbox:
                url = self._sandbox_at()
                return Endpoint(key=SANDBOX_KEY, base_url=url, files_url=url, allow_private=True)
            if not self._key:
                raise CallError(WORDS["send.key.none"], advice=WORDS["send.sandbox"])
            base, files = named_addresses(self._workspace.profile, self._base_url, None)
            return Endpoint(key=self._key, base_url=base, files_url=files, allow_private=is_local(self._base_url))

    def _sandbox_at(self) -> str:
        """Give the address of the sandbox; it is started when it is first needed."""
        if not self._sandbox_url:
            from preflight.sandbox import running

            edition = "2026-10" if self._workspace.profile.name.endswith("2026-10") else "2026-04"
            self._sandbox_url = self._running.enter_context(running(run_s=SANDBOX_RUN_S, edition=edition)).url
        return self._sandbox_url

    def _set(self, *, often: bool = False, **changes: Any) -> None:  # noqa: ANN401 - fields of `Progress`
        sent = None if often else sent_views(self._workspace)
        with self._turn:
            self._now = msgspec.structs.replace(self._now, **changes)
            self._sent = self._sent if sent is None else sent
            now_s = time.monotonic()
            if often and now_s - self._told_s < TOLD_EVERY_S:
                return
            self._told_s = now_s
        self._tell()

    def _tell(self) -> None:
        self._workspace.events.tell("send", self.view)
