"""An HTTP server in a thread that ends as soon as it is told to.

uvicorn's own looks ten times a second whether it shall end, and then waits another tenth, whoever is connected.
"""

import asyncio
import socket
from contextlib import suppress

import uvicorn

LOOK_AGAIN_S = 0.01
"""Interval at which requests in work are looked at, once it shall end."""


class HttpServer(uvicorn.Server):
    """A server without headers of its own that a thread runs, and another one ends.

    Args:
        config: what answers, and how; without date headers and without a limit of requests.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told: asyncio.Event

    def end(self) -> None:
        """Tell it to end, from any thread, whether it has begun or not."""
        self.should_exit = True
        if self._loop:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._told.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        self._told, self._loop = asyncio.Event(), asyncio.get_running_loop()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        """Serve until it is told to end."""
        await self.on_tick(0)
        while not self.should_exit:
            await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more, and let requests in work come to their end within the time that they are given."""
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - uvicorn tells of none
                    await asyncio.sleep(LOOK_AGAIN_S)
        for task in self.server_state.tasks:
            task.cancel("the time for requests in work is over")
        await self.lifespan.shutdown()
