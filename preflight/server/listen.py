"""An application in, a server on a loopback address out, for as long as a block lasts or until a signal comes."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from preflight.errors import NotDone
from preflight.values.remedy import Remedy

LOOPBACK = "127.0.0.1"
START_S = 10.0
LOOK_AGAIN_S = 0.005
GRACE_S = 1
MAX_AT_ONCE = 256
"""Requests that are answered at the same time; more are told to come again."""


def listening(port: int) -> socket.socket:
    """Open a listening socket on the loopback address; 0 takes a free port.

    Raises:
        NotDone: the port is taken, or may not be used.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((LOOPBACK, port))
        sock.listen(128)
    except OSError as error:
        sock.close()
        raise NotDone(f"port {port}: {error.strerror}", advice=Remedy("other-port")) from None
    return sock


@contextmanager
def running(app: ASGIApp, sock: socket.socket) -> Iterator[None]:
    """Serve in a thread until the block is left."""
    server = uvicorn.Server(_config(app))
    thread = threading.Thread(target=server.run, args=([sock],), name="server", daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield
    finally:
        server.should_exit = True
        thread.join(START_S)
        sock.close()


def serve(app: ASGIApp, sock: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve until SIGINT (Ctrl-C) or SIGTERM comes; to be called in the main thread."""
    with _stop_signal() as stop, running(app, sock):
        on_ready()
        stop.wait()


@contextmanager
def _stop_signal() -> Iterator[threading.Event]:
    """Give an event that SIGINT and SIGTERM set, in place of what they do otherwise."""
    stop = threading.Event()
    earlier = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _config(app: ASGIApp) -> uvicorn.Config:
    """Keep the server quiet: no access log, no headers in any log."""
    return uvicorn.Config(
        app,
        lifespan="on",
        loop="asyncio",
        http="h11",
        ws="none",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=MAX_AT_ONCE,
        timeout_graceful_shutdown=GRACE_S,
    )


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    give_up = time.monotonic() + START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > give_up:
            raise NotDone("the server did not start")
        time.sleep(LOOK_AGAIN_S)
