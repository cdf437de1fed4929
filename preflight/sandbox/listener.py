"""Connections of one sandbox: track, drop, and stop accepting for a while."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Protocol

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    import uvicorn

Client = tuple[str, int]
"""Address and port of the client."""

_LOOK_AGAIN_S = 0.02
HEAD_S = 10.0
"""Seconds for the head of a request, from the connection or its first byte."""
CONNECTIONS_MAX = 256
"""Most connections; a further one replaces the longest idle."""


class Connection(Protocol):
    """One tracked connection."""

    transport: asyncio.Transport

    @property
    def is_idle(self) -> bool:
        """Whether no request is being served."""


def make_room(tracked: dict[Client, Connection]) -> None:
    """Drop the longest idle connection where there are too many; the oldest if none is idle."""
    if len(tracked) >= CONNECTIONS_MAX:
        client = next((one for one, connection in tracked.items() if connection.is_idle), next(iter(tracked)))
        tracked.pop(client).transport.abort()


class _Tracked(H11Protocol):
    """A tracked connection whose requests must begin in time."""

    tracked: ClassVar[dict[Client, Connection]]
    awaited = False
    """Whether the head of a request is awaited."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        if self.client:
            make_room(self.tracked)
            self.tracked[self.client] = self
            self.expect_head()

    def data_received(self, data: bytes) -> None:
        if self.is_idle and not self.awaited:
            self.expect_head()
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.client:
            self.tracked.pop(self.client, None)
        super().connection_lost(exc)

    @property
    def is_idle(self) -> bool:
        """Whether no request is being served."""
        cycle = getattr(self, "cycle", None)
        return cycle is None or bool(cycle.response_complete)

    def expect_head(self) -> None:
        """Drop the connection if no request head comes in time."""
        self.awaited, before = True, getattr(self, "cycle", None)

        def late() -> None:
            self.awaited = False
            if getattr(self, "cycle", None) is before and self.is_idle:
                self.transport.abort()

        self.loop.call_later(HEAD_S, late)


class Listener:
    """Tracks all connections, and can close the listening socket."""

    def __init__(self) -> None:
        self._connections: dict[Client, Connection] = {}
        self._paused: asyncio.Task[None] | None = None
        self._server: uvicorn.Server
        self._listen: Callable[[], socket.socket]

    def attach(self, server: uvicorn.Server, listen: Callable[[], socket.socket]) -> None:
        """Take over a server's listening socket; `listen` opens it again."""
        self._server = server
        self._listen = listen

    def protocol(self) -> type[H11Protocol]:
        """Build uvicorn's protocol class with tracking."""
        return type("Tracked", (_Tracked,), {"tracked": self._connections})

    def drop(self, client: Client) -> None:
        """Drop a connection with its unsent bytes."""
        connection = self._connections.get(client)
        if connection is not None:
            connection.transport.abort()

    def write(self, client: Client, content: bytes, *, last: bool) -> None:
        """Write raw bytes, bypassing the server; `last` closes the connection."""
        connection = self._connections.get(client)
        if connection is not None:
            connection.transport.write(content)
            if last:
                connection.transport.close()

    def pause(self, seconds: float) -> None:
        """Stop accepting for some seconds; open connections go on."""
        if self._paused is None or self._paused.done():
            for server in self._server.servers:
                server.close()
            self._server.servers.clear()
            self._paused = asyncio.create_task(self._reopen(seconds))

    async def _reopen(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        while not self._server.should_exit:
            try:
                sock = self._listen()
            except OSError:  # another program has the port
                await asyncio.sleep(_LOOK_AGAIN_S)
                continue
            self._server.servers.append(await asyncio.get_running_loop().create_server(self._protocol, sock=sock))
            return

    def _protocol(self) -> asyncio.Protocol:
        server = self._server
        return server.config.http_protocol_class(  # type: ignore[call-arg] # uvicorn calls it so itself
            config=server.config, server_state=server.server_state, app_state=server.lifespan.state
        )
