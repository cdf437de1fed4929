"""Apply a fault to one request."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

import msgspec

from preflight.sandbox.errors import files_refusal, refusal
from preflight.sandbox.heads import HEADS, INTERIM, malformed, whole

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from preflight.sandbox.faults import Fault

HANG_UP: Final = "preflight.hang-up"
"""Message that drops the connection."""
RAW: Final = "preflight.raw"
"""Message whose bytes are sent as they are; `last` closes the connection."""
HUGE_BYTES: Final = 5 << 20
WRONG_WORDS: tuple[object, ...] = ("succeeded", "in_progress", "", "\x1b[31mdone", 7, None, ["completed"])
"""Undocumented status words, in turn."""

_CODES: dict[int, tuple[str | int, str]] = {
    400: ("invalid_request", "the sandbox was told to refuse"),
    401: ("invalid_api_key", "API key missing or not known"),
    402: ("insufficient_credits", "no credits are left"),
    403: ("model_access_denied", "the key may not use this model"),
    404: ("not_found", "no such thing"),
    413: ("request_too_large", "the request body is too large"),
    429: ("rate_limit_exceeded", "too many requests"),
    500: (500, "internal error"),
    502: (502, "bad gateway"),
    503: (503, "service unavailable"),
}
"""Status → code and message; a code is text or a number, as in the service."""
_FILES_WORDS = {
    "40001": "file is too large",
    "40002": "file type is not supported",
    "40003": "file quota is used up",
    "50001": "the file could not be stored",
}
_DRIPS = 20


class CapturedResponse(msgspec.Struct, frozen=True):
    """A response captured before sending."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def with_body(self, body: bytes) -> CapturedResponse:
        """Replace the body, with its length."""
        headers = [(name, value) for name, value in self.headers if name.lower() != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        return CapturedResponse(self.status, (*headers, length), body)


class Call:
    """One request, and what faults can do to it."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self.app, self.scope, self.receive, self.send = app, scope, receive, send

    async def take_all(self) -> None:
        """Read the whole request first, so that it is served even if the client disconnects."""
        taken: list[Message] = []
        while not taken or taken[-1].get("more_body"):
            taken.append(await self.receive())
        later, kept = self.receive, iter(taken)

        async def again() -> Message:
            return next(kept, None) or await later()

        self.receive = again

    async def serve(self) -> None:
        """Serve it without a fault."""
        await self.app(self.scope, self.receive, self.send)

    async def capture(self) -> CapturedResponse:
        """Serve it, and capture the response."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(self.scope, self.receive, keep)
        start = messages[0]
        return CapturedResponse(
            start["status"], tuple(start["headers"]), b"".join(m.get("body", b"") for m in messages[1:])
        )

    async def say(self, response: CapturedResponse, pieces: int = 1, pause_s: float = 0.0) -> None:
        """Send a response, in pieces with pauses."""
        await self._start(response)
        size = max(1, -(-len(response.body) // pieces))
        for begin in range(0, len(response.body), size):
            await self._more(response.body[begin : begin + size])
            await asyncio.sleep(pause_s)
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    async def say_half(self, response: CapturedResponse) -> None:
        """Send half of a response under its full length, and drop the connection."""
        await self._start(response)
        await self._more(response.body[: len(response.body) // 2])
        await self.drop()

    async def drop(self) -> None:
        """Drop the connection, and wait until that is noticed."""
        await self.send({"type": HANG_UP})
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def say_raw(self, content: bytes, pieces: int = 1, pause_s: float = 0.0) -> None:
        """Send raw bytes, in pieces with pauses, and close the connection."""
        size = max(1, -(-len(content) // pieces))
        for begin in range(0, len(content), size):
            await self.send({"type": RAW, "body": content[begin : begin + size], "last": False})
            await asyncio.sleep(pause_s)
        await self.send({"type": RAW, "body": b"", "last": True})
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def refuse(self, status: int, headers: dict[str, str]) -> None:
        """Respond with a documented refusal."""
        code, words = _CODES[status]
        response = refusal(self.scope["path"], status, code, words)
        response.headers.update(headers)
        await response(self.scope, self.receive, self.send)

    async def _start(self, response: CapturedResponse) -> None:
        await self.send({"type": "http.response.start", "status": response.status, "headers": [*response.headers]})

    async def _more(self, body: bytes) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": True})


async def meet(fault: Fault, call: Call, count: int) -> None:
    """Apply a fault to a request.

    Args:
        fault: the fault.
        call: the request.
        count: how often it was met before.
    """
    if fault.kind in _FAULTS:
        await _FAULTS[fault.kind](fault, call)
    elif fault.kind in HEADS:
        await call.say_raw(malformed(fault.kind, count, await call.capture()))
    elif fault.kind == "wrong-status":
        await _with_fields(call, status=WRONG_WORDS[count % len(WRONG_WORDS)])
    elif fault.kind in _FILES_WORDS:
        await files_refusal(int(fault.kind), _FILES_WORDS[fault.kind])(call.scope, call.receive, call.send)
    else:
        await _refused(fault, call)


async def _refused(fault: Fault, call: Call) -> None:
    status, _, way = fault.kind.partition("-")
    if way == "after":
        await call.capture()
    headers = {}
    if status in {"429", "503"} and way in {"", "date"}:
        later = datetime.now(UTC) + timedelta(seconds=fault.seconds)
        headers["Retry-After"] = format_datetime(later, usegmt=True) if way else str(round(fault.seconds))
    await call.refuse(int(status), headers)


async def _with_fields(call: Call, **fields: object) -> None:
    """Change fields of a JSON response; UNSET removes one."""
    response = await call.capture()
    told = {**msgspec.json.decode(response.body), **fields}
    kept = {name: value for name, value in told.items() if value is not msgspec.UNSET}
    await call.say(response.with_body(msgspec.json.encode(kept)))


async def _drop_before(_: Fault, call: Call) -> None:
    await call.drop()


async def _drop_after(_: Fault, call: Call) -> None:
    await call.capture()
    await call.drop()


async def _delay(fault: Fault, call: Call) -> None:
    await call.take_all()
    await asyncio.sleep(fault.seconds)
    await call.serve()


async def _delay_after(fault: Fault, call: Call) -> None:
    response = await call.capture()
    await asyncio.sleep(fault.seconds)
    await call.say(response)


async def _truncated(_: Fault, call: Call) -> None:
    await call.say_half(await call.capture())


async def _short(_: Fault, call: Call) -> None:
    response = await call.capture()
    await call.say(response.with_body(response.body[: len(response.body) // 2]))


async def _huge(_: Fault, call: Call) -> None:
    response = await call.capture()
    await call.say(response.with_body(response.body + b" " * HUGE_BYTES))


async def _malformed(_: Fault, call: Call) -> None:
    response = await call.capture()
    await call.say(response.with_body(b"<html><body><h1>Welcome to the hotel</h1></body></html>"))


async def _empty(_: Fault, call: Call) -> None:
    await call.say((await call.capture()).with_body(b""))


async def _slow(fault: Fault, call: Call) -> None:
    await call.say(await call.capture(), _DRIPS, fault.seconds / _DRIPS)


async def _no_id(_: Fault, call: Call) -> None:
    await _with_fields(call, id=msgspec.UNSET)


async def _drip(fault: Fault, call: Call) -> None:
    response = await call.capture()
    await call.say_raw(whole(response), _DRIPS, fault.seconds / _DRIPS)


async def _interim(fault: Fault, call: Call) -> None:
    response = await call.capture()
    await call.say_raw(b"".join(INTERIM) * _DRIPS + whole(response), _DRIPS, fault.seconds / _DRIPS)


_FAULTS: dict[str, Callable[[Fault, Call], Awaitable[None]]] = {
    "drop-before": _drop_before,
    "drop-after": _drop_after,
    "delay": _delay,
    "delay-after": _delay_after,
    "truncated": _truncated,
    "short": _short,
    "huge": _huge,
    "malformed": _malformed,
    "empty": _empty,
    "slow": _slow,
    "drip": _drip,
    "interim": _interim,
    "no-id": _no_id,
}
