"""Submit a request: the one function that costs."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from preflight.api.common import (
    AnyPath,
    Progress,
    Teller,
    edition_of,
    endpoint_of,
    ledger_path,
    measuring,
    refuse_no_text,
    spec_of,
)
from preflight.api.remedies import to_a_program
from preflight.errors import CallError
from preflight.flow import submit as sending
from preflight.flow.location import without_locations
from preflight.flow.submit import Steps, Submitted, Terms
from preflight.profiles import Profile
from preflight.request.file import RequestSpec
from preflight.values.units import exact


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
    keep_location: bool = False,
    agent: str | None = None,
    progress: Progress | None = None,
) -> Submitted:
    """Check a request, upload its assets, and send the create call once.

    It is always checked here, and never fixed; places in metadata alone are taken out, of copies. The intent is in the
    ledger before the call.

    Args:
        request: as for `check_request`.
        key: the service's key; sent to the service alone, never stored or shown. Read it from the environment.
        profile: as for `check`.
        base_url: the service; None for the profile's, if a shipped edition's: any other must be named here. For one on
            this machine, URLs of this machine may be assets.
        files_url: its files service; None for `base_url` if given, else the profile's.
        bucket: `s3://BUCKET/PREFIX`, `gs://` or `az://` instead of the files service; needs credentials in the
            environment, and `preflight-media[bucket]`.
        ledger: file that records submissions; None for the command line's default.
        again: whether to send, and pay for, a request sent before.
        keep_location: whether places in the metadata of assets go along; whoever has an upload's URL can read them.
        agent: User-Agent; None for preflight's own.
        max_credits: nothing is sent where the estimate is higher, or missing.
        progress: called with part 1 for each asset judged, and the part of each upload sent.

    Raises:
        CallError: the request is not clean or has a part to keep that was not cut, was sent before, or costs too much;
            the key or an address cannot be used. Nothing was sent.
        NotDone: a file, the ledger or an upload failed, or the service cannot be reached; nothing was sent. Where the
            ledger failed after acceptance, the message says so, and names the task.
        Refused: the service refused.
        OutcomeUnknown: the call left and no response came, now or when the same was sent before: it may have been paid
            for. See `preflight task reconcile`.
    """
    refuse_no_text(key, "key", "the service's key")
    spec = spec_of(request, profile)
    edition = edition_of(profile, spec.model)
    endpoint = endpoint_of(edition, key, base_url, files_url, agent=agent)
    terms = Terms(ledger=ledger_path(ledger), bucket=bucket, again=again, max_credits=_allowed(max_credits))
    how = partial(measuring, "exact", None, cache=True, allow_private=endpoint.allow_private, agent=agent)
    with _steps(edition, Teller(progress), keep_location=keep_location) as steps:
        sent = sending.submit(spec, edition, endpoint, how, steps=steps, terms=terms)
    if sent is None:  # without `confirm` it is always sent
        raise CallError("nothing was sent")
    return sent


@contextmanager
def _steps(edition: Profile, teller: Teller, *, keep_location: bool) -> Iterator[Steps]:
    """Report what is done as progress; copies without places stand in a folder that lives as long as the steps."""
    with TemporaryDirectory(prefix="preflight-") as folder:
        yield Steps(
            measured=partial(teller.ended, "check"),
            apply_plan=None if keep_location else without_locations(edition, Path(folder)),
            uploading=lambda _: nullcontext(partial(teller.begin, "upload")),
        )


def _allowed(most: Fraction | float | None) -> Fraction | None:
    """Convert a limit in credits exactly; raise CallError where it is no number."""
    try:
        return None if most is None else exact(most)
    except (ValueError, ArithmeticError):
        raise CallError(f"max_credits: expected a number, got {most!r}") from None
