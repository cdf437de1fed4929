"""A plain web server on loopback that holds assets: bytes in, URLs out. It can be slow, wrong and misleading."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tests.answering import Answering, Listening

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path


class Shelf(Listening):
    """Serves what was put on it, answers callbacks, and remembers what was posted."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.posted: list[bytes] = []
        self.post_statuses: list[int] = []
        self.gets = 0
        self.released = threading.Event()
        super().__init__(_handler(self))

    def __exit__(self, *_: object) -> None:
        self.released.set()
        super().__exit__()

    def put(self, content: bytes | Path, name: str = "asset") -> str:
        """Serve bytes, or a file, and say where."""
        content = content if isinstance(content, bytes) else content.read_bytes()
        path = f"/{len(self.files)}/{name}"
        self.files[path] = content
        return self.url + path

    def redirect(self, target: str) -> str:
        """Make an address that leads elsewhere."""
        path = f"/redirect/{len(self.redirects)}"
        self.redirects[path] = target
        return self.url + path


def _handler(shelf: Shelf) -> type[BaseHTTPRequestHandler]:
    class Handler(Answering):
        def do_GET(self) -> None:  # noqa: N802 - the server's name for it
            shelf.gets += 1
            if self.path == "/slow":
                shelf.released.wait(5)
            if self.path in shelf.redirects:
                self.answer(302, b"", {"Location": shelf.redirects[self.path]})
            elif self.path in shelf.files:
                self.answer(200, shelf.files[self.path], {})
            else:
                self.answer(404, b"", {})

        def do_POST(self) -> None:  # noqa: N802 - the server's name for it
            shelf.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.answer(shelf.post_statuses.pop(0) if shelf.post_statuses else 200, b"", {})

    return Handler
