"""The port on which callbacks arrive: HTTP of strangers in; the ids that they name, or why one was turned away, out.

Every exchange is bounded in time, size and number. The answer to a callback is the same whether its task is known here
or not. Nothing is asked of anybody and nothing is written from here.
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
from preflight.service.http import AnswerLost
from preflight.service.responses import read_task
from preflight.values.assets import printable
from preflight.values.remedy import Remedy

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
REJECTED_WAITING = WAITING // 2
"""With so many waiting, nothing is said any more of what was turned away: the other places are for callbacks."""
LONGEST_HEAD_BYTES = 64 << 10
"""Of a request line and its headers together."""
PIECE_BYTES = 64 << 10


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
            raise NotDone(f"{printable(host)}, port {port}: {why}", advice=Remedy("other-port")) from None
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
        if isinstance(what, Rejected) and self._heard.qsize() >= REJECTED_WAITING:
            return False
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
    request_queue_size = WAITING

    def __init__(self, address: tuple[str, int], handler: type["_Handler"]) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's own
        """Serve one more, or hang up."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be begun
            self._places.release()
            raise

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


class _Handler(StreamRequestHandler):
    """One exchange, parsed by the library that the servers of this program stand upon: whatever HTTP/1.1 allows."""

    receiver: Receiver
    timeout = EXCHANGE_S

    def setup(self) -> None:
        """Begin, with an end in sight that no dripping puts off."""
        super().setup()
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD_BYTES)
        self._end = threading.Timer(EXCHANGE_S, self._hang_up)
        self._end.daemon = True
        self._end.start()

    def finish(self) -> None:
        """End."""
        self._end.cancel()
        super().finish()

    def handle(self) -> None:
        """Take a callback, or turn away what is none."""
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
            self._reject(405, f"{printable(request.method.decode('ascii', 'replace'))[:20]}: only POST is answered")
        elif length is None and b"transfer-encoding" not in headers:
            self._reject(411, "a POST that does not say how long it is")
        elif length is not None and int(length) > MAX_BYTES:
            self._read(THROWN_BYTES)
            self._reject(413, f"a POST of {int(length):,} bytes; at most {MAX_BYTES:,} are read")
        else:
            self._take(self._read(MAX_BYTES))

    def _next(self) -> "h11.Event | type[h11.PAUSED]":
        """Return what comes next of the exchange."""
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                self._send(h11.InformationalResponse(status_code=100, headers=[]))
            self._http.receive_data(self.connection.recv(PIECE_BYTES))
        return cast("h11.Event | type[h11.PAUSED]", event)

    def _read(self, most: int) -> bytes | None:
        """Read the body; of one that is longer than `most`, that much and a piece; None where it ends early."""
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
            self._reject(413, f"a POST of more than {MAX_BYTES:,} bytes, which are read at most")
        else:
            try:
                task_id = read_task(msgspec.json.decode(body)).id
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, AnswerLost):
                self._reject(400, "a POST that is no task")
                return
            self._answer(204 if self.receiver.hear(Named(task_id)) else 503)

    def _reject(self, status: int, words: str) -> None:
        self.receiver.hear(Rejected(f"{words} (from {printable(str(self.client_address[0]))})"))
        self._answer(status)

    def _answer(self, status: int) -> None:
        """Answer, and end the connection: a callback is one exchange."""
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
