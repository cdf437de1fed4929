"""Which part to keep."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.media.windows import Candidate, best_windows
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


def test_whole_shots_that_fill_the_limit_come_first() -> None:
    found = best_windows(F(60), limits(), [F(5), F(20), F(28), F(50)])
    assert spans(found)[0] == (5, 20)
    assert found[0].score == 1
    assert found[0].why == "shot 2 of 5, whole"


def test_neighbouring_shots_are_kept_together() -> None:
    found = best_windows(F(40), limits(), [F(3), F(10), F(17), F(36)])
    assert spans(found)[0] == (3, 17)
    assert found[0].why == "shots 2 to 3 of 5, whole"


def test_a_long_shot_cut_short_beats_a_short_one_whole_but_not_one_nearly_as_long() -> None:
    assert spans(best_windows(F(40), limits(), [F(3)]))[0] == (0, 15)
    assert spans(best_windows(F(40), limits(), [F(12)]))[0] == (0, 12)


def test_whole_shots_alone_count_where_keeping_most_is_not_asked_for() -> None:
    found = best_windows(F(40), limits(), [F(3), F(7), F(23)], keep_most=False)
    assert spans(found)[0] == (0, 7)
    assert all(one.why.endswith("whole") for one in found)


@pytest.mark.parametrize("keep_most", [True, False])
def test_where_no_pair_of_marks_fits_it_begins_on_a_mark_and_is_as_long_as_may_be(keep_most: bool) -> None:
    found = best_windows(F(60), limits(), [F(1), F(30)], keep_most=keep_most)
    assert spans(found) == [(0, 15), (30, 45)]
    assert found[1].why == "begins with shot 3 of 3, the longest that is allowed, cut off in shot 3"


def test_without_marks_it_is_the_beginning() -> None:
    assert spans(best_windows(F(60), limits(), [])) == [(0, 15)]


def test_what_fits_whole_stays_whole() -> None:
    found = best_windows(F(10), limits(), [])
    assert (spans(found), found[0].why) == ([(0, 10)], "the only shot, whole")
    assert spans(best_windows(F(10), limits(), [F(4)]))[0] == (0, 10)


@pytest.mark.parametrize("duration", [F(0), F(-1), F(199, 100)])
def test_what_is_too_short_has_no_window(duration: Fraction) -> None:
    assert best_windows(duration, limits(), [F(1)]) == ()


def test_missing_bounds_do_not_limit() -> None:
    assert spans(best_windows(F(100), limits(None, None), [F(40)])) == [(0, 100)]
    assert spans(best_windows(F(1, 2), limits(None, 15), [])) == [(0, F(1, 2))]


def test_no_more_are_returned_than_asked_for_and_none_shows_much_the_same_as_a_better_one() -> None:
    marks = [F(at) for at in range(0, 300, 3)]
    assert len(best_windows(F(300), limits(), marks)) == 5
    assert len(best_windows(F(300), limits(), marks, count=2)) == 2
    assert best_windows(F(300), limits(), marks, count=0) == ()


def test_words_for_sounds_speak_of_quiet() -> None:
    found = best_windows(F(60), limits(), [F(14), F(28), F(46)], marked_by="quiet")
    assert [one.why for one in found] == [
        "from the beginning to a quiet moment",
        "from a quiet moment to a quiet moment",
        "from a quiet moment to the end",
        "from a quiet moment to the longest that is allowed",
    ]


seconds = st.fractions(min_value=0, max_value=200, max_denominator=90_000)
marked = st.lists(st.fractions(min_value=-5, max_value=220, max_denominator=1000), max_size=60)
bounds = st.tuples(st.integers(0, 10), st.integers(10, 40))


@given(seconds, marked, bounds, st.booleans(), st.integers(1, 8))
def test_windows_lie_within_the_whole_and_the_limits(
    duration: Fraction, marks: list[Fraction], bound: tuple[int, int], keep_most: bool, count: int
) -> None:
    found = best_windows(duration, limits(*bound), marks, keep_most=keep_most, count=count)
    assert len(found) <= count
    for one in found:
        length = one.window.end_s - one.window.start_s
        assert 0 <= one.window.start_s < one.window.end_s <= duration
        assert bound[0] <= length <= bound[1]
        assert 0 < one.score <= 1


@given(seconds, marked, bounds, st.booleans())
def test_windows_begin_on_marks_and_end_on_one_or_at_the_longest(
    duration: Fraction, marks: list[Fraction], bound: tuple[int, int], keep_most: bool
) -> None:
    edges = {F(0), duration, *marks}
    for one in best_windows(duration, limits(*bound), marks, keep_most=keep_most):
        assert one.window.start_s in edges
        assert one.window.end_s in edges or one.window.end_s - one.window.start_s == min(duration, bound[1])


@given(seconds, marked, bounds)
def test_there_is_a_window_wherever_the_whole_is_long_enough(
    duration: Fraction, marks: list[Fraction], bound: tuple[int, int]
) -> None:
    assert bool(best_windows(duration, limits(*bound), marks)) == (duration > 0 and duration >= bound[0])


@given(seconds, marked, bounds)
def test_where_a_pair_of_marks_fits_whole_shots_are_found_when_asked_for(
    duration: Fraction, marks: list[Fraction], bound: tuple[int, int]
) -> None:
    edges = sorted({F(0), duration, *(mark for mark in marks if 0 < mark < duration)})
    fits = any(bound[0] <= end - start <= bound[1] and start < end for start in edges for end in edges)
    found = best_windows(duration, limits(*bound), marks, keep_most=False)
    if fits:
        assert all(one.window.end_s in edges for one in found)


@given(seconds, marked, bounds)
def test_the_best_whole_shots_are_no_shorter_than_any_other_whole_shots(
    duration: Fraction, marks: list[Fraction], bound: tuple[int, int]
) -> None:
    edges = sorted({F(0), duration, *(mark for mark in marks if 0 < mark < duration)})
    lengths = [e - s for s in edges for e in edges if bound[0] <= e - s <= bound[1] and s < e]
    found = best_windows(duration, limits(*bound), marks, keep_most=False)
    if lengths:
        assert found[0].window.end_s - found[0].window.start_s == max(lengths)


@given(seconds, marked)
def test_the_order_and_repetition_of_marks_do_not_matter(duration: Fraction, marks: list[Fraction]) -> None:
    found = best_windows(duration, limits(), marks)
    assert best_windows(duration, limits(), [*reversed(marks), *marks]) == found
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_very_many_marks_take_no_time_to_speak_of() -> None:
    found = best_windows(F(3600), limits(), (F(at, 10) for at in range(36_000)))
    assert len(found) == 5
