"""Estimates: the provider's worked examples, and the laws that any price keeps."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import load
from preflight.request.file import RequestSpec
from preflight.request.price import ceil_tenths, estimate
from preflight.sandbox.documents import documents
from preflight.sandbox.price import price
from tests.specimens import PROFILE

FAST = "seedance-2.0-fast-reference-to-video"


def credits_of(spec: RequestSpec, input_s: str = "0", profile: str = PROFILE.name) -> Fraction:
    found = estimate(spec, load(profile), Fraction(input_s))
    assert found is not None
    return found.credits


def test_ten_seconds_without_a_clip_cost_135_credits() -> None:
    assert credits_of(RequestSpec(duration=10, quality="720p")) == 135


def test_ten_seconds_with_a_clip_of_five_cost_164_43_credits() -> None:
    assert credits_of(RequestSpec(duration=10, quality="720p"), "5") == Fraction("164.43")


@pytest.mark.parametrize(
    ("spec", "input_s", "credits_"),
    [
        (RequestSpec(), "0", "67.5"),
        (RequestSpec(duration=10, quality="480p"), "0", "62.775"),
        (RequestSpec(duration=4, quality="480p"), "0", "25.11"),
        (RequestSpec(duration=10, quality="480p"), "5", "76.68"),
        (RequestSpec(duration=10), "14.96", "205.5375"),
        (RequestSpec(model=FAST, duration=10), "0", "82.013"),
        (RequestSpec(model=FAST, duration=4, quality="480p"), "0", "15.254418"),
        (RequestSpec(model=FAST, duration=10), "5", "97.59547"),
    ],
)
def test_a_price_is_rate_times_seconds_times_factor(spec: RequestSpec, input_s: str, credits_: str) -> None:
    assert credits_of(spec, input_s) == Fraction(credits_)


def test_the_newer_edition_prices_its_qualities() -> None:
    newer = "seedance-2.0-2026-10"
    assert credits_of(RequestSpec(duration=10, quality="1080p"), profile=newer) == Fraction("337.5")
    assert credits_of(RequestSpec(duration=10, quality="4k"), "5", newer) == Fraction("850.5")


def test_nothing_costs_less_than_the_minimum() -> None:
    assert credits_of(RequestSpec(duration=1, quality="480p")) == Fraction("25.002")
    assert credits_of(RequestSpec(model=FAST, duration=1, quality="480p")) == Fraction("15.1893")


@pytest.mark.parametrize("spec", [RequestSpec(model="unheard-of"), RequestSpec(quality="1080p")])
def test_what_the_data_does_not_price_is_not_guessed(spec: RequestSpec) -> None:
    assert estimate(spec, PROFILE, Fraction(0)) is None


def test_an_estimate_says_what_it_is_made_of() -> None:
    found = estimate(RequestSpec(duration=10), PROFILE, Fraction(5))
    assert found is not None
    assert [found.output_s, found.input_s, found.billed_s] == [10, 5, 20]
    assert found.read == "2026-10-10"
    assert found.usd == Fraction("164.43") / 68


def test_an_estimate_says_what_the_clips_add_and_what_a_cut_would_save() -> None:
    short, long = (estimate(RequestSpec(duration=5), PROFILE, Fraction(s)) for s in (3, 15))
    assert short
    assert long
    assert short.clip_credits == Fraction("13.5") * 10 * Fraction("0.609") - Fraction("67.5")
    assert [short.cut_s, short.cut_credits] == [5, 0]
    assert [long.cut_s, long.cut_credits] == [5, Fraction("13.5") * 10 * Fraction("0.609")]


def test_without_the_content_filter_it_costs_a_tenth_more() -> None:
    assert credits_of(RequestSpec(content_filter=False)) == Fraction("74.25")
    assert credits_of(RequestSpec(content_filter=True)) == Fraction("67.5")


def test_a_price_without_the_content_filter_is_not_guessed() -> None:
    silent = msgspec.structs.replace(PROFILE, price=msgspec.structs.replace(PROFILE.price, unfiltered=None))
    assert estimate(RequestSpec(content_filter=False), silent, Fraction(0)) is None
    assert estimate(RequestSpec(), silent, Fraction(0))


@given(st.integers(4, 15), st.fractions(0, 15), st.sampled_from(["480p", "720p"]), st.booleans())
def test_the_sandbox_s_own_reading_of_the_price_rules_agrees(
    duration: int, input_s: Fraction, quality: str, filtered: bool
) -> None:
    edition = load("seedance-2.0-2026-10")
    assert edition.price.models
    for name in edition.price.models:
        spec = RequestSpec(model=name, duration=duration, quality=quality, content_filter=filtered)
        found = estimate(spec, edition, input_s)
        assert found
        tier = documents().tier_of(name)
        theirs = price(tier, quality=quality, duration_s=duration, input_s=input_s, content_filter=filtered)
        assert found.credits == theirs


@given(st.integers(4, 15), st.fractions(0, 15))
def test_a_cut_saves_what_it_is_said_to_save_and_a_shorter_one_no_more(duration: int, input_s: Fraction) -> None:
    spec = RequestSpec(duration=duration)
    found = estimate(spec, PROFILE, input_s)
    assert found
    shorter = [estimate(spec, PROFILE, min(input_s, Fraction(s))) for s in range(1, 16)]
    assert found.cut_credits >= 0
    if input_s >= 1:
        assert found.cut_credits == max(found.credits - one.credits for one in shorter if one)


@given(st.fractions(0, 1000))
def test_seconds_are_rounded_up_to_a_tenth(seconds: Fraction) -> None:
    rounded = ceil_tenths(seconds)
    assert (rounded * 10).denominator == 1
    assert 0 <= rounded - seconds < Fraction(1, 10)


@given(st.integers(4, 14), st.fractions(0, 15), st.fractions(0, 15))
def test_more_never_costs_less(duration: int, input_s: Fraction, more: Fraction) -> None:
    less = estimate(RequestSpec(duration=duration), PROFILE, input_s)
    longer = estimate(RequestSpec(duration=duration + 1), PROFILE, input_s)
    assert less
    assert longer
    assert longer.credits >= less.credits
    if input_s:
        fuller = estimate(RequestSpec(duration=duration), PROFILE, input_s + more)
        assert fuller
        assert fuller.credits >= less.credits
