"""Own prices stand over those that came with the program; what cannot be read is no price."""

import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest

from preflight.errors import CallError
from preflight.profiles import edition_for, load
from preflight.profiles.prices import NoRules, keep, own_prices, rules_of
from preflight.request.file import RequestSpec, with_roles
from preflight.request.price import estimate, usd_per_s

DAY = dt.date(2026, 11, 29)
S20, S25, T20, KO3 = (
    "seedance-2.0-reference-to-video",
    "seedance-2.5-reference-to-video",
    "seedance-2.0-text-to-video",
    "kling-o3-reference-to-video",
)
GOOD: dict[str, Any] = {
    "model": S20,
    "billing_rule": "per_second",
    "rate": 20,
    "minimum": 30,
    "factors": {"without_video": {"480p": 0.5, "720p": 1}, "with_video": {"480p": 0.3, "720p": 0.6}},
}


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
