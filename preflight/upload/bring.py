"""Bring files to URLs: reuse uploads that still live and can be read, send the rest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from preflight.errors import PreflightError
from preflight.profiles.schema import Service
from preflight.upload.existing import first_byte
from preflight.upload.parcel import Parcel, Place, Uploaded, needed_s
from preflight.upload.several import Watch, send_all


class UploadCache(Protocol):
    """Remembers uploads; the ledger implements it."""

    def living_upload(self, sha256: str, files_url: str, needed_for_s: float) -> str | None:
        """Find the URL of a content that lives for some more seconds."""

    def remember_upload(self, sha256: str, files_url: str, url: str, expires_at: datetime) -> None:
        """Store the URL of a content, and when it ends."""


def bring(  # noqa: PLR0913 - what, where to, who remembers, and how
    parcels: Sequence[Parcel],
    place: Place,
    cache: UploadCache,
    *,
    limits: Service,
    at_once: int,
    watch: Watch | None = None,
) -> dict[str, str]:
    """Upload parcels and map SHA-256 → URL; finished ones are cached even when another fails.

    Args:
        parcels: each content once.
        place: where to.
        cache: used in the caller's thread.
        limits: the profile's `service` table.
        at_once: parallel uploads.
        watch: called when a parcel begins, returns its progress callback; both in the sending thread.

    Raises:
        PreflightError: the first failure.
    """
    urls = _readable(parcels, place, cache, limits, at_once)

    def landed(parcel: Parcel, uploaded: Uploaded) -> None:
        cache.remember_upload(parcel.sha256, place.name, uploaded.url, uploaded.expires_at)
        urls[parcel.sha256] = uploaded.url

    missing = [parcel for parcel in parcels if parcel.sha256 not in urls]
    send_all(missing, place.send, landed, at_once=at_once, watch=watch)
    return urls


def _readable(
    parcels: Sequence[Parcel], place: Place, cache: UploadCache, limits: Service, at_once: int
) -> dict[str, str]:
    """Map SHA-256 → URL of cached uploads that live long enough and respond with the right size."""
    known: dict[str, str] = {}
    for parcel in parcels:
        if url := cache.living_upload(parcel.sha256, place.name, needed_s(limits)):
            known[parcel.sha256] = url

    def look(parcel: Parcel, *_: object) -> str | None:
        try:
            first_byte(known[parcel.sha256], parcel.path.stat().st_size)
        except (PreflightError, OSError):
            return None
        return known[parcel.sha256]

    found: dict[str, str] = {}

    def looked(parcel: Parcel, url: str | None) -> None:
        if url:
            found[parcel.sha256] = url

    send_all([parcel for parcel in parcels if parcel.sha256 in known], look, looked, at_once=at_once)
    return found
