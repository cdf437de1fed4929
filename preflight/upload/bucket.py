"""A local file → a signed link to an object in a bucket of the user's own, on S3, GCS or Azure.

    s3://BUCKET/PREFIX   gs://BUCKET/PREFIX   az://CONTAINER/PREFIX

Objects are called by the hash of their content, so one that is there holds the same bytes and is not sent again.
Credentials come from the environment alone, under obstore's names, and are in no message; nor are signatures.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from preflight.errors import CallError, NotDone, PreflightError
from preflight.profiles.schema import Profile, Service
from preflight.service.http import Progress, cleaned, is_loopback, shown_url
from preflight.upload.existing import first_byte, private_address
from preflight.upload.parcel import Parcel, Place, Uploaded, Watched, moment, needed_s, opened
from preflight.values.remedy import Setting

PART_BYTES = 8 << 20
"""Larger files go in parts of this size; smaller ones in one request."""
PIECE_BYTES = 1 << 20
PARTS_AT_ONCE = 3
LONGEST_LINK_S = 7 * 86400
"""How long a signed link may live. Source: the documents on signing of S3 (version 4), GCS (V4) and Azure (user
delegation keys)."""
CREDENTIALS: dict[str, tuple[tuple[str, ...], ...]] = {
    "s3": (
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE",),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI",),
    ),
    "gs": (
        ("GOOGLE_APPLICATION_CREDENTIALS",),
        ("GOOGLE_SERVICE_ACCOUNT",),
        ("GOOGLE_SERVICE_ACCOUNT_PATH",),
        ("GOOGLE_SERVICE_ACCOUNT_KEY",),
    ),
    "az": (
        ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT_KEY"),
        ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_CLIENT_ID", "AZURE_STORAGE_CLIENT_SECRET"),
        ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
        ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_FEDERATED_TOKEN_FILE"),
    ),
}
"""Scheme → sets of variables, each of which is enough. Without any, obstore would ask the network for credentials."""
ENDPOINTS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT")
ALLOW_HTTP = ("AWS_ALLOW_HTTP", "GOOGLE_ALLOW_HTTP", "AZURE_ALLOW_HTTP")
SECRET = re.compile(r"(AWS|GOOGLE|AZURE)_\w*(KEY|KEY_ID|SECRET|TOKEN|ACCOUNT|PASSWORD)", re.ASCII)
"""Names of variables whose values are kept out of messages."""
SECRET_LENGTH = 8
"""What is shorter is no secret, and may be part of a word."""


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """A bucket that is open, and the folder in it."""

    url: str
    """As given: s3://, gs:// or az://."""
    store: Any
    """obstore's."""


def open_bucket(url: str) -> Bucket:
    """Open a bucket; nothing is sent yet.

    Raises:
        CallError: not the address of a bucket, no credentials in the environment, or obstore is not installed.
    """
    match = re.fullmatch(r"(s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9._=/-]*)?", url)
    if not match or ".." in url.split("/"):
        expected = "expected s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX"
        shown = re.sub(r"//[^/?#]*@", "//", shown_url(url))
        raise CallError((Setting("bucket"), f" {shown}: {expected}"))
    try:
        from obstore.store import from_url
    except ImportError:
        raise CallError(
            f"{url}: obstore, which sends to buckets, is not installed", advice="pip install 'preflight[bucket]'"
        ) from None
    _expect_credentials(url, match[1])
    with _translated(url):
        store = from_url(url.rstrip("/"), client_options=_client_options(), retry_config=_retry_config())
    return Bucket(url=url.rstrip("/"), store=store)


def bucket_place(url: str, limits: Service, *, allow_private: bool = False) -> Place:
    """Return a bucket as a place for uploads, which the ledger knows by the address at which its objects lie."""
    bucket = open_bucket(url)

    def send(parcel: Parcel, progress: Progress, _sleep: Callable[[float], None]) -> Uploaded:
        return put(bucket, parcel, limits=limits, progress=progress, allow_private=allow_private)

    return Place(shown_url(_signed(bucket, "name", 60)).removesuffix("?...").removesuffix("/name"), send)


def place_of(bucket: str | None, profile: Profile, *, allow_private: bool) -> Place | None:
    """Open a bucket of the caller's own, where one is named.

    Raises:
        CallError: it is not the address of a bucket, or cannot be opened with what the environment holds.
    """
    if bucket is None:
        return None
    return bucket_place(bucket, profile.service, allow_private=allow_private)


def put(
    bucket: Bucket, parcel: Parcel, *, limits: Service, progress: Progress | None = None, allow_private: bool = False
) -> Uploaded:
    """Put one file into a bucket, streamed from disk, unless it is there, and return a link that has been tried.

    Args:
        bucket: where to.
        parcel: the file.
        limits: the profile's `service` table: the link lives for `upload_life_s`.
        progress: called with the bytes handed on and in all.
        allow_private: whether the bucket may lie at an address that only this machine or network can reach.

    Raises:
        CallError: the parcel has no name.
        NotDone: the file cannot be read, is too large or changed since it was checked; the bucket cannot be reached,
            is not there or refuses; the link cannot be read, or ends too soon.
    """
    size = _put_once(bucket, parcel, limits, progress)
    life_s = min(max(limits.upload_life_s, needed_s(limits)), LONGEST_LINK_S)
    ends = _ends(bucket.url, life_s, needed_s(limits))
    url = _signed(bucket, parcel.name, life_s)
    if not allow_private and (private := private_address(url)):
        advice = "Use a bucket that can be reached from anywhere."
        raise NotDone(f"{bucket.url}: lies at {private}, an address that the service cannot reach", advice=advice)
    try:
        first_byte(url, size)
    except PreflightError as error:
        advice = "The object is there: may it be read with these credentials, and is the region right?"
        raise NotDone(f"{bucket.url}: the signed link cannot be read: {error.message}", advice=advice) from None
    return Uploaded(url=url, expires_at=ends, bytes=size)


def _put_once(bucket: Bucket, parcel: Parcel, limits: Service, progress: Progress | None) -> int:
    """Send a file unless it is there with the same size; return the size in bytes."""
    import obstore

    name = parcel.name
    with opened(parcel.path, limits.upload_max_bytes) as file:
        watched = Watched(file, parcel, progress)
        with _translated(bucket.url):
            if _size_there(bucket, name) == watched.bytes:
                return watched.bytes
            whole = watched.read(PART_BYTES + 1) if watched.bytes <= PART_BYTES else None
            obstore.put(
                bucket.store,
                name,
                _pieces(watched) if whole is None else whole,
                attributes={"Content-Type": parcel.media_type},
                use_multipart=whole is None,
                chunk_size=PART_BYTES,
                max_concurrency=PARTS_AT_ONCE,
            )
    return watched.bytes


def _pieces(watched: Watched) -> Iterator[bytes]:
    while piece := watched.read(PIECE_BYTES):
        yield piece


def _size_there(bucket: Bucket, name: str) -> int | None:
    """Return the size of an object, in bytes; None where it is not there, or may not be looked at."""
    import obstore
    from obstore.exceptions import PermissionDeniedError

    try:
        return int(obstore.head(bucket.store, name)["size"])
    except (FileNotFoundError, PermissionDeniedError):  # S3 says 403 of what is absent to those who may not list
        return None


def _signed(bucket: Bucket, name: str, life_s: int) -> str:
    import obstore

    with _translated(bucket.url):
        return str(obstore.sign(bucket.store, "GET", name, timedelta(seconds=life_s)))


def _ends(url: str, life_s: int, needed: int) -> datetime:
    """Return when a link that is signed now ends: with the credentials that sign it, where those are temporary.

    Where they do not say when that is, it is now: such a link is never used a second time.
    """
    now = datetime.now(UTC)
    if not url.startswith("s3:") or (os.environ.get("AWS_ACCESS_KEY_ID") and not os.environ.get("AWS_SESSION_TOKEN")):
        return now + timedelta(seconds=life_s)
    told = moment(os.environ.get("AWS_CREDENTIAL_EXPIRATION"))
    if told and told < now + timedelta(seconds=needed):
        words = f"{url}: the credentials end on {told:%Y-%m-%d %H:%M} UTC, and a link that they sign with them"
        raise NotDone(f"{words}; a task may read it for {needed:,} s", advice="Get new credentials, or lasting ones.")
    return min(told, now + timedelta(seconds=life_s)) if told else now


def _expect_credentials(url: str, scheme: str) -> None:
    ways = CREDENTIALS[scheme]
    if not any(all(os.environ.get(name) for name in names) for names in ways):
        enough = "; or ".join(" and ".join(names) for names in ways)
        raise CallError(f"{url}: no credentials in the environment", advice=f"Set {enough}.")


def _client_options() -> Any:  # noqa: ANN401 - obstore's type is for type checkers alone
    """Give a part ten minutes, for a slow line; allow http towards this machine, or where the environment allows it."""
    local = any(is_loopback(url) for name in ENDPOINTS if (url := os.environ.get(name)))
    allowed = any(os.environ.get(name, "").lower() in ("1", "true") for name in ALLOW_HTTP)
    return {"connect_timeout": "10s", "timeout": "10m", **({"allow_http": True} if local or allowed else {})}


def _retry_config() -> Any:  # noqa: ANN401 - obstore's type is for type checkers alone
    return {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Turn what obstore raises into the tree, without its dump of the source and without secrets."""
    from obstore import exceptions as theirs

    try:
        yield
    except (theirs.PermissionDeniedError, theirs.UnauthenticatedError) as error:
        advice = "May these credentials read and write there? They are taken from the environment."
        raise NotDone(f"{url}: refused: {_said(error)}", advice=advice) from None
    except FileNotFoundError as error:
        raise NotDone(f"{url}: no such bucket: {_said(error)}", advice="Make it first; nothing is made here.") from None
    except (theirs.BaseError, ValueError) as error:
        advice = "Are the name, the region and the endpoint right, and is the network up?"
        raise NotDone(f"{url}: {_said(error)}", advice=advice) from None


def _said(error: Exception) -> str:
    """Return what obstore said, in short: a bucket's own words where it gave some, no signature and no credential."""
    text = str(error).partition("\n\nDebug source")[0]
    told = re.search(r"<Code>([^<]{1,80})</Code>.*?<Message>([^<]{1,300})</Message>", text, re.DOTALL)
    text = f"{told[2]} [{told[1]}]" if told else text
    text = re.sub(r"https?://\S+", lambda url: shown_url(url[0]), text)
    for value in sorted(_secrets(), key=len, reverse=True):
        text = text.replace(value, "[credential]")
    return cleaned(text)


def _secrets() -> list[str]:
    named = (value for name, value in os.environ.items() if SECRET.fullmatch(name))
    return [value for value in named if len(value) >= SECRET_LENGTH]
