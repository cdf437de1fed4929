"""Upload files to the user's own bucket on S3, GCS or Azure, and sign links to them.

    s3://BUCKET/PREFIX   gs://BUCKET/PREFIX   az://CONTAINER/PREFIX

Objects are named by the hash of their content, so an existing one is not sent again. Credentials come from the
environment alone, under obstore's names; messages never hold them, nor signatures.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from preflight.errors import CallError, NotDone, PreflightError
from preflight.objects.credentials import ALLOW_HTTP, ENDPOINTS, YES, enough_for, has_credentials, secrets_in, without
from preflight.profiles.schema import Profile, Service
from preflight.service.http import Progress, cleaned, is_loopback, shown_url
from preflight.upload.existing import first_byte, private_address
from preflight.upload.parcel import HashingReader, Parcel, Place, Uploaded, moment, needed_s, opened
from preflight.values.phrase import phrase
from preflight.values.remedy import Setting

PART_BYTES = 8 << 20
"""Size of a part; smaller files go in one request."""
PIECE_BYTES = 1 << 20
PARTS_AT_ONCE = 3
LONGEST_LINK_S = 7 * 86400
"""Longest life of a signed link. Source: the documents on signing of S3 (version 4), GCS (V4) and Azure (user
delegation keys)."""


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """An open bucket and its prefix."""

    url: str
    """As given: s3://, gs:// or az://."""
    store: Any
    """obstore's store."""


def open_bucket(url: str) -> Bucket:
    """Open a bucket; nothing is sent yet.

    Raises:
        CallError: not a bucket's address, no credentials in the environment, or obstore is not installed.
    """
    match = re.fullmatch(r"(s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9._=/-]*)?", url)
    if not match or ".." in url.split("/"):
        expected = "expected s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX"
        shown = re.sub(r"//[^/?#]*@", "//", shown_url(url))
        raise CallError(phrase("{setting} {q}: {expected}", setting=Setting("bucket"), q=shown, expected=expected))
    try:
        from obstore.store import from_url
    except ImportError:
        raise CallError(
            phrase("{q}: obstore, which sends to buckets, is not installed", q=url),
            advice="pip install 'preflight-media[bucket]'",
        ) from None
    _expect_credentials(url, match[1])
    with _translated(url):
        store = from_url(url.rstrip("/"), client_options=_client_options(), retry_config=_retry_config())
    return Bucket(url=url.rstrip("/"), store=store)


def bucket_place(url: str, limits: Service, *, allow_private: bool = False) -> Place:
    """Make a bucket an upload place; the ledger knows it by its objects' address."""
    bucket = open_bucket(url)

    def send(parcel: Parcel, progress: Progress, _sleep: Callable[[float], None]) -> Uploaded:
        return put(bucket, parcel, limits=limits, progress=progress, allow_private=allow_private)

    return Place(shown_url(_signed(bucket, "name", 60)).removesuffix("?...").removesuffix("/name"), send)


def place_of(bucket: str | None, profile: Profile, *, allow_private: bool) -> Place | None:
    """Open the caller's own bucket, if named.

    Raises:
        CallError: not a bucket's address, or it cannot be opened with the environment's credentials.
    """
    if bucket is None:
        return None
    return bucket_place(bucket, profile.service, allow_private=allow_private)


def put(
    bucket: Bucket, parcel: Parcel, *, limits: Service, progress: Progress | None = None, allow_private: bool = False
) -> Uploaded:
    """Upload one file, streamed, unless it is there, and test its signed link.

    Args:
        bucket: where to.
        parcel: the file.
        limits: the profile's `service` table; the link lives for `upload_life_s`.
        progress: called with the bytes sent and in all.
        allow_private: whether the bucket may lie at a private address.

    Raises:
        CallError: the parcel has no name.
        NotDone: the file cannot be read, is too large or changed since it was checked; the bucket cannot be reached, is
            missing or refuses; the link cannot be read, or ends too soon.
    """
    size = _put_once(bucket, parcel, limits, progress)
    life_s = min(max(limits.upload_life_s, needed_s(limits)), LONGEST_LINK_S)
    ends = _ends(bucket.url, life_s, needed_s(limits))
    url = _signed(bucket, parcel.name, life_s)
    if not allow_private and (private := private_address(url)):
        advice = "Use a bucket that can be reached from anywhere."
        raise NotDone(
            phrase("{q1}: lies at {q2}, an address that the service cannot reach", q1=bucket.url, q2=private),
            advice=advice,
        )
    try:
        first_byte(url, size)
    except PreflightError as error:
        advice = "The object is there: may it be read with these credentials, and is the region right?"
        raise NotDone(
            phrase("{q1}: the signed link cannot be read: {q2}", q1=bucket.url, q2=error.message), advice=advice
        ) from None
    return Uploaded(url=url, expires_at=ends, bytes=size)


def _put_once(bucket: Bucket, parcel: Parcel, limits: Service, progress: Progress | None) -> int:
    """Send a file unless it is there with the same size; return the size in bytes."""
    import obstore

    name = parcel.name
    with opened(parcel.path, limits.upload_max_bytes) as file:
        reader = HashingReader(file, parcel, progress)
        with _translated(bucket.url):
            if _size_there(bucket, name) == reader.bytes:
                return reader.bytes
            whole = reader.read(PART_BYTES + 1) if reader.bytes <= PART_BYTES else None
            obstore.put(
                bucket.store,
                name,
                _pieces(reader) if whole is None else whole,
                attributes={"Content-Type": parcel.media_type},
                use_multipart=whole is None,
                chunk_size=PART_BYTES,
                max_concurrency=PARTS_AT_ONCE,
            )
    return reader.bytes


def _pieces(reader: HashingReader) -> Iterator[bytes]:
    while piece := reader.read(PIECE_BYTES):
        yield piece


def _size_there(bucket: Bucket, name: str) -> int | None:
    """Read the size of an object in bytes; None where it is missing or hidden."""
    import obstore
    from obstore.exceptions import PermissionDeniedError

    try:
        return int(obstore.head(bucket.store, name)["size"])
    except (FileNotFoundError, PermissionDeniedError):  # S3 returns 403 for a missing object without list permission
        return None


def _signed(bucket: Bucket, name: str, life_s: int) -> str:
    import obstore

    with _translated(bucket.url):
        return str(obstore.sign(bucket.store, "GET", name, timedelta(seconds=life_s)))


def _ends(url: str, life_s: int, needed: int) -> datetime:
    """Compute when a link signed now ends: with temporary credentials, where those sign it.

    Credentials without a known end give now: such a link is never reused.
    """
    now = datetime.now(UTC)
    if not url.startswith("s3:") or (os.environ.get("AWS_ACCESS_KEY_ID") and not os.environ.get("AWS_SESSION_TOKEN")):
        return now + timedelta(seconds=life_s)
    told = moment(os.environ.get("AWS_CREDENTIAL_EXPIRATION"))
    if told and told < now + timedelta(seconds=needed):
        words = phrase(
            "{q}: the credentials end on {w} UTC, and a link that they sign with them",
            q=url,
            w=f"{told:%Y-%m-%d %H:%M}",
        )
        raise NotDone(
            phrase("{said}; a task may read it for {n} s", said=words, n=f"{needed:,}"),
            advice="Get new credentials, or lasting ones.",
        )
    return min(told, now + timedelta(seconds=life_s)) if told else now


def _expect_credentials(url: str, scheme: str) -> None:
    if not has_credentials(scheme, os.environ):
        raise CallError(phrase("{q}: no credentials in the environment", q=url), advice=f"Set {enough_for(scheme)}.")


def _client_options() -> Any:  # noqa: ANN401 - obstore's type is for type checkers alone
    """Allow ten minutes a part, and http to this machine or where the environment allows it."""
    local = any(is_loopback(url) for name in ENDPOINTS if (url := os.environ.get(name)))
    allowed = any(os.environ.get(name, "").lower() in YES for name in ALLOW_HTTP)
    return {"connect_timeout": "10s", "timeout": "10m", **({"allow_http": True} if local or allowed else {})}


def _retry_config() -> Any:  # noqa: ANN401 - obstore's type is for type checkers alone
    return {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Convert obstore's exceptions, without its debug dump and without secrets."""
    from obstore import exceptions as theirs

    try:
        yield
    except (theirs.PermissionDeniedError, theirs.UnauthenticatedError) as error:
        advice = "May these credentials read and write there? They are taken from the environment."
        raise NotDone(phrase("{q}: refused: {why}", q=url, why=_said(error)), advice=advice) from None
    except FileNotFoundError as error:
        raise NotDone(
            phrase("{q}: no such bucket: {why}", q=url, why=_said(error)), advice="Make it first; nothing is made here."
        ) from None
    except (theirs.BaseError, ValueError) as error:
        advice = "Are the name, the region and the endpoint right, and is the network up?"
        raise NotDone(phrase("{q}: {fault}", q=url, fault=_said(error)), advice=advice) from None


def _said(error: Exception) -> str:
    """Shorten obstore's message to the bucket's own words, without signatures and credentials."""
    text = str(error).partition("\n\nDebug source")[0]
    told = re.search(r"<Code>([^<]{1,80})</Code>.*?<Message>([^<]{1,300})</Message>", text, re.DOTALL)
    text = f"{told[2]} [{told[1]}]" if told else text
    text = re.sub(r"https?://\S+", lambda url: shown_url(url[0]), text)
    return cleaned(without(secrets_in(os.environ), text))
