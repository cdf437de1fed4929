"""Frames of a constant rate stay at it, whatever a container rounds; nobody's time moves against the sound."""

import re
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.apply.steady import constant_rate, from_first_frame, held, on_grid, silent
from preflight.plan.steps import Cut, Extend, Lead, Retime, Step
from preflight.values.facts import AudioTrack, VideoFacts
from tests import made

NTSC = Fraction(30000, 1001)
CUT = Cut(start_s=Fraction(1), length_s=Fraction(5), loss="lossy", clears=())
RETIME = Retime(frame_rate_hz=Fraction(30), loss="lossy", clears=())
LONGER = Extend(how="loop", from_s=Fraction(1), length_s=Fraction(2), frame_rate_hz=NTSC, loss="creative", clears=())


def clip(rate: Fraction | None = NTSC, container: str = "matroska", *, constant: bool = True) -> VideoFacts:
    return made.video(frame_rate_hz=rate, frame_rate_constant=constant, format=container)


def lead(how: str) -> Lead:
    return Lead(how=how, length_s=Fraction(1, 2), loss="lossless", clears=())  # type: ignore[arg-type] # one of three


def test_an_encode_gets_the_measured_rate_exactly_and_a_part_counts_from_zero() -> None:
    assert constant_rate((), clip()) == [("fps", {"fps": "30000/1001"})]
    assert constant_rate((CUT,), clip()) == [("fps", {"fps": "30000/1001", "start_time": 0})]


@pytest.mark.parametrize(("steps", "constant"), [((RETIME,), True), ((CUT, LONGER), True), ((CUT,), False)])
def test_where_another_step_sets_the_rate_or_there_is_none_it_is_left_alone(
    steps: tuple[Step, ...], constant: bool
) -> None:
    assert constant_rate(steps, clip(constant=constant)) == []


def test_the_first_frame_is_held_for_whole_frames_of_the_new_rate() -> None:
    assert held((lead("hold"),), clip())[1] == ("tpad", {"start": 15, "start_mode": "clone"})
    assert held((lead("hold"), RETIME), clip(Fraction(60)))[1][1]["start"] == 15
    assert held((lead("hold"),), clip(Fraction(60)))[1][1]["start"] == 30


@pytest.mark.parametrize(("how", "video", "audio"), [("hold", 2, 0), ("drop", 0, 0), ("silence", 0, 1)])
def test_each_way_to_begin_touches_either_frames_or_sound(how: str, video: int, audio: int) -> None:
    assert len(held((lead(how),), clip())) == video
    assert len(silent((lead(how),))) == audio


def test_without_a_rate_or_a_lead_nothing_is_held() -> None:
    assert held((lead("hold"),), clip(None)) == []
    assert held((CUT,), clip()) == silent((CUT,)) == []


@given(st.integers(1, 240_000), st.sampled_from([1, 1000, 1001]))
def test_a_frame_of_any_rate_is_a_whole_number_of_ticks_that_are_fine_enough(number: int, of: int) -> None:
    rate = Fraction(number, of)
    option = on_grid(clip(rate))["bsf:v"]
    base, step = Fraction(re.findall(r"time_base=([\d/]+)", option)[0]), re.findall(r"duration=(.+)$", option)[0]
    assert step.isdigit()
    assert int(step) * base == 1 / rate
    assert base <= Fraction(1, 90_000)
    assert option.count(f"/{step})*{step}") == 2


@pytest.mark.parametrize("container", ["matroska", "webm", "flv", "mpegts", "avi"])
def test_only_containers_that_round_are_put_on_the_grid(container: str) -> None:
    assert on_grid(clip(container=container))
    assert on_grid(clip(container=container, constant=False)) == on_grid(clip(None, container)) == {}
    assert on_grid(clip(container="mp4")) == {}


def test_only_a_silent_copy_that_claims_more_than_it_shows_is_begun_anew() -> None:
    late = msgspec.structs.replace(clip(container="mp4"), duration_s=Fraction(4), header_duration_s=Fraction(5))
    assert from_first_frame(late)
    for other in (
        {"header_duration_s": Fraction(4)},
        {"header_duration_s": None},
        {"duration_s": None},
        {"format": "avi"},
        {"sounds": (AudioTrack(place=0, codec="aac"),)},
    ):
        assert from_first_frame(msgspec.structs.replace(late, **other)) == {}
