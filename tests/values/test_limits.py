"""Limits: bounds are inclusive, words are exact, and a wider limit never refuses more."""

import datetime as dt
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.values.limits import Count, OneOf, Range, read_number
from preflight.values.units import exact

DAY = dt.date(2026, 11, 22)
numbers = st.fractions(0, 1000, max_denominator=10**4)


def between(
    low: float | None = None,
    high: float | None = None,
    *,
    seen_min: Fraction | None = None,
    seen_max: Fraction | None = None,
) -> Range:
    bounds = [None if bound is None else exact(bound) for bound in (low, high)]
    return Range(source="a document", read=DAY, min=bounds[0], max=bounds[1], seen_min=seen_min, seen_max=seen_max)


def one_of(*allowed: str) -> OneOf:
    return OneOf(source="a document", read=DAY, allowed=allowed)


@pytest.mark.parametrize(
    ("value", "broken"),
    [("2", None), ("15", None), ("1.9999", 2), ("15.0001", 15), ("7", None), ("-1", 2)],
)
def test_both_bounds_are_inclusive(value: str, broken: int | None) -> None:
    assert between(2, 15).broken_by(Fraction(value)) == broken


def test_a_missing_bound_does_not_limit() -> None:
    assert between(None, 15).broken_by(Fraction(-(10**9))) is None
    assert between(300).broken_by(10**9) is None
    assert between().broken_by(0) is None


def test_the_ratio_two_fifths_is_within_four_tenths() -> None:
    assert between(0.4, 2.5).broken_by(Fraction(2, 5)) is None


def test_bounds_that_nothing_can_satisfy_are_refused() -> None:
    with pytest.raises(ValueError, match="expected min to be at most max, got 15 and 2"):
        between(15, 2)


def test_bounds_that_one_value_satisfies_are_a_limit() -> None:
    assert between(5, 5).broken_by(5) is None


def test_values_seen_to_be_accepted_lie_between_the_bounds_and_those_observed() -> None:
    limit = between(2, 15, seen_min=Fraction("1.8"), seen_max=Fraction("15.2"))
    seen = [limit.seen_accepted(Fraction(value)) for value in ("1.8", "1.7", "15.2", "15.3", "5")]
    assert seen == [True, False, True, False, True]


def test_without_observations_nothing_beyond_the_bounds_is_seen_accepted() -> None:
    assert [between(2, 15).seen_accepted(value) for value in (1, 2, 15, 16)] == [False, True, True, False]


@pytest.mark.parametrize(("value", "margin"), [("5", "3"), ("14", "1"), ("15", "0"), ("15.5", "-0.5"), ("1", "-1")])
def test_the_margin_is_the_distance_to_the_nearest_bound_and_negative_outside(value: str, margin: str) -> None:
    assert between(2, 15).margin(Fraction(value)) == Fraction(margin)


def test_without_bounds_there_is_no_margin() -> None:
    assert between().margin(5) is None


@pytest.mark.parametrize(
    ("limit", "text", "words"),
    [
        (between(2, 15), "2..15", "2 to 15 s"),
        (between(None, 52_428_800), "..52428800", "at most 52,428,800 s"),
        (between(4, 4), "4..4", "4 s"),
        (between(0, 0), "0..0", "0 s"),
        (between(300), "300..", "at least 300 s"),
        (between(0.4, 2.5), "0.4..2.5", "0.4 to 2.5 s"),
        (between(), "..", "anything"),
    ],
)
def test_a_range_has_a_short_form_and_words(limit: Range, text: str, words: str) -> None:
    assert (limit.text(), limit.words("s")) == (text, words)


@pytest.mark.parametrize(
    ("allowed", "words", "text"),
    [
        (("jpeg", "png", "webp"), "jpeg, png or webp", "jpeg|png|webp"),
        (("wav", "mp3"), "wav or mp3", "wav|mp3"),
        (("mp4",), "mp4", "mp4"),
    ],
)
def test_a_list_has_words_and_a_short_form(allowed: tuple[str, ...], words: str, text: str) -> None:
    assert (one_of(*allowed).words(), one_of(*allowed).text()) == (words, text)


def test_a_list_that_allows_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="expected at least one"):
        one_of()


def test_a_count_has_a_short_form() -> None:
    assert Count(source="a document", read=DAY, max=9).text() == "0..9"


@pytest.mark.parametrize(("written", "meant"), [(15, "15"), (0.4, "2/5"), (-1, "-1")])
def test_a_toml_number_is_exact(written: float, meant: str) -> None:
    assert read_number(written) == Fraction(meant)


@pytest.mark.parametrize("written", ["15", True, None, [1], {}])
def test_what_is_no_number_is_refused_with_words(written: object) -> None:
    with pytest.raises(ValueError, match="expected a number, got"):
        read_number(written)


@pytest.mark.parametrize("written", [float("inf"), float("-inf"), float("nan")])
def test_infinity_and_nan_are_no_limits(written: float) -> None:
    with pytest.raises(ValueError, match="expected a number, got"):
        read_number(written)


@given(numbers, numbers, numbers, numbers, numbers)
def test_a_wider_range_never_refuses_what_a_narrower_one_takes(
    value: Fraction, low: Fraction, size: Fraction, below: Fraction, above: Fraction
) -> None:
    narrow = msgspec.structs.replace(between(), min=low, max=low + size).broken_by
    wide = msgspec.structs.replace(between(), min=low - below, max=low + size + above).broken_by
    assert narrow(value) is not None or wide(value) is None


@given(numbers, numbers, numbers)
def test_a_value_is_within_exactly_when_its_margin_is_not_negative(
    value: Fraction, low: Fraction, size: Fraction
) -> None:
    limit = msgspec.structs.replace(between(), min=low, max=low + size)
    margin = limit.margin(value)
    assert margin is not None
    assert (limit.broken_by(value) is None) == (margin >= 0)


# ---- bounds that are themselves refused, notes and doubt ------------------------------------------------------------

SIDES = st.sampled_from(["min", "above", None]), st.sampled_from(["max", "below", None])


def range_of(**fields: Any) -> Range:  # noqa: ANN401 - any field of a range
    return Range(source="a document", read=DAY, **fields)


@given(*SIDES, numbers, st.fractions(2, 1000, max_denominator=100), numbers)
def test_a_value_is_refused_exactly_where_its_bound_says_so(
    low_name: str | None, high_name: str | None, low: Fraction, size: Fraction, value: Fraction
) -> None:
    bounds = {name: bound for name, bound in ((low_name, low), (high_name, low + size)) if name}
    limit = range_of(**bounds)
    too_low = (low_name == "min" and value < low) or (low_name == "above" and value <= low)
    too_high = (high_name == "max" and value > low + size) or (high_name == "below" and value >= low + size)
    assert limit.broken_by(value) == (low if too_low else low + size if too_high else None)
    assert limit.blames(value) is (too_low or too_high)
    assert limit.is_open is not bool(bounds)
    if (margin := limit.margin(value)) is not None and margin != 0:
        assert (limit.broken_by(value) is None) is (margin > 0)


@given(*SIDES, st.integers(0, 100), st.integers(3, 100))
def test_what_is_aimed_at_is_allowed(low_name: str | None, high_name: str | None, low: int, size: int) -> None:
    bounds = {name: Fraction(bound) for name, bound in ((low_name, low), (high_name, low + size)) if name}
    limit = range_of(**bounds)
    for aim in (limit.least, limit.most):
        assert aim is None or limit.broken_by(aim) is None


@pytest.mark.parametrize(
    ("bounds", "text", "words"),
    [
        ({"above": 300}, ">300..", "more than 300 px"),
        ({"below": 500}, "..<500", "less than 500 px"),
        ({"above": 300, "max": 500}, ">300..500", "more than 300 px and at most 500 px"),
        ({"min": 300, "below": 500}, "300..<500", "at least 300 px and less than 500 px"),
    ],
)
def test_a_bound_that_is_refused_reads_as_one(bounds: dict[str, int], text: str, words: str) -> None:
    limit = range_of(**{name: Fraction(bound) for name, bound in bounds.items()})
    assert (limit.text(), limit.words("px")) == (text, words)


@pytest.mark.parametrize(
    "fields",
    [
        {"min": 1, "above": 1},
        {"max": 9, "below": 9},
        {"above": 5, "max": 5},
        {"min": 5, "below": 5},
        {"above": 9, "below": 2},
        {"max": 9, "note_above": 5},
        {"max": 9, "note_above": 10, "note": "cuts it"},
        {"below": 9, "note_above": 10, "note": "cuts it"},
    ],
)
def test_a_range_that_contradicts_itself_is_refused(fields: dict[str, Any]) -> None:
    found = {name: value if name == "note" else Fraction(value) for name, value in fields.items()}
    with pytest.raises(ValueError, match="expected"):
        range_of(**found)


def test_what_is_taken_and_changed_is_blamed_though_no_bound_is_broken() -> None:
    limit = range_of(max=Fraction(60), note_above=Fraction(15), note="cuts it to 15 s")
    assert [limit.blames(value) for value in (15, 16, 60, 61)] == [False, True, True, True]
    assert [limit.broken_by(value) for value in (16, 61)] == [None, 60]
    assert not limit.is_open


@pytest.mark.parametrize(
    ("severity", "doubtful", "weight"),
    [("error", False, "error"), ("error", True, "warning"), ("warning", True, "warning"), ("info", True, "info")],
)
def test_what_the_documents_do_not_settle_never_refuses(severity: Any, doubtful: bool, weight: str) -> None:  # noqa: ANN401 - a severity
    limit = range_of(max=Fraction(1), severity=severity, doubtful=doubtful)
    assert limit.weight == weight
    assert ("in doubt" in limit.told("x")) is doubtful
    assert limit.told("x").startswith("x")


@pytest.mark.parametrize(("low", "high"), [(-1, 3), (4, 3)])
def test_a_count_that_nothing_can_meet_is_refused(low: int, high: int) -> None:
    with pytest.raises(ValueError, match="expected min to be 0 or more and at most max"):
        Count(source="a document", read=DAY, min=low, max=high)
