"""Serve tools by streamable HTTP on the loopback address, to whoever knows the token where there is one."""

import secrets
from collections.abc import Callable
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from preflight.errors import CallError
from preflight.mcp.calls import SharedState
from preflight.mcp.server import Tools
from preflight.server.listen import LOOPBACK, listening, serve
from preflight.values.assets import printable

PATH = "/mcp"
BEARER = "bearer "
TOKEN_LETTERS = range(16, 4097)


class BearerAuth:
    """Stands before an application, and lets in who knows the token.

    Args:
        app: what answers.
        token: what has to stand in `Authorization`.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] == "http" and not self._knows(Headers(scope=scope).get("authorization", "")):
            refusal = PlainTextResponse("the token is missing or wrong\n", 401, {"WWW-Authenticate": "BearerAuth"})
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _knows(self, told: str) -> bool:
        given = told[len(BEARER) :] if told[: len(BEARER)].lower() == BEARER else ""
        return secrets.compare_digest(given.strip().encode("utf-8", "replace"), self._token.encode())


def read_token(path: Path) -> str:
    """Read a token from the first line of a file.

    Raises:
        CallError: it cannot be read, or is too short to be a secret.
    """
    try:
        token = path.read_text("ascii").strip()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "is no plain text"
        raise CallError(f"{printable(str(path))}: {why}") from None
    if len(token) not in TOKEN_LETTERS or not token.isprintable() or " " in token:
        advice = "Let it have 16 letters or more, on one line, without blanks."
        raise CallError(f"{printable(str(path))}: holds no token", advice=advice)
    return token


def serve_http(shared: SharedState, port: int, on_ready: Callable[[str], None], token: str | None = None) -> None:
    """Serve until SIGINT or SIGTERM comes; to be called in the main thread.

    The SDK refuses requests whose Host or Origin is not this machine's.

    Args:
        shared: what all calls share.
        port: 0 takes a free one.
        on_ready: called with the address.
        token: what clients have to know; None lets in whoever reaches the port.

    Raises:
        NotDone: the port is taken.
    """
    sock, tools = listening(port), Tools(shared)
    app: ASGIApp = tools.server().streamable_http_app(streamable_http_path=PATH, host=LOOPBACK)
    try:
        url = f"http://{LOOPBACK}:{sock.getsockname()[1]}{PATH}"
        serve(BearerAuth(app, token) if token else app, sock, lambda: on_ready(url))
    finally:
        tools.close()
