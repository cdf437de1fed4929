"""Damaged answers to a create call: a service on loopback that says what it is told, and the client that asks it."""

import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from preflight.errors import PreflightError
from preflight.profiles import load
from preflight.service.client import Service
from preflight.submission.ledger import Ledger
from preflight.submission.submit import Account, Submission, submit

KEY = "sk-fuzz-0123456789abcdefghij"
TASK = b'{"id": "task-unified-1-abc", "status": "pending", "progress": 0, "created": 1767225600}'
NO = b'{"error": {"code": "invalid_request", "message": "no", "type": "invalid_request_error"}}'
DEFINITE = {*range(400, 500), 301, 307, 308, 503} - {408, 499}
"""Statuses by which a service says that it did not act; 503 says so with Retry-After."""
STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})\b")
PER_LEDGER = 200


class Server:
    """Answers every request with the same bytes, and closes."""

    def __init__(self) -> None:
        self.answer = b""
        self.heard = 0
        """Bytes of requests since the answer was set."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def serve(self) -> None:
        """Serve until the socket is closed."""
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            with peer, suppress(OSError):
                peer.settimeout(5.0)
                self._take(peer)
                peer.sendall(self.answer)
                if len(self.answer) % 7 == 0:  # some are broken off instead of ended
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _take(self, peer: socket.socket) -> None:
        """Read a whole request."""
        taken = b""
        while chunk := peer.recv(65536):
            taken += chunk
            self.heard += len(chunk)
            head, end, body = taken.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if end and len(body) >= int(length[1] if length else 0):
                return

    def close(self) -> None:
        """Stop serving."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@contextmanager
def serving() -> Iterator[Server]:
    """Serve in a thread of its own."""
    server = Server()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(10.0)


def answer(status: bytes, body: bytes, *heads: bytes) -> bytes:
    """Return an answer as a service gives it."""
    lines = [b"HTTP/1.1 " + status, b"Content-Type: application/json", b"Content-Length: %d" % len(body), *heads]
    return b"\r\n".join([*lines, b"", body])


HONEST = (
    answer(b"200 OK", TASK, b"Date: Mon, 02 Feb 2026 10:00:00 GMT"),
    answer(b"200 OK", TASK, b"Connection: close", b"Set-Cookie: a=b; Path=/; Max-Age=9"),
    answer(b"201 Created", TASK, b"Location: /v1/tasks/1"),
    answer(b"303 See Other", TASK, b"Location: https://example.com:443/a?b=c#d"),
    answer(b"302 Found", b"", b"Location: http://[::1]:8080/"),
    b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + answer(b"200 OK", TASK),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(TASK), TASK),
    answer(b"200 OK", TASK, b"Content-Encoding: identity"),
    answer(b"500 Internal Server Error", b"", b"Retry-After: 1"),
    answer(b"400 Bad Request", NO, b"X-Request-Id: 1"),
)


def wire(folder: Path, server: Server) -> tuple[tuple[bytes, ...], Callable[[bytes], list[str]]]:
    """Return honest answers, and what submits once against a damaged one and names the laws that were broken."""
    numbers, profile = count(), load()

    def read(content: bytes) -> list[str]:
        number = next(numbers)
        path = folder / "ledger" / f"{number // PER_LEDGER}.sqlite3"
        path.parent.mkdir(exist_ok=True)
        server.answer, server.heard = content, 0
        said = ""
        with Service(server.url, KEY, sleep=lambda _: None) as service, Ledger(path) as ledger:
            body = b'{"model": "seedance-2.0-reference-to-video", "prompt": "%d"}' % number
            submission = Submission(body=body, base_url=server.url, profile="p", assets=())
            try:
                submit(submission, Account(service, ledger, profile), again=True)
            except PreflightError as error:
                said = f"{error.message} {error.advice}"
            entry = ledger.entries(1)[0]
        found = [] if KEY not in said + entry.message else ["the key is in a message"]
        if entry.state == "refused" and server.heard and not refuses(content):
            found.append(f"written down as refused: {said[:200]!r} of {content[:200]!r}")
        # A service that names one task twice is believed, and the entry left: the next run calls it unknown.
        if entry.state in ("intended", "sent") and "was accepted, but not written down" not in said:
            found.append(f"left as {entry.state}: {said[:200]}")
        return found

    return HONEST, read


def refuses(content: bytes) -> bool:
    """Tell whether an answer can be read as a refusal: by a status that it has, or by an error in its body."""
    statuses = {int(match[1]) for match in STATUS.finditer(content)}
    return bool(statuses & DEFINITE) or b'"error"' in content or b'"success"' in content
