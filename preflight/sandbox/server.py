"""Run a sandbox: a real HTTP server on a loopback address."""

from __future__ import annotations

import ipaddress
import socket
import tempfile
import threading
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import uvicorn

from preflight.http_server import HttpServer
from preflight.sandbox.app import application
from preflight.sandbox.fetch import is_loopback
from preflight.sandbox.listener import Listener
from preflight.sandbox.service import Service
from preflight.sandbox.settings import Settings
from preflight.system.signals import stop_event

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator

    from preflight.sandbox.callbacks import Delivery
    from preflight.sandbox.files import Upload
    from preflight.sandbox.gate import Exchange
    from preflight.sandbox.tasks import Task

_START_S = 10.0
_LOOK_AGAIN_S = 0.005
_GRACE_S = 1


class Sandbox:
    """One running sandbox, and what happened in it."""

    def __init__(self, service: Service) -> None:
        self.state = service

    @property
    def url(self) -> str:
        """Base URL, such as `http://127.0.0.1:40123`; for API, files and downloads."""
        return self.state.url

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return self.state.settings

    @property
    def tasks(self) -> list[Task]:
        """All accepted tasks in their latest state, oldest first."""
        return self.state.book.all

    @property
    def paid_by_body(self) -> Counter[str]:
        """Times each body, as canonical JSON, was accepted and not refunded."""
        return self.state.book.paid_by_body

    @property
    def credits_left(self) -> float:
        """Credits left."""
        return float(self.state.book.left)

    @property
    def uploads(self) -> list[Upload]:
        """Living uploads, oldest first."""
        return self.state.files.alive

    @property
    def requests(self) -> list[Exchange]:
        """Method, path and status of all served requests."""
        return list(self.state.exchanges)

    @property
    def calls(self) -> Counter[str]:
        """Calls of each route, also unfinished ones."""
        return self.state.fates.calls.copy()

    @property
    def faults_met(self) -> Counter[tuple[str, str]]:
        """Faults met, by route and kind."""
        return self.state.fates.met.copy()

    @property
    def callbacks(self) -> list[Delivery]:
        """Callbacks delivered, given up, or only recorded."""
        return list(self.state.deliveries)


@contextmanager
def running(*, host: str = "127.0.0.1", port: int = 0, **settings: object) -> Iterator[Sandbox]:
    """Run a sandbox in a thread until the block ends.

    Args:
        host: a loopback address.
        port: 0 takes a free one.
        **settings: fields of `Settings`.

    Raises:
        ValueError: the host is not a loopback address, or a setting is unknown or invalid.
        OSError: the port is taken.
    """
    chosen = _settings(settings)
    with _listening(host, port) as sock, tempfile.TemporaryDirectory(prefix="preflight-sandbox-") as folder:
        service = Service(chosen, Path(folder), _url(sock))
        listener = Listener()
        server = HttpServer(_config(service, listener))
        listener.attach(server, partial(_listening, *sock.getsockname()[:2]))
        thread = threading.Thread(target=server.run, args=([sock],), name="sandbox", daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield Sandbox(service)
        finally:
            server.end()
            thread.join()


def serve(
    *, host: str = "127.0.0.1", port: int = 0, on_ready: Callable[[str], None] | None = None, **settings: object
) -> None:
    """Run a sandbox until a signal of `system.signals.STOPS`, such as Ctrl-C; call it in the main thread.

    Args:
        host: a loopback address.
        port: 0 takes a free one.
        on_ready: called with the URL once it serves.
        **settings: fields of `Settings`.

    Raises:
        ValueError: the host is not a loopback address, or a setting is unknown or invalid.
        OSError: the port is taken.
    """
    with stop_event() as stop, running(host=host, port=port, **settings) as sandbox:
        if on_ready is not None:
            on_ready(sandbox.url)
        stop.wait()


def _settings(fields: dict[str, object]) -> Settings:
    try:
        return msgspec.convert(fields, Settings)
    except msgspec.ValidationError as error:
        raise ValueError(f"sandbox settings: {error}") from error


def _listening(host: str, port: int) -> socket.socket:
    """Open the listening socket, so that the port is known before the server runs."""
    if not is_loopback(host):
        raise ValueError(f"the sandbox only listens on loopback addresses, not on {host!r}")
    address = "127.0.0.1" if host == "localhost" else host
    is_ipv6 = ipaddress.ip_address(address).version == 6  # noqa: PLR2004 - the version's own name
    # asyncio disables Nagle's delay (40 ms a response) only for sockets that name the protocol.
    sock = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        sock.listen()
    except BaseException:
        sock.close()
        raise
    return sock


def _url(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if sock.family == socket.AF_INET6 else f"http://{host}:{port}"


def _config(service: Service, listener: Listener) -> uvicorn.Config:
    """Configure uvicorn without logs."""
    return uvicorn.Config(
        application(service, listener),
        lifespan="on",
        loop="asyncio",
        http=listener.protocol(),
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    give_up = time.monotonic() + _START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > give_up:
            raise RuntimeError("the sandbox did not start")
        time.sleep(_LOOK_AGAIN_S)
