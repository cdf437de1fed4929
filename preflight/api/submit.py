"""A request → checked, uploaded, sent once, written down: the one function that costs."""

from contextlib import nullcontext
from fractions import Fraction
from functools import partial

from preflight.api.common import (
    AnyPath,
    Progress,
    Teller,
    book_at,
    door_of,
    edition_of,
    measuring,
    refuse_no_text,
    spec_of,
)
from preflight.api.remedies import to_a_program
from preflight.errors import CallError
from preflight.flow import submit as sending
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
    refuse_no_text(key, "key", "the service's key")
    spec, edition, teller = spec_of(request), edition_of(profile), Teller(progress)
    door = door_of(edition, key, base_url, files_url, agent=agent)
    steps = Steps(
        measured=partial(teller.ended, "check"), uploading=lambda _: nullcontext(partial(teller.begin, "upload"))
    )
    terms = Terms(ledger=book_at(ledger), bucket=bucket, again=again, max_credits=_allowed(max_credits))
    how = partial(measuring, "exact", None, cache=True, allow_private=door.allow_private, agent=agent)
    sent = sending.submit(spec, edition, door, how, steps=steps, terms=terms)
    if sent is None:  # nobody is asked here
        raise CallError("nothing was sent")
    return sent


def _allowed(most: Fraction | float | None) -> Fraction | None:
    """Return how many credits a request may cost, exactly; raise CallError for what is no number."""
    try:
        return None if most is None else exact(most)
    except (ValueError, ArithmeticError):
        raise CallError(f"max_credits: expected a number, got {most!r}") from None
