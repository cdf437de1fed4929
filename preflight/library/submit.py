"""A request → checked, uploaded, sent once, written down: the one function that costs."""

from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from preflight import flow, once
from preflight.errors import CallError
from preflight.findings import Report
from preflight.flow import Account, Submission
from preflight.library.common import (
    AnyPath,
    Progress,
    Teller,
    edition_of,
    judged_request,
    measuring,
    refuse_unclean,
    spec_of,
)
from preflight.profiles import Profile
from preflight.spec import RequestSpec
from preflight.units import decimal, told_apart

if TYPE_CHECKING:
    from preflight.api import Task
    from preflight.ledger import Entry
    from preflight.price import Estimate
    from preflight.upload import Place


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """A request that the service accepted."""

    entry: "Entry"
    """What the ledger holds of it."""
    task: "Task"
    """The service's answer; `credits_reserved` is what it set aside."""
    price: "Estimate | None" = None
    """What was expected; None where the profile has no price for it."""
    orphans: "tuple[Entry, ...]" = ()
    """What a program that ended too soon had sent without an answer: `preflight task reconcile` finds out."""

    @property
    def task_id(self) -> str:
        """What `wait` and `download` take."""
        return self.task.id


def submit(  # noqa: PLR0913 - where to, and under which conditions, each by name
    request: RequestSpec | AnyPath,
    *,
    key: str,
    profile: Profile | AnyPath | None = None,
    base_url: str | None = None,
    files_url: str | None = None,
    bucket: str | None = None,
    ledger: AnyPath | None = None,
    again: bool = False,
    max_credits: Fraction | float | None = None,
    progress: Progress | None = None,
) -> Submitted:
    """Check a request, upload its assets, and send the create call, once.

    It is checked here, whatever was checked before, and nothing is mended. The intent is in the ledger before the call
    leaves.

    Args:
        request: as for `check_request`.
        key: the service's key; sent to the service alone, kept and shown nowhere. Read it from the environment.
        profile: as for `check`.
        base_url: the service; None for the profile's. For one on this machine, URLs of this machine may be assets.
        files_url: its files service; None for `base_url` where that is given, else for the profile's.
        bucket: `s3://BUCKET/PREFIX`, `gs://` or `az://` instead of the files service; credentials come from the
            environment, and `preflight[bucket]` has to be installed.
        ledger: the file in which submissions are written down; None for the command line's usual one.
        again: whether what was sent before is sent, and paid for, once more.
        max_credits: nothing is sent where the estimate is higher, or cannot be made.
        progress: told 1 of each asset that is judged, and the part of each upload that is sent.

    Raises:
        CallError: the request is not clean or has a part to keep that was not cut, was sent before, or costs too much;
            the key or an address cannot be used. Nothing was sent.
        NotDone: a file, the ledger or an upload failed, or the service cannot be reached; nothing was sent. Where the
            ledger failed after the service had accepted, the message says so, and names the task.
        Refused: the service said no.
        OutcomeUnknown: the call left and no answer came: it may have been paid for. `preflight task reconcile` looks.
    """
    from preflight.api import Service
    from preflight.ledger import Ledger

    spec, edition, teller, local = spec_of(request), edition_of(profile), Teller(progress), _is_local(base_url)
    base, files = addresses(edition, base_url, files_url)
    with Service(base, key, files_url=files) as service:
        with measuring("exact", None, cache=True, allow_private=local) as how:
            report = judged_request(spec, edition, how, teller)
        refuse_unclean(spec, report)
        _refuse_costly(spec, report, edition, max_credits)
        place = _place(bucket, edition, allow_private=local)
        with Ledger(Path(ledger) if ledger is not None else None) as book:
            orphans = tuple(book.settle_orphans())
            sent = _send(spec, report, Account(service, book, edition, place), base, teller, again=again)
    return msgspec.structs.replace(sent, orphans=orphans)


def addresses(edition: Profile, base_url: str | None, files_url: str | None) -> tuple[str, str]:
    """Return where the service and its files service are; a service of one's own serves both."""
    if base_url is None:
        return edition.service.base_url, files_url or edition.service.files_url
    return base_url, files_url or base_url


def _refuse_costly(spec: RequestSpec, report: Report, edition: Profile, most: Fraction | float | None) -> None:
    """Raise CallError where a request would cost more than is allowed, might, or nobody can tell."""
    if most is None:
        return
    try:
        allowed = Fraction(most)
    except (ValueError, OverflowError, TypeError):
        raise CallError(f"max_credits: expected a number, got {most!r}") from None
    price = flow.price_of(spec, report, edition, longest=True)
    if price is None:
        raise CallError("what this costs cannot be told, so max_credits forbids it; nothing was sent")
    if price.credits > allowed:
        about, cap = told_apart(price.credits, allowed, 2), decimal(allowed, 6)
        raise CallError(
            f"about {about} credits, more than max_credits {cap}; nothing was sent",
            advice="A shorter video or a lower quality costs less.",
        )


def _is_local(base_url: str | None) -> bool:
    from preflight.wire import is_loopback

    return base_url is not None and is_loopback(base_url)


def _place(bucket: str | None, edition: Profile, *, allow_private: bool) -> "Place | None":
    """Open a bucket of the caller's own, where one is named."""
    if bucket is None:
        return None
    from preflight.upload.bucket import bucket_place

    return bucket_place(bucket, edition.service, allow_private=allow_private)


def _send(  # noqa: PLR0913 - what was prepared, and where it goes
    spec: RequestSpec, report: Report, account: Account, base_url: str, teller: Teller, *, again: bool
) -> Submitted:
    """Upload what is not there yet, and send the create call."""
    hashes = flow.fingerprints(report)
    urls = flow.upload_assets(report, hashes, account, progress=partial(teller.begin, "upload"))
    urls = flow.renewed(urls, report, hashes, account)
    price = flow.price_of(spec, report, account.profile)
    submission = Submission(
        body=flow.body_of(spec, account.profile, urls),
        base_url=base_url,
        profile=account.profile.name,
        assets=tuple((str(a.role), a.path, hashes.get(a.path), urls.get(a.path, a.path)) for a in spec.assets),
        facts=tuple(judged.facts for judged in report.assets),
        price=price.credits if price else None,
    )
    entry, task = once.submit(submission, account, again=again)
    return Submitted(entry=entry, task=task, price=price)
