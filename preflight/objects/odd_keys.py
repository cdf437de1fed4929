"""Keys that obstore cannot name: `..`, `//`, a line feed. The store's own protocol, to list and read them.

listing ──► keys, sizes, ETags         GET with a range ──► bytes
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from preflight.objects.odd_azure import AzureContainer
from preflight.objects.odd_s3 import GcsBucket, S3Bucket
from preflight.objects.stores import Stores
from preflight.objects.wire import Response
from preflight.values.assets import Stored

ODD = ("//", "/./", "/../")
DELETE = "\x7f"
SIGNED: dict[str, tuple[str, ...]] = {
    "s3": ("aws_secret_access_key", "aws_skip_signature"),
    "gs": ("google_bearer_token", "google_skip_signature"),
    "az": (
        *("azure_storage_account_key", "azure_storage_access_key", "azure_storage_sas_token", "azure_storage_sas_key"),
        "azure_skip_signature",
    ),
}
"""Settings of a store, one of which signs requests here, or says that they are unsigned."""


class OwnProtocol(Protocol):
    """One bucket by its store's own protocol."""

    def listed(self, prefix: str, after: str = "") -> Iterator[tuple[str, Stored]]:
        """Yield the keys that begin alike, from after one on, with size and ETag; raise OSError."""

    def get(self, key: str, start: int, end: int, etag: str | None) -> Response:
        """Ask for a range of an object; raise OSError where nothing is answered."""


OWN: dict[str, Callable[[str, Stores], OwnProtocol]] = {"s3": S3Bucket, "gs": GcsBucket, "az": AzureContainer}


def is_odd(key: str) -> bool:
    """Tell whether obstore cannot name a key: empty or dotted parts, or control characters."""
    framed = f"/{key}/"
    return any(part in framed for part in ODD) or any(sign < " " or sign == DELETE for sign in key)


def own_protocol(scheme: str, bucket: str, stores: Stores) -> OwnProtocol | None:
    """Return a bucket by its store's own protocol; None where its requests cannot be signed here."""
    settings = stores.settings.get(scheme, {})
    if not any(settings.get(name) for name in SIGNED[scheme]):
        return None
    return OWN[scheme](bucket, stores)
