"""Where another shot begins."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from preflight.media.shots import (
    AT_ONCE,
    BRIEF_S,
    LASTING,
    LastingDifferences,
    changes,
    cuts_of,
    far_cuts_of,
    pixel_difference,
    pixel_differences,
    shots_between,
    transitions,
    without_flashes,
)
from preflight.media.timeline import STEP_S
from preflight.values.assets import Window

# ---- the arithmetic ----------------------------------------------------------------------------------------------


def plain(*levels: int) -> list[NDArray[np.uint8]]:
    return [np.full((3, 36, 64), level, np.uint8) for level in levels]


def differences(pictures: list[NDArray[np.uint8]]) -> list[float]:
    found = LastingDifferences(pixel_differences)
    for first in range(0, len(pictures), 3):
        found.add(np.stack(pictures[first : first + 3]))
    return found.scores()


def test_a_lasting_change_counts_in_full() -> None:
    scores = differences(plain(0, 0, 0, 0, 0, 90, 90, 90, 90, 90))
    assert scores == [0, 0, 0, 0, 0, 90, 0, 0, 0, 0]


@pytest.mark.parametrize("frames", range(1, LASTING))
def test_a_flash_counts_for_nothing(frames: int) -> None:
    assert max(differences(plain(*[10] * 8, *[250] * frames, *[10] * 8))) == 0


@pytest.mark.parametrize("last", range(1, LASTING))
def test_a_change_near_the_end_counts(last: int) -> None:
    assert max(differences(plain(*[10] * 8, *[99] * last))) == 89


@pytest.mark.parametrize("count", range(1, 8))
def test_there_is_a_score_for_every_picture(count: int) -> None:
    assert len(differences(plain(*range(count)))) == count


def seconds(count: int, rate: int = 25) -> list[Fraction]:
    return [Fraction(at, rate) for at in range(count)]


def test_a_score_must_stand_out_of_those_around_it_and_be_large() -> None:
    assert changes([0, 2, 3, 2, 60, 3, 2, 3], seconds(8)) == [4]
    assert changes([0, 30, 30, 30, 60, 30, 30, 30], seconds(8)) == []
    assert changes([0, 0, 0, 0, 9, 0, 0, 0], seconds(8)) == []


def test_of_two_equal_scores_side_by_side_the_first_counts() -> None:
    assert changes([0, 1, 1, 1, 1, 80, 80, 1, 1, 1, 1, 1], seconds(12)) == [5]


def test_repeated_frames_do_not_make_slow_motion_stand_out() -> None:
    scores = [0.0, *(40.0 if at % 5 == 4 else 0.0 for at in range(60))]
    assert changes(scores, seconds(61, 60)) == []


def test_slides_that_stand_still_between_are_shots() -> None:
    scores = [80.0 if at % 25 == 0 and at else 0.0 for at in range(100)]
    assert changes(scores, seconds(100)) == [25, 50, 75]


def test_nothing_has_no_changes() -> None:
    assert changes([], []) == []


def ramp(length: int, low: int = 20, high: int = 200) -> NDArray[np.uint8]:
    """Steps of one picture, so many that mix it with another, and steps of the other."""
    one, other = (np.random.default_rng(seed).integers(low, high, (18, 32)) for seed in (1, 2))
    parts = np.concatenate([np.zeros(30), np.linspace(0, 1, length), np.ones(30)])[:, None, None]
    mixed: NDArray[np.uint8] = (one * (1 - parts) + other * parts).astype(np.uint8)
    return mixed


@pytest.mark.parametrize("length", [5, 8, 12, 20, 30])
def test_a_mixture_of_two_pictures_is_a_transition_of_about_its_length(length: int) -> None:
    ((first, last),) = transitions(ramp(length))
    assert float(first / STEP_S) == pytest.approx(30, abs=length / 3 + 2)
    assert float(last / STEP_S) == pytest.approx(30 + length, abs=length / 3 + 2)


def test_a_cut_and_a_still_picture_are_no_transition() -> None:
    assert transitions(ramp(0)) == []
    assert transitions(ramp(0)[:30]) == []
    assert transitions(ramp(10), [Fraction(35, 10)]) == []


def test_shots_leave_out_what_lies_in_transitions() -> None:
    found = shots_between(Fraction(20), [Fraction(4)], [(Fraction(9), Fraction(10)), (Fraction(19), Fraction(21))])
    assert found == (Window(F0, Fraction(4)), Window(Fraction(4), Fraction(9)), Window(Fraction(10), Fraction(19)))


F0 = Fraction(0)


# ---- frames made small: cuts ---------------------------------------------------------------------------------------


def scenes(*lengths: int, seed: int = 7) -> list[NDArray[np.uint8]]:
    """Make glances of scenes of noise with tones of their own, so many frames of each."""
    random = np.random.default_rng(seed)
    looks = [random.integers(low, low + 60, (3, 36, 64)).astype(np.uint8) for low in (20, 170, 60, 130, 0)]
    return [looks[at % len(looks)] for at, length in enumerate(lengths) for _ in range(length)]


def starts(lengths: tuple[int, ...]) -> list[int]:
    return [sum(lengths[: at + 1]) for at in range(len(lengths) - 1)]


@pytest.mark.parametrize("first", [AT_ONCE + off for off in (-5, -1, 0, 1, 5)] + [2 * AT_ONCE])
def test_a_cut_is_found_wherever_it_lies_among_the_frames_compared_at_once(first: int) -> None:
    assert cuts_of(scenes(first, 40), seconds(first + 40)) == [first]


@given(st.lists(st.integers(LASTING + 8, 40), min_size=1, max_size=4).map(tuple), st.integers(0, 9))
def test_every_scene_that_lasts_begins_with_a_cut_and_nothing_else_does(lengths: tuple[int, ...], seed: int) -> None:
    assert cuts_of(scenes(*lengths, seed=seed), seconds(sum(lengths))) == starts(lengths)


def test_no_frames_and_one_frame_have_no_cut() -> None:
    assert cuts_of([], []) == []
    assert cuts_of(scenes(1), seconds(1)) == []
    assert far_cuts_of([]) == far_cuts_of(scenes(1)) == []


@given(st.lists(st.integers(1, 3), min_size=1, max_size=5).map(tuple))
def test_keyframes_far_apart_are_cuts_where_pixels_and_tones_differ(lengths: tuple[int, ...]) -> None:
    assert far_cuts_of(scenes(*lengths)) == starts(lengths)


def test_keyframes_whose_pixels_moved_and_whose_tones_stayed_are_one_shot() -> None:
    still = scenes(1)[0]
    stripes = np.where(np.arange(64) // 8 % 2, still // 2, still // 2 + 120).astype(np.uint8)
    moved = np.roll(stripes, 8, axis=2)
    assert pixel_difference(stripes, moved) > 60
    assert far_cuts_of([stripes, moved, stripes]) == []


@given(st.integers(0, 255), st.integers(0, 255))
def test_the_difference_of_two_even_frames_is_that_of_their_levels_both_ways(one: int, other: int) -> None:
    first, second = plain(one, other)
    assert pixel_difference(first, second) == pixel_difference(second, first) == abs(one - other)
    assert pixel_differences(np.stack([first, second]), np.stack([second, second])) == [abs(one - other), 0]


# ---- bursts of flashes ----------------------------------------------------------------------------------------------


def grays(*levels: int) -> NDArray[np.uint8]:
    """Return one gray frame for each step."""
    return np.stack([np.full((18, 32), level, np.uint8) for level in levels])


@pytest.mark.parametrize(
    ("cuts", "levels", "kept"),
    [
        (["1.0", "1.2"], [50] * 10 + [250] * 2 + [50] * 10, []),
        (["1.0", "1.2"], [50] * 10 + [250] * 2 + [150] * 10, ["1.0", "1.2"]),
        (["1.0", "1.5"], [50] * 10 + [250] * 5 + [50] * 10, ["1.0", "1.5"]),
        (["0.4", "1.0", "1.2"], [9] * 4 + [50] * 6 + [250] * 2 + [50] * 10, ["0.4"]),
        (["1.0"], [50] * 10 + [250] * 10, ["1.0"]),
        ([], [50] * 3, []),
    ],
)
def test_a_shot_too_brief_between_equal_tones_is_a_burst_of_flashes(
    cuts: list[str], levels: list[int], kept: list[str]
) -> None:
    assert without_flashes([Fraction(cut) for cut in cuts], grays(*levels)) == [Fraction(cut) for cut in kept]


@given(st.lists(st.integers(1, 60), unique=True).map(sorted), st.lists(st.integers(0, 255), min_size=1, max_size=60))
def test_what_is_left_of_cuts_is_in_order_and_was_among_them(moments: list[int], levels: list[int]) -> None:
    cuts = [Fraction(moment, 10) for moment in moments]
    kept = without_flashes(cuts, grays(*levels))
    assert kept == [cut for cut in cuts if cut in kept]
    far = [cut for cut in cuts if all(cut == other or abs(cut - other) >= BRIEF_S for other in cuts)]
    assert set(far) <= set(kept)


# ---- shots between -------------------------------------------------------------------------------------------------

MOMENTS = st.integers(0, 300).map(lambda tenths: Fraction(tenths, 10))


@given(MOMENTS, st.lists(MOMENTS, max_size=6, unique=True))
def test_shots_between_cuts_fill_the_clip_and_none_is_empty(duration: Fraction, cuts: list[Fraction]) -> None:
    shots = shots_between(duration, cuts, [])
    assert all(shot.end_s > shot.start_s for shot in shots)
    assert sum((shot.end_s - shot.start_s for shot in shots), F0) == duration
    assert [shot.start_s for shot in shots] == sorted({F0, *(cut for cut in cuts if cut < duration)})[: len(shots)]


@given(MOMENTS, st.lists(MOMENTS, max_size=8, unique=True).map(sorted))
def test_nothing_of_a_transition_is_in_a_shot(duration: Fraction, moments: list[Fraction]) -> None:
    gradual = list(zip(moments[::2], moments[1::2], strict=False))
    shots = shots_between(duration, [], gradual)
    for first, last in gradual:
        assert all(shot.end_s <= first or shot.start_s >= last for shot in shots)
    assert all(shot.end_s <= duration for shot in shots)


def test_no_steps_or_few_have_no_transition() -> None:
    assert transitions(grays(1)) == transitions(grays(1, 200, 1)) == []


@pytest.mark.parametrize("length", [8, 12, 20])
def test_a_fade_from_black_is_a_transition_and_a_faint_change_of_light_is_none(length: int) -> None:
    lit = np.random.default_rng(3).integers(60, 220, (18, 32))
    parts = np.concatenate([np.zeros(25), np.linspace(0, 1, length), np.ones(25)])[:, None, None]
    assert len(transitions((lit * parts).astype(np.uint8))) == 1
    assert transitions((lit * (0.95 + parts / 20)).astype(np.uint8)) == []
