"""After the first byte has left everything is unknown; before it nothing has happened; and no answer takes for ever."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError, OutcomeUnknown, PreflightError, Refused, Unreachable
from preflight.report.remedies import said
from preflight.service import http as wire
from preflight.service.certificates import certificates
from preflight.service.client import Service
from preflight.service.http import HttpChannel, ResponseLost, client
from preflight.service.transport import Client, Exchange, Overdue, Sockets
from tests.upload.stranger import KEY, Reply, Stranger, closed_url, say

IDEMPOTENCY = "preflight-0123456789abcdef"
TASK = {"id": "task-unified-1", "status": "processing"}
PLACES = (
    *(b"http://[", b"http://x:port/", b"http://x:99999999/", b"//", b"http://\xff\xfe/", b"/a\x80b", b"http://[::g]/"),
    *(b"/v1/tasks/1", b"", b"?", b"javascript:alert(1)", b"http://" + b"a" * 300 + b"/", b"/" + b"x" * 70_000),
    *(b"http://a..b/", b"https://xn--a/", b"http://%00/", b"http://x@y@z/", b"mailto:a@b"),
)


def submitted(reply: Reply) -> PreflightError | str:
    """Return what a create call that is answered so came to: an error, or the task's id."""
    with Stranger(reply) as stranger, Service(stranger.url, KEY, sleep=lambda _: None) as service:
        try:
            return service.submit(b"{}", IDEMPOTENCY).id
        except PreflightError as error:
            return error


def head(*lines: bytes, body: bytes = b"", status: bytes = b"HTTP/1.1 200 Fine") -> bytes:
    return b"\r\n".join([status, *lines, b"", b""]) + body


# ---- malformed headers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: repr(place[:20]))
def test_no_location_raises_anything_but_what_the_status_means(status: int, place: bytes) -> None:
    ended = submitted(head(b"Location: " + place, b"Content-Length: 0", status=b"HTTP/1.1 %d Elsewhere" % status))
    assert type(ended) in ((Refused, OutcomeUnknown) if status in (301, 307, 308) else (OutcomeUnknown,))


MALFORMED: dict[str, bytes] = {
    "a length that is no number": head(b"Content-Length: ten"),
    "a length below nothing": head(b"Content-Length: -1"),
    "two lengths": head(b"Content-Length: 2", b"Content-Length: 3", body=b"{}"),
    "a length beyond counting": head(b"Content-Length: " + b"9" * 400),
    "a coding of transfer that nobody knows": head(b"Transfer-Encoding: gzip"),
    "a chunk without a size": head(b"Transfer-Encoding: chunked", body=b"xyz\r\n{}\r\n0\r\n\r\n"),
    "a line without a colon": head(b"Content-Length 2", body=b"{}"),
    "a name with a blank": head(b"Content Length: 2", body=b"{}"),
    "a zero byte": head(b"X: a\0b"),
    "a folded line at the beginning": head(b" folded", b"Content-Length: 0"),
    "a bare line feed": b"HTTP/1.1 200 Fine\nX: y\n\n",
    "a status of letters": head(status=b"HTTP/1.1 abc Fine"),
    "a status of four digits": head(status=b"HTTP/1.1 2000 Fine"),
    "another version": head(status=b"HTTP/9.9 200 Fine"),
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a head of 200 kB": head(b"X: " + b"y" * 200_000),
    "3,000 headers": head(*(b"X%d: y" % number for number in range(30_000))),
    "a switch of protocols": head(b"Upgrade: x", status=b"HTTP/1.1 101 Switching"),
    "a status that is none": head(status=b"HTTP/1.1 999 What"),
    "nothing": b"",
    "half a status line": b"HTTP/1.1 20",
}


@pytest.mark.parametrize("reply", MALFORMED.values(), ids=MALFORMED.keys())
def test_an_answer_that_is_malformed_leaves_the_outcome_unknown(reply: bytes) -> None:
    ended = submitted(reply)
    assert isinstance(ended, OutcomeUnknown)
    assert "reconcile" in said(ended.remedies)


ODD: dict[str, dict[str, str]] = {
    "no date": {"Date": "yesterday"},
    "a date beyond time": {"Date": "Mon, 01 Jan 99999 99:99:99 GMT"},
    "a date with a zone beyond time": {"Date": "Mon, 01 Jan 0001 00:00:00 +9999"},
    "a pause beyond counting": {"Retry-After": "9" * 500},
    "a cookie that is none": {"Set-Cookie": "\x80=; Expires=never; Domain=..; Path=\\"},
    "a charset that nobody knows": {"Content-Type": "application/json; charset=klingon"},
    "a link": {"Link": "<<<>;;"},
}


@pytest.mark.parametrize("headers", ODD.values(), ids=ODD.keys())
def test_an_odd_header_beside_a_whole_answer_is_passed_over(headers: dict[str, str]) -> None:
    lines = [f"{name}: {value}".encode("latin-1") for name, value in headers.items()]
    content = b'{"id": "task-unified-1"}'
    assert submitted(head(*lines, b"Content-Length: %d" % len(content), body=content)) == "task-unified-1"


@given(
    status=st.sampled_from([200, 201, 302, 303, 304, 500, 503]),
    lines=st.lists(
        st.tuples(
            st.sampled_from([b"Location", b"Content-Length", b"Transfer-Encoding", b"Content-Encoding", b"Date",
                             b"Retry-After", b"Set-Cookie", b"Connection", b"Content-Type", b"\xff", b"a b", b""]),
            st.binary(max_size=40),
        ),
        max_size=4,
    ),
    body=st.sampled_from([b"", b"{}", b'{"id": "task-unified-1"}', b"\x1f\x8b", b"\xff" * 9]),
)  # fmt: skip
def test_whatever_the_headers_say_no_create_call_is_called_refused(
    status: int, lines: list[tuple[bytes, bytes]], body: bytes
) -> None:
    reply = head(*(name + b": " + value for name, value in lines), body=body, status=b"HTTP/1.1 %d Words" % status)

    def answer(connection: socket.socket) -> None:
        connection.sendall(reply)

    ended = submitted(answer)
    assert ended == "task-unified-1" or isinstance(ended, OutcomeUnknown) or _says_when(status, lines)


def _says_when(status: int, lines: list[tuple[bytes, bytes]]) -> bool:
    """Tell whether an answer says that the service is busy, which is an answer."""
    return status == 503 and any(name == b"Retry-After" for name, _ in lines)


# ---- packed answers --------------------------------------------------------------------------------------------------


def bomb(layers: int) -> bytes:
    content = b"0" * (64 << 20)
    for _ in range(layers):
        content = gzip.compress(content, 9, mtime=0)
    return content


@pytest.mark.parametrize(
    ("coding", "content"),
    [
        ("gzip", gzip.compress(b'{"id": "task-unified-1"}', mtime=0)),
        ("gzip, gzip, gzip", None),
        ("deflate", b"x"),
        ("br", b"x"),
        ("zstd", b"x"),
        ("gzip;q=1", b"x"),
        ("GZIP", gzip.compress(b"{}", mtime=0)),
        ("what", b"{}"),
    ],
)
def test_an_answer_that_comes_packed_is_not_unpacked(coding: str, content: bytes | None) -> None:
    content = bomb(3) if content is None else content
    begun = time.process_time()
    ended = submitted(say(content, Content_Encoding=coding))
    assert isinstance(ended, OutcomeUnknown)
    assert "packed" in ended.message
    assert time.process_time() - begun < 5


# ---- deadlines -------------------------------------------------------------------------------------------------------


def dripping(first: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    def drip(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(first)
            for _ in range(10_000):
                connection.sendall(drop)
                time.sleep(0.02)

    return drip


DRIPS = {
    "a status line": dripping(b"HTTP/1.1 200 ", b"F"),
    "headers": dripping(b"HTTP/1.1 200 Fine\r\n", b"X: y\r\n"),
    "one long header": dripping(b"HTTP/1.1 200 Fine\r\nX: ", b"y"),
    "answers before the answer": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "hints before the answer": dripping(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    "a body": dripping(b"HTTP/1.1 200 Fine\r\nContent-Length: 100000\r\n\r\n", b" "),
    "chunks": dripping(b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "trailers": dripping(b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"X: y\r\n"),
}


@pytest.mark.parametrize("reply", DRIPS.values(), ids=DRIPS.keys())
def test_what_drips_ends_at_the_deadline(reply: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "ANSWER_S", 0.3)
    begun = time.monotonic()
    ended = submitted(reply)
    assert isinstance(ended, OutcomeUnknown)
    assert "not whole after" in ended.message
    assert time.monotonic() - begun < 120


def test_a_request_that_nobody_reads_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "ANSWER_S", 0.3)
    monkeypatch.setattr(wire, "SLOWEST_BYTES_S", 1 << 40)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with HttpChannel(url, KEY) as line, pytest.raises(ResponseLost, match="not whole"):
            line.call("POST", "/", content=b"x" * (64 << 20))


def test_a_result_that_drips_is_lost_in_the_end() -> None:
    with (
        Stranger(DRIPS["a body"]) as stranger,
        client(limit_s=0.3) as plain,
        pytest.raises(Overdue),
        plain.stream("GET", stranger.url) as response,
    ):
        response.read()


# ---- nothing left ----------------------------------------------------------------------------------------------------


def carried(proxy: str, url: str) -> Exchange:
    """Send a request by way of a proxy, and return what became of it."""
    exchange = Exchange(5.0)
    address = httpx.URL(proxy)
    through = httpcore.Proxy(httpcore.URL(scheme=address.scheme, host=address.host, port=address.port or 0, target="/"))
    with pytest.raises((httpx.HTTPError, OSError, RuntimeError)):
        _client(through).send("POST", url, content=b"{}", exchange=exchange)
    return exchange


def _client(through: httpcore.Proxy | None) -> Client:
    timeouts = {"connect": 2.0, "read": 2.0, "write": 2.0, "pool": 2.0}
    return Client(Sockets(lambda _: through, certificates), headers={}, limit_s=5.0, timeouts=timeouts)


PROXY_ANSWERS = {
    "refuses": say(b"", 403),
    "wants a password": say(b"", 407),
    "hangs up": b"",
    "speaks otherwise": b"220 smtp ready\r\n\r\n",
    "takes the connection and hangs up": head(status=b"HTTP/1.1 200 Connection established"),
}


@pytest.mark.parametrize("reply", PROXY_ANSWERS.values(), ids=PROXY_ANSWERS.keys())
def test_what_a_proxy_does_before_the_request_is_no_lost_answer(reply: bytes) -> None:
    with Stranger(reply) as proxy:
        exchange = carried(proxy.url, "https://service.example/")
    assert exchange.is_watched
    assert not exchange.left


def test_a_request_to_a_proxy_in_the_open_has_left() -> None:
    with Stranger(b"") as proxy:
        assert carried(proxy.url, "http://service.example/").left


@contextmanager
def hanging_up() -> Iterator[int]:
    """Give a port on which one connection is heard and hung up on."""

    def hang_up(port: socket.socket) -> None:
        connection, _ = port.accept()
        with connection:
            connection.recv(10)

    with socket.create_server(("127.0.0.1", 0)) as port:
        thread = threading.Thread(target=hang_up, args=(port,))
        thread.start()
        yield port.getsockname()[1]
        thread.join()


def test_a_socks_proxy_that_hangs_up_has_heard_nothing_of_the_request() -> None:
    with hanging_up() as port:
        assert not carried(f"socks5://127.0.0.1:{port}", "http://service.example/").left


def test_a_handshake_that_fails_is_no_lost_answer() -> None:
    with hanging_up() as port, HttpChannel(f"https://127.0.0.1:{port}", KEY) as line, pytest.raises(Unreachable):
        line.call("POST", "/v1/videos/generations", content=b"{}")


def test_a_header_that_cannot_be_sent_has_not_left() -> None:
    with Stranger(say(TASK)) as stranger, HttpChannel(stranger.url, KEY) as line, pytest.raises(Unreachable):
        line.call("GET", "/", headers={"X": "a\nb"})
    assert not stranger.heard


def test_a_port_without_anybody_is_unreachable() -> None:
    exchange = Exchange(5.0)
    with pytest.raises(httpx.ConnectError), _client(None).stream("GET", closed_url(), exchange=exchange):
        pass
    assert not exchange.left


def test_an_address_that_is_none_is_a_wrong_call() -> None:
    with pytest.raises(CallError):
        HttpChannel("https://h\u2028x", KEY)
