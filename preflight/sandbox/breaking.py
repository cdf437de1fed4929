"""What a fault does to one request: a call that would go well in, the same broken as the plan says out."""

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
"""The message that breaks the connection off."""
RAW: Final = "preflight.raw"
"""The message whose bytes go out as they are; with `last`, the connection is closed behind them."""
HUGE_BYTES: Final = 5 << 20
WRONG_WORDS: tuple[object, ...] = ("succeeded", "in_progress", "", "\x1b[31mdone", 7, None, ["completed"])
"""Status words that nobody documented, in turn."""

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
"""Status → code and words; a code is text or a number, as the service has it."""
_FILES_WORDS = {
    "40001": "file is too large",
    "40002": "file type is not supported",
    "40003": "file quota is used up",
    "50001": "the file could not be stored",
}
_DRIPS = 20


class Answer(msgspec.Struct, frozen=True):
    """An answer that was kept back."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def with_body(self, body: bytes) -> Answer:
        """Give the same answer with another body, and a length that agrees."""
        headers = [(name, value) for name, value in self.headers if name.lower() != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        return Answer(self.status, (*headers, length), body)


class Call:
    """One request, and all that can be done to it."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self.app, self.scope, self.receive, self.send = app, scope, receive, send

    async def take_all(self) -> None:
        """Take the whole request in, so that it is acted upon even when the client goes away meanwhile."""
        taken: list[Message] = []
        while not taken or taken[-1].get("more_body"):
            taken.append(await self.receive())
        later, kept = self.receive, iter(taken)

        async def again() -> Message:
            return next(kept, None) or await later()

        self.receive = again

    async def serve(self) -> None:
        """Let it go well."""
        await self.app(self.scope, self.receive, self.send)

    async def kept_back(self) -> Answer:
        """Let the service act, and keep its answer."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(self.scope, self.receive, keep)
        start = messages[0]
        return Answer(start["status"], tuple(start["headers"]), b"".join(m.get("body", b"") for m in messages[1:]))

    async def say(self, answer: Answer, pieces: int = 1, pause_s: float = 0.0) -> None:
        """Send an answer, in pieces if it has to be slow."""
        await self._start(answer)
        size = max(1, -(-len(answer.body) // pieces))
        for begin in range(0, len(answer.body), size):
            await self._more(answer.body[begin : begin + size])
            await asyncio.sleep(pause_s)
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    async def say_half(self, answer: Answer) -> None:
        """Promise all of an answer, send half, and break the connection off."""
        await self._start(answer)
        await self._more(answer.body[: len(answer.body) // 2])
        await self.drop()

    async def drop(self) -> None:
        """Break the connection off, and wait until that is known here too."""
        await self.send({"type": HANG_UP})
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def say_raw(self, content: bytes, pieces: int = 1, pause_s: float = 0.0) -> None:
        """Send bytes as they are, in pieces if they have to be slow, and close the connection."""
        size = max(1, -(-len(content) // pieces))
        for begin in range(0, len(content), size):
            await self.send({"type": RAW, "body": content[begin : begin + size], "last": False})
            await asyncio.sleep(pause_s)
        await self.send({"type": RAW, "body": b"", "last": True})
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def refuse(self, status: int, headers: dict[str, str]) -> None:
        """Answer with a documented refusal."""
        code, words = _CODES[status]
        answer = refusal(self.scope["path"], status, code, words)
        answer.headers.update(headers)
        await answer(self.scope, self.receive, self.send)

    async def _start(self, answer: Answer) -> None:
        await self.send({"type": "http.response.start", "status": answer.status, "headers": [*answer.headers]})

    async def _more(self, body: bytes) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": True})


async def meet(fault: Fault, call: Call, count: int) -> None:
    """Let one request meet its fault.

    Args:
        fault: What goes wrong.
        call: The request.
        count: How many met the same before.
    """
    if fault.kind in _WAYS:
        await _WAYS[fault.kind](fault, call)
    elif fault.kind in HEADS:
        await call.say_raw(malformed(fault.kind, count, await call.kept_back()))
    elif fault.kind == "wrong-status":
        await _said_otherwise(call, status=WRONG_WORDS[count % len(WRONG_WORDS)])
    elif fault.kind in _FILES_WORDS:
        await files_refusal(int(fault.kind), _FILES_WORDS[fault.kind])(call.scope, call.receive, call.send)
    else:
        await _refused(fault, call)


async def _refused(fault: Fault, call: Call) -> None:
    status, _, way = fault.kind.partition("-")
    if way == "after":
        await call.kept_back()
    headers = {}
    if status in {"429", "503"} and way in {"", "date"}:
        later = datetime.now(UTC) + timedelta(seconds=fault.seconds)
        headers["Retry-After"] = format_datetime(later, usegmt=True) if way else str(round(fault.seconds))
    await call.refuse(int(status), headers)


async def _said_otherwise(call: Call, **fields: object) -> None:
    """Change fields of a JSON answer; UNSET takes one away."""
    answer = await call.kept_back()
    told = {**msgspec.json.decode(answer.body), **fields}
    kept = {name: value for name, value in told.items() if value is not msgspec.UNSET}
    await call.say(answer.with_body(msgspec.json.encode(kept)))


async def _drop_before(_: Fault, call: Call) -> None:
    await call.drop()


async def _drop_after(_: Fault, call: Call) -> None:
    await call.kept_back()
    await call.drop()


async def _delay(fault: Fault, call: Call) -> None:
    await call.take_all()
    await asyncio.sleep(fault.seconds)
    await call.serve()


async def _delay_after(fault: Fault, call: Call) -> None:
    answer = await call.kept_back()
    await asyncio.sleep(fault.seconds)
    await call.say(answer)


async def _truncated(_: Fault, call: Call) -> None:
    await call.say_half(await call.kept_back())


async def _short(_: Fault, call: Call) -> None:
    answer = await call.kept_back()
    await call.say(answer.with_body(answer.body[: len(answer.body) // 2]))


async def _huge(_: Fault, call: Call) -> None:
    answer = await call.kept_back()
    await call.say(answer.with_body(answer.body + b" " * HUGE_BYTES))


async def _malformed(_: Fault, call: Call) -> None:
    answer = await call.kept_back()
    await call.say(answer.with_body(b"<html><body><h1>Welcome to the hotel</h1></body></html>"))


async def _empty(_: Fault, call: Call) -> None:
    await call.say((await call.kept_back()).with_body(b""))


async def _slow(fault: Fault, call: Call) -> None:
    await call.say(await call.kept_back(), _DRIPS, fault.seconds / _DRIPS)


async def _no_id(_: Fault, call: Call) -> None:
    await _said_otherwise(call, id=msgspec.UNSET)


async def _drip(fault: Fault, call: Call) -> None:
    answer = await call.kept_back()
    await call.say_raw(whole(answer), _DRIPS, fault.seconds / _DRIPS)


async def _interim(fault: Fault, call: Call) -> None:
    answer = await call.kept_back()
    await call.say_raw(b"".join(INTERIM) * _DRIPS + whole(answer), _DRIPS, fault.seconds / _DRIPS)


_WAYS: dict[str, Callable[[Fault, Call], Awaitable[None]]] = {
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
