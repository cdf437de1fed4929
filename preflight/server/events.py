"""News for whoever listens: values in, from any thread; server-sent events out.

One who listens late hears nothing of before and asks for the whole; one who listens too slowly is told to do so again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from threading import Lock

import msgspec
from starlette.responses import StreamingResponse

from preflight.locale import ENGLISH, Language, language, speaking

MOST_WAITING = 2000
"""News that may wait for one listener."""
STILL_THERE_S = 15.0
"""How often a listener who hears nothing is sent a blank, by which it is known whether it is still there."""
MOST_LISTENERS = 64


class TooMany(Exception):  # noqa: N818 - a state, answered with 503
    """No more listeners are taken."""


class Listener:
    """One who listens.

    Args:
        loop: where it listens.
        chosen: the language in which it is told.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, chosen: Language = ENGLISH) -> None:
        self._loop, self.language = loop, chosen
        self.queue: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)

    def tell(self, event: bytes) -> None:
        """Hand over an event, from any thread."""
        with suppress(RuntimeError):  # the loop has ended, and the listener with it
            self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: bytes) -> None:
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            event = encoded("again", None)
        self.queue.put_nowait(event)


class Events:
    """What is told to all who listen."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._listeners: set[Listener] = set()

    def tell(self, name: str, value: Callable[[], object]) -> None:
        """Tell all, each in its language; may be called from any thread.

        Args:
            name: the name of the event.
            value: makes what is told, in the current language.
        """
        with self._turn:
            listeners = list(self._listeners)
        for chosen in {one.language for one in listeners}:
            with speaking(chosen):
                event = encoded(name, value())
            for one in listeners:
                if one.language == chosen:
                    one.tell(event)

    def response(self) -> StreamingResponse:
        """Begin an answer that goes on for as long as somebody listens.

        Raises:
            TooMany: too many listen already.
        """
        listener = Listener(asyncio.get_running_loop(), language())
        with self._turn:
            if len(self._listeners) >= MOST_LISTENERS:
                raise TooMany
            self._listeners.add(listener)
        return StreamingResponse(self._stream(listener), media_type="text/event-stream")

    async def _stream(self, listener: Listener) -> AsyncIterator[bytes]:
        try:
            yield encoded("hello", None)
            while True:
                try:
                    yield await asyncio.wait_for(listener.queue.get(), STILL_THERE_S)
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            with self._turn:
                self._listeners.discard(listener)


def encoded(name: str, value: object) -> bytes:
    """Encode an event; JSON has no line ends."""
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(value, enc_hook=str) + b"\n\n"
