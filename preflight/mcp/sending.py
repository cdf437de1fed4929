"""Tools that cost, and those that follow: price, submission, status, result."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec

from preflight._version import __version__
from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError, Refused, TaskFailed
from preflight.flow.account import account_of
from preflight.flow.check import check_request
from preflight.flow.submit import Begin, Ready, Steps, Submitted, Terms, Unclean, prepared, submit
from preflight.mcp.arguments import DownloadResult, EstimatePrice, SubmitRequest, TaskStatus
from preflight.mcp.calls import Call, Json, Question, ToolResult, plain
from preflight.mcp.looking import finding_rows, shown_report
from preflight.mcp.offers import digest_of
from preflight.mcp.remedies import in_full
from preflight.mcp.words import DATA, brief, quoted, sentence
from preflight.profiles import Profile
from preflight.report.entries import body_json, entry_json, stray_json, whole_json
from preflight.report.estimate import estimate_json
from preflight.report.schemas import SUBMIT_SCHEMA, TASK_SCHEMA
from preflight.report.text import summary
from preflight.request.body import build_body, encode
from preflight.request.file import RequestSpec
from preflight.service.addresses import named_addresses
from preflight.service.task import Task
from preflight.submission import submit as submitting
from preflight.submission.duplicates import Duplicate, DuplicateUnknown
from preflight.submission.prepare import price_of
from preflight.submission.submit import Account
from preflight.values.assets import Asset, masked, printable
from preflight.values.findings import Report
from preflight.values.units import decimal, number
from preflight.workers.pool import measured

if TYPE_CHECKING:
    from preflight.request.price import Estimate

BODY_LETTERS = 6000
"""Letters of a body that a person is shown; a longer one is refused, for nobody would know what is paid for."""
NO_WORD = "nobody can be asked, and no token of estimate_price was given; nothing was sent"
NOT_ALLOWED = "a token alone does not do: the server was started without --max-credits, so a person has to be asked"
COMPLETED = "completed"


# ---- what it costs ---------------------------------------------------------------------------------------------------


def estimate_price(call: Call, asked: EstimatePrice) -> ToolResult:
    """Price a request; where it is clean, give the token by which exactly it may be submitted once."""
    spec = call.spec(asked.request, asked.profile)
    profile = call.edition(asked.profile, spec.model)
    with call.measuring(expected=len(spec.assets)) as how:
        report = check_request(spec, profile, how, call.run.meter.ended)
    if report.verdict != "pass":
        return _unclean_price(call, spec, report, profile, verbose=asked.verbose)
    ready = prepared(spec, report, profile, Terms())
    found = estimate_json(ready.price, profile) | _about(ready, report) | {"token": None, "expires_at": None}
    head = [f"{price_words(ready.price)}. The request is clean. {DATA}"]
    if profile.service.check_only:
        return ToolResult(
            json=plain(found), text=brief([*head, f"Nothing is sent to {profile.service.check_only}."], ())
        )
    base_url, _ = named_addresses(profile, call.shared.account.base_url, call.shared.account.files_url)
    token, until = call.shared.offers.give("estimated", digest_of(ready, base_url))
    found |= {"base_url": base_url, "token": token, "expires_at": until}
    head.append(f"submit_request with token {token} sends exactly this, once, until {until:%H:%M:%S} UTC{_if(call)}.")
    return ToolResult(json=plain(found), text=brief(head, finding_rows(call, report, verbose=asked.verbose)))


def _unclean_price(call: Call, spec: RequestSpec, report: Report, profile: Profile, *, verbose: bool) -> ToolResult:
    price = price_of(spec, report, profile)
    more = {"model": spec.model or profile.default_model, "verdict": report.verdict, "token": None, "body": None}
    head = [f"{price_words(price)}, as it is; but it is not clean, so it cannot be submitted. {DATA}"]
    head.append("plan_fix with the same request plans a fix.")
    found = plain(estimate_json(price, profile) | more | {"findings": shown_report(report)["findings"]})
    return ToolResult(json=found, text=brief(head, finding_rows(call, report, verbose=verbose), verbose=verbose))


def _about(ready: Ready, report: Report) -> Json:
    body = body_json(encode(_planned_body(ready)))
    model = ready.spec.model or ready.profile.default_model
    return {"model": model, "verdict": report.verdict, "body": body, "findings": shown_report(report)["findings"]}


def _if(call: Call) -> str:
    """Say on which condition a token does."""
    most = call.shared.account.max_credits
    if most is None:
        return ", after a person was asked (the server has no --max-credits)"
    return f", if it costs at most {decimal(most, 6)} credits"


def price_words(price: "Estimate | None") -> str:
    """Format a price."""
    if price is None:
        return "What this costs cannot be told"
    return f"About {decimal(price.credits, 2)} credits ({float(price.usd):.2f} USD)"


def _planned_body(ready: Ready) -> dict[str, Any]:
    """Build the body, each upload by its content."""

    def planned(asset: Asset) -> str:
        return asset.path if asset.is_url else f"upload://{ready.hashes[asset.path]}"

    return build_body(ready.spec, ready.profile, planned)


# ---- the one call that costs -----------------------------------------------------------------------------------------


def submit_request(call: Call, asked: SubmitRequest) -> ToolResult | Question:
    """Submit a request once, by a token or a person's word; without either, give the question for a person."""
    spec = call.spec(asked.request, asked.profile)
    profile = call.edition(asked.profile, spec.model)
    endpoint, account = call.shared.account.endpoint(profile), call.shared.account
    sending = Sending(call, asked, endpoint.base_url)
    terms = Terms(ledger=account.ledger, bucket=account.bucket, max_credits=account.max_credits, limit="--max-credits")
    steps = Steps(measured=call.run.meter.ended, confirm=sending.confirm, uploading=sending.uploading)
    try:
        sent = submit(
            spec, profile, endpoint, lambda: call.measuring(expected=len(spec.assets)), steps=steps, terms=terms
        )
    except PreflightError as error:
        if not isinstance(error, Unclean | Duplicate | DuplicateUnknown | OutcomeUnknown | Refused):
            raise
        return _not_sent(call, error)
    return _sent(sent) if sent else sending.question()


class Sending:
    """One submission.

    Args:
        call: the call.
        asked: its arguments.
        base_url: the service.
    """

    def __init__(self, call: Call, asked: SubmitRequest, base_url: str) -> None:
        self._call, self._asked, self._base_url = call, asked, base_url
        self._ready: Ready | None = None

    def confirm(self, ready: Ready, _: Account) -> bool:
        """Use up the token, or the person's word; False where there is neither."""
        self._call.run.refuse_stopped()
        offers, digest = self._call.shared.offers, digest_of(ready, self._base_url)
        if self._call.agreed:
            offers.take("asked", self._call.agreed, digest)
            return True
        if self._asked.token and self._call.shared.account.max_credits is not None:
            offers.take("estimated", self._asked.token, digest)
            self._call.shared.budget.spend(ready.price.credits if ready.price else None)
            return True
        self._ready = ready
        return False

    def question(self) -> Question:
        """Build the question for a person: where to, what it costs, and the whole body.

        Raises:
            CallError: the body is too long to be shown.
        """
        assert self._ready is not None, "asked before it is confirmed"  # noqa: S101 - `confirm` has said no
        token, _ = self._call.shared.offers.give("asked", digest_of(self._ready, self._base_url))
        return Question(words=self._words(self._ready), token=token)

    def _words(self, ready: Ready) -> str:
        body = msgspec.json.format(msgspec.json.encode(body_json(encode(_planned_body(ready)))), indent=2).decode()
        if len(body) > BODY_LETTERS:
            raise CallError(
                f"the body has {len(body):,} letters, too many to be shown to a person; nothing was sent",
                advice="A token of estimate_price, and a server with --max-credits, do without.",
            )
        shown = self._call.shared.roots.shown
        files = [f"{one.asset.role}: {shown(one.asset.path)}" for one in ready.report.assets]
        warnings = [sentence(f"{one.rule}: {one.message}") for j in ready.report.assets for one in j.findings]
        lines = [f"Submit to {self._base_url}, and pay? {price_words(ready.price)}.", *files, *warnings, "Body:"]
        return "\n".join([*lines, "\n".join(map(printable, body.splitlines()))])

    @contextmanager
    def uploading(self, ready: Ready) -> Iterator[Begin]:
        """Tell of the uploads; raise NotDone after them where the call was cancelled meanwhile."""
        self._call.run.meter.expect(len(ready.report.assets) + len(ready.hashes), "uploading")
        yield lambda path: self._call.run.meter.begin(("upload", path))
        self._call.run.refuse_stopped()


def _sent(sent: Submitted) -> ToolResult:
    task = sent.task
    found = _outcome("submitted", "", price=sent.price.credits if sent.price else None) | {
        "task_id": task.id,
        "entry": sent.entry.number,
        "credits_reserved": None if task.credits_reserved is None else number(task.credits_reserved),
    }
    reserved = "" if task.credits_reserved is None else f", {decimal(task.credits_reserved, 2)} credits reserved"
    lines = [f"Submitted once: task {quoted(task.id)}, entry {sent.entry.number}{reserved}."]
    lines.append("task_status asks how far it is; do not submit it again.")
    lines += [f"Entry {one.number} of an earlier run is unknown: a person should look." for one in sent.orphans]
    return ToolResult(json=plain(found), text=brief(lines, ()))


def _not_sent(call: Call, error: PreflightError) -> ToolResult:
    """Tell why there is no new task."""
    known = error.known if isinstance(error, Duplicate | DuplicateUnknown) else None
    name = "duplicate" if known else "unclean" if isinstance(error, Unclean) else "refused"
    name = "unknown" if isinstance(error, OutcomeUnknown) and not known else name
    found = _outcome(name, in_full(error), price=known.price if known else None)
    if known:
        ledger = printable(str(known.ledger)) if known.ledger else None
        results = [printable(path) for path in known.downloads]
        found |= {"task_id": known.task_id, "entry": known.number, "ledger": ledger, "results": results}
    rows = list[str]()
    if isinstance(error, Unclean):
        found["report"] = shown_report(error.report)
        rows = list(finding_rows(call, error.report))
    return ToolResult(json=plain(found), text=brief([sentence(in_full(error)), DATA], rows), is_error=True)


def declined() -> ToolResult:
    """Tell that a person said no."""
    words = "a person said no; nothing was sent"
    return ToolResult(json=plain(_outcome("declined", words)), text=words, is_error=True)


def no_word(asked: SubmitRequest) -> CallError:
    """Build the refusal where there is nobody to ask, and no token that does."""
    if asked.token:
        return CallError(f"{NOT_ALLOWED}, and this client cannot ask; nothing was sent")
    return CallError(NO_WORD, advice="Call estimate_price, and hand its token over; the server needs --max-credits.")


def _outcome(outcome: str, message: str, *, price: Fraction | None = None) -> Json:
    return {
        "schema": SUBMIT_SCHEMA,
        "preflight": __version__,
        "outcome": outcome,
        "task_id": None,
        "entry": None,
        "price": None if price is None else number(price),
        "credits_reserved": None,
        "results": [],
        "message": printable(masked(message)),
    }


# ---- what follows ----------------------------------------------------------------------------------------------------


def task_status(call: Call, asked: TaskStatus) -> ToolResult:
    """Ask how far a task is, for as long as is asked."""
    with _account(call, asked.task_id) as (task_id, account):
        call.run.meter.expect(1, "waiting")
        move, left_s, poll_s = call.run.meter.begin(task_id), asked.wait_s, account.profile.service.poll_s
        task = _polled(task_id, account)
        while not task.is_over and left_s > 0:
            move(Fraction(task.progress or 0, 100))
            call.run.pause(min(poll_s, left_s))
            left_s -= poll_s
            task = _polled(task_id, account)
        return _status(task, account, verbose=asked.verbose)


def download_result(call: Call, asked: DownloadResult) -> ToolResult:
    """Save what a completed task made, in the output folder."""
    folder = call.shared.roots.writable()
    with _account(call, asked.task_id) as (task_id, account):
        task = _polled(task_id, account)
        if not task.is_over:
            raise NotDone(f"task {quoted(task_id)} is not completed yet", advice="task_status waits for it.")
        if task.status != COMPLETED:
            raise TaskFailed(_failure(task, account), advice="task_status says more.")
        call.run.meter.expect(1, "downloading")
        paths = submitting.download(task, account, folder, progress=call.run.meter.begin("result"))
        entry = account.ledger.find(task_id)
        found = whole_json(entry) if entry else stray_json(task_id, "downloaded", paths)
        shown = call.shared.roots.shown
        lines = [f"saved {shown(str(path))}: {_seen(str(path))}" for path in paths]
        return ToolResult(json=plain(found), text=brief([f"{len(paths)} saved. {DATA}"], lines))


def _account(call: Call, which: str) -> AbstractContextManager[tuple[str, Account]]:
    profile, account = call.edition(None), call.shared.account
    return account_of(which, profile, account.ledger, lambda known: account.endpoint(profile, known), lambda _: None)


def _polled(task_id: str, account: Account) -> Task:
    """Ask once, and write down what is told; a task that failed is told, too."""
    clock = msgspec.structs.replace(account.profile.service, wait_s=0)
    once = msgspec.structs.replace(account, profile=msgspec.structs.replace(account.profile, service=clock))
    heard = list[Task]()
    try:
        return submitting.wait(task_id, once, progress=heard.append, reach=True)
    except (TaskFailed, NotDone):
        if not heard:
            raise
        return heard[-1]


def _failure(task: Task, account: Account) -> str:
    entry = account.ledger.find(task.id)
    said = entry.message if entry else task.error.message if task.error else ""
    return f"task {quoted(task.id)} is {sentence(task.status)}{f': {sentence(masked(said))}' if said else ''}"


def _status(task: Task, account: Account, *, verbose: bool) -> ToolResult:
    entry = account.ledger.find(task.id)
    state = entry.state if entry else _state(task)
    if entry is None:
        found = stray_json(task.id, state, ())
    else:
        found = whole_json(entry) if verbose else _short(entry_json(entry))
    done = f", {task.progress} % done" if task.progress is not None and not task.is_over else ""
    words = f"Task {quoted(task.id)}: {state}{done}."
    lines = [f"{_failure(task, account)}; nothing is charged." if state == "failed" else words]
    lines += ["download_result saves the video."] if state == COMPLETED else []
    return ToolResult(json=plain(found), text=brief(lines, ()))


def _short(entry: Json) -> Json:
    return {"schema": TASK_SCHEMA, "preflight": __version__, **entry}


def _state(task: Task) -> str:
    """Name the state of a task of which the ledger knows nothing."""
    if not task.is_over:
        return "accepted"
    return COMPLETED if task.status == COMPLETED else "failed"


def _seen(path: str) -> str:
    probed = measured(Asset(path=path))
    return sentence(probed.fault.message if probed.fault else summary(probed.facts))
