"""Request bodies: a stream of chunks in, the same within a limit out.

A body that is too long is read to its end all the same and thrown away, so that a client that is still sending gets to
read the answer instead of a broken connection.
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
    """Hand on chunks as long as all of them together are within the limit, in bytes.

    Raises:
        TooLongError: They are not.
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
    """Read a body as JSON.

    Raises:
        ApiError: It is too long or no JSON.
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
