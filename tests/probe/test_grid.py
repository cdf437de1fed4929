"""Constant rates behind rounded times: what is on a grid is told, what is not stays a mean."""

import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.grid import find_grid

MILLISECOND = Fraction(1, 1000)
NTSC = Fraction(1000, 1001)
RATES = [Fraction(n) for n in (10, 12, 15, 24, 25, 30, 48, 50, 60, 120)] + [Fraction(25, 2)]
RATES += [n * NTSC for n in (24, 30, 48, 60, 120)]
TICKS = [MILLISECOND, Fraction(1, 1_000_000), Fraction(1, 90_000), Fraction(1, 10_000), Fraction(1, 16_000)]


def rounded(
    rate: Fraction, frames: int, tick: Fraction, first: int = 0, how: Callable[[Fraction], int] = round
) -> list[int]:
    return [first + how(n / rate / tick) for n in range(frames)]


def rate_of(starts: list[int], base: Fraction) -> Fraction | None:
    grid = find_grid(starts, base)
    return None if grid is None else grid.rate_hz


@given(
    st.sampled_from(RATES),
    st.sampled_from(TICKS),
    st.integers(75, 400),
    st.integers(0, 10**9),
    st.sampled_from([round, math.floor, math.ceil]),
)
def test_a_rate_in_use_is_found_behind_rounding(
    rate: Fraction, tick: Fraction, frames: int, first: int, how: Callable[[Fraction], int]
) -> None:
    frames = max(frames, math.ceil(rate * 2))
    assert rate_of(rounded(rate, frames, tick, first, how), tick) == rate


@given(st.sampled_from(RATES), st.sampled_from(TICKS), st.integers(120, 400))
def test_milliseconds_are_seen_in_a_finer_container(rate: Fraction, tick: Fraction, frames: int) -> None:
    frames = max(frames, math.ceil(rate * 2))
    copied = [round(at * MILLISECOND / tick) for at in rounded(rate, frames, MILLISECOND)]
    assert rate_of(copied, tick) == rate


@pytest.mark.parametrize("rate", [Fraction(2399, 100), Fraction(601, 10), Fraction(2998, 100), Fraction(2401, 100)])
@pytest.mark.parametrize("tick", TICKS[:4])
def test_a_rate_beside_one_in_use_is_never_taken_for_it(rate: Fraction, tick: Fraction) -> None:
    found = rate_of(rounded(rate, 120, tick), tick)
    assert found is None or abs(found - rate) < Fraction(1, 1000)


@given(st.integers(3, 140), st.integers(2, 20))
def test_one_frame_off_the_grid_breaks_it(place: int, off: int) -> None:
    starts = rounded(Fraction(24), 145, MILLISECOND)
    starts[place] += off
    assert find_grid(starts, MILLISECOND) is None


def test_equal_steps_are_a_rate_of_any_kind() -> None:
    grid = find_grid([0, 100, 200, 300], Fraction(1, 2399))
    assert grid is not None
    assert (grid.rate_hz, grid.tick_s) == (Fraction(2399, 100), Fraction(0))


def test_a_frame_left_out_is_no_constant_rate() -> None:
    starts = rounded(Fraction(30), 90, MILLISECOND)
    del starts[40]
    assert find_grid(starts, MILLISECOND) is None


@pytest.mark.parametrize("starts", [[], [0], [0, 0], [5, 5, 5, 5, 5, 5], [0, 42, 83]])
def test_too_few_frames_or_all_at_once_tell_no_rate(starts: list[int]) -> None:
    assert find_grid(starts, MILLISECOND) is None


@given(st.lists(st.integers(-(2**40), 2**40), max_size=60), st.sampled_from(TICKS))
def test_any_times_are_told_without_a_word(starts: list[int], tick: Fraction) -> None:
    grid = find_grid(sorted(starts), tick)
    assert grid is None or grid.rate_hz > 0


def test_coarse_steps_of_a_screen_recorder_are_no_ticks() -> None:
    """Steps of 40 and 80 ms have a common measure of 40, which is no rounding."""
    assert find_grid([0, 40, 120, 160, 240, 280, 360], MILLISECOND) is None
