"""Drawings of numbers: each lies on its axis, and says in words what it shows."""

import re
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.report.html.drawings import HIGH, Bar, gauge, waveform
from preflight.report.html.measures import Measure, Scale

numbers = st.fractions(-1000, 1000, max_denominator=100)
bounds = st.none() | numbers


def bar(value: Fraction, low: Fraction | None, high: Fraction | None, doubtful: Fraction | None = None) -> Bar:
    scale = Scale(value=value, low=low, high=high, doubtful=doubtful)
    found = gauge(Measure(title="Width", value="9 px", allowed="at most 8 px", said="1 px over", scale=scale))
    assert found
    return found


def percent(text: str) -> float:
    assert re.fullmatch(r"\d+(\.\d+)?%", text)
    return float(text[:-1])


@given(numbers, bounds, bounds, bounds)
@example(Fraction(0), None, Fraction(-1), None)
@example(Fraction(-5), Fraction(-3), None, None)
def test_everything_drawn_lies_on_its_axis(
    value: Fraction, low: Fraction | None, high: Fraction | None, doubtful: Fraction | None
) -> None:
    if low is not None and high is not None:
        low, high = sorted((low, high))
    found = bar(value, low, high, doubtful)
    assert 0 < percent(found.at) < 100
    for part in found.parts:
        assert percent(part.x.removesuffix("%") + "%") + percent(part.width) <= 100.01


@given(
    st.fractions(1, 100, max_denominator=10),
    st.fractions(1, 100, max_denominator=10),
    st.fractions(0, 300, max_denominator=10),
)
def test_a_mark_lies_on_the_side_of_the_allowed_part_on_which_its_value_does(
    low: Fraction, span: Fraction, value: Fraction
) -> None:
    found = bar(value, low, low + span)
    allowed = next(part for part in found.parts if part.name == "allowed")
    begin, end = percent(allowed.x), percent(allowed.x) + percent(allowed.width)
    if value < low:
        assert percent(found.at) <= begin + 0.51
    elif value > low + span:
        assert percent(found.at) >= end - 0.51
    else:
        assert begin - 0.51 <= percent(found.at) <= end + 0.51


def test_two_that_stand_beside_each_other_share_their_axis() -> None:
    near, far = (
        Measure(title="t", value=str(value), scale=Scale(value=Fraction(value), low=Fraction(2), high=Fraction(15)))
        for value in (5, 40)
    )
    alone, beside, other = gauge(near), gauge(near, far), gauge(far, near)
    assert alone
    assert beside
    assert other
    assert percent(beside.at) < percent(alone.at)
    assert [part.x for part in beside.parts] == [part.x for part in other.parts]


def test_a_bar_says_what_it_shows_and_a_word_has_none() -> None:
    assert bar(Fraction(9), None, Fraction(8)).words == "Width: 9 px; allowed at most 8 px; 1 px over"
    assert gauge(Measure(title="Format", value="png")) is None


@given(st.lists(st.floats(0, 2), max_size=30))
def test_a_waveform_is_one_closed_shape_within_its_height(peaks: list[float]) -> None:
    found = waveform(peaks, "said")
    points = [tuple(map(float, one.split())) for one in found.path[1:-2].split(" L") if one]
    assert found.path.startswith("M")
    assert found.path.endswith(" Z")
    assert len(points) == 2 * len(peaks)
    assert all(0 <= x <= found.width and 0 <= y <= HIGH for x, y in points)
    for top, bottom in zip(points[: len(peaks)], reversed(points[len(peaks) :]), strict=True):
        assert top[0] == bottom[0]
        assert bottom[1] - top[1] >= 1
        assert top[1] + bottom[1] == pytest.approx(HIGH, abs=0.2)
