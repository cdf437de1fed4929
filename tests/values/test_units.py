"""Exact quantities: what is read is what was written, and what is printed can be told apart."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.values.units import decimal, distinct_decimal, exact, file_size, number, with_unit

fractions = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6)


def read(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (0.4, Fraction(2, 5)),
        (2.5, Fraction(5, 2)),
        (15, Fraction(15)),
        ("23.976", Fraction(2997, 125)),
        ("24000/1001", Fraction(24000, 1001)),
        (1e-07, Fraction(1, 10**7)),
    ],
)
def test_a_number_is_the_one_that_was_written(written: float | str, meant: Fraction) -> None:
    assert exact(written) == meant


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6, places=6))
def test_reading_a_written_decimal_loses_nothing(value: object) -> None:
    assert exact(float(str(value))) == Fraction(str(value))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (15, "15"),
        (Fraction(15), "15"),
        (Fraction(24000, 1001), "23.976"),
        (Fraction(5, 2), "2.5"),
        (409_600, "409,600"),
        (100, "100"),
        (0, "0"),
        (Fraction(-1, 2), "-0.5"),
        (Fraction(1, 3000), "0"),
        (Fraction(-1, 3000), "0"),
    ],
)
def test_a_number_prints_with_at_most_three_decimals_and_no_trailing_zeros(value: Fraction | int, text: str) -> None:
    assert decimal(value) == text


@given(fractions)
def test_a_printed_number_is_within_half_of_its_last_decimal(value: Fraction) -> None:
    assert abs(read(decimal(value)) - value) <= Fraction(1, 2000) + abs(value) * Fraction(1, 10**15)


@pytest.mark.parametrize(
    ("value", "bound", "text"),
    [
        (Fraction("15.0004"), 15, "15.0004"),
        (Fraction("15.04"), 15, "15.04"),
        (Fraction("14.99999"), 15, "14.99999"),
        (Fraction(15), 15, "15"),
        (Fraction(24000, 1001), 24, "23.976"),
        (Fraction(10**9 + 1, 10**9), 1, "1.000000001"),
    ],
)
def test_a_number_beyond_a_bound_never_reads_like_the_bound(value: Fraction, bound: int, text: str) -> None:
    assert distinct_decimal(value, bound) == text


@given(fractions, st.integers(-(10**6), 10**6))
def test_numbers_read_alike_only_when_they_are_equal_or_less_than_picoseconds_apart(
    value: Fraction, bound: int
) -> None:
    alike = distinct_decimal(value, bound) == decimal(bound)
    assert alike == (value == bound) or abs(value - bound) < Fraction(1, 10**9)


@given(st.integers(-50, 50), st.integers(1, 10**9))
def test_a_length_close_to_a_whole_second_is_told_apart_from_it(whole: int, denominator: int) -> None:
    value = whole + Fraction(1, denominator)
    assert distinct_decimal(value, whole) != decimal(whole)


@pytest.mark.parametrize(
    ("value", "json"), [(Fraction(4), 4), (7, 7), (Fraction(1, 2), 0.5), (Fraction(24000, 1001), 23.976024)]
)
def test_json_gets_a_whole_number_where_the_value_is_one(value: Fraction | int, json: float) -> None:
    assert number(value) == json
    assert type(number(value)) is type(json)


HALVES = st.builds(lambda n: Fraction(2 * n + 1, 2 * 10**6), st.integers(-(10**9), 10**9))
"""Numbers that lie between two of six decimals."""


@given(fractions | HALVES | st.fractions() | st.integers(), st.sampled_from([0, 1, 3, 6]))
def test_a_json_number_is_what_rounding_the_fraction_gives(value: Fraction, places: int) -> None:
    rounded = int(value) if value == int(value) else float(round(value, places))
    assert number(value, places) == rounded
    assert type(number(value, places)) is type(rounded)
    assert str(number(value, places)) == str(rounded)


@given(fractions)
def test_a_json_number_is_true_to_six_decimals(value: Fraction) -> None:
    assert abs(Fraction(number(value)) - value) <= Fraction(1, 10**6)


def test_a_ratio_has_no_unit_and_a_length_has() -> None:
    assert (with_unit("2.5", "ratio"), with_unit("15", "s"), with_unit("3", "")) == ("2.5", "15 s", "3")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999_999, "999,999 bytes"),
        (1_000_000, "1,000,000 bytes (1.0 MB)"),
        (13_875_297, "13,875,297 bytes (13.9 MB)"),
    ],
)
def test_a_file_size_is_exact_and_beside_it_what_a_file_manager_shows(size: int, text: str) -> None:
    assert file_size(size) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(10**400), "1.000e+400"),
        (-(10**999), "-1.000e+999"),
        (Fraction(10**400, 3), "3.333e+399"),
        (Fraction(1, 10**400), "0"),
    ],
)
def test_a_number_beyond_all_floats_is_told_by_its_power_of_ten(value: Fraction | int, text: str) -> None:
    assert decimal(value) == text
