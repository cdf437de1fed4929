"""Progress goes on within its stretch of the work, and a deadline ends it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.media.progress import OFTEN_S, Part, Within

seconds = st.fractions(-100, 1000, max_denominator=100)


@given(seconds, seconds)
def test_a_moment_is_a_part_of_its_whole_from_nought_to_one(moment: Fraction, whole: Fraction) -> None:
    part = Within(moment, whole).part
    assert 0 <= part <= 1
    assert whole <= 0 or not 0 <= moment <= whole or part * whole == moment


def test_of_no_length_all_is_done() -> None:
    assert Within(Fraction(0), Fraction(0)).part == 1


def test_a_stretch_tells_its_part_of_the_work() -> None:
    told: list[Fraction] = []
    part = Part(told.append, Fraction(85, 100), Fraction(1), 60)
    assert not part.is_over(Within(Fraction(5), Fraction(10)))
    assert told == [Fraction(925, 1000)]


def test_it_is_told_not_more_than_so_often() -> None:
    told: list[Fraction] = []
    part = Part(told.append, Fraction(0), Fraction(1), 60)
    for at in range(1000):
        part.is_over(Within(Fraction(at), Fraction(1000)))
    assert 1 <= len(told) < 1 / OFTEN_S
    assert told == sorted(told)


@pytest.mark.parametrize("limit_s", [0, -1])
def test_after_its_deadline_it_is_over_whether_or_not_anybody_listens(limit_s: float) -> None:
    for progress in (None, lambda _part: None):
        assert Part(progress, Fraction(0), Fraction(1), limit_s).is_over(Within(Fraction(0), Fraction(1)))
