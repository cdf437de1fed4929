"""The audio of a clip: which tracks stay, which come first, and which are encoded."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from preflight.plan import Plan
from preflight.plan.clip_audio import audio_steps_of_clip, kept_after, kept_tracks, other_audio
from preflight.plan.steps import Encode, Write
from preflight.probe.clip_audio import heard
from preflight.values.assets import Asset
from preflight.values.facts import UNKNOWN, AudioTrack
from tests import made
from tests.specimens import PROFILE


def test_what_cannot_be_decoded_is_left_out_at_last() -> None:
    facts = made.video(sound_codec="ac3", sounds=(AudioTrack(place=0, codec="ac3"),))
    encodes = Encode(codec="libx264", loss="lossy", clears=())
    steps = (encodes, *audio_steps_of_clip(facts, PROFILE.video.sound_codec, recut=False))
    todo = Plan(asset=Asset(path="a"), kind="video", steps=(*steps, Write(format="mp4", loss="lossless", clears=())))
    mixed = other_audio(todo, facts, None)
    assert mixed
    assert "encode with aac, at most 0.2 Mbit/s, mixed down to 2 channels" in [step.words() for step in mixed.steps]
    silent = other_audio(mixed, facts, None)
    assert silent
    assert "leave out a sound track that cannot be decoded" in [step.words() for step in silent.steps]
    assert kept_after(facts, silent.steps) == ()
    assert other_audio(silent, facts, None) is None


def test_sound_is_not_encoded_or_left_out_where_nothing_may_be_lost() -> None:
    facts = made.video(sound_codec="aac", sounds=(AudioTrack(place=0, codec="aac"),))
    todo = Plan(asset=Asset(path="a"), kind="video", steps=(Write(format="mp4", loss="lossless", clears=()),))
    assert other_audio(todo, facts, None) is None


def test_a_rate_that_aac_has_not_is_halved_and_named() -> None:
    facts = made.video(
        sound_codec="pcm_s24le", sounds=(AudioTrack(place=0, codec="pcm_s24le", sample_rate_hz=192_000),)
    )
    (encode,) = audio_steps_of_clip(facts, PROFILE.video.sound_codec, recut=False)
    assert encode.words() == "encode with aac, at most 0.2 Mbit/s, 96,000 samples a second"


tracks = st.builds(
    AudioTrack,
    place=st.just(0),
    codec=st.sampled_from(["aac", "pcm_s16le", "opus", UNKNOWN]),
    default=st.booleans(),
    empty=st.booleans(),
)


@given(st.lists(tracks, max_size=4))
def test_every_track_that_can_be_heard_is_kept_and_a_marked_one_comes_first(given: list[AudioTrack]) -> None:
    sounds = tuple(msgspec.structs.replace(track, place=place) for place, track in enumerate(given))
    played = heard(sounds)
    facts = made.video(sounds=sounds, sound_codec=played.codec if played else None)
    kept = kept_tracks(facts)
    audible = [track for track in sounds if track.known and not track.empty]
    assert {track.place for track in kept} == {track.place for track in audible}
    if any(track.default for track in audible):
        assert kept[0].default
