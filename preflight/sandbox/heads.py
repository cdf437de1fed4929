"""Malform the head of a captured response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from preflight.sandbox.breaking import CapturedResponse

_PLACES = (
    *(b"http://[", b"http://x:port/", b"http://\xff\xfe/", b"//", b"http://a..b/", b"http://x:99999999/"),
    *(b"/\x80", b"javascript:alert(1)", b"/v1/tasks/1", b"/" + b"x" * 70_000),
)
HEADS: Final[dict[str, tuple[tuple[bytes, tuple[bytes, ...]], ...]]] = {
    "bad-location": tuple(
        (status, (b"Location: " + place, b"Content-Length: 0"))
        for place in _PLACES
        for status in (b"303 See Other", b"302 Found")
    ),
    "bad-length": tuple(
        (b"200 OK", lines)
        for lines in (
            (b"Content-Length: ten",),
            (b"Content-Length: -1",),
            (b"Content-Length: 2", b"Content-Length: 3"),
            (b"Content-Length: " + b"9" * 60,),
            (b"Transfer-Encoding: chunked",),
            (b"Transfer-Encoding: gzip",),
        )
    ),
    "bad-header": tuple(
        (b"200 OK", (line, b"Connection: close"))
        for line in (
            b"no colon",
            b"a b: c",
            b"X: a\0b",
            b" folded",
            b": nameless",
            b"X\x80: y",
            b"X: " + b"y" * 200_000,
        )
    ),
    "bad-status": tuple(
        (status, (b"Connection: close",))
        for status in (b"abc OK", b"2000 OK", b"", b"999 What", b"101 Switching", b"20")
    ),
    "bad-coding": tuple(
        (b"200 OK", (b"Content-Encoding: " + coding, b"Connection: close"))
        for coding in (b"gzip", b"br", b"gzip, gzip, gzip", b"deflate", b"what")
    ),
    "bad-date": tuple(
        (b"200 OK", (b"Date: " + date, b"Retry-After: " + date, b"Set-Cookie: \x80=;;", b"Connection: close"))
        for date in (
            b"yesterday",
            b"Mon, 01 Jan 99999 99:99:99 GMT",
            b"-1",
            b"9" * 300,
            b"Mon, 01 Jan 0001 00:00:00 +9999",
        )
    ),
}
"""Kind → variants, in turn: status and headers. Only bad-date leaves the response intact."""


def malformed(kind: str, count: int, response: CapturedResponse) -> bytes:
    """Format a response with the nth malformed head of a kind."""
    variants = HEADS[kind]
    status, lines = variants[count % len(variants)]
    return b"\r\n".join([b"HTTP/1.1 " + status, *lines, b"", b""]) + response.body


def whole(response: CapturedResponse) -> bytes:
    """Format a response as bytes, intact."""
    head = [b"HTTP/1.1 %d OK" % response.status, *(name + b": " + value for name, value in response.headers)]
    return b"\r\n".join([*head, b"Connection: close", b"", b""]) + response.body


INTERIM = (
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
    b"HTTP/1.1 102 Processing\r\n\r\n",
)
"""1xx responses."""
