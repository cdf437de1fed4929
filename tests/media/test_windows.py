"""Which part to keep, of timelines written by hand."""

import datetime as dt
import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from preflight.media.timeline import STEP_S, Timeline
from preflight.media.windows import Candidate, best_windows
from preflight.values.assets import Window
from preflight.values.limits import Range

F = Fraction


def limits(low: Fraction | int | None = 2, high: Fraction | int | None = 15) -> Range:
    return Range(
        source="a test",
        read=dt.date(2026, 1, 1),
        min=None if low is None else F(low),
        max=None if high is None else F(high),
    )


def spans(found: tuple[Candidate, ...]) -> list[tuple[Fraction | int, Fraction | int]]:
    return [(one.window.start_s, one.window.end_s) for one in found]


def mute(duration: Fraction | int, *cuts: Fraction | int, moving: tuple[int, int] = (0, 10_000)) -> Timeline:
    """A mute clip of sharp shots that moves between two moments."""
    steps = -(-F(duration) // STEP_S)
    edges = [F(0), *map(F, cuts), F(duration)]
    return Timeline(
        duration_s=F(duration),
        motion=tuple(10.0 if moving[0] <= at * STEP_S < moving[1] else 0.0 for at in range(steps)),
        sharpness=(100.0,) * steps,
        is_black=(False,) * steps,
        shots=tuple(Window(first, last) for first, last in pairwise(edges)),
    )


def heard(
    *stretches: tuple[float, float],
    pauses: tuple[tuple[float, float], ...] = (),
    beats: tuple[Fraction, ...] = (),
) -> Timeline:
    """A sound of stretches, each so many seconds at so many dB."""
    levels = tuple(level for seconds, level in stretches for _ in range(round(seconds / STEP_S)))
    return Timeline(
        duration_s=len(levels) * STEP_S,
        loudness_db=levels,
        onset_strength=(0.0,) * len(levels),
        is_silent=tuple(level <= -60 for level in levels),
        pauses=tuple(Window(F(str(first)), F(str(last))) for first, last in pauses),
        beats_s=beats,
    )


# ---- clips ----------------------------------------------------------------------------------------------------------


def test_whole_shots_that_fill_the_limit_come_first() -> None:
    found = best_windows(mute(60, 5, 20, 28, 50), limits())
    assert spans(found)[0] == (5, 20)
    assert found[0].score == 1
    assert found[0].why == "shot 2 of 5, whole"


def test_neighbouring_shots_are_kept_together() -> None:
    found = best_windows(mute(40, 3, 10, 17, 36), limits())
    assert spans(found)[0] == (3, 17)
    assert found[0].why == "shots 2 to 3 of 5, whole"


def test_a_long_shot_cut_short_beats_a_short_one_whole_but_not_one_nearly_as_long() -> None:
    assert spans(best_windows(mute(40, 3), limits()))[0] == (25, 40)
    assert spans(best_windows(mute(40, 12), limits()))[0] == (0, 12)


def test_what_moves_is_kept_before_what_stands_still() -> None:
    assert spans(best_windows(mute(60, moving=(30, 45)), limits()))[0] == (30, 45)
    assert spans(best_windows(mute(60, 14, 30, 44, moving=(30, 44)), limits()))[0] == (30, 44)


def test_a_shot_that_fits_is_among_the_offers_even_where_something_else_is_better() -> None:
    found = best_windows(mute(60, 4, moving=(20, 50)), limits())
    assert spans(found)[0] != (0, 4)
    assert (0, 4) in spans(found)


def test_black_is_left_out() -> None:
    clip = mute(40)
    black = tuple(at < 80 for at in range(400))
    (first, *_) = best_windows(replace(clip, is_black=black), limits())
    assert first.window.start_s >= 8


def test_what_fits_whole_stays_whole() -> None:
    found = best_windows(mute(10), limits())
    assert (spans(found), found[0].why) == ([(0, 10)], "the only shot, whole")
    assert spans(best_windows(mute(10, 4), limits())) == [(0, 10)]


@pytest.mark.parametrize("duration", [F(0), F(-1), F(199, 100)])
def test_what_is_too_short_has_no_window(duration: Fraction) -> None:
    assert best_windows(Timeline(duration_s=duration), limits()) == ()


def test_missing_bounds_do_not_limit() -> None:
    assert spans(best_windows(mute(100, 40), limits(None, None))) == [(0, 100)]
    assert spans(best_windows(mute(F(1, 2)), limits(None, 15))) == [(0, F(1, 2))]


def test_a_share_of_the_request_counts_before_the_limit_of_the_file() -> None:
    found = best_windows(mute(40, 12, 18, moving=(12, 18)), limits(), longest_s=F(13, 2))
    assert spans(found)[0] == (12, 18)
    assert all(one.window.end_s - one.window.start_s <= F(13, 2) for one in found)
    assert best_windows(mute(40), limits(), longest_s=F(1)) == ()


def test_no_more_are_returned_than_asked_for() -> None:
    clip = mute(300, *range(3, 300, 3))
    assert len(best_windows(clip, limits())) == 5
    assert len(best_windows(clip, limits(), count=2)) == 2
    assert best_windows(clip, limits(), count=0) == ()


# ---- sounds ---------------------------------------------------------------------------------------------------------


def test_the_loud_part_is_kept_before_the_intro() -> None:
    assert spans(best_windows(heard((10, -70), (20, -30), (15, -12), (20, -30)), limits()))[0] == (30, 45)


def test_an_end_moves_to_a_pause_that_is_near() -> None:
    spoken = heard((30, -20), (0.4, -70), (14.0, -20), (0.4, -70), (30, -20), pauses=((30, 30.4), (44.4, 44.8)))
    found = best_windows(heard_louder(spoken, 30, 45), limits())[0]
    assert F(30) <= found.window.start_s <= F(304, 10)
    assert F(444, 10) <= found.window.end_s <= F(448, 10)
    assert found.why == "from a pause to a pause"


def heard_louder(timeline: Timeline, first: int, last: int) -> Timeline:
    levels = tuple(level + (6 if first <= at * STEP_S < last else 0) for at, level in enumerate(timeline.loudness_db))
    return replace(timeline, loudness_db=levels)


def test_an_end_moves_to_just_before_a_beat() -> None:
    beats = tuple(F(at, 2) + F(1, 5) for at in range(120))
    found = best_windows(heard((20, -30), (15, -10), (25, -30), beats=beats), limits())[0]
    assert min(abs(beat - found.window.start_s) for beat in beats) <= F(1, 25)
    assert min(abs(beat - found.window.end_s) for beat in beats) <= F(1, 25)
    assert found.why == "from a beat to a beat"


# ---- laws -----------------------------------------------------------------------------------------------------------

seconds = st.fractions(min_value=0, max_value=90, max_denominator=1000)
cuts = st.lists(st.fractions(min_value=F(1, 10), max_value=90, max_denominator=1000), max_size=12, unique=True)
bounds = st.tuples(st.integers(0, 10), st.integers(10, 40))


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    duration = draw(seconds)
    made = mute(duration, *sorted(cut for cut in draw(cuts) if cut < duration), moving=(draw(st.integers(0, 60)), 70))
    if not draw(st.booleans()) or not made.steps:
        return made
    levels = draw(st.lists(st.floats(-80, 0), min_size=1, max_size=9))
    sound = tuple(levels[at * len(levels) // made.steps] for at in range(made.steps))
    silent = tuple(level < -60 for level in sound)
    return replace(made, loudness_db=sound, onset_strength=(0.1,) * made.steps, is_silent=silent)


@given(timelines(), bounds, st.integers(1, 8))
def test_windows_lie_within_the_whole_and_the_limits(timeline: Timeline, bound: tuple[int, int], count: int) -> None:
    found = best_windows(timeline, limits(*bound), count=count)
    assert bool(found) == (timeline.duration_s > 0 and timeline.duration_s >= bound[0])
    assert len(found) <= count
    for one in found:
        length = one.window.end_s - one.window.start_s
        assert 0 <= one.window.start_s < one.window.end_s <= timeline.duration_s
        assert bound[0] <= length <= bound[1]
        assert 0 <= one.score <= 1
    ranked = [found[0], *found[2:]] if found[1:] and found[1].window in timeline.shots else found  # a single shot
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)


def test_the_best_shot_within_the_first_comes_second_even_before_what_is_worth_more() -> None:
    found = best_windows(mute(11, 5), limits(0, 10), count=3)
    assert spans(found) == [(1, 11), (5, 11), (0, 5)]
    assert found[1].score < found[2].score


@given(timelines(), bounds)
def test_one_of_whole_shots_is_offered_where_one_fits(timeline: Timeline, bound: tuple[int, int]) -> None:
    found = best_windows(timeline, limits(*bound))
    starts, ends = {shot.start_s for shot in timeline.shots}, {shot.end_s for shot in timeline.shots}
    fits = any(bound[0] <= end - start <= bound[1] and end > start for start in starts for end in ends)
    if found and fits:
        assert any(one.window.start_s in starts and one.window.end_s in ends for one in found)


@given(timelines(), bounds)
def test_offers_differ(timeline: Timeline, bound: tuple[int, int]) -> None:
    found = [one.window for one in best_windows(timeline, limits(*bound))]
    assert len(set(found)) == len(found)
    alike = 0
    for at, one in enumerate(found):
        for other in found[:at]:
            shared = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
            alike += shared > F(1, 2) * min(one.end_s - one.start_s, other.end_s - other.start_s)
    assert alike <= 4  # only with the one of whole shots, where each of those lies within another offer


def test_an_hour_of_short_shots_takes_twelve_times_the_work_of_five_minutes() -> None:
    def work(seconds: int) -> int:
        """Count the calls of Python functions: not with each shot is each window compared."""
        clip, calls = mute(seconds, *range(2, seconds, 2)), itertools.count()
        with watched(lambda *_: next(calls)):
            assert len(best_windows(clip, limits())) == 5
        return next(calls)

    work(300)  # loads what it needs
    assert work(3600) < 24 * work(300)


@contextmanager
def watched(heard: Callable[..., object]) -> Iterator[None]:
    before = sys.getprofile()
    sys.setprofile(heard)
    try:
        yield
    finally:
        sys.setprofile(before)
