"""A request in; checked, mended, priced, agreed to, uploaded and sent, once; an entry and a task out.

    spec ─ check ─► Report ─ mend, check ─► Ready ─ confirm ─► orphans ─► upload ─► send ─► Submitted
                       └─ Unclean             └─ costs too much

Nothing here prints or asks: a face of the program says in `Steps` what it hears of, and what it is asked.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from preflight.errors import CallError, NotDone
from preflight.flow.account import Door, Hear, opened_ledger
from preflight.flow.check import Measuring, check_request
from preflight.flow.choosing import Choice, Heard, chosen, marked_spec
from preflight.flow.fix import plan_whole, with_results
from preflight.profiles.schema import Profile
from preflight.request.file import RequestSpec
from preflight.request.price import Estimate, refuse_costly
from preflight.service.task import Task
from preflight.submission.prepare import body_of, hash_assets, price_of, renew_uploads, upload_assets
from preflight.submission.states import Entry
from preflight.submission.submit import (
    NOT_SUBMITTED,
    Account,
    Progress,
    Submission,
    advised,
)
from preflight.submission.submit import submit as send_once
from preflight.values.assets import Asset, printable
from preflight.values.choices import UPLOADS_AT_ONCE
from preflight.values.findings import Report, counts
from preflight.values.remedy import Advice, Remedy

if TYPE_CHECKING:
    from preflight.plan import Plan
    from preflight.plan.request import RequestPlan
    from preflight.plan.result import FixResult

UNCUT = "The lines above say why. Remove `keep` from the request to send the whole."
"""What to do where a part to keep was not cut."""
Begin = Callable[[str], Progress | None]
"""Called with a path when its upload begins; returns what is called with the part that is sent."""


class Unclean(CallError):  # noqa: N818 - a state of the request
    """A request is not to be sent as it is.

    Args:
        message: what is the matter.
        report: what was found.
        advice: the next thing to do.
    """

    def __init__(self, message: str, report: Report, *, advice: Advice = "") -> None:
        super().__init__(message, advice=advice)
        self.report = report


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A clean request, with all that is needed to send it."""

    spec: RequestSpec
    report: Report
    profile: Profile
    hashes: dict[str, str]
    """Path → SHA-256 as checked."""
    price: Estimate | None
    """What it will cost; None where that cannot be told."""


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """A request that the service accepted."""

    entry: Entry
    """What the ledger holds of it."""
    task: Task
    """The service's answer; `credits_reserved` is what it set aside."""
    price: Estimate | None = None
    """What was expected; None where the profile has no price for it."""
    orphans: tuple[Entry, ...] = ()
    """What a program that ended too soon had sent without an answer: `preflight task reconcile` finds out."""

    @property
    def task_id(self) -> str:
        """What `wait` and `download` take."""
        return self.task.id


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """By which ledger and which uploads a request is sent, and for how much."""

    ledger: Path | None = None
    """None for the usual one."""
    bucket: str | None = None
    """A bucket of the caller's own, instead of the service's files service."""
    uploads_at_once: int = UPLOADS_AT_ONCE
    again: bool = False
    """Whether what was sent before is sent, and paid for, once more."""
    max_credits: Fraction | None = None
    """Nothing is sent where the estimate is higher, or cannot be made."""
    choice: Choice = Choice()
    """How it is mended where it is not clean, and which parts stay."""
    limit: str = "max_credits"
    """What the caller calls that limit."""
    hint: str = ""
    """What else to say where it costs too much."""


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """What a face of the program hears of on the way, and is asked; all may be left out."""

    measured: Callable[[str], None] | None = None
    """Told the path of each asset when it is measured."""
    judged: Callable[[Report], None] | None = None
    """Told the verdict on the request as it was handed in."""
    apply_plan: "Callable[[Report, RequestPlan], Sequence[FixResult]] | None" = None
    """Carries out the plans for a request that is not clean, or has parts to keep; returns what came of each asset, or
    nothing where the request stays as it is."""
    chosen: Heard | None = None
    """Hears what is chosen of parts that are too long."""
    judged_again: Callable[[Report], None] | None = None
    """Told the verdict on the request as it was mended."""
    confirm: Callable[[Ready, Account], bool] | None = None
    """Asked before anything of the request leaves this machine; what it says no to is not sent."""
    orphan: Hear | None = None
    """Told of each submission that another run left without an answer."""
    uploading: Callable[[Ready], AbstractContextManager[Begin]] | None = None
    """Opened around the uploads, gives what hears of each."""
    accepted: Callable[[Submitted, Account], None] | None = None
    """Told what was sent, while the service is still open: to wait for it, and to download it."""


def submit(  # noqa: PLR0913 - what, by which limits, where to, and how
    spec: RequestSpec,
    profile: Profile,
    door: Door,
    measuring: Callable[[], AbstractContextManager[Measuring]],
    *,
    steps: Steps | None = None,
    terms: Terms | None = None,
) -> Submitted | None:
    """Take a request from its check to its task; return None where it was not agreed to.

    Args:
        spec: the request.
        profile: the edition of the limits.
        door: where the service is.
        measuring: gives a way of measuring, for as long as files are measured.
        steps: what is heard and asked on the way.
        terms: by which ledger and which uploads it is sent, and for how much.

    Raises:
        Unclean: the request is not clean, or has a part to keep that was not cut. Nothing was sent.
        CallError: it was sent before, or costs too much; the key or an address cannot be used. Nothing was sent.
        NotDone: a file, the ledger or an upload failed, or the service cannot be reached.
        Refused, OutcomeUnknown: as the create call ended.
    """
    from preflight.upload.bucket import place_of

    steps, terms = steps or Steps(), terms or Terms()
    with door.service() as service:
        with measuring() as how:
            spec, report = cleaned(spec, profile, how, steps, terms.choice)
        ready = prepared(spec, report, profile, terms, uncut=steps.apply_plan is not None)
        place = place_of(terms.bucket, profile, allow_private=door.allow_private)
        orphans: list[Entry] = []
        with opened_ledger(terms.ledger, orphans.append) as ledger:
            if steps.orphan:
                list(map(steps.orphan, orphans))
            account = Account(service, ledger, profile, place, terms.uploads_at_once)
            if steps.confirm and not steps.confirm(ready, account):
                return None
            entry, task = _sent(ready, account, door.base_url, steps, again=terms.again)
            done = Submitted(entry=entry, task=task, price=ready.price, orphans=tuple(orphans))
            if steps.accepted:
                steps.accepted(done, account)
            return done


def cleaned(
    spec: RequestSpec, profile: Profile, how: Measuring, steps: Steps | None = None, choice: Choice | None = None
) -> tuple[RequestSpec, Report]:
    """Judge a request; where it is not clean, or marked to be cut, let it be mended, and judge it once more.

    Returns:
        The request as it may be sent, and the report on it, which may still be one that it is not clean.
    """
    steps, choice = steps or Steps(), choice or Choice()
    spec = marked_spec(spec, choice, steps.chosen)
    report = check_request(spec, profile, how, steps.measured)
    if steps.judged:
        steps.judged(report)
    marked = any(asset.keep for asset in spec.assets)
    if steps.apply_plan is None or (report.verdict == "pass" and not marked):
        return spec, report
    results = steps.apply_plan(
        report, plan_whole(report, profile, chosen(spec.assets, report.assets, choice, profile, steps.chosen))
    )
    if all(one.outcome == "untouched" for one in results):
        return spec, report
    spec = with_results(spec, results)
    report = check_request(spec, profile, how, steps.measured)
    if steps.judged_again:
        steps.judged_again(report)
    return spec, report


def prepared(spec: RequestSpec, report: Report, profile: Profile, terms: Terms, *, uncut: bool = False) -> Ready:
    """Return a request that was checked, ready to be sent.

    Args:
        spec: the request.
        report: what was found of it.
        profile: the edition that it was checked by.
        terms: what it may cost.
        uncut: whether a part to keep that is still marked may stay so.

    Raises:
        Unclean: it is not clean, or a part to keep was not cut.
        CallError: it would cost more than is allowed, might, or nobody can tell.
        NotDone: a file cannot be read, or is not in the state in which it was measured.
    """
    refuse_unclean(spec, report, uncut=uncut)
    if terms.max_credits is not None:
        most = price_of(spec, report, profile, longest=True)
        refuse_costly(terms.max_credits, most, terms.limit, hint=terms.hint)
    hashes, price = hash_assets(report), price_of(spec, report, profile)
    return Ready(spec=spec, report=report, profile=profile, hashes=hashes, price=price)


def cuts_due(report: Report, profile: Profile, hopeless: "Callable[[Plan], None]") -> "dict[Asset, Plan]":
    """Plan what is cut before a request is sent: each asset with a part to keep, and its plan.

    Args:
        report: what was found of it.
        profile: the limits.
        hopeless: told of each plan that cannot be carried out.

    Raises:
        NotDone: one cannot be cut.
    """
    if not any(judged.asset.keep for judged in report.assets):
        return {}
    planned = plan_whole(report, profile, Choice().fix_options)
    beyond = [plan for _, plan in planned.plans if plan.beyond_mending]
    if beyond or planned.beyond_mending:
        list(map(hopeless, beyond))
        raise NotDone("a part to keep is marked and cannot be cut; nothing would be sent", advice=UNCUT)
    return {judged.asset: plan for judged, plan in planned.plans if plan.steps}


def refuse_unclean(spec: RequestSpec, report: Report, *, uncut: bool = False) -> None:
    """Raise Unclean for what is not to be sent: what is not clean, and what was to be cut and is not."""
    if report.verdict != "pass":
        found = [(str(judged.asset.role), finding) for judged in report.assets for finding in judged.findings]
        found += [("request", finding) for finding in report.findings]
        wrong = [f"{where}: {finding.message}" for where, finding in found if counts(finding, report.fail_on)]
        first, more = wrong[0] if wrong else report.verdict, len(wrong) - 1
        said = f"{printable(first)}{f', and {more} more' if more > 0 else ''}"
        raise Unclean(f"the request is not clean, so nothing was sent: {said}", report, advice=Remedy("mend-request"))
    for asset in spec.assets:
        if asset.keep and not uncut:
            words = f"{printable(asset.path)}: a part to keep is marked and was not cut, so nothing was sent"
            raise Unclean(words, report, advice=Remedy("cut-request"))


def _sent(ready: Ready, account: Account, base_url: str, steps: Steps, *, again: bool) -> tuple[Entry, Task]:
    """Upload what is not there yet, and send the create call."""
    heard: AbstractContextManager[Begin | None] = steps.uploading(ready) if steps.uploading else nullcontext()
    with advised(NOT_SUBMITTED), heard as begin:
        urls = upload_assets(ready.report, ready.hashes, account, progress=begin)
    return send(ready, urls, account, base_url, again=again)


def send(
    ready: Ready, urls: dict[str, str], account: Account, base_url: str, *, again: bool = False
) -> tuple[Entry, Task]:
    """Send the create call of a request whose files are uploaded, once; what `urls` ended meanwhile is renewed.

    Raises:
        PreflightError: as `submission.submit` does.
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
    return send_once(submission, account, again=again)
