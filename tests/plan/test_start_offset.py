"""Clips whose frames and audio do not begin together: what fills the time between is named."""

from fractions import Fraction

import msgspec
import pytest

from preflight.plan.start_offset import audio_steps, frame_steps, gap_s
from preflight.plan.steps import Cut, Lead, Retime
from preflight.values.facts import VideoFacts
from tests import made

RATE = Fraction(25)
CLIP = msgspec.structs.replace(made.VIDEO, frame_rate_hz=RATE, frame_rate_constant=True)


def late(by: str) -> VideoFacts:
    return msgspec.structs.replace(CLIP, start_offset_s=Fraction(by))


def cut(start: str) -> Cut:
    return Cut(start_s=Fraction(start), length_s=Fraction(2), loss="lossy", clears=())


@pytest.mark.parametrize("by", ["0", "0.03", "-0.03"])
def test_less_than_a_frame_is_no_gap(by: str) -> None:
    assert gap_s(late(by)) == 0
    assert not list(frame_steps(late(by), None, RATE, steady=True))


def test_the_first_frame_is_held_for_whole_frames() -> None:
    (lead,) = frame_steps(late("1.01"), None, RATE, steady=True)
    assert isinstance(lead, Lead)
    assert lead.length_s == 1
    assert (lead.how, lead.loss) == ("hold", "lossy")


def test_a_rate_that_varies_is_made_constant_first() -> None:
    steps = list(frame_steps(late("1"), None, RATE, steady=False))
    assert [type(step) for step in steps] == [Retime, Lead]


def test_a_cut_begins_with_a_frame_and_leaves_out_the_audio_before() -> None:
    (lead,) = frame_steps(late("1"), cut("0"), RATE, steady=True)
    assert isinstance(lead, Lead)
    assert lead.words() == "leave out 1 s of audio before the first frame"
    assert not list(frame_steps(late("1"), cut("2"), RATE, steady=True))


def test_audio_that_begins_later_is_silent_until_then() -> None:
    (lead,) = audio_steps(late("-1"), None)
    assert isinstance(lead, Lead)
    assert lead.words() == "keep 1 s of silence until the audio begins"
    assert not list(audio_steps(late("-1"), cut("1")))
