"""HTTP server for callbacks: requests in, task ids or rejections out.

Each exchange is limited in time, size and number. The response never tells whether the task is known. The server sends
no requests and writes nothing.
"""

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, cast

import h11
import msgspec

from preflight.errors import NotDone
from preflight.service.http import ResponseLost
from preflight.service.responses import read_task
from preflight.values.assets import printable
from preflight.values.parsed import NotJsonError, parsed
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy

MAX_BYTES = 1 << 20
"""Longer bodies are discarded."""
THROWN_BYTES = 8 << 20
"""Bytes of a longer body still read, so that its sender gets the response."""
EXCHANGE_S = 15.0
"""Seconds for one exchange, even if bytes keep arriving."""
AT_ONCE = 16
"""Parallel exchanges; further ones are disconnected, and may try again."""
WAITING = 256
"""Callbacks queued."""
REJECTED_WAITING = WAITING // 2
"""Queue length from which rejections are dropped, to keep room for callbacks."""
LONGEST_HEAD_BYTES = 64 << 10
"""Request line and headers together."""
PIECE_BYTES = 64 << 10


class Named(msgspec.Struct, frozen=True):
    """A callback and the task it names."""

    task_id: str


class Rejected(msgspec.Struct, frozen=True):
    """A request that was no callback, and why."""

    words: str


class Receiver:
    """A port that receives callbacks.

    Args:
        host: the address to listen on.
        port: the port; 0 for a free one.

    Raises:
        NotDone: the port cannot be used.
    """

    def __init__(self, host: str, port: int) -> None:
        self._queue: queue.Queue[Named | Rejected] = queue.Queue(WAITING)
        try:
            self._server = (_Server6 if ":" in host else _Server)((host, port), self._handler())
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise NotDone(
                phrase("{q}, port {n}: {why}", q=printable(host), n=port, why=why), advice=Remedy("other-port")
            ) from None
        name, self.port = self._server.server_address[:2]
        self.url = f"http://[{name!s}]:{self.port}/" if ":" in host else f"http://{name!s}:{self.port}/"

    @contextmanager
    def open(self) -> Iterator[None]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="callbacks", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def receive(self, timeout_s: float) -> Named | Rejected | None:
        """Wait for the next callback or rejection; None after `timeout_s` seconds."""
        with suppress(queue.Empty):
            return self._queue.get(timeout=timeout_s)
        return None

    def put(self, what: Named | Rejected) -> bool:
        """Queue a callback or rejection; False where there is no room."""
        if isinstance(what, Rejected) and self._queue.qsize() >= REJECTED_WAITING:
            return False
        with suppress(queue.Full):
            self._queue.put_nowait(what)
            return True
        return False

    def _handler(self) -> type["_Handler"]:
        return type("_OurHandler", (_Handler,), {"receiver": self})


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = WAITING

    def __init__(self, address: tuple[str, int], handler: type["_Handler"]) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's own
        """Serve one more exchange, or disconnect."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started
            self._places.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's own
        """Serve an exchange and free its place."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's own
        """Ignore broken connections of strangers."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(StreamRequestHandler):
    """One exchange, parsed by h11."""

    receiver: Receiver
    timeout = EXCHANGE_S

    def setup(self) -> None:
        """Start the timer that ends the exchange."""
        super().setup()
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD_BYTES)
        self._end = threading.Timer(EXCHANGE_S, self._hang_up)
        self._end.daemon = True
        self._end.start()

    def finish(self) -> None:
        """Stop the timer."""
        self._end.cancel()
        super().finish()

    def handle(self) -> None:
        """Accept a callback or reject the request."""
        try:
            request = self._next()
        except h11.RemoteProtocolError as error:
            self._reject(error.error_status_hint, "a request that is no HTTP")
            return
        if isinstance(request, h11.Request):
            self._handle(request)

    def _handle(self, request: h11.Request) -> None:
        headers = dict(request.headers)
        length = headers.get(b"content-length")
        if request.method != b"POST":
            self._reject(
                405, phrase("{q}: only POST is answered", q=printable(request.method.decode("ascii", "replace"))[:20])
            )
        elif length is None and b"transfer-encoding" not in headers:
            self._reject(411, "a POST that does not say how long it is")
        elif length is not None and int(length) > MAX_BYTES:
            self._read(THROWN_BYTES)
            self._reject(
                413, phrase("a POST of {n1} bytes; at most {n2} are read", n1=f"{int(length):,}", n2=f"{MAX_BYTES:,}")
            )
        else:
            self._take(self._read(MAX_BYTES))

    def _next(self) -> "h11.Event | type[h11.PAUSED]":
        """Read the next event."""
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                self._send(h11.InformationalResponse(status_code=100, headers=[]))
            self._http.receive_data(self.connection.recv(PIECE_BYTES))
        return cast("h11.Event | type[h11.PAUSED]", event)

    def _read(self, most: int) -> bytes | None:
        """Read the body, at most `most` bytes and a piece; None where it ends early."""
        body = bytearray()
        try:
            while isinstance(event := self._next(), h11.Data):
                body += event.data
                if len(body) > most:
                    break
        except h11.RemoteProtocolError:
            return None
        return bytes(body)

    def _take(self, body: bytes | None) -> None:
        if body is None:
            self._reject(400, "a POST that ended early")
        elif len(body) > MAX_BYTES:
            self._reject(413, phrase("a POST of more than {n} bytes, which are read at most", n=f"{MAX_BYTES:,}"))
        else:
            try:
                task_id = read_task(parsed(body)).id
            except (NotJsonError, ResponseLost):
                self._reject(400, "a POST that is no task")
                return
            self._respond(204 if self.receiver.put(Named(task_id)) else 503)

    def _reject(self, status: int, words: str) -> None:
        self.receiver.put(Rejected(phrase("{said} (from {q})", said=words, q=printable(str(self.client_address[0])))))
        self._respond(status)

    def _respond(self, status: int) -> None:
        """Send the response and close the connection."""
        allowed = [("Allow", "POST")] if status == 405 else []  # noqa: PLR2004 - the one that has to say what is allowed
        headers = [("Server", "preflight"), ("Content-Length", "0"), ("Connection", "close"), *allowed]
        with suppress(h11.LocalProtocolError):
            self._send(h11.Response(status_code=status, headers=headers))
            self._send(h11.EndOfMessage())

    def _send(self, event: "h11.Event") -> None:
        if content := self._http.send(event):
            self.connection.sendall(content)

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
