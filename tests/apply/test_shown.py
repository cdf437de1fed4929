"""What a fix makes of clips that are cropped, turned, in fields, rounded or out of step: measured and decoded anew."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from shutil import copy

import av
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from fixtures.recipe_video import AAC, encode
from preflight.apply import Applied, apply_plan
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.plan.steps import Aperture, Lead, Turn, find
from preflight.profiles import Profile
from preflight.values.facts import VideoFacts
from tests.specimens import MACHINES_FFMPEG, PROFILE, copied, judged, lowered, media

RED, GREEN, GRAY = (200, 40, 40), (40, 170, 60), (38, 70, 83)
NEAR = 40
FEW = lowered(PROFILE, most_px=427 * 240)
"""The default edition for clips of few pixels: what is turned, and when it is shown, is the same in them."""


def mended(name: str, folder: Path, fix_options: FixOptions | None = None, profile: Profile = PROFILE) -> Applied:
    return mended_file(copied(name, folder), profile, fix_options)


def mended_file(path: Path, profile: Profile, fix_options: FixOptions | None = None) -> Applied:
    verdict = judged(path, profile)
    assert verdict.facts
    found = plan(verdict, profile, fix_options or FixOptions())
    return apply_plan(found, verdict.facts, order_of(profile, path.parent / "out"))


def after(done: Applied) -> VideoFacts:
    facts = done.judged.facts
    assert isinstance(facts, VideoFacts)
    return facts


def corner(path: str, *, right: bool) -> tuple[int, ...]:
    """Return the colour of the upper left or right corner of the first frame as stored."""
    with av.open(path) as container:
        frame = next(container.decode(video=0)).reformat(format="rgb24")
    plane, across = frame.planes[0], frame.width - 12 if right else 12
    place = 12 * plane.line_size + 3 * across
    return tuple(bytes(plane)[place : place + 3])


def near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(one, other, strict=True))


@pytest.fixture(params=["of the machine", "of the wheel"], autouse=True)
def tool(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each of the two ffmpegs here do it: they turn and crop differently by themselves."""
    if request.param == "of the wheel":
        monkeypatch.setenv("PREFLIGHT_FFMPEG", get_ffmpeg_exe())
    elif MACHINES_FFMPEG:
        monkeypatch.setenv("PREFLIGHT_FFMPEG", MACHINES_FFMPEG)
    else:
        pytest.skip("this machine has no ffmpeg of its own")


def test_a_quarter_turn_of_the_movie_header_is_made_once(tmp_path: Path) -> None:
    few = lowered(PROFILE, longest_s=1, shortest_s=1, most_px=427 * 240)
    done = mended("video-turned-by-movie-1252x500.mp4", tmp_path, FixOptions(fit="pad", fit_named=True), few)
    assert find(done.plan.steps, Turn)
    facts = after(done)
    assert (facts.rotation_deg, facts.mirrored) == (0, False)
    assert facts.width_px < facts.height_px


def test_what_lies_outside_a_crop_is_not_seen(tmp_path: Path) -> None:
    done = mended("video-shown-854x480-of-950x576.mkv", tmp_path)
    assert find(done.plan.steps, Aperture)
    assert (after(done).width_px, after(done).height_px) == (854, 480)
    assert near(corner(done.path, right=False), RED)
    assert near(corner(done.path, right=True), GREEN)


def test_a_turned_clip_that_is_copied_stays_turned(tmp_path: Path) -> None:
    done = mended("video-turned.mkv", tmp_path)
    assert done.plan.loss == "lossless"
    assert (after(done).width_px, after(done).height_px, after(done).rotation_deg) == (540, 960, 90)


@pytest.mark.parametrize("name", ["video-24fps.mkv", "video-24fps.flv", "video-60fps.mkv"])
def test_a_copy_has_the_exact_times_of_a_rate_that_was_rounded(name: str, tmp_path: Path) -> None:
    done, rate = mended(name, tmp_path), Fraction(60 if "60" in name else 24)
    assert done.plan.loss == "lossless"
    with av.open(done.path) as container:
        track = container.streams.video[0]
        base = track.time_base or Fraction(1)
        times = sorted(packet.pts * base for packet in container.demux(track) if packet.pts is not None)
    assert {late - early for early, late in pairwise(times)} == {1 / rate}


def test_an_avi_is_copied_where_its_frames_are_stored_as_they_are_shown(tmp_path: Path) -> None:
    copied, encoded = (mended(f"video-24fps-{how}.avi", tmp_path) for how in ("in-order", "reordered"))
    assert (copied.plan.loss, encoded.plan.loss) == ("lossless", "lossy")
    for done in (copied, encoded):
        facts = after(done)
        assert (facts.frames, facts.duration_s, facts.frame_rate_hz) == (72, Fraction(3), Fraction(24))


@pytest.mark.parametrize("ending", ["ts", "mkv", "mp4"])
def test_a_copy_begins_with_the_first_frame_that_can_be_shown(ending: str, tmp_path: Path) -> None:
    done = mended(f"video-begins-between-keyframes.{ending}", tmp_path, FixOptions(also=("header",)))
    facts = after(done)
    assert done.plan.loss == "lossless"
    assert facts.header_duration_s == facts.duration_s == Fraction(facts.frames or 0, 25)


def test_packets_of_single_fields_are_copied(tmp_path: Path) -> None:
    done = mended("video-fields-hevc-25fps.mkv", tmp_path)
    assert done.plan.loss == "lossless"
    assert (after(done).fields, after(done).frames) == ("top", 75)


def test_the_last_frame_is_kept_at_another_rate_whichever_ffmpeg_rounds_its_end(tmp_path: Path) -> None:
    assert after(mended("video-23.976fps-600-ticks.mp4", tmp_path)).frames == 72


def test_fields_become_as_many_frames_as_they_are(tmp_path: Path) -> None:
    done = mended("video-fields-23.976fps.mp4", tmp_path)
    facts = after(done)
    assert facts.frame_rate_hz == 24
    assert (facts.frames, facts.width_px, facts.height_px) == (72, 854, 480)
    assert not facts.fields
    assert not facts.interlaced


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Clips whose frames or audio begin a second after the other, of more pixels than FEW allows."""
    folder = tmp_path_factory.mktemp("apart")
    recipes = {
        "late frames.mp4": encode(
            *(*AAC, "-vf", "setpts=PTS+1/TB", "-fps_mode", "passthrough"), size="640x360", sound_s="4"
        ),
        "late audio.mov": encode(*AAC, "-af", "asetpts=PTS+1/TB", size="640x360", sound_s="2"),
    }
    for name, recipe in recipes.items():
        recipe(folder / name)
    return {name: folder / name for name in recipes}


def test_the_first_frame_is_held_while_the_audio_alone_is_heard(apart: dict[str, Path], tmp_path: Path) -> None:
    done = mended_file(Path(copy(apart["late frames.mp4"], tmp_path)), FEW)
    lead = find(done.plan.steps, Lead)
    assert lead
    assert lead.words() == "hold the first frame for 1 s, while the audio alone is heard"
    facts = after(done)
    assert facts.duration_s == 4
    assert facts.start_offset_s == 0
    assert facts.frames == 100


def test_silence_until_the_audio_begins_is_named(apart: dict[str, Path], tmp_path: Path) -> None:
    done = mended_file(Path(copy(apart["late audio.mov"], tmp_path)), FEW)
    lead = find(done.plan.steps, Lead)
    assert lead
    assert lead.how == "silence"
    assert abs(after(done).start_offset_s + lead.length_s) < Fraction(1, 25)


def test_a_copy_keeps_frames_as_late_as_they_were(tmp_path: Path) -> None:
    done = mended("video-frames-1s-after-audio.mkv", tmp_path)
    assert done.plan.loss == "lossless"
    assert abs(after(done).start_offset_s - 1) < Fraction(1, 25)


def test_a_specimen_is_turned_by_its_message_too() -> None:
    facts = judged(media("video-turned-by-message.mp4")).facts
    assert isinstance(facts, VideoFacts)
    assert facts.rotation_deg == 90


def test_white_around_a_dark_picture_is_no_difference_from_its_source(tmp_path: Path) -> None:
    """Of 318 lines within 408, as many are seen small as are not whole: the rest of them is white."""
    options = FixOptions(fit="pad", fit_named=True, pad_color="white")
    done = mended("video-shown-960x300-of-960x540.mov", tmp_path, options)
    assert (after(done).width_px, after(done).height_px) == (1020, 408)
