"""ASGI middleware for every request: checks the key, applies faults, records the exchange.

Method, path and status are recorded for tests; headers never are.
"""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING

import msgspec
from starlette.datastructures import Headers

from preflight.sandbox.breaking import HANG_UP, RAW, Call, meet
from preflight.sandbox.errors import refusal
from preflight.sandbox.faults import RULES_PREFIX, route_of

if TYPE_CHECKING:
    from collections import deque

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from preflight.sandbox.faults import Fates
    from preflight.sandbox.listener import Listener
    from preflight.sandbox.settings import Settings

_PUBLIC = ("/api/v1/files/download/", RULES_PREFIX)
_KEYED = ("/v1/", "/api/v1/")


class Exchange(msgspec.Struct, frozen=True):
    """One recorded request."""

    method: str
    path: str
    status: int
    """0 where the connection was dropped without a response."""
    fault: str = ""
    """Kind of fault met."""


class Gate:
    """ASGI middleware: checks keys, applies faults, records exchanges."""

    def __init__(
        self, app: ASGIApp, *, settings: Settings, exchanges: deque[Exchange], fates: Fates, listener: Listener
    ) -> None:
        self.app = app
        self.keys = settings.keys
        self.ahead_s = settings.clock_ahead_s
        self.exchanges = exchanges
        self.fates = fates
        self.listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if needs_key(scope["path"]) and not self._admits(Headers(scope=scope)):
            response = refusal(scope["path"], 401, "invalid_api_key", "API key missing or not known")
            await response(scope, receive, self._remembering(scope, send))
            return
        fault = self.fates.next(route_of(scope["method"], scope["path"]))
        remembering = self._remembering(scope, send, fault.kind if fault else "")
        if fault and fault.kind == "refuse":
            self.listener.pause(fault.seconds)
        if fault is None or fault.kind == "refuse":
            await self.app(scope, receive, remembering)
            return
        call = Call(self.app, scope, receive, remembering)
        await meet(fault, call, self.fates.met[fault.route, fault.kind] - 1)

    def _admits(self, headers: Headers) -> bool:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        key = key.strip()
        return scheme.lower() == "bearer" and bool(key) and (not self.keys or key in self.keys)

    def _date(self) -> tuple[bytes, bytes]:
        """Build the Date header, by the sandbox's own clock."""
        return b"date", formatdate(time.time() + self.ahead_s, usegmt=True).encode()

    def _remembering(self, scope: Scope, send: Send, fault: str = "") -> Send:
        remembered = False

        async def remember(message: Message) -> None:
            nonlocal remembered
            if not remembered:
                self.exchanges.append(Exchange(scope["method"], scope["path"], message.get("status", 0), fault))
                remembered = True
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], self._date()]}
            if message["type"] == HANG_UP:
                self.listener.drop(tuple(scope["client"]))
            elif message["type"] == RAW:
                self.listener.write(tuple(scope["client"]), message["body"], last=message["last"])
            else:
                await send(message)

        return remember


def needs_key(path: str) -> bool:
    """Tell whether a path requires a key; downloads and price rules do not."""
    return path.startswith(_KEYED) and not path.startswith(_PUBLIC)
