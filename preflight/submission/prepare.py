"""Prepare a clean request: price, hashes, uploads and body, all before the create call.

Only files judged clean are hashed, and only hashed files are uploaded.
"""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.errors import CallError
from preflight.profiles.schema import Profile
from preflight.request.body import build_body, encode
from preflight.request.file import RequestSpec
from preflight.submission.submit import Account, Progress, in_parts
from preflight.values.assets import ending_of, printable
from preflight.values.facts import Facts, VideoFacts
from preflight.values.findings import Judged, Report
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from preflight.request.price import Estimate
    from preflight.upload.parcel import Place


def price_of(spec: RequestSpec, report: Report, profile: Profile, *, longest: bool = False) -> "Estimate | None":
    """Estimate a request's price; None where unknown.

    Args:
        spec: the request.
        report: facts of its assets.
        profile: the edition whose price data is used where the user has none.
        longest: whether each clip counts by the longest duration any reader may see.
    """
    from preflight.profiles.prices import own_prices
    from preflight.request.price import estimate

    clips = [judged for judged in report.assets if judged.asset.role and judged.asset.role.kind == "video"]
    lengths = [_billed_length_s(clip, longest=longest) for clip in clips]
    known = [length for length in lengths if length is not None]
    if len(known) < len(lengths):
        return None
    return estimate(spec, profile, sum(known, Fraction(0)), own_prices())


def _billed_length_s(clip: Judged, *, longest: bool) -> Fraction | None:
    """Compute the duration of a clip, or of its kept part, in seconds."""
    facts, keep = clip.facts, clip.asset.keep
    if not isinstance(facts, VideoFacts) or facts.duration_s is None:
        return None
    claimed_s = facts.header_duration_s if longest else None
    length_s = max(facts.duration_s, claimed_s or Fraction(0))
    return min(length_s, keep.end_s) - min(length_s, keep.start_s) if keep else length_s


def hash_assets(report: Report) -> dict[str, str]:
    """Map path → SHA-256, in hex, of a checked request's files.

    Raises:
        NotDone: a file cannot be read, or has changed since it was measured.
        CallError: the request is not clean, or an asset lies in a bucket.
    """
    from preflight.upload.parcel import hash_files

    if report.verdict != "pass":
        raise CallError("the request is not clean, so nothing was sent", advice="Each finding says what is wrong.")
    for judged in report.assets:
        if judged.asset.is_object:
            words = phrase("{q}: lies in a bucket, which the service cannot read", q=printable(judged.asset.path))
            raise CallError(words, advice="Give an https link that the service may read, or a copy on this machine.")
    local = [judged for judged in report.assets if not judged.asset.is_url]
    return hash_files({judged.asset.path: judged.identity for judged in local})


def suffix_of(facts: Facts | None) -> str:
    """Choose the extension for a format; uploads are named by hash and this alone."""
    return ending_of(facts.format) if facts else "bin"


def upload_assets(
    report: Report,
    hashes: dict[str, str],
    account: Account,
    *,
    progress: Callable[[str], Progress | None] | None = None,
) -> dict[str, str]:
    """Upload each local file and map path → URL, in order; uploads that live long enough are reused.

    Args:
        report: the clean report.
        hashes: path → SHA-256 as checked; equal contents are sent once.
        account: its place for uploads, and the ledger that remembers them.
        progress: called with a path when its upload begins, returns its progress callback; both in the sending thread.
    """
    from preflight.upload.bring import bring
    from preflight.upload.parcel import Parcel

    def watch(parcel: Parcel) -> Callable[[int, int | None], None] | None:
        return in_parts(progress(str(parcel.path)) if progress else None)

    parcels: dict[str, Parcel] = {}
    local = {judged.asset.path: judged for judged in report.assets if not judged.asset.is_url}
    for path, judged in local.items():
        parcel = Parcel(path=Path(path), sha256=hashes[path], suffix=suffix_of(judged.facts))
        parcels.setdefault(parcel.sha256, parcel)
    limits, at_once = account.profile.service, account.uploads_at_once
    urls = bring(list(parcels.values()), _place(account), account.ledger, limits=limits, at_once=at_once, watch=watch)
    return {path: urls[hashes[path]] for path in local}


def renew_uploads(urls: dict[str, str], report: Report, hashes: dict[str, str], account: Account) -> dict[str, str]:
    """Replace the URLs that end too soon for the task; call right before the create call.

    Without network where the ledger knows that all live long enough (`needed_s`).
    """
    from preflight.upload.parcel import needed_s

    place, needed = _place(account), needed_s(account.profile.service)
    living = {path: account.ledger.living_upload(hashes[path], place.name, needed) for path in urls}
    return urls if living == urls else upload_assets(report, hashes, account)


def _place(account: Account) -> "Place":
    from preflight.upload.files_service import files_service

    return account.place or files_service(account.service.files, account.profile.service)


def body_of(spec: RequestSpec, profile: Profile, urls: dict[str, str]) -> bytes:
    """Build the exact bytes of the create call."""
    return encode(build_body(spec, profile, lambda asset: asset.path if asset.is_url else urls[asset.path]))


def request_hash(spec: RequestSpec, report: Report, profile: Profile, hashes: dict[str, str]) -> str:
    """Compute the hash under which the ledger will know a request, before anything is uploaded.

    Args:
        spec: the request.
        report: its assets.
        profile: the edition.
        hashes: path → SHA-256 of each file; what has none is a URL.
    """
    from preflight.submission.ledger import hash_request
    from preflight.submission.states import SentAsset

    def stand_in(path: str) -> str:
        return f"upload://{hashes[path]}" if path in hashes else path

    assets = [judged.asset for judged in report.assets]
    body = body_of(spec, profile, {asset.path: stand_in(asset.path) for asset in assets})
    sent = [SentAsset(str(a.role), a.path, hashes.get(a.path), stand_in(a.path)) for a in assets]
    return hash_request(body, sent)
