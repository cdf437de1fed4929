"""Prices that the user has had read: what the service says counts, dated; what cannot be read changes nothing."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest

from preflight.errors import CallError, Unreachable
from preflight.flow.prices import refresh
from preflight.profiles import edition_for, load
from preflight.profiles.prices import NoRules, keep, own_prices, rules_of
from preflight.request.file import RequestSpec, with_roles
from preflight.request.price import estimate, usd_per_s
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


def test_an_estimate_is_by_the_own_price_and_says_its_date() -> None:
    own = {S20: rules_of(GOOD, S20, read=DAY, source="https://a.example")}
    spec = RequestSpec(assets=(), prompt="A street.", model=S20, duration=10, quality="720p")
    found, before = estimate(spec, load(), Fraction(0), own), estimate(spec, load(), Fraction(0))
    assert found
    assert before
    assert (found.credits, before.credits) == (Fraction(200), Fraction(135))
    assert (found.read, found.source) == ("2026-11-29", "https://a.example")
    assert (before.read, before.source) == ("2026-10-10", None)


def test_an_own_price_takes_the_place_of_a_rate_and_of_none() -> None:
    factors = {"without_video": {"720p": 1, "1080p": 2}}
    said = {"billing_rule": "per_second", "rate": 6.8, "min_charge_uc": 200_000, "factors": factors}
    ko3, t20 = load(edition_for(KO3)), load(edition_for(T20))
    own = {model: rules_of(said, model, read=DAY, source="s") for model in (KO3, T20)}
    assert own[KO3].minimum_credits == 20
    assert usd_per_s(KO3, ko3, own) == Fraction("0.1")
    assert (usd_per_s(T20, t20), usd_per_s(T20, t20, own)) == (None, Fraction("0.1"))
    asked = RequestSpec(assets=(), prompt="A street.", model=T20, duration=10, quality="720p")
    found = estimate(asked, t20, Fraction(0), own)
    assert found
    assert found.credits == 68


def test_without_a_rule_clips_are_not_priced() -> None:
    said = rules_of({**GOOD, "model": "wan2.7-reference-video"}, "wan2.7-reference-video", read=DAY, source="s")
    spec = RequestSpec(assets=tuple(with_roles("video", ["a.mp4"])), prompt="x", model="wan2.7-reference-video")
    spec = msgspec.structs.replace(spec, quality="720p")
    profile = load(edition_for("wan2.7-reference-video"))
    assert estimate(spec, profile, Fraction(5), {"wan2.7-reference-video": said}) is None
    assert estimate(spec, profile, Fraction(0), {"wan2.7-reference-video": said}) is not None


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


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"schema": "other"}', b'{"schema": "preflight.prices/1"}'])
def test_a_file_that_was_broken_is_named_and_is_no_price(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_bytes(content)
    with pytest.raises(CallError, match="the prices kept there cannot be used"):
        own_prices(path)
    keep({S20: rules_of(GOOD, S20, read=DAY, source="s")}, path)
    assert set(own_prices(path)) == {S20}


def test_what_was_never_read_is_nothing(tmp_path: Path) -> None:
    assert own_prices(tmp_path / "none.json") == {}
    with pytest.raises(NoRules):
        rules_of("x", S20, read=DAY, source="s")


def test_by_a_plain_rate_each_second_of_a_clip_counts_and_can_be_saved() -> None:
    profile = load(edition_for(S25))
    spec = RequestSpec(assets=tuple(with_roles("video", ["a.mp4"])), prompt="x", model=S25, duration=5, quality="720p")
    found = estimate(spec, profile, Fraction(3))
    assert found
    assert (found.billed_s, found.cut_s) == (Fraction(8), Fraction(2))
    assert found.cut_credits == found.credits / 8
    family = estimate(msgspec.structs.replace(spec, model=S20), load(), Fraction(3))
    assert family
    assert (family.billed_s, family.cut_s) == (Fraction(10), Fraction(5))
