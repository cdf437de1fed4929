"""The sound tracks of a clip, fixed whole and decoded: which is heard, which stay, and what is said."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from preflight.apply import Applied, apply_plan
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.plan.cut_points import cut_points_of
from preflight.plan.steps import DropAudio, JoinAudio, find
from preflight.values.assets import Window
from tests.apply.tones import tones
from tests.specimens import PROFILE, judged, media

LOW, HIGH = 330, 1000


def mended(name: str, folder: Path, **fix_options: Any) -> Applied:  # noqa: ANN401 - any wish
    verdict = judged(name)
    assert verdict.facts
    todo = plan(verdict, PROFILE, FixOptions(**fix_options), cut_points_of(media(name)))
    return apply_plan(todo, verdict.facts, order_of(PROFILE, folder))


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
