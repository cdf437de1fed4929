"""How many frames there are, for how long and how fast, of times that are exact, rounded or uneven."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.frames import Frame
from preflight.probe.timing import claimed, mean_rate, timing_of

MILLISECOND = Fraction(1, 1000)


def frames(starts: list[int], last: int) -> list[Frame]:
    return [*(Frame(at, 0) for at in starts[:-1]), Frame(starts[-1], last)]


def rounded(rate: Fraction, count: int) -> list[int]:
    return [round(n / rate / MILLISECOND) for n in range(count)]


@pytest.mark.parametrize("last", [41, 42, 0])
def test_a_rounded_rate_is_exact_with_its_length(last: int) -> None:
    found = timing_of(frames(rounded(Fraction(24), 72), last), MILLISECOND, "packets")
    assert found.rate_hz == 24
    assert found.duration_s == 3
    assert found.rate_how == "packets: every frame within half a tick (1 ms) of 24 fps"
    assert found.duration_how == "packets: frames over rate"


def test_a_last_frame_that_is_held_makes_the_rate_a_mean() -> None:
    found = timing_of(frames(rounded(Fraction(24), 72), 1000), MILLISECOND, "packets")
    assert found.grid is None
    assert found.duration_s == Fraction(2958 + 1000, 1000)
    assert found.rate_hz == 72 / Fraction(2958 + 1000, 1000)
    assert found.rate_how == "packets: frames over duration"


def test_no_frames_have_no_length() -> None:
    found = timing_of([], MILLISECOND, "packets")
    assert (found.frames, found.duration_s, found.rate_hz) == (None, None, None)


@pytest.mark.parametrize(
    ("length", "count", "base", "rate"),
    [
        ("3.042", 73, MILLISECOND, Fraction(24)),
        ("2.999", 180, Fraction(1, 16_000), Fraction(60)),
        ("3", 72, MILLISECOND, Fraction(24)),
        ("3.003", 72, MILLISECOND, Fraction(24000, 1001)),
        ("3.01", 72, MILLISECOND, 72 / Fraction("3.01")),
    ],
)
def test_a_rate_that_a_header_rounds_is_the_nominal_one(
    length: str, count: int, base: Fraction, rate: Fraction
) -> None:
    assert claimed(Fraction(length), count, base, None).rate_hz == rate


def test_frames_that_a_header_does_not_count_follow_from_its_rate() -> None:
    assert claimed(Fraction("3.042"), None, MILLISECOND, Fraction(24)).frames == 73
    assert claimed(None, None, MILLISECOND, Fraction(24)).rate_hz is None


@given(st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=40), st.integers(0, 5000))
def test_any_times_have_a_length_that_is_not_negative(starts: list[int], last: int) -> None:
    found = timing_of(frames(sorted(starts), last), MILLISECOND, "packets")
    assert found.duration_s is not None
    assert found.duration_s >= 0
    assert found.frames == len(starts)


def test_a_rate_needs_frames_and_time() -> None:
    assert mean_rate(48, Fraction(2)) == 24
    assert mean_rate(48, Fraction(0)) is None
