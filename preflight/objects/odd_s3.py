"""One bucket of S3 or GCS by ListObjectsV2 and GET: signed by Signature Version 4, by a bearer token, or not at all.

Source: AWS, "Authenticating Requests (AWS Signature Version 4)" and "ListObjectsV2"; Google, "XML API: List objects";
read 2026-11-29.
"""

import datetime as dt
import hmac
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import quote, unquote, urlsplit

from preflight.objects.stores import Stores, as_etag
from preflight.objects.wire import SAFE, Response, get, listing
from preflight.values.assets import Stored

EMPTY = sha256(b"").hexdigest()


class S3Bucket:
    """One bucket, whose keys are named letter by letter.

    Args:
        bucket: its name.
        stores: how stores are reached.
    """

    def __init__(self, bucket: str, stores: Stores) -> None:
        self._settings = stores.settings["s3"]
        region = self._of("region") or self._of("default_region") or "us-east-1"
        endpoint = self._of("endpoint_url_s3") or self._of("endpoint_url") or self._of("endpoint")
        self._region = region
        if endpoint:
            self._base, self._path = urlsplit(endpoint), f"/{quote(bucket)}"
        else:
            self._base, self._path = urlsplit(f"https://{bucket}.s3.{region}.amazonaws.com"), ""

    def _of(self, name: str) -> str:
        return self._settings.get(f"aws_{name}", "")

    def listed(self, prefix: str, after: str = "") -> Iterator[tuple[str, Stored]]:
        """Yield the keys that begin alike in order, with size and ETag.

        Args:
            prefix: how they begin.
            after: the key after which to begin.

        Raises:
            OSError: it cannot be listed; the words say why.
        """
        token = ""
        while True:
            begin = {"continuation-token": token} if token else {"start-after": after} if after else {}
            asked = {"encoding-type": "url", "list-type": "2", "prefix": prefix} | begin
            page = listing(self._asked("", asked, {}))
            is_encoded = page.findtext("EncodingType") == "url"
            for row in page.iter("Contents"):
                key = row.findtext("Key", "")
                stored = Stored(int(row.findtext("Size", "0")), as_etag(row.findtext("ETag")))
                yield (unquote(key.replace("+", " ")) if is_encoded else key), stored
            token = page.findtext("NextContinuationToken", "")
            if not token:
                return

    def get(self, key: str, start: int, end: int, etag: str | None) -> Response:
        """Ask for a range of an object; raise OSError where nothing is answered."""
        headers = {"Range": f"bytes={start}-{end - 1}"} | ({"If-Match": etag} if etag else {})
        return self._asked(key, {}, headers)

    def _asked(self, key: str, query: dict[str, str], headers: dict[str, str]) -> Response:
        path = f"{self._path}/{quote(key, safe=SAFE + '/')}"
        asked = "&".join(f"{quote(name, safe=SAFE)}={quote(query[name], safe=SAFE)}" for name in sorted(query))
        target = path + (f"?{asked}" if asked else "")
        return get(self._base, target, headers, lambda: self.signature(path, asked))

    def signature(self, path: str, query: str) -> dict[str, str]:
        """Sign a request without a body; nothing where it is to be unsigned."""
        if self._of("skip_signature"):
            return {}
        now = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        signed = {"host": self._base.netloc, "x-amz-content-sha256": EMPTY, "x-amz-date": now}
        if token := self._of("session_token"):
            signed["x-amz-security-token"] = token
        names = ";".join(sorted(signed))
        lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
        request = f"GET\n{path}\n{query}\n{lines}\n{names}\n{EMPTY}"
        scope = f"{now[:8]}/{self._region}/s3/aws4_request"
        wanted = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{sha256(request.encode()).hexdigest()}"
        key = f"AWS4{self._of('secret_access_key')}".encode()
        for part in (*scope.split("/"), wanted):
            key = hmac.digest(key, part.encode(), "sha256")
        credential = f"{self._of('access_key_id')}/{scope}"
        authorization = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={key.hex()}"
        return {name: signed[name] for name in signed if name != "host"} | {"Authorization": authorization}


class GcsBucket(S3Bucket):
    """One bucket of GCS, which lists as S3 does."""

    def __init__(self, bucket: str, stores: Stores) -> None:
        self._settings = stores.settings["gs"]
        self._base = urlsplit(self._settings.get("google_base_url") or "https://storage.googleapis.com")
        self._path = f"/{quote(bucket)}"

    def signature(self, path: str, query: str) -> dict[str, str]:  # noqa: ARG002 - a token signs no request
        """Return the token's header; none where it is to be unsigned."""
        token = self._settings.get("google_bearer_token")
        return {"Authorization": f"Bearer {token}"} if token else {}
