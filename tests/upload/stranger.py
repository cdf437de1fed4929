"""A server on loopback that answers each connection as told, down to the byte, and remembers what it heard."""

import json
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

KEY = "sk-secret-0123456789abcdef"


class Heard(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Reply = bytes | Callable[[socket.socket], None]


def say(body: object = b"", status: int = 200, **headers: str | None) -> bytes:
    """Write an answer: bytes as they are, anything else as JSON; a header of None is left out."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields: dict[str, str | None] = {"Content-Length": str(len(content)), "Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status} Words", *lines, "", ""]).encode() + content


def drop(connection: socket.socket) -> None:
    """Break the connection off, without a word."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silence(connection: socket.socket) -> None:
    """Say nothing until the other side has had enough."""
    connection.settimeout(5)
    connection.recv(1)


class Stranger:
    """Gives its replies in turn, the last one for ever. With `deaf`, it breaks off before it has read anything."""

    def __init__(self, *replies: Reply, deaf: int = 0) -> None:
        self.replies = list(replies)
        self.heard: list[Heard] = []
        self.connections = 0
        self._deaf = deaf
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(120)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        self.connections += 1
        if self.connections <= self._deaf:
            connection.recv(1, socket.MSG_PEEK)  # something came, and is never read
            drop(connection)
            return
        self.heard.append(_listen(connection))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, bytes):
            connection.sendall(reply)
            connection.shutdown(socket.SHUT_WR)
            silence(connection)
        else:
            reply(connection)


def _listen(connection: socket.socket) -> Heard:
    connection.settimeout(5)
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(65536) or _gone()
    lines, _, body = head.partition(b"\r\n\r\n")
    first, *rest = lines.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536) or _gone()
    method, path, _ = first.split(" ")
    return Heard(method, path, headers, body)


def _gone() -> bytes:
    raise ConnectionResetError


def closed_url() -> str:
    """Return an address on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return f"http://127.0.0.1:{unused.getsockname()[1]}"
