"""An application in, a server on an address out, for as long as a block lasts or until a signal comes."""

import asyncio
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from preflight.errors import NotDone
from preflight.http_server import HttpServer
from preflight.system.signals import stop_event
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy

LOOPBACK = "127.0.0.1"
START_S = 10.0
LOOK_AGAIN_S = 0.005
GRACE_S = 1
MAX_AT_ONCE = 256
"""Requests that are answered at the same time; more are told to come again."""
HEAD_S = 10.0
"""Seconds for the head of a request, from its connection or its first byte."""


def listening(port: int, host: str = LOOPBACK) -> socket.socket:
    """Open a listening socket on an address, by default the loopback one; port 0 takes a free one.

    Raises:
        NotDone: the port is taken, or may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(128)
    except OSError as error:
        sock.close()
        raise NotDone(phrase("port {n}: {why}", n=port, why=error.strerror), advice=Remedy("other-port")) from None
    return sock


def is_loopback(host: str) -> bool:
    """Tell whether an address is this machine's own, reached by nobody else."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class TimedConnection(H11Protocol):
    """A connection whose requests begin in time, or which is dropped."""

    awaited = False
    """Whether the head of a request is awaited."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Expect a first request."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Expect the rest of a head."""
        if self._is_idle and not self.awaited:
            self._expect_head()
        super().data_received(data)

    @property
    def _is_idle(self) -> bool:
        cycle = getattr(self, "cycle", None)
        return cycle is None or bool(cycle.response_complete)

    def _expect_head(self) -> None:
        self.awaited, before = True, getattr(self, "cycle", None)

        def late() -> None:
            self.awaited = False
            if getattr(self, "cycle", None) is before and self._is_idle:
                self.transport.abort()

        self.loop.call_later(HEAD_S, late)


@contextmanager
def running(app: ASGIApp, sock: socket.socket, *, grace_s: int = GRACE_S, at_once: int = MAX_AT_ONCE) -> Iterator[None]:
    """Serve in a thread until the block is left.

    Args:
        app: what answers.
        sock: where it listens.
        grace_s: seconds that requests in work get at the end.
        at_once: connections and requests at the same time.
    """
    server = HttpServer(_config(app, grace_s, at_once))
    thread = threading.Thread(target=server.run, args=([sock],), name="server", daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield
    finally:
        server.end()
        thread.join(START_S + grace_s)
        sock.close()


def serve(  # noqa: PLR0913 - what, where, who hears of it, and how long
    app: ASGIApp,
    sock: socket.socket,
    on_ready: Callable[[], None],
    *,
    on_stop: Callable[[], None] | None = None,
    grace_s: int = GRACE_S,
    at_once: int = MAX_AT_ONCE,
) -> None:
    """Serve until a signal of `system.signals.STOPS` comes, such as Ctrl-C; to be called in the main thread.

    Args:
        app: what answers.
        sock: where it listens.
        on_ready: called when it serves.
        on_stop: called when a signal has come.
        grace_s: as for `running`.
        at_once: as for `running`.
    """
    with stop_event() as stop, running(app, sock, grace_s=grace_s, at_once=at_once):
        on_ready()
        stop.wait()
        if on_stop:
            on_stop()


def _config(app: ASGIApp, grace_s: int, at_once: int) -> uvicorn.Config:
    """Keep the server quiet: no access log, no headers in any log."""
    return uvicorn.Config(
        app,
        lifespan="on",
        loop="asyncio",
        http=TimedConnection,
        ws="none",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=at_once,
        timeout_graceful_shutdown=grace_s,
    )


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    give_up = time.monotonic() + START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > give_up:
            raise NotDone("the server did not start")
        time.sleep(LOOK_AGAIN_S)
