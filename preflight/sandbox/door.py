"""The door to one sandbox: who is connected in, connections broken off and a door shut for a while out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Protocol

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    import uvicorn

Client = tuple[str, int]
"""Address and port of the other side."""

_LOOK_AGAIN_S = 0.02
HEAD_S = 10.0
"""How long the head of a request may take to come, from the connection or its first byte on."""
CONNECTIONS_MAX = 256
"""How many connections there are at most; a further one takes the place of the one that has been idle longest."""


class Connection(Protocol):
    """One connection, as it is kept here."""

    transport: asyncio.Transport

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""


def make_room(inside: dict[Client, Connection]) -> None:
    """Break the connection off that has been idle longest, where there are too many; without one, the oldest."""
    if len(inside) >= CONNECTIONS_MAX:
        client = next((one for one, connection in inside.items() if connection.is_idle), next(iter(inside)))
        inside.pop(client).transport.abort()


class _Known(H11Protocol):
    """A connection that is known, and whose requests have to begin in time."""

    inside: ClassVar[dict[Client, Connection]]
    awaited = False
    """Whether the head of a request is being waited for, within a time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        if self.client:
            make_room(self.inside)
            self.inside[self.client] = self
            self.expect_head()

    def data_received(self, data: bytes) -> None:
        if self.is_idle and not self.awaited:
            self.expect_head()
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.client:
            self.inside.pop(self.client, None)
        super().connection_lost(exc)

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        cycle = getattr(self, "cycle", None)
        return cycle is None or bool(cycle.response_complete)

    def expect_head(self) -> None:
        """Break the connection off where the head of a request does not come in time."""
        self.awaited, before = True, getattr(self, "cycle", None)

        def late() -> None:
            self.awaited = False
            if getattr(self, "cycle", None) is before and self.is_idle:
                self.transport.abort()

        self.loop.call_later(HEAD_S, late)


class Door:
    """Knows every connection, and can shut the listening socket."""

    def __init__(self) -> None:
        self._inside: dict[Client, Connection] = {}
        self._shut: asyncio.Task[None] | None = None
        self._server: uvicorn.Server
        self._listen: Callable[[], socket.socket]

    def guard(self, server: uvicorn.Server, listen: Callable[[], socket.socket]) -> None:
        """Take charge of a server's listening socket; `listen` opens the same one again."""
        self._server = server
        self._listen = listen

    def protocol(self) -> type[H11Protocol]:
        """Make uvicorn's protocol, with each connection made known here."""
        return type("Known", (_Known,), {"inside": self._inside})

    def drop(self, client: Client) -> None:
        """Break a connection off; what was not sent yet never will be."""
        connection = self._inside.get(client)
        if connection is not None:
            connection.transport.abort()

    def write(self, client: Client, content: bytes, *, last: bool) -> None:
        """Send bytes as they are, behind the server's back; the last ones close the connection."""
        connection = self._inside.get(client)
        if connection is not None:
            connection.transport.write(content)
            if last:
                connection.transport.close()

    def shut(self, seconds: float) -> None:
        """Stop listening at once, and begin again later; connections that exist go on."""
        if self._shut is None or self._shut.done():
            for server in self._server.servers:
                server.close()
            self._server.servers.clear()
            self._shut = asyncio.create_task(self._reopen(seconds))

    async def _reopen(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        while not self._server.should_exit:
            try:
                sock = self._listen()
            except OSError:  # somebody was given the port meanwhile
                await asyncio.sleep(_LOOK_AGAIN_S)
                continue
            self._server.servers.append(await asyncio.get_running_loop().create_server(self._protocol, sock=sock))
            return

    def _protocol(self) -> asyncio.Protocol:
        server = self._server
        return server.config.http_protocol_class(  # type: ignore[call-arg] # uvicorn calls it so itself
            config=server.config, server_state=server.server_state, app_state=server.lifespan.state
        )
