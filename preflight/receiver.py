"""The port on which callbacks arrive: HTTP of strangers in; the ids that they name, or why one was turned away, out.

Every exchange is bounded in time, size and number. The answer to a callback is the same whether its task is known here
or not. Nothing is asked of anybody and nothing is written from here.
"""

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any

import msgspec

from preflight.answers import read_task
from preflight.assets import printable
from preflight.errors import NotDone
from preflight.wire import AnswerLost

MAX_BYTES = 1 << 20
"""No task is this long; what is longer is thrown away."""
THROWN_BYTES = 8 << 20
"""So much of it is read all the same, so that its sender gets to read the answer."""
EXCHANGE_S = 15.0
"""How long one exchange may take, however steadily it drips."""
AT_ONCE = 16
"""How many exchanges are served at the same time; a further one is hung up on, and its sender may try again."""
WAITING = 256
"""How many of them may wait to be looked at."""
WRONG_METHOD = 501
"""What http.server answers to a method that it does not know; 405 is meant."""


class Named(msgspec.Struct, frozen=True):
    """A callback: the task that it names."""

    task_id: str


class Rejected(msgspec.Struct, frozen=True):
    """What was no callback, and why."""

    words: str


class Receiver:
    """A port on which callbacks are received.

    Args:
        host: the address to listen on.
        port: 0 takes a free one.

    Raises:
        NotDone: the port cannot be had.
    """

    def __init__(self, host: str, port: int) -> None:
        self._heard: queue.Queue[Named | Rejected] = queue.Queue(WAITING)
        try:
            self._server = (_Server6 if ":" in host else _Server)((host, port), self._handler())
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise NotDone(f"{printable(host)}, port {port}: {why}", advice="Choose another --port or --host.") from None
        name, self.port = self._server.server_address[:2]
        self.url = f"http://[{name!s}]:{self.port}/" if ":" in host else f"http://{name!s}:{self.port}/"

    @contextmanager
    def open(self) -> Iterator[None]:
        """Answer until the block is left."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="callbacks", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def heard(self, timeout_s: float) -> Named | Rejected | None:
        """Return what came next; None when nothing came in time."""
        with suppress(queue.Empty):
            return self._heard.get(timeout=timeout_s)
        return None

    def hear(self, what: Named | Rejected) -> bool:
        """Take something in; tell whether there was room."""
        with suppress(queue.Full):
            self._heard.put_nowait(what)
            return True
        return False

    def _handler(self) -> type["_Handler"]:
        return type("_OurHandler", (_Handler,), {"receiver": self})


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type["_Handler"]) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's own
        """Serve one more, or hang up."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's own
        """Serve it, and give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's own
        """Say nothing: a stranger's broken connection is no news."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    """One exchange."""

    receiver: Receiver
    timeout = EXCHANGE_S
    server_version = "preflight"
    sys_version = ""

    def setup(self) -> None:
        """Begin, with an end in sight that no dripping puts off."""
        super().setup()
        self._end = threading.Timer(EXCHANGE_S, self._hang_up)
        self._end.daemon = True
        self._end.start()

    def finish(self) -> None:
        """End."""
        self._end.cancel()
        super().finish()

    def do_POST(self) -> None:
        """Take a callback."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal() and len(length) < 16):  # noqa: PLR2004 - longer is a joke
            self._reject(411, "a POST that does not say how long it is")
        elif int(length) > MAX_BYTES:
            self._throw_away(int(length))
            self._reject(413, f"a POST of {int(length):,} bytes; at most {MAX_BYTES:,} are read")
        else:
            self._take(self.rfile.read(int(length)), int(length))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002 - the base's signature
        """Turn away what is no POST, or no HTTP."""
        method = printable(str(self.command or ""))[:20]
        if code == WRONG_METHOD:
            self._reject(405, f"{method}: only POST is answered")
        else:
            self._reject(int(code), "a request that is no HTTP")

    def log_message(self, *_: object) -> None:
        """Say nothing: what came of it is told in one place."""

    def _take(self, body: bytes, length: int) -> None:
        try:
            task_id = read_task(msgspec.json.decode(body)).id
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, AnswerLost):
            self._reject(400, "a POST that is no task" if len(body) == length else "a POST that ended early")
            return
        self._answer(204 if self.receiver.hear(Named(task_id)) else 503)

    def _reject(self, status: int, words: str) -> None:
        self.receiver.hear(Rejected(f"{words} (from {printable(str(self.client_address[0]))})"))
        self._answer(status)

    def _answer(self, status: int) -> None:
        self.close_connection = True
        self.send_response(status)
        if status == 405:  # noqa: PLR2004 - the one status that has to say what is allowed
            self.send_header("Allow", "POST")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _throw_away(self, length: int) -> None:
        rest = min(length, THROWN_BYTES)
        while rest > 0 and (piece := self.rfile.read(min(rest, 65536))):
            rest -= len(piece)

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
