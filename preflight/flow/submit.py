"""Submit a request: check, fix, price, confirm, upload, send once.

    spec ─ check ─► Report ─ fix, check ─► Ready ─ confirm ─► orphans ─► upload ─► send ─► Submitted
                       └─ Unclean             └─ costs too much

Nothing here prints or asks: a face passes callbacks in `Steps`.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from preflight.errors import CallError, NotDone
from preflight.flow.account import Endpoint, Hear, opened_ledger
from preflight.flow.check import Measuring, check_request
from preflight.flow.choosing import Choice, ChoosingCallbacks, chosen_of, marked_spec
from preflight.flow.fix import plan_whole, with_results
from preflight.profiles.prices import own_prices
from preflight.profiles.schema import Profile
from preflight.request.file import RequestSpec
from preflight.request.price import Estimate, estimate, refuse_costly
from preflight.service.task import Task
from preflight.submission.duplicates import refuse_duplicates
from preflight.submission.prepare import body_of, hash_assets, price_of, renew_uploads, request_hash, upload_assets
from preflight.submission.states import Entry
from preflight.submission.submit import NOT_SUBMITTED, Account, EntryHooks, Progress, Submission, advised
from preflight.submission.submit import submit as send_create_call
from preflight.values.assets import Asset, printable
from preflight.values.choices import UPLOADS_AT_ONCE
from preflight.values.findings import Report, counts
from preflight.values.phrase import phrase
from preflight.values.remedy import Advice, Remedy

if TYPE_CHECKING:
    from preflight.plan import FixOptions, Plan
    from preflight.plan.request import RequestPlan
    from preflight.plan.result import FixResult

UNCUT = "The lines above say why. Remove `keep` from the request to send the whole."
"""Advice where a part to keep was not cut."""
BEFORE_UPLOAD = ("location",)
"""Warnings fixed before every upload: whoever has the URL can read where the file was taken."""
Begin = Callable[[str], Progress | None]
"""Called with a path when its upload begins; returns its progress callback."""


class Unclean(CallError):  # noqa: N818 - a state of the request
    """A request must not be sent as it is.

    Args:
        message: what is wrong.
        report: the report on it.
        advice: what to do next.
    """

    def __init__(self, message: str, report: Report, *, advice: Advice = "") -> None:
        super().__init__(message, advice=advice)
        self.report = report


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A clean request, ready to send."""

    spec: RequestSpec
    report: Report
    profile: Profile
    hashes: dict[str, str]
    """Path → SHA-256 as checked."""
    price: Estimate | None
    """Price estimate; None where unknown."""


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """A request that the service accepted."""

    entry: Entry
    """Its ledger entry."""
    task: Task
    """The service's response; `credits_reserved` is the amount reserved."""
    price: Estimate | None = None
    """Price estimate; None where the profile has no price."""
    orphans: tuple[Entry, ...] = ()
    """Submissions that an ended program left without a response: see `preflight task reconcile`."""

    @property
    def task_id(self) -> str:
        """Id for `wait` and `download`."""
        return self.task.id


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Ledger, uploads and price limit of a submission."""

    ledger: Path | None = None
    """None for the default."""
    bucket: str | None = None
    """The caller's own bucket instead of the files service."""
    uploads_at_once: int = UPLOADS_AT_ONCE
    again: bool = False
    """Whether to send, and pay for, a request sent before."""
    max_credits: Fraction | None = None
    """Nothing is sent where the estimate is higher, or missing."""
    choice: Choice = Choice()
    """How an unclean request is fixed, and which parts are kept."""
    limit: str = "max_credits"
    """Name of that limit in messages."""
    hint: str = ""
    """Further advice where it costs too much."""


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """Callbacks of a face; all optional."""

    measured: Callable[[str], None] | None = None
    """Called with the path of each measured asset."""
    judged: Callable[[Report], None] | None = None
    """Called with the first report."""
    apply_plan: "Callable[[Report, RequestPlan], Sequence[FixResult]] | None" = None
    """Applies the plans of an unclean request, or one with parts to keep; returns one result an asset."""
    choose: "Callable[[RequestPlan, Choice], Choice] | None" = None
    """Asked, before anything is encoded, for what the choice leaves open; see `choosing.open_choices`."""
    chosen: ChoosingCallbacks | None = None
    """Called with the choice of parts that are too long."""
    judged_again: Callable[[Report], None] | None = None
    """Called with the report after fixing."""
    confirm: Callable[[Ready, Account], bool] | None = None
    """Asked before anything leaves this machine; False stops."""
    orphan: Hear | None = None
    """Called with each submission that an ended run left without a response."""
    uploading: Callable[[Ready], AbstractContextManager[Begin]] | None = None
    """Opened around the uploads; yields the callback for each."""
    accepted: Callable[[Submitted, Account], None] | None = None
    """Called after acceptance while the service is open, to wait and download."""


def submit(  # noqa: PLR0913 - what, by which limits, where to, and how
    spec: RequestSpec,
    profile: Profile,
    endpoint: Endpoint,
    measuring: Callable[[], AbstractContextManager[Measuring]],
    *,
    steps: Steps | None = None,
    terms: Terms | None = None,
) -> Submitted | None:
    """Check, upload and send a request; None where it was not confirmed.

    Args:
        spec: the request.
        profile: the edition of the limits.
        endpoint: the service.
        measuring: opens a way of measuring.
        steps: callbacks.
        terms: ledger, uploads and price limit.

    Raises:
        Unclean: the request is not clean, or has a part to keep that was not cut. Nothing was sent.
        Duplicate, DuplicateUnknown: it was sent before. Nothing was sent, and nobody was asked.
        CallError: it costs too much; the key or an address cannot be used. Nothing was sent.
        NotDone: a file, the ledger or an upload failed, or the service cannot be reached.
        Refused, OutcomeUnknown: as the create call ended.
    """
    from preflight.upload.bucket import place_of

    steps, terms = steps or Steps(), terms or Terms()
    with endpoint.service() as service:
        with measuring() as how:
            spec, report = cleaned(spec, profile, how, steps, terms.choice)
        refuse_unclean(spec, report, uncut=steps.apply_plan is not None)
        hashes = hash_assets(report)
        place = place_of(terms.bucket, profile, allow_private=endpoint.allow_private)
        orphans: list[Entry] = []
        with opened_ledger(terms.ledger, orphans.append) as ledger:
            if steps.orphan:
                list(map(steps.orphan, orphans))
            if not terms.again:
                refuse_duplicates(request_hash(spec, report, profile, hashes), endpoint.base_url, ledger)
            ready = _priced(spec, report, profile, terms, hashes)
            account = Account(service, ledger, profile, place, terms.uploads_at_once)
            if steps.confirm and not steps.confirm(ready, account):
                return None
            entry, task = _sent(ready, account, endpoint.base_url, steps, again=terms.again)
            done = Submitted(entry=entry, task=task, price=ready.price, orphans=tuple(orphans))
            if steps.accepted:
                steps.accepted(done, account)
            return done


def cleaned(
    spec: RequestSpec, profile: Profile, how: Measuring, steps: Steps | None = None, choice: Choice | None = None
) -> tuple[RequestSpec, Report]:
    """Check a request; where it is not clean or has parts to keep, fix it and check again.

    Returns:
        The request as it may be sent, and its last report, which may still not be clean.
    """
    steps, choice = steps or Steps(), choice or Choice()
    spec = marked_spec(spec, choice, steps.chosen)
    report = check_request(spec, profile, how, steps.measured)
    if steps.judged:
        steps.judged(report)
    marked = any(asset.keep for asset in spec.assets)
    if steps.apply_plan is None:
        return spec, report
    fix_options = chosen_of(report, spec.assets, choice, profile, steps.chosen)
    planned = plan_whole(report, profile, before_upload(fix_options))
    if steps.choose and (made := steps.choose(planned, choice)) != choice:
        fix_options = chosen_of(report, spec.assets, made, profile, steps.chosen)
        planned = plan_whole(report, profile, before_upload(fix_options))
    if report.verdict == "pass" and not (marked or any(plan.steps for _, plan in planned.plans)):
        return spec, report
    results = steps.apply_plan(report, planned)
    if all(one.outcome == "untouched" for one in results):
        return spec, report
    spec = with_results(spec, results)
    report = check_request(spec, profile, how, steps.measured)
    if steps.judged_again:
        steps.judged_again(report)
    return spec, report


def prepared(spec: RequestSpec, report: Report, profile: Profile, terms: Terms, *, uncut: bool = False) -> Ready:
    """Price and hash a checked request.

    Args:
        spec: the request.
        report: its report.
        profile: the edition it was checked by.
        terms: the price limit.
        uncut: whether a part to keep may stay uncut.

    Raises:
        Unclean: it is not clean, or a part to keep was not cut.
        CallError: it costs or may cost too much.
        NotDone: a file cannot be read, or has changed since it was measured.
    """
    refuse_unclean(spec, report, uncut=uncut)
    return _priced(spec, report, profile, terms, hash_assets(report))


def _priced(spec: RequestSpec, report: Report, profile: Profile, terms: Terms, hashes: dict[str, str]) -> Ready:
    """Price a hashed request; raise CallError where it costs or may cost too much."""
    if terms.max_credits is not None:
        most = price_of(spec, report, profile, longest=True)
        refuse_costly(terms.max_credits, most, terms.limit, hint=terms.hint)
    price = price_of(spec, report, profile)
    return Ready(spec=spec, report=report, profile=profile, hashes=hashes, price=price)


def foreseen_price(spec: RequestSpec, planned: "RequestPlan", profile: Profile, terms: Terms) -> Estimate | None:
    """Estimate what a request costs once its plans are applied; None where unknown.

    Raises:
        CallError: that is more than the limit.
    """
    from preflight.plan.estimate import estimate_output

    clips = [(one.facts, plan) for one, plan in planned.plans if one.asset.role and one.asset.role.kind == "video"]
    lengths = [estimate_output(plan, facts).length_s if facts else None for facts, plan in clips]
    known = [length for length in lengths if length is not None]
    whole = len(known) == len(lengths)
    price = estimate(spec, profile, sum(known, Fraction(0)), own_prices()) if whole else None
    if terms.max_credits is not None and price is not None:
        refuse_costly(terms.max_credits, price, terms.limit, hint=terms.hint)
    return price


def before_upload(fix_options: "FixOptions") -> "FixOptions":
    """Add the warnings that are fixed before every upload."""
    return msgspec.structs.replace(fix_options, also=tuple(dict.fromkeys((*fix_options.also, *BEFORE_UPLOAD))))


def cuts_due(
    report: Report, profile: Profile, hopeless: "Callable[[Plan], None]", fix_options: "FixOptions | None" = None
) -> "dict[Asset, Plan]":
    """Plan the cuts and the removal of places before sending: each such asset, and its plan.

    Args:
        report: the report on the request.
        profile: the limits.
        hopeless: called with each plan that cannot be applied.
        fix_options: how to fix; the default if None.

    Raises:
        NotDone: one cannot be cut.
    """
    cuts = any(judged.asset.keep for judged in report.assets)
    planned = plan_whole(report, profile, before_upload(fix_options or Choice().fix_options))
    beyond = [plan for _, plan in planned.plans if plan.beyond_mending]
    if cuts and (beyond or planned.beyond_mending):
        list(map(hopeless, beyond))
        raise NotDone("a part to keep is marked and cannot be cut; nothing would be sent", advice=UNCUT)
    return {judged.asset: plan for judged, plan in planned.plans if plan.steps}


def refuse_unclean(spec: RequestSpec, report: Report, *, uncut: bool = False) -> None:
    """Raise Unclean for a request that is not clean or not cut."""
    if report.verdict != "pass":
        found = [(str(judged.asset.role), finding) for judged in report.assets for finding in judged.findings]
        found += [("request", finding) for finding in report.findings]
        wrong = [
            phrase("{q}: {fault}", q=where, fault=finding.message)
            for where, finding in found
            if counts(finding, report.fail_on)
        ]
        first, more = wrong[0] if wrong else report.verdict, len(wrong) - 1
        said = phrase("{said}, and {n} more", said=printable(first), n=more) if more > 0 else printable(first)
        raise Unclean(
            phrase("the request is not clean, so nothing was sent: {why}", why=said),
            report,
            advice=Remedy("mend-request"),
        )
    if not uncut:
        refuse_uncut(spec.assets, report)


def refuse_uncut(assets: Iterable[Asset], report: Report) -> None:
    """Raise Unclean for an asset with a part to keep that was not cut."""
    for asset in assets:
        if asset.keep:
            words = phrase(
                "{q}: a part to keep is marked and was not cut, so nothing was sent", q=printable(asset.path)
            )
            raise Unclean(words, report, advice=Remedy("cut-request"))


def _sent(ready: Ready, account: Account, base_url: str, steps: Steps, *, again: bool) -> tuple[Entry, Task]:
    """Upload what is missing, and send the create call."""
    heard: AbstractContextManager[Begin | None] = steps.uploading(ready) if steps.uploading else nullcontext()
    with advised(NOT_SUBMITTED), heard as begin:
        urls = upload_assets(ready.report, ready.hashes, account, progress=begin)
    return send(ready, urls, account, base_url, again=again)


def send(  # noqa: PLR0913 - what, where to, and who hears of it
    ready: Ready,
    urls: dict[str, str],
    account: Account,
    base_url: str,
    *,
    again: bool = False,
    beside: EntryHooks | None = None,
) -> tuple[Entry, Task]:
    """Send the create call of an uploaded request once, renewing URLs that end too soon.

    Args:
        ready: the request.
        urls: path → URL of what was uploaded.
        account: where to, and the ledger.
        base_url: the service.
        again: whether a request sent before is sent once more.
        beside: what is recorded with its entry.

    Raises:
        PreflightError: as `submission.submit.submit`.
    """
    assets = [judged.asset for judged in ready.report.assets]
    urls = renew_uploads(urls, ready.report, ready.hashes, account)
    submission = Submission(
        body=body_of(ready.spec, ready.profile, urls),
        base_url=base_url,
        profile=ready.profile.name,
        assets=tuple((str(a.role), a.path, ready.hashes.get(a.path), urls.get(a.path, a.path)) for a in assets),
        facts=tuple(judged.facts for judged in ready.report.assets),
        price=ready.price.credits if ready.price else None,
    )
    return send_create_call(submission, account, again=again, beside=beside)
