"""What a plan's output will be: size, length, and how long it takes to make."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.plan.estimate import START_S, OutputEstimate, Pace, estimate_output, held_s, planned_size
from preflight.plan.steps import Crop, Cut, Encode, Extend, Lead, Pad, Plan, Resize, Retime, Step, ToneMap, Write
from preflight.values.assets import Asset
from preflight.values.facts import Facts
from tests import made

BARE: dict[str, Any] = {"loss": "lossy", "clears": ()}
ENCODE, WRITE = Encode(codec="libx264", **BARE), Write(format="mp4", **BARE)
CUT = Cut(start_s=Fraction(1), length_s=Fraction(3), **BARE)


def plan(*steps: Step) -> Plan:
    return Plan(asset=Asset(path="a"), kind="video", steps=steps)


def estimated(*steps: Step, facts: Facts = made.VIDEO, pace: int = 1) -> OutputEstimate:
    return estimate_output(plan(*steps), facts, Pace(start=Fraction(pace), work=Fraction(pace)))


@pytest.mark.parametrize("step", [ENCODE, WRITE])
def test_every_estimate_grows_with_the_pace(step: Step) -> None:
    one, three = (estimated(step, pace=pace).seconds for pace in (1, 3))
    assert one is not None
    assert three == 3 * one


def test_mapping_tones_takes_longer() -> None:
    plain, toned = (estimated(*steps).work_s for steps in ((ENCODE,), (ToneMap(**BARE), ENCODE)))
    assert toned > plain


def test_what_grows_with_pixels_has_a_pace_of_its_own() -> None:
    plain, slow = (estimate_output(plan(ENCODE), made.VIDEO, Pace(work=Fraction(work))) for work in (1, 3))
    assert plain.seconds
    assert slow.seconds == START_S + 3 * plain.work_s
    assert plain.work_s == slow.work_s == plain.seconds - START_S


@pytest.mark.parametrize("codec", ["hevc", "av1", "prores"])
def test_what_is_harder_to_decode_takes_longer(codec: str) -> None:
    easy, hard = (estimated(ENCODE, facts=made.video(codec=one)).seconds for one in ("h264", codec))
    assert easy is not None
    assert hard is not None
    assert hard > easy


@pytest.mark.parametrize(
    ("steps", "size"),
    [
        ((), (1280, 720)),
        ((Crop(width_px=700, height_px=700, **BARE),), (700, 700)),
        ((Crop(width_px=700, height_px=700, **BARE), Resize(width_px=500, height_px=500, **BARE)), (500, 500)),
        ((Pad(width_px=900, height_px=720, **BARE), Resize(width_px=500, height_px=400, **BARE)), (900, 720)),
    ],
)
def test_the_size_is_that_of_the_last_step_that_shapes_it(steps: tuple[Step, ...], size: tuple[int, int]) -> None:
    assert planned_size(plan(*steps), (1280, 720)) == size
    assert estimated(*steps).size_px == size


def test_the_length_is_what_is_kept_then_what_it_is_extended_to() -> None:
    extend = Extend(how="loop", from_s=Fraction(3), length_s=Fraction(4), **BARE)
    assert [estimated(*steps).length_s for steps in ((), (CUT,), (CUT, extend))] == [5, 3, 4]


def test_a_frame_that_is_held_for_the_sound_makes_a_clip_longer_and_what_is_dropped_does_not() -> None:
    hold, drop = (Lead(how=how, length_s=Fraction(1, 2), **BARE) for how in ("hold", "drop"))
    assert [held_s(plan(hold)), held_s(plan(drop)), held_s(plan())] == [Fraction(1, 2), 0, 0]
    assert [estimated(one).length_s for one in (hold, drop)] == [Fraction(11, 2), 5]


def test_an_image_has_no_length_and_a_sound_no_size() -> None:
    assert estimated(WRITE, facts=made.IMAGE) == OutputEstimate(size_px=(640, 480), seconds=START_S)
    assert estimated(WRITE, facts=made.AUDIO) == OutputEstimate(length_s=Fraction(5), seconds=START_S, bytes=50_000)


@pytest.mark.parametrize("unknown", [{"duration_s": None}, {"frame_rate_hz": None}])
def test_what_is_not_known_of_the_source_is_not_guessed(unknown: dict[str, None]) -> None:
    assert estimated(ENCODE, facts=made.video(**unknown)).seconds is None
    assert estimated(WRITE, facts=made.video(**unknown)).seconds == START_S


@given(st.fractions("1/10", 600, max_denominator=1000), st.integers(1, 16), st.integers(2, 4))
def test_longer_larger_and_faster_clips_take_longer(length: Fraction, scale: int, more: int) -> None:
    def took(times: int, sides: int, rate: int) -> Fraction:
        facts = made.video(
            duration_s=length * times,
            coded_width_px=100 * sides,
            coded_height_px=100 * sides,
            frame_rate_hz=Fraction(25),
        )
        found = estimated(Retime(frame_rate_hz=Fraction(rate), **BARE), ENCODE, facts=facts).seconds
        assert found is not None
        return found

    assert took(more, scale, 25) > took(1, scale, 25) > START_S
    assert took(1, scale * more, 25) > took(1, scale, 25)
    assert took(1, scale, 25 * more) > took(1, scale, 25)
