"""A gateway from its start to its end: settings in, a server for so long."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TextIO

import msgspec

from preflight.server.gateway.app import application
from preflight.server.gateway.gate import Gate, Log
from preflight.server.gateway.jobs import Jobs
from preflight.server.gateway.settings import Settings
from preflight.server.gateway.state import GatewayState
from preflight.server.listen import LOOPBACK, listening, running, serve

CONNECTIONS = 1024
"""At the same time; most of them wait between two polls."""


class Serving(msgspec.Struct, frozen=True):
    """A gateway that serves."""

    url: str
    state: GatewayState
    jobs: Jobs
    gate: Gate


def serve_gateway(
    settings: Settings, on_ready: Callable[[Serving], None], *, host: str = LOOPBACK, port: int = 0, log: TextIO | None
) -> None:
    """Serve until SIGINT or SIGTERM comes, then hear out what is in work; to be called in the main thread.

    Args:
        settings: how.
        on_ready: called when it serves.
        host: an address of this machine.
        port: 0 takes a free one.
        log: where a line a request goes.

    Raises:
        NotDone: the port is taken, or the ledger cannot be used.
    """
    with closing(listening(port, host)) as sock, _opened(settings, host, sock.getsockname()[1], log) as serving:

        def ready() -> None:
            on_ready(serving)

        grace_s = round(settings.grace_s)
        serve(serving.gate, sock, ready, on_stop=serving.gate.drain, grace_s=grace_s, at_once=CONNECTIONS)


@contextmanager
def running_gateway(
    settings: Settings, *, host: str = LOOPBACK, port: int = 0, log: TextIO | None = None
) -> Iterator[Serving]:
    """Serve in a thread until the block is left; arguments as for `serve_gateway`."""
    with (
        closing(listening(port, host)) as sock,
        _opened(settings, host, sock.getsockname()[1], log) as serving,
        running(serving.gate, sock, grace_s=round(settings.grace_s), at_once=CONNECTIONS),
    ):
        yield serving


@contextmanager
def _opened(settings: Settings, host: str, port: int, stream: TextIO | None) -> Iterator[Serving]:
    log = Log(stream)
    with GatewayState(settings) as state:
        jobs = Jobs(state)
        for entry in state.orphans:
            log.say("orphan", entry=entry.number, message=entry.message)
        jobs.start()
        threading.Thread(target=state.warm, name="warm", daemon=True).start()
        name = f"[{host}]" if ":" in host else host
        log.say("start", url=f"http://{name}:{port}", on_fail=settings.on_fail, jobs=jobs.count)
        try:
            yield Serving(f"http://{name}:{port}", state, jobs, application(state, jobs, host, log))
        finally:
            jobs.stop(settings.grace_s)
            log.say("end", jobs=jobs.count)
