"""What of a file is worth keeping: more where it is loud, moves and is sharp; nothing of black and silence."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.media.interest import interest_of
from preflight.media.timeline import STEP_S, Timeline

STEPS = 120


def timeline(steps: int = STEPS, **features: Any) -> Timeline:  # noqa: ANN401 - any features
    return Timeline(duration_s=steps * STEP_S, **features)


def sound(level: list[float], *, silent: list[bool] | None = None) -> dict[str, Any]:
    return {
        "loudness_db": tuple(level),
        "onset_strength": (0.0,) * len(level),
        "is_silent": tuple(silent or [False] * len(level)),
    }


def pictures(motion: list[float], *, sharp: float = 100.0, black: list[bool] | None = None) -> dict[str, Any]:
    return {
        "motion": tuple(motion),
        "sharpness": (sharp,) * len(motion),
        "is_black": tuple(black or [False] * len(motion)),
    }


levels = st.lists(st.floats(-70, 0), min_size=1, max_size=60)
motions = st.lists(st.floats(0, 255), min_size=1, max_size=60)


@settings(max_examples=25)
@given(levels, motions, st.integers(1, 60), st.data())
def test_there_is_a_score_from_nought_to_one_for_every_step(
    level: list[float], motion: list[float], steps: int, data: st.DataObject
) -> None:
    flags = st.lists(st.booleans(), min_size=60, max_size=60)
    silent, black = (data.draw(flags)[: len(one)] for one in (level, motion))
    found = interest_of(timeline(steps, **sound(level, silent=silent), **pictures(motion, black=black)))
    assert len(found) == steps
    assert float(found.min()) >= 0
    assert float(found.max()) <= 1


def test_without_any_feature_every_step_is_as_good() -> None:
    assert interest_of(timeline()).tolist() == [1.0] * STEPS
    assert len(interest_of(timeline(0))) == 1


def test_the_loud_part_scores_higher_and_its_own_level_decides_nothing() -> None:
    level = [-30.0] * 60 + [-20.0] * 60
    found = interest_of(timeline(**sound(level)))
    assert float(found[90]) > float(found[30])
    softer = interest_of(timeline(**sound([one - 12 for one in level])))
    assert softer == pytest.approx(found)


def test_silence_and_black_are_worth_nothing() -> None:
    half = [False] * 60 + [True] * 60
    assert interest_of(timeline(**sound([-20.0] * 120, silent=half)))[60:].max() == 0
    assert interest_of(timeline(**pictures([9.0] * 120, black=half)))[60:].max() == 0
    assert interest_of(timeline(**sound([-90.0] * 120, silent=[True] * 120))).max() == 0
    assert interest_of(timeline(**pictures([9.0] * 120, black=[True] * 120))).max() == 0


def test_what_moves_scores_higher_but_a_cut_and_a_flash_are_no_motion() -> None:
    moving = interest_of(timeline(**pictures([2.0] * 60 + [20.0] * 60)))
    assert float(moving[90]) > float(moving[30])
    cut = [2.0] * 120
    cut[60] = cut[61] = 200.0
    assert np.ptp(interest_of(timeline(**pictures(cut)))) == 0


@pytest.mark.parametrize("side", [slice(-3, None), slice(None, 3)], ids=["the end", "the start"])
def test_what_moves_at_one_end_is_not_seen_at_the_other(side: slice) -> None:
    motion = [2.0] * 120
    motion[side] = [60.0] * 3
    found = interest_of(timeline(**pictures(motion)))
    other = found[:30] if side.start else found[-30:]
    assert np.ptp(other) == 0


def test_noise_of_hardly_any_motion_decides_nothing() -> None:
    still = [2.0 + 0.1 * (at % 2) for at in range(STEPS)]
    assert float(np.ptp(interest_of(timeline(**pictures(still))))) < 0.3


def test_of_a_clip_whose_sound_is_silent_the_pictures_decide() -> None:
    seen = pictures([2.0] * 60 + [20.0] * 60)
    alone = interest_of(timeline(**seen))
    both = interest_of(timeline(**seen, **sound([-90.0] * 120, silent=[True] * 120)))
    assert both.tolist() == alone.tolist()


def test_features_that_are_shorter_than_the_file_end_in_nothing() -> None:
    found = interest_of(Timeline(duration_s=Fraction(12), **sound([-20.0] * 60)))
    assert found[:60].min() > 0
    assert found[60:].max() == 0
