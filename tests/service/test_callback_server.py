"""The port for callbacks: whatever a stranger sends, within bounds, and nothing learnt by sending it."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from preflight.errors import NotDone
from preflight.report.remedies import said
from preflight.service import callback_server as module
from preflight.service.callback_server import MAX_BYTES, Named, Receiver, Rejected

TASK = {"id": "task-unified-1", "status": "completed", "progress": 100, "results": ["https://x/y.mp4"]}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver("127.0.0.1", 0)
    with receiver.open():
        yield receiver


def post(receiver: Receiver, content: bytes | str, **headers: str) -> httpx.Response:
    with httpx.Client(trust_env=False) as client:
        return client.post(receiver.url, content=content, headers=headers)


def raw(receiver: Receiver, *pieces: bytes) -> bytes:
    """Send bytes as they are, and return the answer until the connection ends."""
    with socket.create_connection(("127.0.0.1", int(receiver.port)), timeout=120) as connection:
        for piece in pieces:
            connection.sendall(piece)
        answer = b""
        while block := connection.recv(65536):
            answer += block
    return answer


def rejected(receiver: Receiver) -> str:
    heard = receiver.receive(5)
    assert isinstance(heard, Rejected)
    return heard.words


def test_a_callback_is_taken_by_its_id_alone(receiver: Receiver) -> None:
    answer = post(receiver, json.dumps(TASK))
    assert (answer.status_code, answer.content) == (204, b"")
    assert receiver.receive(5) == Named("task-unified-1")
    assert receiver.receive(0.01) is None


@pytest.mark.parametrize("body", [TASK, {"id": "a"}, {"data": {"id": "a"}}, {"id": "a", "status": 7, "results": {}}])
def test_only_the_id_is_essential_and_any_path_will_do(receiver: Receiver, body: object) -> None:
    with httpx.Client(trust_env=False) as client:
        assert client.post(f"{receiver.url}hooks/x?y=1", json=body).status_code == 204
    assert isinstance(receiver.receive(5), Named)


BAD = [b"", b"no json", b"[]", b"7", b"{}", b'{"id": ""}', b'{"id": "../credits"}', b'{"id": 7}', b"\xff", b"[" * 9999]


@pytest.mark.parametrize("body", [*BAD, b'{"id": "' + b"x" * 500 + b'"}'], ids=lambda body: repr(body[:24]))
def test_what_is_no_task_is_turned_away(receiver: Receiver, body: bytes) -> None:
    assert post(receiver, body).status_code == 400
    assert rejected(receiver) == "a POST that is no task (from 127.0.0.1)"


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 3 << 20])
def test_what_is_too_long_is_turned_away_and_its_sender_reads_why(receiver: Receiver, size: int) -> None:
    assert post(receiver, b"x" * size).status_code == 413
    assert f"{size:,} bytes; at most 1,048,576" in rejected(receiver)


def test_the_longest_that_is_read_is_read(receiver: Receiver) -> None:
    body = json.dumps(TASK).encode()
    assert post(receiver, body + b" " * (MAX_BYTES - len(body))).status_code == 204


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
def test_every_other_method_is_told_which_one_is_meant(receiver: Receiver, method: str) -> None:
    with httpx.Client(trust_env=False) as client:
        answer = client.request(method, receiver.url)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert rejected(receiver) == f"{method}: only POST is answered (from 127.0.0.1)"


def test_a_post_has_to_say_how_long_it_is(receiver: Receiver) -> None:
    assert b" 411 " in raw(receiver, b"POST / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert "how long" in rejected(receiver)


@pytest.mark.parametrize("length", ["-1", "1e3", "²", "9" * 21, ""])
def test_a_length_that_is_none_is_no_http(receiver: Receiver, length: str) -> None:
    assert b" 400 " in raw(receiver, f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
    assert "is no HTTP" in rejected(receiver)


@pytest.mark.parametrize(
    "request_line",
    [b"\x16\x03\x01\x02\0\x01\n\n", b"POST\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n", b"A" * 70_000 + b"\r\n\r\n"],
)
def test_what_is_no_http_is_turned_away(receiver: Receiver, request_line: bytes) -> None:
    raw(receiver, request_line)
    assert rejected(receiver) == "a request that is no HTTP (from 127.0.0.1)"


def test_a_post_that_ends_early_is_no_callback(receiver: Receiver) -> None:
    with socket.create_connection(("127.0.0.1", int(receiver.port))) as connection:
        connection.sendall(b'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"id"')
        connection.shutdown(socket.SHUT_WR)
        assert b" 400 " in connection.recv(4096)
    assert "ended early" in rejected(receiver)


def test_the_answer_tells_nothing_about_who_answers(receiver: Receiver) -> None:
    answer = raw(receiver, b"GET / HTTP/1.0\r\n\r\n").lower()
    assert b"python" not in answer
    assert b"server: preflight" in answer


def test_dripping_does_not_hold_a_connection(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXCHANGE_S", 0.5)
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", int(receiver.port)), timeout=10) as connection:
        ended = False
        while not ended and time.monotonic() - begun < 120:
            try:
                connection.sendall(b"P")
                connection.settimeout(0.1)
                ended = connection.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                ended = True
    assert 0.3 < time.monotonic() - begun < 120
    assert post(receiver, json.dumps(TASK)).status_code == 204


def test_more_at_once_than_there_are_places_are_hung_up_on_and_the_next_is_served(receiver: Receiver) -> None:
    idle = [socket.create_connection(("127.0.0.1", int(receiver.port)), timeout=5) for _ in range(module.AT_ONCE)]
    try:
        with socket.create_connection(("127.0.0.1", int(receiver.port)), timeout=5) as further:
            assert further.recv(1) == b""
    finally:
        for connection in idle:
            connection.close()
    give_up = time.monotonic() + 120
    while True:
        try:
            assert post(receiver, json.dumps(TASK)).status_code == 204
        except httpx.HTTPError:
            assert time.monotonic() < give_up
            time.sleep(0.02)
        else:
            break


def test_a_full_queue_asks_the_sender_to_come_again(receiver: Receiver) -> None:
    while receiver.put(Named("a")):
        pass
    assert post(receiver, json.dumps(TASK)).status_code == 503


def test_a_port_that_is_taken_is_told(receiver: Receiver) -> None:
    with pytest.raises(NotDone, match=f"port {receiver.port}") as caught:
        Receiver("127.0.0.1", int(receiver.port))
    assert "--port" in said(caught.value.remedies)


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid", "a" * 300])
def test_an_address_that_is_not_ours_is_told(host: str) -> None:
    with pytest.raises(NotDone, match="port 0"):
        Receiver(host, 0)


def test_the_newer_loopback_address_will_do_where_there_is_one() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        receiver = Receiver("::1", 0)
    except NotDone:
        pytest.skip("no IPv6 here")
    with receiver.open():
        assert receiver.url.startswith("http://[::1]:")
        assert post(receiver, json.dumps(TASK)).status_code == 204


def test_a_closed_receiver_gives_its_port_back() -> None:
    first = Receiver("127.0.0.1", 0)
    with first.open():
        port = int(first.port)
    with Receiver("127.0.0.1", port).open():
        pass


# ---- what HTTP/1.1 obliges a server to take --------------------------------------------------------------------------


def test_a_body_in_chunks_is_taken(receiver: Receiver) -> None:
    pieces = (piece.encode() for piece in ('{"id": ', '"task-unified-1"', "}"))
    with httpx.Client(trust_env=False) as client:
        assert client.post(receiver.url, content=pieces).status_code == 204
    assert receiver.receive(5) == Named("task-unified-1")


def test_a_chunk_with_extensions_and_a_trailer_is_taken(receiver: Receiver) -> None:
    body = json.dumps(TASK).encode()
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n"
    chunks = f"{len(body):x};a=b\r\n".encode() + body + b"\r\n0\r\nX-A: 1\r\n\r\n"
    assert raw(receiver, head, chunks).startswith(b"HTTP/1.1 204")
    assert isinstance(receiver.receive(5), Named)


def test_who_waits_for_leave_to_send_gets_it(receiver: Receiver) -> None:
    body = json.dumps(TASK).encode()
    head = f"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", int(receiver.port)), timeout=120) as connection:
        connection.sendall(head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert connection.recv(65536).startswith(b"HTTP/1.1 204")


@pytest.mark.parametrize("target", [b"http://callbacks.example/x", b"/x?y=1", b"*"])
def test_every_form_of_a_target_is_taken(receiver: Receiver, target: bytes) -> None:
    body = json.dumps(TASK).encode()
    head = b"POST " + target + b" HTTP/1.1\r\nhOsT: x\r\ncontent-LENGTH:   %d  \r\n\r\n" % len(body)
    assert raw(receiver, head + body).startswith(b"HTTP/1.1 204")


def test_chunks_without_end_are_turned_away(receiver: Receiver) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", int(receiver.port)), timeout=120) as connection:
        connection.sendall(head + chunk * (MAX_BYTES // 0x10000 + 1))
        assert connection.recv(65536).startswith(b"HTTP/1.1 413")
    assert "more than 1,048,576 bytes" in rejected(receiver)


@pytest.mark.parametrize(
    "head", [b"Content-Length: 5\r\nContent-Length: 6", b"Content-Length: -1", b"Content-Length: 5\r\nA b: c"]
)
def test_a_head_that_can_be_read_in_two_ways_is_no_http(receiver: Receiver, head: bytes) -> None:
    assert raw(receiver, b"POST / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\nabcdef").startswith(b"HTTP/1.1 400")
    assert "is no HTTP" in rejected(receiver)


# ---- bounds ----------------------------------------------------------------------------------------------------------


def connected(receiver: Receiver) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(receiver.port)), timeout=120)


def soon(receiver: Receiver) -> None:
    """Require that a callback is taken in the end."""
    give_up = time.monotonic() + 120
    while True:
        try:
            assert post(receiver, json.dumps(TASK)).status_code == 204
        except httpx.HTTPError:
            assert time.monotonic() < give_up
            time.sleep(0.02)
        else:
            return


def test_a_flood_of_what_is_turned_away_leaves_room_for_callbacks(receiver: Receiver) -> None:
    for _ in range(module.WAITING + 10):
        raw(receiver, b"GET /wp-login.php HTTP/1.1\r\nHost: x\r\n\r\n")
    assert post(receiver, json.dumps(TASK)).status_code == 204
    heard = [receiver.receive(0.01) for _ in range(module.WAITING)]
    assert heard.count(Named("task-unified-1")) == 1
    assert sum(isinstance(one, Rejected) for one in heard) == module.REJECTED_WAITING


def test_however_many_connect_no_more_than_so_many_are_served(receiver: Receiver) -> None:
    before = threading.active_count()
    crowd = [connected(receiver) for _ in range(5 * module.AT_ONCE)]
    try:
        hung_up = 0
        for one in crowd[module.AT_ONCE :]:
            with suppress(ConnectionResetError):
                assert one.recv(1) == b""
            hung_up += 1
        assert hung_up == 4 * module.AT_ONCE
        assert threading.active_count() - before <= 2 * module.AT_ONCE
    finally:
        for one in crowd:
            one.close()
    soon(receiver)


@pytest.mark.parametrize(
    "drip",
    [b"P", b"X-A: b\r\n", b"1\r\nx\r\n", b"x"],
    ids=["request line", "headers", "chunks", "body"],
)
def test_slow_senders_of_every_kind_are_hung_up_on_together(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, drip: bytes
) -> None:
    monkeypatch.setattr(module, "EXCHANGE_S", 0.6)
    start = b"POST / HTTP/1.1\r\nHost: x\r\n"
    heads = {b"P": b"", b"X-A: b\r\n": start, b"1\r\nx\r\n": start + b"Transfer-Encoding: chunked\r\n\r\n"}
    begun = time.monotonic()
    crowd = [connected(receiver) for _ in range(module.AT_ONCE)]
    for one in crowd:
        one.sendall(heads.get(drip, start + b"Content-Length: 99999\r\n\r\n"))
    going = set(crowd)
    while going and time.monotonic() - begun < 120:
        for one in list(going):
            try:
                one.sendall(drip)
            except OSError:
                going.discard(one)
        time.sleep(0.02)
    for one in crowd:
        one.close()
    assert not going
    soon(receiver)


LONG_HEADS = {
    "a long header": b"X-A: " + b"a" * (1 << 20),
    "many headers": b"X-A: b\r\n" * 50_000,
    "a long target": b"",
    "folded lines": b"X-A: b\r\n" + b" c\r\n" * 50_000,
    "a header of blanks": b"X-A:" + b" " * (1 << 20),
    "a header without end": b"X" * (1 << 20),
    "a long chunk line": b"Transfer-Encoding: chunked\r\n\r\n1;" + b"a" * (1 << 20),
    "a long trailer": b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: " + b"a" * (1 << 20),
}


@pytest.mark.parametrize("kind", LONG_HEADS)
def test_heads_that_are_too_long_are_turned_away_at_once_and_not_kept(receiver: Receiver, kind: str) -> None:
    target = b"/" + b"a" * (1 << 20) if kind == "a long target" else b"/"
    head = b"POST " + target + b" HTTP/1.1\r\nHost: x\r\n" + LONG_HEADS[kind] + b"\r\n\r\n"
    begun, answer = time.process_time(), b""
    with connected(receiver) as connection, suppress(ConnectionError):
        connection.sendall(head)
        answer = connection.recv(100)
    assert time.process_time() - begun < 5
    assert not answer or answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 "))
    assert rejected(receiver)
    soon(receiver)


def test_small_chunks_without_end_are_bounded_in_time(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred thousand chunks of one byte: each costs the reader more than its sender."""
    monkeypatch.setattr(module, "EXCHANGE_S", 1.0)
    begun, before = time.monotonic(), threading.active_count()
    with connected(receiver) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.settimeout(1)
        with suppress(OSError):
            while time.monotonic() - begun < 120:
                connection.sendall(b"1\r\nx\r\n" * 10_000)
        while threading.active_count() > before and time.monotonic() - begun < 120:
            time.sleep(0.02)
    assert time.monotonic() - begun < 120
    soon(receiver)


def test_a_second_request_on_a_connection_is_not_answered(receiver: Receiver) -> None:
    body = json.dumps(TASK).encode()
    one = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    assert raw(receiver, one * 3).count(b"HTTP/1.1 ") == 1
    assert isinstance(receiver.receive(5), Named)
    assert receiver.receive(0.05) is None
