"""A body is read to its limit and not beyond, and what is no JSON is refused in words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from preflight.sandbox.bodies import _PATIENCE_BYTES, TooLongError, capped, json_body
from preflight.sandbox.documents import documents
from preflight.sandbox.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from starlette.types import Message


async def each(chunks: Iterable[bytes], taken: list[int] | None = None) -> AsyncIterator[bytes]:
    for chunk in chunks:
        if taken is not None:
            taken.append(len(chunk))
        yield chunk


async def read(chunks: Iterable[bytes], max_bytes: int, taken: list[int] | None = None) -> tuple[bytes, bool]:
    """Return what was read, and whether it was too long."""
    got = b""
    try:
        async for chunk in capped(each(chunks, taken), max_bytes):
            got += chunk
    except TooLongError:
        return got, True
    return got, False


@given(st.lists(st.binary(max_size=9), max_size=9), st.integers(0, 40))
def test_a_body_within_the_limit_is_whole_and_a_longer_one_is_read_to_its_end(chunks: list[bytes], most: int) -> None:
    whole, taken = b"".join(chunks), list[int]()
    got, too_long = asyncio.run(read(chunks, most, taken))
    assert too_long is (len(whole) > most)
    assert got == whole if not too_long else len(got) <= most
    assert sum(taken) == len(whole)


def test_a_body_without_end_is_given_up() -> None:
    taken: list[int] = []
    megabyte = bytes(1 << 20)
    endless = (megabyte for _ in range(10_000))
    assert asyncio.run(read(endless, 5 << 20, taken))[1]
    assert sum(taken) <= (6 << 20) + _PATIENCE_BYTES


def sent(content: bytes) -> object:
    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    return asyncio.run(json_body(Request({"type": "http", "method": "POST", "headers": []}, receive)))


@pytest.mark.parametrize(("content", "value"), [(b"{}", {}), (b" [1, null]\n", [1, None]), (b'"\\u00fc"', "\u00fc")])
def test_json_of_any_kind_is_read(content: bytes, value: object) -> None:
    assert sent(content) == value


@pytest.mark.parametrize("content", [b"", b"{", b"nan", b"\xff", b"{}{}", b"[" * 100_000, b"9" * 5000 + b"e"])
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(ApiError, match="the request body is not valid JSON") as refused:
        sent(content)
    assert (refused.value.status, refused.value.code) == (400, "invalid_request")


def test_a_body_longer_than_documented_is_refused_as_too_large() -> None:
    most = documents().limits.body_max_bytes
    assert sent(b'"' + b"a" * (most - 2) + b'"') == "a" * (most - 2)
    with pytest.raises(ApiError, match="must be at most") as refused:
        sent(b'"' + b"a" * (most - 1) + b'"')
    assert (refused.value.status, refused.value.code) == (413, "request_too_large")
