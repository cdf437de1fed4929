"""Prices that the user has had read: what the service says counts, dated; what cannot be read changes nothing."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from preflight.errors import Unreachable
from preflight.flow.prices import refresh
from preflight.profiles import edition_for, load
from preflight.profiles.prices import keep, own_prices, rules_of
from preflight.sandbox import Faults, read_fault, running

S20, S25, T20, KO3 = (
    "seedance-2.0-reference-to-video",
    "seedance-2.5-reference-to-video",
    "seedance-2.0-text-to-video",
    "kling-o3-reference-to-video",
)
DAY = dt.date(2026, 11, 29)
GOOD: dict[str, Any] = {
    "model": S20,
    "billing_rule": "per_second",
    "rate": 20,
    "minimum": 30,
    "factors": {"without_video": {"480p": 0.5, "720p": 1}, "with_video": {"480p": 0.3, "720p": 0.6}},
}


def pairs(*models: str) -> list[tuple[str, Any]]:
    return [(model, load(edition_for(model))) for model in models]


@pytest.fixture
def answering() -> Iterator[Callable[[object], str]]:
    """A service that gives one answer to whatever is asked."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: object) -> str:
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                assert "authorization" not in self.headers
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_what_the_service_says_is_kept_with_its_date_and_what_moved_is_told(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    with running() as sandbox:
        found = refresh(pairs(S20, T20, S25, "wan2.7-text-to-video"), sandbox.url, path=path)
        again = refresh(pairs(S20), sandbox.url, path=path)
    by = {one.model: one for one in found.models}
    assert by[S20].places == ("1080p", "4k", "1080p with clips", "4k with clips")
    assert by[T20].before == {}
    assert by[T20].after["720p"] == Fraction("13.5")
    assert by["wan2.7-text-to-video"].absent
    assert again.models[0].places == ()
    kept = own_prices(path)
    assert set(kept) == {S20, T20, S25}
    assert (kept[S20].read, kept[S20].source) == (found.read, found.source)
    assert found.faults == ()


BROKEN: list[tuple[object, str]] = [
    (b"<html>", "not whole JSON"),
    ([], "expected an object"),
    ({"data": None}, "expected an object"),
    ({**GOOD, "model": "another"}, "about another"),
    ({**GOOD, "billing_rule": "per_token"}, "bills per_token"),
    ({**GOOD, "rate": None}, "rate: expected a number"),
    ({**GOOD, "rate": True}, "rate: expected a number"),
    ({**GOOD, "rate": 0}, "rate: expected a number above 0"),
    ({**GOOD, "rate": -1}, "rate: expected 0 to"),
    ({**GOOD, "rate": 1e300}, "rate: expected 0 to 1,000,000"),
    ({**GOOD, "rate": 135_000}, "not believed"),
    ({**GOOD, "rate": 0.0135}, "not believed"),
    ({key: value for key, value in GOOD.items() if key != "minimum"}, "minimum: expected a number"),
    ({**GOOD, "factors": {}}, "expected a factor for each quality"),
    ({**GOOD, "factors": {"without_video": {"720p": "much"}}}, "without_video.720p: expected a number"),
]


@pytest.mark.parametrize(("answer", "why"), BROKEN)
def test_an_answer_that_cannot_be_read_or_believed_changes_nothing(
    answer: object, why: str, answering: Callable[[object], str], tmp_path: Path
) -> None:
    path = tmp_path / "prices.json"
    keep({S20: rules_of(GOOD, S20, read=DAY, source="s")}, path)
    before = path.read_bytes()
    (moved,) = refresh(pairs(S20), answering(answer), path=path).models
    assert why in moved.fault
    assert moved.before == moved.after
    assert path.read_bytes() == before


def test_a_wrapped_answer_is_read(answering: Callable[[object], str], tmp_path: Path) -> None:
    found = refresh(pairs(S20), answering({"success": True, "data": GOOD}), path=tmp_path / "p.json")
    assert found.models[0].after["720p"] == 20


@pytest.mark.parametrize("kind", ["500", "truncated", "drop-before", "malformed"])
def test_a_service_that_fails_changes_nothing(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    with running(faults=Faults(faults=(read_fault(f"prices:{kind}"),))) as sandbox:
        found = refresh(pairs(S20), sandbox.url, path=path)
    assert found.faults
    assert found.path is None
    assert not path.exists()


def test_a_service_that_is_not_there_is_told(tmp_path: Path) -> None:
    with running() as sandbox:
        gone = sandbox.url
    with pytest.raises(Unreachable):
        refresh(pairs(S20, S25), gone, path=tmp_path / "prices.json")
