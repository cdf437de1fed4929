"""A host of assets on loopback: knows validators and ranges, counts what is asked of it, can hang or lead on."""

import hashlib
import re
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.answering import Answering, Listening


class Host(Listening):
    """Serves what was put there under any name."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.asked = Counter[tuple[str, int]]()
        """Path and status of what was answered."""
        self.etags = True
        self.go_on = threading.Event()
        super().__init__(_handler(self))

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        super().__exit__()

    def put(self, content: bytes | Path, name: str) -> str:
        """Serve bytes, or a file, and say where."""
        self.files[f"/{name}"] = content if isinstance(content, bytes) else content.read_bytes()
        return f"{self.url}/{name}"


def _handler(host: Host) -> type[BaseHTTPRequestHandler]:
    class Handler(Answering):
        def do_GET(self) -> None:  # noqa: N802 - the server's name for it
            self.path = self.path.partition("?")[0]
            if self.path.startswith("/hang"):
                host.go_on.wait(30)
            if self.path in host.redirects:
                self.answer(302, b"", {"Location": host.redirects[self.path]})
            elif self.path not in host.files:
                self.answer(404, b"", {})
            else:
                self._serve(host.files[self.path])

        def _serve(self, content: bytes) -> None:
            etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
            headers = {"ETag": etag} if host.etags else {}
            if host.etags and self.headers.get("If-None-Match") == etag:
                self.answer(304, b"", headers)
                return
            part = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            if part:
                first, last = int(part[1]), min(int(part[2]), len(content) - 1)
                told = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
                self.answer(206, content[first : last + 1], {**headers, **told})
            else:
                self.answer(200, content, headers)

        def answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            host.asked[self.path, status] += 1
            super().answer(status, content, headers)

    return Handler
