"""The door to one sandbox: who is connected in, connections broken off and a door shut for a while out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    import uvicorn

Client = tuple[str, int]
"""Address and port of the other side."""

_LOOK_AGAIN_S = 0.02


class Door:
    """Knows every connection, and can shut the listening socket."""

    def __init__(self) -> None:
        self._inside: dict[Client, asyncio.Transport] = {}
        self._shut: asyncio.Task[None] | None = None
        self._server: uvicorn.Server
        self._listen: Callable[[], socket.socket]

    def guard(self, server: uvicorn.Server, listen: Callable[[], socket.socket]) -> None:
        """Take charge of a server's listening socket; `listen` opens the same one again."""
        self._server = server
        self._listen = listen

    def protocol(self) -> type[H11Protocol]:
        """Make uvicorn's protocol, with each connection made known here."""
        inside = self._inside

        class Known(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
                super().connection_made(transport)
                if self.client:
                    inside[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client:
                    inside.pop(self.client, None)
                super().connection_lost(exc)

        return Known

    def drop(self, client: Client) -> None:
        """Break a connection off; what was not sent yet never will be."""
        transport = self._inside.get(client)
        if transport is not None:
            transport.abort()

    def write(self, client: Client, content: bytes, *, last: bool) -> None:
        """Send bytes as they are, behind the server's back; the last ones close the connection."""
        transport = self._inside.get(client)
        if transport is not None:
            transport.write(content)
            if last:
                transport.close()

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
