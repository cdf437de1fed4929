"""Clips that a fix has to handle with care, mended whole and decoded: sides, tags, headers."""

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import pytest

from preflight.apply import Applied, apply_plan
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.plan.cut_points import cut_points_of
from preflight.plan.steps import Cut, Resize, find
from preflight.profiles import Profile
from preflight.values.facts import VideoFacts
from tests.specimens import PROFILE, judged, media, probed, shortened


def mended(name: str, folder: Path, profile: Profile = PROFILE, **fix_options: Any) -> Applied:  # noqa: ANN401 - any
    verdict = judged(name, profile)
    assert verdict.facts
    todo = plan(verdict, profile, FixOptions(**fix_options), cut_points_of(media(name)))
    return apply_plan(todo, verdict.facts, order_of(profile, folder))


def tag_of(path: str) -> str:
    """Return the code of the sample entry of a clip's pictures."""
    with av.open(path) as container:
        return str(container.streams.video[0].codec_context.codec_tag)


def test_an_odd_side_is_rounded_where_an_encode_is_needed_and_this_is_said(tmp_path: Path) -> None:
    done = mended("video-odd-vp9.webm", tmp_path)
    resize = find(done.plan.steps, Resize)
    assert resize
    assert resize.words() == "scale to 854 x 480 px, since sides have to be even"
    with av.open(done.path) as container:
        track = container.streams.video[0]
        assert (track.width, track.height) == (854, 480)


def test_an_odd_side_stays_where_nothing_is_encoded(tmp_path: Path) -> None:
    done = mended("video-odd-rgb.mkv", tmp_path)
    assert done.plan.loss == "lossless"


@pytest.mark.parametrize("name", ["video-hevc.mkv", "video-hev1-15.2s.mov"], ids=["remuxed", "cut"])
def test_hevc_that_is_not_encoded_is_tagged_for_every_player(name: str, tmp_path: Path) -> None:
    done = mended(name, tmp_path)
    assert done.plan.loss == "lossless"
    assert tag_of(done.path) == "hvc1"


@pytest.mark.parametrize(("name", "length"), [("video-header-claims-1s.mp4", 3), ("video-last-sample-untimed.mp4", 2)])
def test_a_header_that_claims_too_little_is_written_anew_without_loss(name: str, length: int, tmp_path: Path) -> None:
    done = mended(name, tmp_path)
    assert done.plan.loss == "lossless"
    assert done.judged.facts
    assert done.judged.facts.duration_s == done.judged.facts.header_duration_s == Fraction(length)  # type: ignore[union-attr] # of a clip


@pytest.mark.parametrize("keep", ["start", "middle", "end"])
def test_a_clip_that_calls_every_frame_a_keyframe_is_cut_where_it_can_be_decoded(keep: str, tmp_path: Path) -> None:
    done = mended("video-no-stss-16s.mp4", tmp_path, shortened(PROFILE, longest_s=3), keep=keep)
    cut = find(done.plan.steps, Cut)
    assert cut
    whole, part = shown_frames(media("video-no-stss-16s.mp4")), shown_frames(done.path)
    begin = round(cut.start_s * 25)
    apart = [furthest(one, other) for one, other in zip(whole[begin:], part, strict=False)]
    assert len(part) == round(cut.length_s * 25)
    assert max(apart) <= 12


@cache
def shown_frames(path: str) -> list[bytes]:
    """Return every frame, small and gray."""
    with av.open(path) as container:
        frames = container.decode(video=0)
        return [bytes(f.reformat(64, 36, "gray", interpolation="AREA").planes[0]) for f in frames]


def furthest(one: bytes, other: bytes) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("name", "frames"),
    [
        *(("video-cut-off-in-order.ts", 71), ("video-cut-off-reordered.ts", 69)),
        *(("video-cut-off-reordered.flv", 69), ("video-cut-off-in-sound.ts", 68)),
    ],
)
def test_a_clip_that_was_cut_off_within_a_frame_comes_out_with_frames_that_all_decode(
    name: str, frames: int, tmp_path: Path
) -> None:
    done = mended(name, tmp_path)
    facts = done.judged.facts
    assert isinstance(facts, VideoFacts)
    assert facts.frames == frames
    assert facts.frame_rate_hz == 30
    assert facts.duration_s == Fraction(frames, 30)
    assert probed(done.path, "full").fault is None
