"""A timeline has a step for every begun tenth of a second."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.media.timeline import STEP_S, Timeline


@pytest.mark.parametrize(
    ("duration", "steps"), [("0", 0), ("-1", 0), ("1/100", 1), ("1/10", 1), ("11/100", 2), ("5", 50)]
)
def test_a_begun_step_counts(duration: str, steps: int) -> None:
    assert Timeline(duration_s=Fraction(duration)).steps == steps


@given(st.fractions(0, 10_000, max_denominator=90_000))
def test_steps_cover_the_whole_and_no_step_lies_behind_it(duration: Fraction) -> None:
    steps = Timeline(duration_s=duration).steps
    assert steps * STEP_S >= duration > (steps - 1) * STEP_S
