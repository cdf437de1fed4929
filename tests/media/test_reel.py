"""A reel is read forward, by decoding on or by seeking, and shows the frame that a full decode shows."""

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.media.footage import open_video, timed
from preflight.media.reel import Reel
from tests.specimens import media

CLIPS = {
    "video-20s.mp4": "mp4",
    "video-fragmented-20s.mp4": "mp4",
    "video-mkv.mkv": "matroska",
    "video-mpeg-ts.ts": "mpegts",
}


@cache
def times(name: str) -> list[Fraction]:
    """Decode every frame, and return when each is shown."""
    with open_video(media(name), CLIPS[name]) as (container, track):
        found = [time_s for time_s, _ in timed(container, track)]
    return [time_s - found[0] for time_s in found]


def shown(name: str, moment: Fraction) -> Fraction:
    return max((time_s for time_s in times(name) if time_s <= moment), default=Fraction(0))


@pytest.mark.parametrize("name", CLIPS)
@settings(max_examples=4)
@given(st.lists(st.fractions(0, 21, max_denominator=50), min_size=1, max_size=5).map(sorted))
def test_at_each_moment_stands_the_frame_of_a_full_decode(name: str, moments: list[Fraction]) -> None:
    with open_video(media(name), CLIPS[name]) as (container, track):
        reel = Reel(container, track)
        assert [reel.at(moment)[0] for moment in moments] == [shown(name, moment) for moment in moments]


def test_a_keyframe_between_two_moments_is_found_and_then_shown() -> None:
    with open_video(media("video-20s.mp4"), "mp4") as (container, track):
        reel = Reel(container, track)
        keys = [float(entry.timestamp * (track.time_base or 1)) for entry in track.index_entries if entry.is_keyframe]
        begin = keys[0]
        for key in keys[1:4]:
            found = reel.keyframe(Fraction(round(key - begin + 1)), Fraction(0))
            assert found is None or any(abs(float(found) - (other - begin)) < 0.001 for other in keys)


def test_near_moments_are_decoded_to_and_not_sought() -> None:
    with open_video(media("video-20s.mp4"), "mp4") as (container, track):
        assert Reel(container, track).keyframe(Fraction(1), Fraction(0)) is None
