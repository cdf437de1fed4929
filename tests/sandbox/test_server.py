"""Running the sandbox: where it listens, whom it lets in, what it leaves behind."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from preflight.sandbox import running, serve
from preflight.system.signals import STOPS
from tests.sandbox.wire import KEY, accepted, connect

if TYPE_CHECKING:
    import signal

SERVE = (
    "from preflight.sandbox import serve\n"
    "serve(run_s=60, on_ready=lambda url: print(url, flush=True))\n"
    "print('ended', flush=True)"
)


@pytest.mark.parametrize("number", STOPS)
def test_serve_ends_cleanly(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        answer = httpx.get(f"{url}/v1/credits", headers={"Authorization": f"Bearer {KEY}"}, trust_env=False)
        assert answer.status_code == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
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
