"""Who may call the tools by HTTP."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from preflight.mcp.calls import SharedState
from preflight.mcp.http import PATH, BearerAuth, read_token
from preflight.mcp.roots import Roots
from preflight.mcp.server import Tools
from preflight.server.listen import listening, running

TOKEN = "a-token-of-sixteen-letters-or-more"  # noqa: S105 - of this test alone
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
}


@pytest.fixture(scope="module")
def url(place: Path) -> Iterator[str]:
    sock, tools = listening(0), Tools(SharedState(roots=Roots([place / "root"])))
    app = tools.server().streamable_http_app(streamable_http_path=PATH, host="127.0.0.1")
    with running(BearerAuth(app, TOKEN), sock):
        yield f"http://127.0.0.1:{sock.getsockname()[1]}{PATH}"
    tools.close()


def status(url: str, **headers: str) -> int:
    accept = {"Accept": "application/json, text/event-stream", **headers}
    return httpx.post(url, json=CALL, headers=accept, trust_env=False).status_code


def test_who_knows_the_token_is_let_in(url: str) -> None:
    assert status(url, Authorization=f"Bearer {TOKEN}") == 200
    assert status(url, Authorization=f"bearer  {TOKEN}") == 200


@pytest.mark.parametrize("told", ["", "BearerAuth", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "BearerAuth x"])
def test_nobody_else_is(url: str, told: str) -> None:
    assert status(url, Authorization=told) == 401


def test_another_name_of_this_server_and_another_site_are_refused(url: str) -> None:
    known = {"Authorization": f"Bearer {TOKEN}"}
    assert status(url, **known, Host="evil.example") == 421
    assert status(url, **known, Origin="https://evil.example") == 403


def test_a_token_is_read_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    assert read_token(tmp_path / "token") == TOKEN
