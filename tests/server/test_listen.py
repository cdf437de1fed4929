"""A server stands on an address for as long as a block lasts or until a signal comes, and waits for nobody for ever."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from ipaddress import IPv4Address

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from preflight.errors import NotDone
from preflight.server import listen
from preflight.server.listen import LOOPBACK, is_loopback, listening, running, serve
from preflight.system.signals import STOPS


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every request with its path."""
    if scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def broken(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as ASGI has it
    """Fail before anything is served."""
    raise ZeroDivisionError


def url(sock: socket.socket) -> str:
    return f"http://{LOOPBACK}:{sock.getsockname()[1]}"


@pytest.fixture
def sock() -> Iterator[socket.socket]:
    with closing(listening(0)) as one:
        yield one


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_what_only_this_machine_reaches_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", str(IPv4Address(0)), "::", "10.0.0.1", "localhost.attacker.example", "127.0.0.1.nip.io", "127.1"]
)
def test_any_other_name_is_not(host: str) -> None:
    assert not is_loopback(host)


def test_a_port_is_free_or_it_is_said_which_one_is_taken(sock: socket.socket) -> None:
    port = sock.getsockname()[1]
    assert sock.getsockname()[0] == LOOPBACK
    with pytest.raises(NotDone, match=f"port {port}"):
        listening(port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(NotDone, match="port"):
        listening(0, "192.0.2.1")


def test_a_server_is_there_for_as_long_as_its_block(sock: socket.socket) -> None:
    with running(app, sock):
        answer = httpx.get(url(sock), trust_env=False)
        assert answer.text == "ok"
        assert not {"server", "date"} & {*answer.headers}
    assert sock.fileno() == -1


def test_a_block_that_fails_ends_the_server_too(sock: socket.socket) -> None:
    with pytest.raises(ZeroDivisionError), running(app, sock):
        raise ZeroDivisionError
    assert sock.fileno() == -1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # uvicorn ends its thread by exit
def test_an_application_that_does_not_start_is_told(sock: socket.socket) -> None:
    with pytest.raises(NotDone, match="did not start"), running(broken, sock):
        pytest.fail("it was started")


def test_a_connection_that_asks_nothing_is_dropped(sock: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen, "HEAD_S", 0.05)
    with running(app, sock):
        for begun in (b"", b"GET / HTTP/1.1\r\nHost:"):
            with socket.create_connection(sock.getsockname()) as silent:
                silent.sendall(begun)
                silent.settimeout(30)
                assert _rest(silent) == b""


def _rest(one: socket.socket) -> bytes:
    """Read until the other side ends, which may be by a reset."""
    try:
        return one.recv(1 << 16)
    except ConnectionResetError:
        return b""


def test_a_connection_may_ask_again(sock: socket.socket) -> None:
    with running(app, sock), httpx.Client(base_url=url(sock), trust_env=False) as client:
        assert [client.get("/").text for _ in range(3)] == ["ok"] * 3


@pytest.mark.parametrize("number", STOPS)
def test_a_signal_ends_it_and_is_nobody_s_afterwards(sock: socket.socket, number: signal.Signals) -> None:
    before, met = signal.getsignal(number), list[str]()

    def ready() -> None:
        met.append(httpx.get(url(sock), trust_env=False).text)
        os.kill(os.getpid(), number)

    serve(app, sock, ready, on_stop=lambda: met.append("stopped"))
    assert met == ["ok", "stopped"]
    assert signal.getsignal(number) == before
