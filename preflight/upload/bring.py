"""Parcels → URLs: what a memory knows to lie at its place, and can be read there, stays; the rest is sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from preflight.errors import PreflightError
from preflight.profiles.schema import Service
from preflight.upload.existing import first_byte
from preflight.upload.parcel import Parcel, Place, Uploaded, needed_s
from preflight.upload.several import Watch, send_all


class Memory(Protocol):
    """Remembers where a content lies; the ledger does."""

    def living_upload(self, sha256: str, files_url: str, needed_for_s: float) -> str | None:
        """Return where a content lies, if it will lie there for so many seconds."""

    def remember_upload(self, sha256: str, files_url: str, url: str, expires_at: datetime) -> None:
        """Remember where a content lies, and until when."""


def bring(  # noqa: PLR0913 - what, where to, who remembers, and how
    parcels: Sequence[Parcel],
    place: Place,
    memory: Memory,
    *,
    limits: Service,
    at_once: int,
    watch: Watch | None = None,
) -> dict[str, str]:
    """Return SHA-256 → URL of each parcel; what has landed is remembered even when another fails.

    Args:
        parcels: each content once.
        place: where to.
        memory: asked, and told, in the caller's thread.
        limits: the profile's `service` table.
        at_once: how many may be looked for, or sent, at the same time.
        watch: called with a parcel when it begins, returns what hears of its bytes; both in the sending thread.

    Raises:
        PreflightError: what the first that failed has raised.
    """
    urls = _readable(parcels, place, memory, limits, at_once)

    def landed(parcel: Parcel, uploaded: Uploaded) -> None:
        memory.remember_upload(parcel.sha256, place.name, uploaded.url, uploaded.expires_at)
        urls[parcel.sha256] = uploaded.url

    missing = [parcel for parcel in parcels if parcel.sha256 not in urls]
    send_all(missing, place.send, landed, at_once=at_once, watch=watch)
    return urls


def _readable(parcels: Sequence[Parcel], place: Place, memory: Memory, limits: Service, at_once: int) -> dict[str, str]:
    """Return SHA-256 → URL of what is known to live long enough, and answers with as many bytes as the file has."""
    known: dict[str, str] = {}
    for parcel in parcels:
        if url := memory.living_upload(parcel.sha256, place.name, needed_s(limits)):
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
