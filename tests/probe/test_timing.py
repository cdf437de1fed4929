"""How many frames there are, for how long and how fast, of times that are exact, rounded or uneven."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bitstream.fields import BOTTOM, FRAME, TOP
from preflight.probe.frames import Frame, Sample, by_time, frames_of
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


# ---- laws of times ---------------------------------------------------------------------------------------------------

RATES = [Fraction(*rate) for rate in ((24, 1), (25, 1), (30, 1), (24000, 1001), (30000, 1001), (50, 1), (60000, 1001))]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("tick", [MILLISECOND, Fraction(1, 90_000)])
def test_a_rate_is_found_behind_the_rounding_of_its_container(rate: Fraction, tick: Fraction) -> None:
    starts = [round(n / rate / tick) for n in range(120)]
    found = timing_of(frames(starts, round(1 / rate / tick)), tick, "packets")
    assert (found.rate_hz, found.duration_s, found.frames) == (rate, 120 / rate, 120)


@given(st.integers(1, 5000), st.integers(2, 60), st.integers(-(10**6), 10**6))
def test_equal_steps_are_an_exact_rate_wherever_they_begin(step: int, count: int, begin: int) -> None:
    found = timing_of(frames([begin + step * n for n in range(count)], step), Fraction(1, 90_000), "index")
    assert found.rate_hz == Fraction(90_000, step)
    assert found.duration_s == Fraction(step * count, 90_000)
    assert found.start_s == Fraction(begin, 90_000)
    assert found.rate_how == "index: frames over duration"


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=30, unique=True), st.integers(1, 10**4))
def test_uneven_times_last_from_the_first_frame_to_the_end_of_the_last(starts: list[int], last: int) -> None:
    ordered = sorted(starts)
    found = timing_of(frames(ordered, last), MILLISECOND, "packets")
    assert found.duration_s is not None
    whole = (ordered[-1] + last - ordered[0]) * MILLISECOND
    assert found.duration_s == whole or (
        found.grid and abs(found.duration_s - whole) <= 2 * found.grid.tick_s + MILLISECOND
    )


def test_a_last_frame_without_a_length_is_as_long_as_the_one_before() -> None:
    assert timing_of(frames([0, 40, 90], 0), MILLISECOND, "packets").duration_s == Fraction(140, 1000)
    assert timing_of(frames([7], 0), MILLISECOND, "packets").duration_s == 0


@given(st.sampled_from(RATES), st.integers(24, 900))
def test_a_header_s_length_in_milliseconds_gives_the_nominal_rate_back(rate: Fraction, count: int) -> None:
    told = Fraction(round(count / rate * 1000), 1000)
    found = claimed(told, count, MILLISECOND, None)
    assert found.frames == count
    assert found.rate_hz is not None
    assert found.duration_s is not None
    assert abs(found.duration_s - count / rate) <= MILLISECOND
    assert abs(found.rate_hz / rate - 1) <= Fraction(1, 200)


@pytest.mark.parametrize("length", [None, Fraction(0)])
def test_a_header_without_a_length_claims_no_rate(length: Fraction | None) -> None:
    found = claimed(length, 48, MILLISECOND, Fraction(24))
    assert (found.frames, found.rate_hz, found.grid) == (48, None, None)


# ---- samples to frames -----------------------------------------------------------------------------------------------


def stored(*starts: int, keys: tuple[int, ...] = (0,), structure: int = FRAME) -> list[Sample]:
    return [Sample(start=at, length=10, is_key=place in keys, structure=structure) for place, at in enumerate(starts)]


@given(st.permutations([10, 20, 30, 40, 50]))
def test_frames_come_in_the_order_of_their_times_from_the_first_keyframe_on(rest: list[int]) -> None:
    found = frames_of(stored(0, *rest))
    assert [frame.start for frame in found] == [0, 10, 20, 30, 40, 50]
    late = frames_of(stored(5, *rest, keys=(3,)))
    assert late[0].start == rest[2]
    assert [frame.start for frame in late] == sorted(at for at in rest[2:] if at >= rest[2])


def test_frames_in_front_of_the_first_keyframe_are_shown_where_they_or_it_stand_alone() -> None:
    key, lead = Sample(start=20, length=10), Sample(start=10, length=10, is_key=False)
    assert [one.start for one in by_time([key, lead])] == [20]
    for pair in (
        [Sample(start=20, length=10, stands_alone=True), lead],
        [key, Sample(start=10, length=10, is_key=False, stands_alone=True)],
    ):
        assert [one.start for one in by_time(pair)] == [10, 20]


def test_where_no_keyframe_is_marked_all_frames_are_shown() -> None:
    assert len(frames_of(stored(0, 10, 20, keys=()))) == 3
    assert frames_of([]) == []


@pytest.mark.parametrize(("first", "second"), [(TOP, BOTTOM), (BOTTOM, TOP)])
def test_two_fields_of_either_parity_are_one_frame_as_long_as_both(first: int, second: int) -> None:
    fields = [Sample(start=10 * n, length=10, structure=(first, second)[n % 2]) for n in range(6)]
    assert frames_of(fields) == [Frame(0, 20), Frame(20, 20), Frame(40, 20)]
    assert frames_of(fields[:5])[-1] == Frame(40, 10)


def test_fields_of_one_parity_are_frames_of_their_own() -> None:
    assert len(frames_of(stored(0, 10, 20, structure=TOP))) == 3
    mixed = [*stored(0, structure=TOP), *stored(10), *stored(20, structure=BOTTOM)]
    assert [frame.length for frame in frames_of(mixed)] == [10, 10, 10]


def test_what_an_edit_list_hides_is_no_frame() -> None:
    hidden = Sample(start=10, length=10, is_key=False, is_hidden=True)
    assert [frame.start for frame in frames_of([*stored(0), hidden, *stored(20, keys=())])] == [0, 20]
