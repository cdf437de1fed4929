"""Where another shot begins."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from preflight.media.shots import LASTING, LastingDifferences, changes, pixel_differences, shots_between, transitions
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
