"""Bodies are read as what they should be, and every error is told in one shape with its status."""

import json
from typing import Any

import anyio
import msgspec
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError, Refused, RequestFileError, Unreachable
from preflight.server.answers import MAX_BODY_BYTES, Json, MissingError, body_as, on_error
from preflight.server.events import TooMany
from preflight.server.uploads import TooLargeError


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body of this test's own."""

    name: str = ""
    keep: list[int] = []


def request(*chunks: bytes) -> Request:
    waiting = [*chunks]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": waiting.pop(0) if waiting else b"", "more_body": bool(waiting)}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


def read(*chunks: bytes) -> Wanted:
    return anyio.run(body_as, request(*chunks), Wanted)


@pytest.mark.parametrize(
    ("chunks", "value"),
    [
        ((), Wanted()),
        ((b"{}",), Wanted()),
        ((b'{"name":', b'"a"}'), Wanted("a")),
        ((b'{"keep":[1,2]}',), Wanted(keep=[1, 2])),
    ],
)
def test_a_body_is_a_value_and_none_is_the_empty_one(chunks: tuple[bytes, ...], value: Wanted) -> None:
    assert read(*chunks) == value


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"7", b'{"name": 7}', b'{"other": 1}', b"\xff", b'{"keep":' + b"[" * 9999]
)
def test_a_body_of_another_shape_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(CallError, match="not what is expected"):
        read(content)


def test_a_body_is_read_no_further_than_its_limit() -> None:
    piece = b" " * (MAX_BODY_BYTES // 2)
    assert read(piece, piece[:-2], b"{}") == Wanted()
    with pytest.raises(TooLargeError):
        read(piece, piece, b"{}")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (CallError("x"), 400, "CallError"),
        (RequestFileError("x"), 400, "RequestFileError"),
        (TooLargeError("x"), 413, "TooLargeError"),
        (MissingError("x"), 404, "missing"),
        (NotDone("x"), 500, "NotDone"),
        (Unreachable("x"), 500, "Unreachable"),
        (Refused("x", status=402), 502, "Refused"),
        (OutcomeUnknown("x"), 502, "OutcomeUnknown"),
        (PreflightError("x"), 500, "PreflightError"),
        (TooMany(), 503, "busy"),
        (HTTPException(405), 405, "http"),
        (ZeroDivisionError("x"), 500, "unforeseen"),
    ],
)
def test_every_error_has_a_status_and_a_code(error: Exception, status: int, code: str) -> None:
    answer = on_error(request(), error)
    assert (answer.status_code, json.loads(bytes(answer.body))["error"]["code"]) == (status, code)


def test_an_error_is_told_with_what_to_do_next_and_without_control_signs() -> None:
    answer = on_error(request(), CallError("a\nb\x1b[31m", advice="Do that."))
    assert json.loads(bytes(answer.body))["error"] == {
        "message": r"a\nb\x1b[31m",
        "advice": "Do that.",
        "code": "CallError",
    }


def test_who_has_gone_is_told_nothing() -> None:
    assert on_error(request(), ClientDisconnect()).body == b""


def test_values_that_json_has_not_are_told_as_text() -> None:
    from fractions import Fraction
    from pathlib import Path

    assert json.loads(bytes(Json({"a": Fraction(1, 3), "b": Path("/c")}).body)) == {"a": "1/3", "b": "/c"}
