"""A server in a thread ends when it is told to, and what it answers meanwhile is answered whole."""

import asyncio
import socket
import threading
from typing import Any

import httpx
import pytest
import uvicorn

from preflight.http_server import HttpServer


class Answers:
    """Answers at once, but for one path: there it says that it was asked, and waits to be let go on."""

    def __init__(self) -> None:
        self.asked, self.may_answer = threading.Event(), threading.Event()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401, ARG002 - as ASGI has it
        if scope["path"] == "/slow":
            self.asked.set()
            await asyncio.to_thread(self.may_answer.wait, 60)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"whole"})


class Serving:
    """A server in its thread."""

    def __init__(self, *, grace_s: int = 60) -> None:
        self.answers, self.socket = Answers(), socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        config = uvicorn.Config(
            self.answers, lifespan="off", log_config=None, timeout_graceful_shutdown=grace_s, date_header=False
        )
        self.server = HttpServer(config)
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],), daemon=True)

    def ended(self) -> bool:
        """Tell it to end, and tell whether it does."""
        self.server.end()
        self.thread.join(60)
        return not self.thread.is_alive()


def test_a_connection_without_a_request_does_not_keep_it() -> None:
    serving = Serving()
    serving.thread.start()
    with httpx.Client(base_url=serving.url, trust_env=False) as client:
        assert client.get("/").text == "whole"
        assert serving.ended()
        with pytest.raises(httpx.TransportError):
            client.get("/")


def test_a_request_in_work_is_answered_whole_before_it_ends() -> None:
    serving = Serving()
    serving.thread.start()
    told: list[str] = []
    asking = threading.Thread(target=lambda: told.append(httpx.get(f"{serving.url}/slow", trust_env=False).text))
    asking.start()
    assert serving.answers.asked.wait(60)
    serving.server.end()
    serving.answers.may_answer.set()
    asking.join(60)
    assert (told, serving.ended()) == (["whole"], True)


def test_a_request_that_takes_longer_than_it_is_given_does_not_keep_it() -> None:
    serving = Serving(grace_s=0)
    serving.thread.start()
    with socket.create_connection(serving.socket.getsockname()) as client:
        client.sendall(b"GET /slow HTTP/1.1\r\nHost: here\r\n\r\n")
        assert serving.answers.asked.wait(60)
        serving.server.end()
        serving.answers.may_answer.set()
        assert serving.ended()


def test_it_may_be_told_before_it_has_begun_and_again_when_it_has_ended() -> None:
    serving = Serving()
    serving.server.end()
    serving.thread.start()
    assert serving.ended()
    assert serving.ended()
