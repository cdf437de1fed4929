"""A request → checked, uploaded, sent once, written down: the one function that costs."""

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from preflight.api.common import (
    AnyPath,
    Progress,
    Teller,
    book_at,
    edition_of,
    judged_request,
    measuring,
    refuse_no_text,
    refuse_unclean,
    spec_of,
)
from preflight.api.words import to_a_program
from preflight.errors import CallError
from preflight.flow import submit as sending
from preflight.profiles import Profile
from preflight.request.file import RequestSpec
from preflight.request.price import refuse_costly
from preflight.service.addresses import is_local, named_addresses
from preflight.submission import prepare
from preflight.submission.submit import NOT_SUBMITTED, Account, advised
from preflight.values.findings import Report
from preflight.values.units import exact

if TYPE_CHECKING:
    from preflight.request.price import Estimate
    from preflight.service.task import Task
    from preflight.submission.states import Entry


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


@to_a_program()
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
    agent: str | None = None,
    progress: Progress | None = None,
) -> Submitted:
    """Check a request, upload its assets, and send the create call, once.

    It is checked here, whatever was checked before, and nothing is mended. The intent is in the ledger before the call
    leaves.

    Args:
        request: as for `check_request`.
        key: the service's key; sent to the service alone, kept and shown nowhere. Read it from the environment.
        profile: as for `check`.
        base_url: the service; None for the profile's, where that is a shipped edition's: any other has to be named
            here. For one on this machine, URLs of this machine may be assets.
        files_url: its files service; None for `base_url` where that is given, else for the profile's.
        bucket: `s3://BUCKET/PREFIX`, `gs://` or `az://` instead of the files service; credentials come from the
            environment, and `preflight[bucket]` has to be installed.
        ledger: the file in which submissions are written down; None for the command line's usual one.
        again: whether what was sent before is sent, and paid for, once more.
        agent: how the program names itself to the hosts that it asks; None for its own name.
        max_credits: nothing is sent where the estimate is higher, or cannot be made.
        progress: told 1 of each asset that is judged, and the part of each upload that is sent.

    Raises:
        CallError: the request is not clean or has a part to keep that was not cut, was sent before, or costs too much;
            the key or an address cannot be used. Nothing was sent.
        NotDone: a file, the ledger or an upload failed, or the service cannot be reached; nothing was sent. Where the
            ledger failed after the service had accepted, the message says so, and names the task.
        Refused: the service said no.
        OutcomeUnknown: the call left and no answer came, now or when the same was sent before: it may have been paid
            for. `preflight task reconcile` looks.
    """
    from preflight.service.client import Service
    from preflight.submission.ledger import Ledger
    from preflight.upload.bucket import place_of

    refuse_no_text(key, "key", "the service's key")
    spec, edition, teller = spec_of(request), edition_of(profile), Teller(progress)
    local, (base, files) = is_local(base_url), named_addresses(edition, base_url, files_url)
    with Service(base, key, files_url=files, agent=agent) as service:
        report = _clean(spec, edition, teller, allow_private=local, agent=agent)
        _refuse_costly(spec, report, edition, max_credits)
        place = place_of(bucket, edition, base_url)
        with Ledger(book_at(ledger)) as book:
            return _send(spec, report, Account(service, book, edition, place), base, teller, again=again)


def _clean(spec: RequestSpec, edition: Profile, teller: Teller, *, allow_private: bool, agent: str | None) -> Report:
    """Judge a request, and refuse it where it is not to be sent."""
    with measuring("exact", None, cache=True, allow_private=allow_private, agent=agent) as how:
        report = judged_request(spec, edition, how, teller)
    refuse_unclean(spec, report)
    return report


def _refuse_costly(spec: RequestSpec, report: Report, edition: Profile, most: Fraction | float | None) -> None:
    """Raise CallError where a request would cost more than is allowed, might, or nobody can tell."""
    if most is None:
        return
    try:
        allowed = exact(most)
    except (ValueError, ArithmeticError):
        raise CallError(f"max_credits: expected a number, got {most!r}") from None
    refuse_costly(allowed, prepare.price_of(spec, report, edition, longest=True), "max_credits")


def _send(  # noqa: PLR0913 - what was prepared, and where it goes
    spec: RequestSpec, report: Report, account: Account, base_url: str, teller: Teller, *, again: bool
) -> Submitted:
    """Upload what is not there yet, and send the create call."""
    orphans = tuple(account.ledger.settle_orphans())
    ready = sending.prepared(spec, report, account.profile)
    with advised(NOT_SUBMITTED):
        urls = prepare.upload_assets(report, ready.hashes, account, progress=partial(teller.begin, "upload"))
    entry, task = sending.send(ready, urls, account, base_url, again=again)
    return Submitted(entry=entry, task=task, price=ready.price, orphans=orphans)
