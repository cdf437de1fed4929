"""Read request bodies within a limit.

A longer body is read to its end and discarded, so that its client gets the response instead of a broken connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from preflight.sandbox.documents import documents
from preflight.sandbox.errors import ApiError, invalid

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from starlette.requests import Request

_PATIENCE_BYTES = 256 << 20


class TooLongError(Exception):
    """The body is longer than allowed."""


async def capped(chunks: AsyncIterator[bytes], max_bytes: int) -> AsyncGenerator[bytes, None]:
    """Yield chunks while their total is within the limit, in bytes.

    Raises:
        TooLongError: it is not.
    """
    size_bytes = 0
    async for chunk in chunks:
        size_bytes += len(chunk)
        if size_bytes <= max_bytes:
            yield chunk
        elif size_bytes > max_bytes + _PATIENCE_BYTES:
            break
    if size_bytes > max_bytes:
        raise TooLongError


async def json_body(request: Request) -> object:
    """Read a JSON body.

    Raises:
        ApiError: it is too long or no JSON.
    """
    max_bytes = documents().limits.body_max_bytes
    try:
        text = b"".join([chunk async for chunk in capped(request.stream(), max_bytes)])
    except TooLongError as error:
        words = f"the request body must be at most {max_bytes >> 20} MB"
        raise ApiError(413, "request_too_large", words) from error
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise invalid("the request body is not valid JSON") from error
