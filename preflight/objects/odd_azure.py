"""One container of Azure by List Blobs and Get Blob: signed by the account's key, by a SAS token, or not at all.

Source: Microsoft, "Authorize with Shared Key", "List Blobs" and "Get Blob"; read 2026-11-29.
"""

import base64
import datetime as dt
import hmac
from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

from preflight.objects.stores import Stores, as_etag
from preflight.objects.wire import SAFE, Response, get, listing
from preflight.values.assets import Stored

VERSION = "2021-12-02"
"""Of the protocol; from 2021-02-12 on names that XML cannot hold are listed escaped."""


class AzureContainer:
    """One container, whose blobs are named letter by letter.

    Args:
        container: its name.
        stores: how stores are reached.
    """

    def __init__(self, container: str, stores: Stores) -> None:
        self._settings = stores.settings["az"]
        self._account = self._of("storage_account_name")
        endpoint = self._of("storage_endpoint", "endpoint") or f"https://{self._account}.blob.core.windows.net"
        self._base = urlsplit(endpoint)
        self._path = f"{self._base.path.rstrip('/')}/{quote(container)}"

    def _of(self, *names: str) -> str:
        found = (self._settings.get(f"azure_{name}", "") for name in names)
        return next((value for value in found if value), "")

    def listed(self, prefix: str, after: str = "") -> Iterator[tuple[str, Stored]]:
        """Yield the blobs that begin alike in order, with size and ETag.

        Args:
            prefix: how they begin.
            after: the one after which to begin; those before it are listed all the same.

        Raises:
            OSError: it cannot be listed; the words say why.
        """
        marker, passed = "", not after
        while True:
            asked = {"restype": "container", "comp": "list", "prefix": prefix} | ({"marker": marker} if marker else {})
            page = listing(self._asked("", asked, {}))
            for row in page.iter("Blob"):
                key, stored = _named(row), _stored(row)
                if passed:
                    yield key, stored
                passed = passed or key == after
            marker = page.findtext("NextMarker", "")
            if not marker:
                return

    def get(self, key: str, start: int, end: int, etag: str | None) -> Response:
        """Ask for a range of a blob; raise OSError where nothing is answered."""
        headers = {"Range": f"bytes={start}-{end - 1}"} | ({"If-Match": etag} if etag else {})
        return self._asked(key, {}, headers)

    def _asked(self, key: str, query: dict[str, str], headers: dict[str, str]) -> Response:
        path = self._path + (f"/{quote(key, safe=SAFE + '/')}" if key else "")
        parts = [f"{quote(name, safe=SAFE)}={quote(query[name], safe=SAFE)}" for name in sorted(query)]
        if sas := self._of("storage_sas_token", "storage_sas_key").lstrip("?"):
            parts.append(sas)
        target = path + (f"?{'&'.join(parts)}" if parts else "")
        return get(self._base, target, headers, lambda: self.signature(path, query, headers))

    def signature(
        self, path: str, query: dict[str, str], headers: dict[str, str], now: dt.datetime | None = None
    ) -> dict[str, str]:
        """Sign a request without a body; only its time and version where the URL is signed, or nothing is to be."""
        date = (now or dt.datetime.now(dt.UTC)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        told = {"x-ms-date": date, "x-ms-version": VERSION}
        key = self._of("storage_account_key", "storage_access_key")
        if not key or self._of("skip_signature", "storage_sas_token", "storage_sas_key"):
            return told
        of_blob = f"\n{headers.get('If-Match', '')}\n\n\n{headers.get('Range', '')}\n"
        resource = f"/{self._account}{path}" + "".join(f"\n{name}:{query[name]}" for name in sorted(query))
        text = "GET" + "\n" * 7 + of_blob + "".join(f"{name}:{told[name]}\n" for name in sorted(told)) + resource
        signed = base64.b64encode(hmac.digest(base64.b64decode(key), text.encode(), "sha256")).decode()
        return told | {"Authorization": f"SharedKey {self._account}:{signed}"}


def _named(row: object) -> str:
    name = row.find("Name")  # type: ignore[attr-defined] # an XML element
    text: str = name.text or ""
    return unquote(text) if name.get("Encoded") == "true" else text


def _stored(row: object) -> Stored:
    told = row.find("Properties")  # type: ignore[attr-defined] # an XML element
    return Stored(int(told.findtext("Content-Length", "0")), as_etag(told.findtext("Etag")))
