"""The one door every request passes: an ASGI application in, the same behind a key check and a record out.

A request's method, path and status are kept for tests to look at; its headers never are. Faults to be injected for a
route belong here, before the request is handed on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from starlette.datastructures import Headers

from preflight.sandbox.errors import refusal

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PUBLIC = ("/api/v1/files/download/",)
_KEYED = ("/v1/", "/api/v1/")


class Exchange(msgspec.Struct, frozen=True):
    """One request as it is remembered."""

    method: str
    path: str
    status: int


class Gate:
    """ASGI middleware: checks the key where one is needed and remembers every exchange."""

    def __init__(self, app: ASGIApp, *, keys: frozenset[str], exchanges: list[Exchange]) -> None:
        self.app = app
        self.keys = keys
        self.exchanges = exchanges

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        remembering = self._remembering(scope, send)
        if needs_key(scope["path"]) and not self._admits(Headers(scope=scope)):
            answer = refusal(scope["path"], 401, "invalid_api_key", "API key missing or not known")
            await answer(scope, receive, remembering)
            return
        await self.app(scope, receive, remembering)

    def _admits(self, headers: Headers) -> bool:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        key = key.strip()
        return scheme.lower() == "bearer" and bool(key) and (not self.keys or key in self.keys)

    def _remembering(self, scope: Scope, send: Send) -> Send:
        async def remember(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.exchanges.append(Exchange(scope["method"], scope["path"], message["status"]))
            await send(message)

        return remember


def needs_key(path: str) -> bool:
    """Tell whether a path is closed to requests without a key; downloads are open."""
    return path.startswith(_KEYED) and not path.startswith(_PUBLIC)
