"""A request that was checked → ready, and sent, once.

Report ──► Ready ──► upload ──► submit ──► Entry, Task
└── ledger ──┘
"""

from typing import TYPE_CHECKING

import msgspec

from preflight.profiles.schema import Profile
from preflight.request.file import RequestSpec
from preflight.submission.prepare import body_of, fingerprints, price_of, renewed
from preflight.submission.submit import Account, Submission, submit
from preflight.values.findings import Report

if TYPE_CHECKING:
    from preflight.request.price import Estimate
    from preflight.service.task import Task
    from preflight.submission.states import Entry


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A clean request, with all that is needed to send it."""

    spec: RequestSpec
    report: Report
    profile: Profile
    hashes: dict[str, str]
    """Path → SHA-256 as checked."""
    price: "Estimate | None"
    """What it will cost; None where that cannot be told."""


def prepared(spec: RequestSpec, report: Report, profile: Profile) -> Ready:
    """Return a request that was checked, ready to be sent.

    Raises:
        NotDone: a file cannot be read, or is not in the state in which it was measured.
        CallError: the request is not clean.
    """
    hashes, price = fingerprints(report), price_of(spec, report, profile)
    return Ready(spec=spec, report=report, profile=profile, hashes=hashes, price=price)


def send(
    ready: Ready, urls: dict[str, str], account: Account, base_url: str, *, again: bool = False
) -> "tuple[Entry, Task]":
    """Send the create call of a request whose files are uploaded, once; what `urls` ended meanwhile is renewed.

    Raises:
        PreflightError: as `submit` does.
    """
    assets = [judged.asset for judged in ready.report.assets]
    urls = renewed(urls, ready.report, ready.hashes, account)
    submission = Submission(
        body=body_of(ready.spec, ready.profile, urls),
        base_url=base_url,
        profile=ready.profile.name,
        assets=tuple((str(a.role), a.path, ready.hashes.get(a.path), urls.get(a.path, a.path)) for a in assets),
        facts=tuple(judged.facts for judged in ready.report.assets),
        price=ready.price.credits if ready.price else None,
    )
    return submit(submission, account, again=again)
