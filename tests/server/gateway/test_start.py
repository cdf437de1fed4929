"""A gateway begins whole or not at all, tells where it is, and ends in order."""

import io
import json
import socket
from pathlib import Path

import httpx
import pytest

from preflight.errors import NotDone
from preflight.server.gateway.settings import Settings
from preflight.server.gateway.start import running_gateway
from preflight.submission.ledger import Ledger


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(base_url="http://127.0.0.1:9", ledger=tmp_path / "ledger.sqlite3", grace_s=2)


def events(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_it_says_where_it_is_and_is_there_for_as_long_as_its_block(settings: Settings) -> None:
    log = io.StringIO()
    with running_gateway(settings, log=log) as serving:
        assert httpx.get(f"{serving.url}/healthz", trust_env=False).json() == {"status": "ok"}
    start, *_, end = events(log)
    assert (start["event"], start["url"], end["event"]) == ("start", serving.url, "end")
    assert serving.state.session.is_stopped


def test_an_address_of_six_stands_in_brackets(settings: Settings) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with running_gateway(settings, host="::1") as serving:
        assert serving.url.startswith("http://[::1]:")
        assert httpx.get(f"{serving.url}/healthz", trust_env=False).status_code == 200


def test_a_port_that_is_taken_starts_nothing(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(NotDone, match="port"):
        running_gateway(settings, port=taken.getsockname()[1]).__enter__()
    assert settings.ledger
    assert not settings.ledger.exists()


def test_a_ledger_that_is_another_gateway_s_starts_nothing(settings: Settings) -> None:
    with (
        running_gateway(settings),
        pytest.raises(NotDone, match="another gateway"),
        running_gateway(settings, port=0),
    ):
        pytest.fail("a second one was started")


def test_what_an_ended_program_left_in_between_is_settled_and_told(settings: Settings, tmp_path: Path) -> None:
    import sqlite3

    with Ledger(settings.ledger) as ledger:
        entry = ledger.sent(ledger.intend(b"{}", base_url="http://127.0.0.1:9", profile="p"))
    with sqlite3.connect(tmp_path / "ledger.sqlite3") as db:
        db.execute("UPDATE entries SET owner = 'nobody'")
    db.close()
    log = io.StringIO()
    with running_gateway(settings, log=log) as serving:
        found = serving.state.ledger.find(entry.number)
        assert found
        assert found.state == "unknown"
    orphan, *_ = events(log)
    assert (orphan["event"], orphan["entry"]) == ("orphan", entry.number)
