"""The sound tracks of a clip, fixed whole and decoded: which is heard, which stay, and what is said."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from preflight.apply import Applied, apply_plan
from preflight.apply.cutting import cut_clip
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, Plan, plan
from preflight.plan.clip_audio import audio_steps_of_clip
from preflight.plan.cut_points import cut_points_of
from preflight.plan.steps import Cut, DropAudio, JoinAudio, Packets, Write, find
from preflight.values.assets import Window
from preflight.values.facts import VideoFacts
from tests.specimens import PROFILE, judged, media

LOW, HIGH = 330, 1000


def mended(name: str, folder: Path, **fix_options: Any) -> Applied:  # noqa: ANN401 - any wish
    verdict = judged(name)
    assert verdict.facts
    todo = plan(verdict, PROFILE, FixOptions(**fix_options), cut_points_of(media(name)))
    return apply_plan(todo, verdict.facts, order_of(PROFILE, folder))


def tones(path: str | Path) -> list[list[int]]:
    """Return of every sound track the tone of each channel, in Hz to the nearest ten."""
    with av.open(str(path)) as container:
        return [_tones(container, place) for place in range(len(container.streams.audio))]


def _tones(container: Any, place: int) -> list[int]:  # noqa: ANN401 - PyAV's container
    container.seek(0)
    frames = list(container.decode(audio=place))
    samples = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    rate = frames[0].sample_rate
    return [round(_hz(channel, rate), -1) for channel in samples]


def _hz(channel: Any, rate: int) -> int:  # noqa: ANN401 - numpy's arrays
    spectrum = np.abs(np.fft.rfft(channel))
    return int(spectrum.argmax() * rate / len(channel))


def test_the_track_that_is_marked_is_heard_first_and_the_other_is_kept(tmp_path: Path) -> None:
    done = mended("video-two-sounds-second-default.mkv", tmp_path)
    assert done.plan.loss == "lossless"
    assert tones(done.path) == [[HIGH], [LOW]]
    with av.open(done.path) as container:
        assert [bool(track.disposition & 1) for track in container.streams.audio] == [True, False]


def test_a_camera_s_two_tracks_become_left_and_right(tmp_path: Path) -> None:
    verdict = judged("video-two-mono-pcm.mov")
    assert verdict.facts
    todo = plan(verdict, PROFILE, FixOptions(keep_of={verdict.asset.path: Window(Fraction(0), Fraction(2))}))
    assert find(todo.steps, JoinAudio)
    done = apply_plan(todo, verdict.facts, order_of(PROFILE, tmp_path))
    assert tones(done.path) == [[LOW, HIGH]]


def test_a_track_without_samples_is_left_out_with_a_word(tmp_path: Path) -> None:
    done = mended("video-sound-without-samples.mp4", tmp_path)
    dropped = find(done.plan.steps, DropAudio)
    assert dropped
    assert dropped.words() == "leave out a sound track that holds no samples"
    assert tones(done.path) == []


def test_a_sound_that_no_decoder_knows_is_left_out_and_its_loss_is_named(tmp_path: Path) -> None:
    done = mended("video-sound-apac.mp4", tmp_path)
    dropped = find(done.plan.steps, DropAudio)
    assert dropped
    assert (dropped.loss, dropped.why) == ("lossy", "unknown")
    assert tones(done.path) == []


@pytest.mark.parametrize(
    "name", ["video-two-sounds.mp4", "video-two-sounds-second-default.mkv", "video-two-mono-pcm.mov"]
)
def test_a_cut_between_packets_keeps_both_tracks(name: str, tmp_path: Path) -> None:
    verdict = judged(name)
    facts = verdict.facts
    assert isinstance(facts, VideoFacts)
    packets = Packets(0, 50)
    cut = Cut(start_s=Fraction(0), length_s=Fraction(2), packets=packets, loss="lossless", clears=())
    sounds = tuple(audio_steps_of_clip(facts, PROFILE.video.sound_codec, recut=False))
    written = Write(format="mov" if facts.format == "mov" else "mp4", loss="lossless", clears=())
    target = tmp_path / "part.mp4"
    cut_clip(Plan(asset=verdict.asset, kind="video", steps=(cut, *sounds, written)), packets, facts, target)
    second = [[HIGH], [LOW]] if name.endswith("mkv") else [[LOW], [HIGH]]
    assert tones(target) == ([[LOW, HIGH]] if name.endswith("mov") else second)
