"""The audio tracks of a clip: which there are, and which one players play."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.clip_audio import heard
from preflight.values.facts import UNKNOWN, AudioTrack
from tests.specimens import video

tracks = st.lists(
    st.builds(
        AudioTrack,
        place=st.just(0),
        codec=st.sampled_from(["aac", "pcm_s16le", UNKNOWN]),
        default=st.booleans(),
        empty=st.booleans(),
    ),
    max_size=5,
).map(lambda some: [msgspec.structs.replace(one, place=place) for place, one in enumerate(some)])


@given(tracks)
def test_what_is_heard_has_samples_then_a_decoder_then_the_flag_then_comes_first(given: list[AudioTrack]) -> None:
    held = [one for one in given if not one.empty]
    known = [one for one in held if one.known] or held
    flagged = [one for one in known if one.default] or known
    assert heard(given) == (flagged[0] if flagged else None)


@given(tracks)
def test_an_empty_track_is_never_heard_and_changes_nothing(given: list[AudioTrack]) -> None:
    found = heard(given)
    assert found is None or not found.empty
    assert found == heard([one for one in given if not one.empty])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("video-two-sounds.mp4", [("aac", True, None), ("aac", False, None)]),
        ("video-two-sounds-second-default.mkv", [("aac", False, None), ("aac", True, None)]),
        ("video-two-mono-pcm.mov", [("pcm_u8", True, 1), ("pcm_u8", False, 1)]),
    ],
)
def test_tracks_are_told_in_the_file_s_order(name: str, told: list[tuple[str, bool, int | None]]) -> None:
    found = video(name).sounds
    assert [(one.codec, one.default, one.channels) for one in found] == told
    assert [one.place for one in found] == [0, 1]


@pytest.mark.parametrize(
    ("name", "empty"), [("video-sound-without-samples.mp4", True), ("video-two-sounds.mp4", False)]
)
def test_a_track_without_samples_is_empty(name: str, empty: bool) -> None:
    assert video(name).sounds[0].empty is empty


def test_a_track_that_no_decoder_knows_is_unknown() -> None:
    assert [one.known for one in video("video-sound-apac.mp4").sounds] == [False]
