"""Idle, slow and too many connections cost little, and shut out no other client."""

from __future__ import annotations

import gzip
import socket
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from preflight.sandbox import Sandbox, running
from preflight.sandbox.listener import CONNECTIONS_MAX
from tests.sandbox.wire import connect, refused
from tests.upload.stranger import Stranger, say

if TYPE_CHECKING:
    from collections.abc import Iterator


def line_to(sandbox: Sandbox) -> socket.socket:
    place = urlsplit(sandbox.url)
    return socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=10)


def test_idle_connections_do_not_make_it_deaf() -> None:
    with running(run_s=60) as sandbox, connect(sandbox) as client, ExitStack() as stack:
        idle = [stack.enter_context(line_to(sandbox)) for _ in range(CONNECTIONS_MAX + 50)]
        assert client.get("/v1/credits").status_code == 200
        assert [one.recv(1) for one in idle[:20]] == [b""] * 20


def drops(sandbox: Sandbox, first: bytes, drop: bytes) -> Iterator[float]:
    """Drip into a connection until it is hung up on; yield how long that took."""
    begun = time.monotonic()
    with line_to(sandbox) as line, suppress(OSError):
        line.sendall(first)
        line.settimeout(0.05)
        while time.monotonic() - begun < 120:
            line.sendall(drop)
            with suppress(TimeoutError):
                if line.recv(1) == b"":
                    break
    yield time.monotonic() - begun


@pytest.mark.parametrize(("first", "drop"), [(b"", b""), (b"GET /v1/credits HTTP/1.1\r\nX: ", b"y")])
def test_the_head_of_a_request_may_not_take_for_ever(
    first: bytes, drop: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("preflight.sandbox.listener.HEAD_S", 0.4)
    with running(run_s=60) as sandbox:
        (took_s,) = drops(sandbox, first, drop)
        assert 0.3 < took_s < 120
        with connect(sandbox) as client:
            assert client.get("/v1/credits").status_code == 200
            assert client.get("/v1/credits").status_code == 200


def test_an_asset_that_comes_packed_is_not_unpacked() -> None:
    bomb = gzip.compress(gzip.compress(b"0" * (32 << 20), 9), 9)
    packed = say(bomb, Content_Encoding="gzip, gzip", Content_Type="image/png")
    with Stranger(packed) as shelf, running(run_s=60) as sandbox, connect(sandbox) as client:
        error = refused(client, image_urls=[f"{shelf.url}/a.png"], duration=4)
    assert "Error while downloading" in error["message"]
