"""A store of the S3 protocol on loopback: objects put, listed page by page and read by ranges, each request counted.

For tests, the demo and benchmarks. A fault may be set for a key: it answers in place of the store.
"""

import datetime as dt
import hashlib
import re
import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

PAGE_KEYS = 1000


class Answer(NamedTuple):
    """What is answered."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


Fault = Callable[["Request", bytes], Answer | None]
"""Answers a request for an object in place of the store; None lets the store answer."""


class Request(NamedTuple):
    """What was asked for."""

    method: str
    key: str
    range: tuple[int, int] | None
    """From the first byte to the last."""
    headers: dict[str, str]
    sent: int = 0
    """Bytes of the answer's body."""


class Bucket:
    """The objects of one bucket, and what was asked for."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = "material"
        self.objects: dict[str, bytes] = {}
        self.written: dict[str, dt.datetime] = {}
        self.faults: dict[str, Fault] = {}
        self.asked: list[Request] = []
        self.lists = 0
        self.puts = Counter[str]()
        self.conditional = True
        """Whether it knows conditional writes."""
        self._turn = threading.Lock()
        self._tags: dict[str, tuple[bytes, str]] = {}
        self._sorted: list[str] = []
        self._changed = False

    @property
    def variables(self) -> dict[str, str]:
        """What an environment needs to reach it."""
        secret = "wJalrXUtnFEMIEXAMPLEsecretKEY0001"  # noqa: S105 - of this server alone
        names = {"ACCESS_KEY_ID": "AKIAEXAMPLEKEYID0001", "SECRET_ACCESS_KEY": secret, "REGION": "us-east-1"}
        return {f"AWS_{name}": value for name, value in (names | {"ENDPOINT_URL": self.url}).items()}

    def put(self, key: str, content: bytes) -> str:
        """Put an object; return its address."""
        self._changed = self._changed or key not in self.objects
        self.objects[key] = content
        self.written[key] = dt.datetime.now(dt.UTC)
        return f"s3://{self.name}/{key}"

    def put_if(self, key: str, content: bytes, match: str | None, none_match: str | None) -> bool:
        """Put an object if the one that is there has an ETag, or if there is none; tell whether it was put."""
        with self._turn:
            there = self.etag(key) if key in self.objects else None
            if (none_match == "*" and there) or (match is not None and match != there):
                return False
            self.put(key, content)
            return True

    def remove(self, key: str) -> None:
        """Delete an object, if it is there."""
        self._changed = self.objects.pop(key, None) is not None or self._changed

    def etag(self, key: str) -> str:
        """Return an object's mark."""
        content = self.objects[key]
        kept = self._tags.get(key)
        if kept is None or kept[0] is not content:
            kept = self._tags[key] = (content, f'"{hashlib.md5(content).hexdigest()}"')  # noqa: S324 - as S3 does
        return kept[1]

    def note(self, asked: Request) -> None:
        """Count a request."""
        with self._turn:
            self.asked.append(asked)

    def requests(self, key: str = "") -> int:
        """Count the requests for an object, or for all."""
        return sum(not key or one.key == key for one in self.asked)

    def bytes(self, key: str = "") -> int:
        """Sum up the bytes sent of an object, or of all."""
        return sum(one.sent for one in self.asked if not key or one.key == key)

    def by_method(self) -> Counter[str]:
        """Count requests by method."""
        return Counter(one.method for one in self.asked)

    def page(self, prefix: str, after: str) -> tuple[list[str], bool]:
        """List up to a thousand keys after one, in order; tell whether there are more."""
        if self._changed or len(self._sorted) != len(self.objects):
            self._changed = False
            self._sorted = sorted(self.objects, key=str.encode)
        at = bisect_right(self._sorted, after.encode(), key=str.encode) if after else 0
        if not after and prefix:
            at = max(bisect_right(self._sorted, prefix.encode(), key=str.encode) - 1, 0)
        found: list[str] = []
        for key in self._sorted[at:]:
            if key.startswith(prefix):
                if len(found) == PAGE_KEYS:
                    return found, True
                found.append(key)
            elif found:
                break
        return found, False


class Handler(BaseHTTPRequestHandler):
    """Answers for one bucket."""

    protocol_version = "HTTP/1.1"
    bucket: Bucket
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer a listing or a range."""
        parts = urlsplit(self.path)
        key = unquote(parts.path.removeprefix(f"/{self.bucket.name}").removeprefix("/"))
        if not key:
            self._list(parse_qs(parts.query, keep_blank_values=True))
            return
        said = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        asked = Request(self.command, key, (int(said[1]), int(said[2])) if said else None, dict(self.headers.items()))
        answer = self._object(asked)
        sent = len(answer.body) if self.command == "GET" else 0
        self.bucket.note(asked._replace(sent=sent))
        self._say(answer)

    do_HEAD = do_GET  # noqa: N815 - named by its base

    def do_PUT(self) -> None:
        """Take an object."""
        key = unquote(urlsplit(self.path).path.removeprefix(f"/{self.bucket.name}/"))
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if not self.bucket.conditional and (self.headers.get("If-Match") or self.headers.get("If-None-Match")):
            self._say(Answer(501, said("NotImplemented", "A header implies functionality not implemented.")))
            return
        self.bucket.puts[key] += 1
        fits = self.bucket.put_if(key, content, self.headers.get("If-Match"), self.headers.get("If-None-Match"))
        if not fits:
            self._say(Answer(412, said("PreconditionFailed", "At least one of the pre-conditions did not hold.")))
            return
        self._say(Answer(200, headers={"ETag": self.bucket.etag(key)}))

    def do_POST(self) -> None:
        """Delete what a body lists."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        keys = [unescape(key) for key in re.findall(r"<Key>(.*?)</Key>", body, re.DOTALL)]
        for key in keys:
            self.bucket.remove(key)
        deleted = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
        self._say(Answer(200, f"<DeleteResult>{deleted}</DeleteResult>".encode()))

    def _object(self, asked: Request) -> Answer:
        content = self.bucket.objects.get(asked.key, b"")
        if (fault := self.bucket.faults.get(asked.key)) and (answer := fault(asked, content)):
            return answer
        if asked.key not in self.bucket.objects:
            return Answer(404, said("NoSuchKey", "The specified key does not exist."))
        etag = self.bucket.etag(asked.key)
        headers = {"ETag": etag, "Last-Modified": format_datetime(self.bucket.written[asked.key], usegmt=True)}
        if (wanted := asked.headers.get("If-Match", asked.headers.get("if-match"))) and wanted != etag:
            return Answer(412, said("PreconditionFailed", "At least one of the pre-conditions did not hold."))
        if asked.range is None:
            return Answer(200, content, headers)
        first, last = asked.range[0], min(asked.range[1], len(content) - 1)
        if first >= len(content):
            return Answer(416, said("InvalidRange", "The requested range is not satisfiable"))
        span = f"bytes {first}-{last}/{len(content)}"
        return Answer(206, content[first : last + 1], {**headers, "Content-Range": span})

    def _list(self, query: dict[str, list[str]]) -> None:
        prefix = query.get("prefix", [""])[0]
        after = query.get("continuation-token", query.get("start-after", [""]))[0]
        keys, more = self.bucket.page(prefix, after)
        self.bucket.lists += 1
        encoded = query.get("encoding-type") == ["url"]
        rows = "".join(map(self._row, keys, [encoded] * len(keys)))
        following = f"<NextContinuationToken>{escape(keys[-1])}</NextContinuationToken>" if more else ""
        head = f"<Name>{self.bucket.name}</Name><KeyCount>{len(keys)}</KeyCount>"
        head += "<EncodingType>url</EncodingType>" if encoded else ""
        body = f"{head}<IsTruncated>{str(more).lower()}</IsTruncated>{following}{rows}"
        self._say(Answer(200, f"<ListBucketResult>{body}</ListBucketResult>".encode()))

    def _row(self, key: str, encoded: bool) -> str:  # noqa: FBT001 - for `map`
        shown = quote(key) if encoded else escape(key).replace("\r", "&#13;").replace("\n", "&#10;")
        told = f"<Size>{len(self.bucket.objects[key])}</Size><ETag>{escape(self.bucket.etag(key))}</ETag>"
        written = self.bucket.written[key].isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return f"<Contents><Key>{shown}</Key><LastModified>{written}</LastModified>{told}</Contents>"

    def _say(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in ({"Content-Length": str(len(answer.body))} | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


def said(code: str, message: str) -> bytes:
    """Write an error as S3 does."""
    return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


@contextmanager
def serving(port: int = 0) -> Iterator[Bucket]:
    """Run a store until the block is left."""

    class Own(Handler):
        """One for each store."""

    class Server(ThreadingHTTPServer):
        """Many connections at once."""

        daemon_threads = True
        request_queue_size = 256

    with Server(("127.0.0.1", port), Own) as server:
        bucket = Own.bucket = Bucket(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield bucket
        finally:
            server.shutdown()
            thread.join()
