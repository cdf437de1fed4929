"""Running the sandbox: where it listens, whom it lets in, what it leaves behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from preflight.sandbox import Settings, running, serve
from tests.sandbox.wire import KEY, accepted, connect

if TYPE_CHECKING:
    import logging

SERVE = (
    "from preflight.sandbox import serve\n"
    "serve(run_s=60, on_ready=lambda url: print(url, flush=True))\n"
    "print('ended', flush=True)"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_cleanly(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        answer = httpx.get(f"{url}/v1/credits", headers={"Authorization": f"Bearer {KEY}"}, trust_env=False)
        assert answer.status_code == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "ended\n", "")


def test_running_takes_a_free_port_and_leaves_nothing_behind() -> None:
    with running() as first, running() as second:
        assert first.url != second.url
        assert urlsplit(first.url).hostname == "127.0.0.1"
        folder = first.state.folder
        assert folder.is_dir()
    assert not folder.exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(first.url, trust_env=False)


def test_running_ends_although_a_client_keeps_its_connection_and_a_task_still_runs() -> None:
    with running(run_s=600) as sandbox:
        client = connect(sandbox)
        accepted(client)
    client.close()
    assert sandbox.tasks[0].status in {"pending", "processing"}


def test_the_port_can_be_chosen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"), running(port=port):
            pass
    with running(port=port, host="localhost") as sandbox:
        assert sandbox.url == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])  # noqa: S104 - refused, not bound
def test_only_loopback_addresses_are_accepted(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        serve(host=host)
    with pytest.raises(ValueError, match="loopback"), running(host=host):
        pass


@pytest.mark.parametrize(
    "settings", [{"speed": 1}, {"run_s": "fast"}, {"edition": "1999-01"}, {"judge_at": "never"}, {"keys": "k"}]
)
def test_settings_that_do_not_exist_or_have_wrong_values_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="sandbox settings"), running(**settings):
        pass


def test_settings_can_be_read_back() -> None:
    with running(run_s=1, keys={"a", "b"}) as sandbox:
        assert sandbox.settings == Settings(run_s=1.0, keys=frozenset({"a", "b"}))


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic sk-known", "sk-known", "Bearer sk-unknown"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/videos/generations"),
        ("GET", "/v1/tasks"),
        ("GET", "/v1/tasks/x"),
        ("GET", "/v1/credits"),
        ("POST", "/api/v1/files/upload/stream"),
        ("GET", "/api/v1/files/list"),
        ("GET", "/api/v1/files/quota"),
        ("DELETE", "/api/v1/files/x"),
    ],
)
def test_every_route_but_downloads_needs_a_key(keyed: str, method: str, path: str, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = httpx.request(method, keyed + path, headers=headers, trust_env=False)
    assert answer.status_code == 401
    told = answer.json()
    assert told["success"] is False if path.startswith("/api") else told["error"]["type"] == "authentication_error"


def test_a_known_key_is_let_in(keyed: str) -> None:
    answer = httpx.get(f"{keyed}/v1/credits", headers={"Authorization": "bearer sk-known"}, trust_env=False)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/v1/none", 404), ("GET", "/v1/videos/generations", 405), ("PUT", "/v1/tasks", 405)],
)
def test_what_is_not_served_is_told_in_the_error_shape(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message", "type"}


def test_requests_are_remembered_without_their_headers() -> None:
    with running(run_s=60) as sandbox, connect(sandbox) as client:
        accepted(client)
        client.get("/v1/tasks/none")
        seen = [(request.method, request.path, request.status) for request in sandbox.requests]
        assert KEY not in repr(sandbox.requests)
    assert seen == [("POST", "/v1/videos/generations", 200), ("GET", "/v1/tasks/none", 404)]


def test_no_log_line_holds_a_key(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(0), running(run_s=0) as sandbox, connect(sandbox) as client:
        accepted(client)
        client.get("/none")
    lines: list[logging.LogRecord] = caplog.records
    assert KEY not in "".join(line.getMessage() for line in lines)
    assert capfd.readouterr() == ("", "")


def test_an_unexpected_failure_is_told_and_keeps_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as sandbox, connect(sandbox) as client:
        monkeypatch.setattr(type(sandbox.state.book), "left", property(lambda _: 1 / 0))
        answer = client.get("/v1/credits")
    assert (answer.status_code, answer.json()["error"]["message"]) == (500, "the sandbox failed: ZeroDivisionError")
