"""Bodies of requests in, as the values that they should be; errors out, in one shape.

{"error": {"message": ..., "advice": ..., "code": ...}}
"""

from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError, Refused
from preflight.report.remedies import message_of, said
from preflight.server.events import TooMany
from preflight.server.uploads import TooLargeError
from preflight.values.assets import printable
from preflight.values.parsed import NotJsonError, parsed
from preflight.values.phrase import error_words, phrase
from preflight.values.unforeseen import unforeseen

T = TypeVar("T")
MAX_BODY_BYTES = 2 << 20
STATUS: dict[type[PreflightError], int] = {
    TooLargeError: 413,
    CallError: 400,
    NotDone: 500,
    Refused: 502,
    OutcomeUnknown: 502,
}


class MissingError(CallError):
    """There is no such thing here."""


class Json(Response):
    """An answer of JSON, encoded from values as they are."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Encode the content."""
        return msgspec.json.encode(content, enc_hook=str)


async def body_as(request: Request, wanted: type[T]) -> T:
    """Read the body of a request as a value.

    Raises:
        CallError: it is no JSON, too long, or not of that shape.
    """
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BODY_BYTES:
            raise TooLargeError("the body is too long")
    try:
        return parsed(bytes(content) or b"{}", wanted)
    except NotJsonError as error:
        raise CallError(phrase("the body is not what is expected here: {why}", why=error_words(error))) from None


def on_error(_request: Request, error: Exception) -> Response:
    """Answer in the shape of an error."""
    if isinstance(error, ClientDisconnect):
        return Response(status_code=400)
    if isinstance(error, TooMany):
        return _answer(503, "too many pages listen", "", "busy")
    if isinstance(error, HTTPException):
        return _answer(error.status_code, str(error.detail), "", "http")
    if isinstance(error, MissingError):
        return _answer(404, message_of(error), said(error.remedies), "missing")
    if isinstance(error, PreflightError):
        status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)
        return _answer(status, message_of(error), said(error.remedies), type(error).__name__)
    return _answer(500, unforeseen(error), "", "unforeseen")


def _answer(status: int, message: str, advice: str, code: str) -> JSONResponse:
    said_ = {"message": printable(message), "advice": printable(advice), "code": code}
    return JSONResponse({"error": said_}, status)
