"""Just enough of the protocols of GCS and Azure on loopback: objects are put, whole or in parts, looked at and read."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit


class Asked(NamedTuple):
    method: str
    path: str
    query: dict[str, list[str]]


class Store:
    """What lies there and what was asked for."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[str, bytes]] = {}
        self.asked: list[Asked] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: Store

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_PUT(self) -> None:
        path, query, body = self._asked()
        if "blockid" in query:
            self.store.parts.setdefault(path, {})[query["blockid"][0]] = body
        elif "partNumber" in query:
            self.store.parts.setdefault(path, {})[query["partNumber"][0].zfill(5)] = body
        elif query.get("comp") == ["blocklist"]:
            names = re.findall(r"<(?:Uncommitted|Latest)>([^<]+)<", body.decode())
            self.store.objects[path] = b"".join(self.store.parts[path][name] for name in names)
        else:
            self.store.objects[path] = body
        self._say(201 if "comp" in query else 200)

    def do_POST(self) -> None:
        path, query, _ = self._asked()
        if "uploads" in query:
            fields = "<Bucket>b</Bucket><Key>k</Key><UploadId>u1</UploadId>"
            self._say(200, f"<InitiateMultipartUploadResult>{fields}</InitiateMultipartUploadResult>".encode())
            return
        parts = self.store.parts[path]
        self.store.objects[path] = b"".join(parts[number] for number in sorted(parts))
        fields = "<Location>l</Location><Bucket>b</Bucket><Key>k</Key><ETag>e</ETag>"
        self._say(200, f"<CompleteMultipartUploadResult>{fields}</CompleteMultipartUploadResult>".encode())

    def do_GET(self) -> None:
        path, _, _ = self._asked()
        content = self.store.objects.get(path)
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if content is None:
            self._say(404)
        elif wanted:
            first, last = int(wanted[1]), int(wanted[2])
            self._say(206, content[first : last + 1], f"bytes {first}-{last}/{len(content)}")
        else:
            self._say(200, content)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _asked(self) -> tuple[str, dict[str, list[str]], bytes]:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        self.store.asked.append(Asked(self.command, unquote(parts.path), query))
        return unquote(parts.path), query, body

    def _say(self, status: int, body: bytes = b"", content_range: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"e"')
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 03:03:18 GMT")
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def storing() -> Iterator[Store]:
    """Run a store until the block is left."""

    class Handler(_Handler):
        """One for each store."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        store = Store(f"http://127.0.0.1:{server.server_address[1]}")
        Handler.store = store
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield store
        finally:
            server.shutdown()
            thread.join()
