"""Before every route: who asks, how many at once, what is told of it afterwards.

A line of JSON a request: no header, no query, no body. The key goes to the service and nowhere else.
"""

import datetime as dt
import json
import re
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any, TextIO

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from preflight.server.gateway.errors import ApiError, error_answer, too_busy
from preflight.server.gateway.metrics import Metrics
from preflight.server.gateway.settings import Settings
from preflight.server.listen import is_loopback

BEARER = "bearer "
OPEN = frozenset({"/healthz", "/readyz"})
OWN = ("/preflight/", "/metrics")
"""Paths for which no key of the provider is needed."""
UPLOADS = frozenset(f"/api/v1/files/upload/{how}" for how in ("stream", "base64", "url"))
WORKS = UPLOADS | {"/v1/videos/generations", "/preflight/check", "/preflight/estimate"}
"""Paths whose requests wait for a turn."""
OWN_SITE = frozenset({"same-origin", "none"})
NOTES = "preflight.notes"
"""What a route tells of a request for the log, in its scope."""
SHOWN_PATH = 200
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""What is counted by its name (RFC 9110, 9.1; RFC 5789); a client may make up others without end."""
KEY = re.compile(r"[\x21-\x7e]{1,1024}")
"""What a key may be."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Log:
    """Lines of JSON on a stream.

    Args:
        stream: where lines go; None for nowhere.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self.run = secrets.token_hex(8)
        self._stream, self._turn = stream, threading.Lock()

    def say(self, event: str, **fields: Any) -> None:  # noqa: ANN401 - what JSON can say
        """Write a line, in ASCII: the stream's own encoding may have no other letters."""
        if self._stream is None:
            return
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"event": event, "run": self.run, "time": now, **fields}, separators=(",", ":"))
        with self._turn:
            self._stream.write(f"{line}\n")
            self._stream.flush()


class Gate:
    """Stands before the routes.

    Args:
        app: what answers.
        settings: who may ask, and how many at once.
        host: the address that is served.
        log: what is told.
        metrics: what is counted.
    """

    def __init__(self, app: ASGIApp, settings: Settings, host: str, log: Log, metrics: Metrics) -> None:
        self._app, self._settings, self._log, self._metrics = app, settings, log, metrics
        self._only_here = is_loopback(host) and not settings.tokens
        self.in_work = 0
        self.draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or refuse it, and tell of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status, name = time.monotonic(), 0, secrets.token_hex(8)
        notes: dict[str, Any] = {}
        scope[NOTES] = notes
        works = scope["path"] in WORKS and scope["method"] == "POST"

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for header, value in {**HEADERS, "Preflight-Request": name}.items():
                    headers.setdefault(header, value)
            await send(message)

        asked: ASGIApp = self._app
        if refused := self._refusal(scope, works=works):
            asked = _response(refused, scope["path"])
        self.in_work += works
        try:
            await asked(scope, receive, answer)
        finally:
            self.in_work -= works
            self._tell(scope, notes, status, name, time.monotonic() - begun)

    def _tell(self, scope: Scope, notes: Mapping[str, Any], status: int, name: str, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "")
        method = scope["method"] if route and scope["method"] in METHODS else ""
        self._metrics.answered(method, route, status, seconds)
        path = scope["path"][:SHOWN_PATH]
        self._log.say(
            "request",
            request=name,
            method=scope["method"][:20],
            path=path,
            status=status,
            ms=round(seconds * 1000, 1),
            **notes,
        )

    def drain(self) -> None:
        """Say from now on that no more is taken; what is in work is done."""
        self.draining = True

    # ---- who may ask

    def _refusal(self, scope: Scope, *, works: bool) -> ApiError | None:
        """Say why a request is not let through; None where it is."""
        headers = Headers(scope=scope)
        if scope["path"] in OPEN:
            return None
        if self._only_here and not is_loopback(_host(headers)):
            return ApiError(421, "misdirected_request", "this gateway is not called by that name")
        if _is_of_a_page(headers):
            return ApiError(403, "forbidden", "another site may not ask here")
        if self._settings.tokens and not self._knows(headers, scope["path"]):
            return ApiError(401, "invalid_token", "this gateway wants a token: see its operator", headers=_WANTED)
        if works and self.in_work >= self._settings.at_once + self._settings.waiting:
            return too_busy("too many requests are waiting")
        return None

    def _knows(self, headers: Headers, path: str) -> bool:
        """Compare what is shown with every token, in the same time whatever is shown."""
        shown = [headers.get("preflight-token", ""), _bearer(headers.get("proxy-authorization", ""))]
        if self._settings.key or path.startswith(OWN):
            shown.append(_bearer(headers.get("authorization", "")))
        return any([same(one, token) for one in shown for token in self._settings.tokens])  # noqa: C419 - all are compared


_WANTED = {"WWW-Authenticate": 'Bearer realm="preflight"'}


def same(shown: str, token: str) -> bool:
    """Compare a secret in constant time."""
    return secrets.compare_digest(shown.encode("utf-8", "surrogateescape"), token.encode())


def provider_key(headers: Headers, settings: Settings) -> str:
    """Choose the key with which the service is asked: the program's own, or the gateway's.

    Raises:
        ApiError: there is none.
    """
    if settings.key:
        return settings.key
    key = _bearer(headers.get("authorization", ""))
    if not KEY.fullmatch(key):
        raise ApiError(401, "invalid_api_key", "missing API key: send Authorization: Bearer KEY", headers=_WANTED)
    if any([same(key, token) for token in settings.tokens]):  # noqa: C419 - all are compared
        words = (
            "Authorization holds this gateway's token: the provider's key goes there, the token into Preflight-Token"
        )
        raise ApiError(401, "invalid_api_key", words)
    return key


def _bearer(text: str) -> str:
    return text[len(BEARER) :].strip() if text[: len(BEARER)].lower() == BEARER else ""


def _host(headers: Headers) -> str:
    """Read the name by which a server is called, without its port; "" for none, or two."""
    said = headers.getlist("host")
    name = said[0] if len(said) == 1 else ""
    return name[1:].partition("]")[0] if name.startswith("[") else name.rpartition(":")[0] or name


def _is_of_a_page(headers: Headers) -> bool:
    """Tell whether a page of another site asks, by a browser of somebody who may (CSRF)."""
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != headers.get("host", ""):
        return True
    visits = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return headers.get("sec-fetch-site", "none") not in OWN_SITE and not visits


def _response(error: ApiError, path: str) -> Response:
    answer = error_answer(error, path)
    return Response(answer.body, answer.status, dict(answer.headers), answer.media_type)


def note(scope: Scope, **told: Any) -> None:  # noqa: ANN401 - what JSON can say
    """Tell something of a request for the log."""
    scope.get(NOTES, {}).update({name: value for name, value in told.items() if value not in (None, "")})
