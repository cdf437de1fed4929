"""The audio of a clip: which tracks stay, which come first, and which are encoded."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.plan import Plan
from preflight.plan.clip_audio import audio_steps_of_clip, kept_after, kept_tracks, other_audio
from preflight.plan.steps import DropAudio, Encode, JoinAudio, Step, Write, find
from preflight.probe.clip_audio import heard
from preflight.values.assets import Asset
from preflight.values.facts import UNKNOWN, AudioTrack, VideoFacts
from preflight.values.findings import Judged
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


# ---- what a camera and an editor store -----------------------------------------------------------------------------

ALLOWED = PROFILE.video.sound_codec
BARE: dict[str, Any] = {"loss": "lossy", "clears": ()}


def mono(place: int, codec: str = "pcm_s16le", rate_hz: int = 48_000, **more: Any) -> AudioTrack:  # noqa: ANN401 - any field
    return AudioTrack(place=place, codec=codec, channels=1, sample_rate_hz=rate_hz, **more)


def clip(*sounds: AudioTrack) -> VideoFacts:
    played = heard(sounds)
    return made.video(sounds=sounds, sound_codec=played.codec if played else None)


def planned(*sounds: AudioTrack, recut: bool = False) -> list[Step]:
    return list(audio_steps_of_clip(clip(*sounds), ALLOWED, recut=recut))


@pytest.mark.parametrize(
    ("sounds", "joined"),
    [
        ((mono(0), mono(1)), (0, 1)),
        ((mono(0), mono(1), mono(2), mono(3)), (0, 1)),
        ((mono(0),), None),
        ((mono(0), mono(1, rate_hz=44_100)), None),
        ((mono(0), mono(1, codec="pcm_s24le")), None),
        ((mono(0), mono(1, codec="aac")), None),
        ((mono(0), AudioTrack(place=1, codec="pcm_s16le", channels=2, sample_rate_hz=48_000)), None),
        ((mono(0), mono(1, default=True)), None),
        ((mono(0, empty=True), mono(1), mono(2)), (1, 2)),
        ((mono(0, codec="aac"), mono(1, codec="aac")), None),
    ],
)
def test_two_mono_tracks_alike_are_left_and_right(
    sounds: tuple[AudioTrack, ...], joined: tuple[int, int] | None
) -> None:
    step = find(tuple(planned(*sounds)), JoinAudio)
    assert ((step.left, step.right) if step else None) == joined


def test_tracks_that_hold_nothing_or_that_nobody_decodes_are_left_out_each_for_its_reason() -> None:
    steps = planned(
        AudioTrack(place=0, codec="aac", empty=True),
        AudioTrack(place=1, codec=UNKNOWN),
        AudioTrack(place=2, codec=UNKNOWN, empty=True),
        AudioTrack(place=3, codec="aac"),
    )
    assert [(step.why, step.places, step.loss) for step in steps if isinstance(step, DropAudio)] == [
        ("empty", (0, 2), "lossless"),
        ("unknown", (1,), "lossy"),
    ]
    assert not any(isinstance(step, Encode) for step in steps)


@pytest.mark.parametrize(
    ("codecs", "recut", "encoded"),
    [
        (("aac",), False, None),
        (("aac",), True, ()),
        (("opus",), False, ()),
        (("aac", "opus"), False, (1,)),
        (("opus", "aac"), False, (0,)),
        (("aac", "opus"), True, ()),
    ],
)
def test_only_tracks_that_may_not_stay_are_encoded_unless_all_change_length(
    codecs: tuple[str, ...], recut: bool, encoded: tuple[int, ...] | None
) -> None:
    steps = planned(*(AudioTrack(place=at, codec=codec) for at, codec in enumerate(codecs)), recut=recut)
    step = find(tuple(steps), Encode)
    assert (step.tracks if step else None) == encoded


@pytest.mark.parametrize(
    ("rate", "lower"), [(44_100, None), (96_000, None), (96_001, 48_000), (192_000, 96_000), (768_000, 96_000)]
)
def test_a_rate_is_halved_until_aac_has_it(rate: int, lower: int | None) -> None:
    (step,) = planned(AudioTrack(place=0, codec="pcm_s16le", sample_rate_hz=rate))
    assert isinstance(step, Encode)
    assert step.sample_rate_hz == lower


def result(*sounds: AudioTrack) -> Judged:
    return made.judged(clip(*sounds))


def test_a_track_that_a_new_file_lost_is_dropped_and_the_others_stay() -> None:
    facts = clip(AudioTrack(place=0, codec="aac"), AudioTrack(place=1, codec="aac"))
    steps: tuple[Step, ...] = (Encode(codec="aac", **BARE), Write(format="mp4", **BARE))
    todo = Plan(asset=Asset(path="a"), kind="video", steps=steps)
    whole = result(AudioTrack(place=0, codec="aac"), AudioTrack(place=1, codec="aac"))
    assert other_audio(todo, facts, whole) is None
    again = other_audio(todo, facts, result(AudioTrack(place=0, codec="aac")))
    assert again
    dropped = find(again.steps, DropAudio)
    assert dropped
    assert (dropped.places, dropped.why) == ((1,), "undecodable")
    assert find(again.steps, Encode)
    assert again.steps[-1] == steps[-1]
    silent = other_audio(todo, facts, result())
    assert silent
    assert find(silent.steps, Encode) is None
    assert kept_after(facts, silent.steps) == ()


def test_copied_audio_that_failed_is_encoded_before_anything_is_lost() -> None:
    facts = clip(AudioTrack(place=0, codec="mp3"))
    steps: tuple[Step, ...] = (Encode(codec="libx264", **BARE), Write(format="mp4", **BARE))
    todo = Plan(asset=Asset(path="a"), kind="video", steps=steps)
    again = other_audio(todo, facts, None)
    assert again
    assert [step.codec for step in again.steps if isinstance(step, Encode)] == ["libx264", "aac"]


def test_a_joined_track_is_no_longer_its_own() -> None:
    facts = clip(mono(0), mono(1), mono(2))
    steps = (JoinAudio(left=0, right=1, **BARE), DropAudio(places=(2,), why="unknown", **BARE))
    assert [track.place for track in kept_after(facts, steps)] == [0]


def test_the_audio_of_a_header_that_lists_no_tracks_is_one_track() -> None:
    facts = made.video(sounds=(), sound_codec="aac")
    assert [(track.place, track.codec) for track in kept_tracks(facts)] == [(0, "aac")]
    assert kept_tracks(made.video(sounds=(), sound_codec=None)) == ()
