"""Keys that obstore cannot name: `..`, `//`, a line feed. S3's own protocol, to list and read them.

    ListObjectsV2 ──► keys, sizes, ETags         GET with a range ──► bytes

Requests are signed by Signature Version 4 with the keys of the environment, or unsigned. Source: AWS, "Authenticating
Requests (AWS Signature Version 4)" and "ListObjectsV2"; read 2026-11-29.
"""

import datetime as dt
import hmac
import http.client
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree as ET

from preflight.objects.stores import ANSWER_S, Stores, as_etag
from preflight.values.assets import Stored

SAFE = "-_.~"
EMPTY = sha256(b"").hexdigest()
OK, PARTIAL = 200, 206
MOST_LIST_BYTES = 8 << 20
"""A page of a thousand keys of a thousand bytes, escaped."""
ODD = ("//", "/./", "/../")
TRIES = 3


class Said(NamedTuple):
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_odd(key: str) -> bool:
    """Tell whether obstore cannot name a key: empty or dotted parts, or control characters."""
    framed = f"/{key}/"
    return any(part in framed for part in ODD) or not all(sign.isprintable() or sign == " " for sign in key)


def can_name(scheme: str, stores: Stores) -> bool:
    """Tell whether requests can be signed here: by keys of S3, or not at all."""
    settings = stores.settings.get(scheme, {})
    return scheme == "s3" and ("aws_secret_access_key" in settings or "aws_skip_signature" in settings)


class OddStore:
    """One bucket on S3, by its own protocol.

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
            said = self._asked("", {"encoding-type": "url", "list-type": "2", "prefix": prefix} | begin, {})
            if said.status != OK:
                raise OSError(None, told(said))
            page = _without_spaces(ET.fromstring(said.body))  # noqa: S314 - expat guards itself against entities that grow
            for row in page.iter("Contents"):
                yield (
                    unquote(row.findtext("Key", "").replace("+", " ")),
                    Stored(int(row.findtext("Size", "0")), as_etag(row.findtext("ETag"))),
                )
            token = page.findtext("NextContinuationToken", "")
            if not token:
                return

    def get(self, key: str, start: int, end: int, etag: str | None) -> Said:
        """Ask for a range of an object; raise OSError where nothing is answered."""
        headers = {"Range": f"bytes={start}-{end - 1}"} | ({"If-Match": etag} if etag else {})
        return self._asked(key, {}, headers)

    def _asked(self, key: str, query: dict[str, str], headers: dict[str, str]) -> Said:
        path = f"{self._path}/{quote(key, safe=SAFE + '/')}"
        asked = "&".join(f"{quote(name, safe=SAFE)}={quote(query[name], safe=SAFE)}" for name in sorted(query))
        sent = {"Host": self._base.netloc, **headers, **self.signature(path, asked)}
        kind = http.client.HTTPSConnection if self._base.scheme == "https" else http.client.HTTPConnection
        for left in reversed(range(TRIES)):
            connection = kind(self._base.netloc, timeout=ANSWER_S)
            try:
                connection.request("GET", path + (f"?{asked}" if asked else ""), headers=sent)
                answer = connection.getresponse()
                said = Said(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read(MOST_LIST_BYTES))
            except http.client.HTTPException as error:
                raise OSError(None, f"its answer cannot be read: {type(error).__name__}") from None
            finally:
                connection.close()
            if said.status < 500 or not left:  # noqa: PLR2004 - a fault of the server
                return said
        raise AssertionError

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


def _without_spaces(root: ET.Element) -> ET.Element:
    """Take the namespaces out of names."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def told(said: Said) -> str:
    """Return a store's words for why it refuses."""
    try:
        root = _without_spaces(ET.fromstring(said.body))  # noqa: S314 - as above
    except ET.ParseError:
        return f"HTTP {said.status}"
    return f"{root.findtext('Message', '')} [{root.findtext('Code', '')}]"
