"""What is too short, made longer by a real ffmpeg and looked at by a decoder that is not the program."""

import math
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from preflight.apply import Applied, apply_plan
from preflight.apply.av import needs
from preflight.apply.extend import AUDIO_RATE_HZ, audio_filters, video_filters
from preflight.apply.ffmpeg import find_tool
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.plan.steps import Extend
from preflight.profiles import Profile
from preflight.values.assets import Window
from preflight.values.choices import Lengthen
from preflight.values.facts import AudioFacts, VideoFacts
from tests.specimens import PROFILE, copied, decode_image, decoded_clip, decoded_seconds, judged, lowered

NTSC = "30000/1001"
FEW = lowered(PROFILE, most_px=427 * 240)
"""The default edition for clips of few pixels, which are repeated, held and slowed as all are."""
HOWS: tuple[Lengthen, ...] = ("loop", "freeze", "slow")


def filmed(path: Path, rate: str, frames: int, sound_s: str = "") -> Path:
    """Make a clip of so many frames, no two alike, with a tone beside them where a length is given."""
    arguments = ["-f", "lavfi", "-i", f"testsrc2=size=214x120:rate={rate},trim=end_frame={frames}"]
    if sound_s:
        arguments += ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={sound_s}", "-c:a", "aac"]
    arguments += ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "8", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run([find_tool().path, "-v", "error", *arguments], check=True)
    return path


def heard(path: Path, seconds: str, rate: int = 44_100) -> Path:
    """Make a tone."""
    tone = f"sine=frequency=440:sample_rate={rate}:duration={seconds}"
    subprocess.run([find_tool().path, "-v", "error", "-f", "lavfi", "-i", tone, str(path)], check=True)
    return path


def extended(path: Path, how: Lengthen, window: Window | None = None, profile: Profile = FEW) -> Applied:
    """Make a file longer, as the flow does, and judge the result."""
    before = path.read_bytes()
    verdict = judged(path, profile)
    assert verdict.facts
    found = plan(verdict, profile, FixOptions(extend=how, keep_of={str(path): window} if window else {}))
    assert found.steps, found.advice
    done = apply_plan(found, verdict.facts, order_of(profile, path.parent / "out"))
    assert path.read_bytes() == before
    assert done.judged.verdict == judged(Path(done.path), profile).verdict == "pass"
    return done


def pictures(path: str | Path) -> list[Image.Image]:
    with av.open(str(path)) as container:
        return [
            decode_image(frame.reformat(107, 60, "gray", interpolation="AREA")) for frame in container.decode(video=0)
        ]


def apart(one: Image.Image, other: Image.Image) -> float:
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])


def loudness(path: str | Path) -> list[int]:
    """Return the loudest sample of each tenth of a second, in parts of 100."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=8000)
        frames = [one for frame in container.decode(audio=0) for one in resampler.resample(frame)]
        content = b"".join(bytes(frame.planes[0])[: frame.samples * 2] for frame in frames)
    samples = memoryview(content).cast("h")
    return [max(map(abs, samples[at : at + 800])) * 100 // 4096 for at in range(0, len(samples), 800)]


@pytest.mark.parametrize(
    ("how", "clip", "wanted"),
    [
        ("loop", ("25", 48, ""), 50),
        *((how, ("25", 1, "0.04"), 50) for how in HOWS),
        ("freeze", ("24", 47, "1.9"), 48),
        *((how, (NTSC, 30, "1.001"), 60) for how in HOWS),
        ("slow", ("60", 100, "1.2"), 120),
        ("loop", ("30", 45, "1.9"), 60),
        ("freeze", ("12", 20, ""), 48),
        *((how, ("120", 60, "0.5"), 120) for how in HOWS),
    ],
)
def test_a_clip_becomes_as_long_as_it_must_to_the_frame(
    how: Lengthen, clip: tuple[str, int, str], wanted: int, tmp_path: Path
) -> None:
    rate, frames, sound_s = clip
    done = extended(filmed(tmp_path / "short.mp4", rate, frames, sound_s), how)
    seen, facts = decoded_clip(done.path), done.judged.facts
    assert isinstance(facts, VideoFacts)
    assert facts.frame_rate_hz
    assert seen.frames == facts.frames == wanted
    assert facts.duration_s == wanted / facts.frame_rate_hz
    assert 2 <= facts.duration_s < 2 + 1 / facts.frame_rate_hz
    if sound_s:
        assert facts.sound_duration_s
        assert abs(facts.sound_duration_s - facts.duration_s) <= 1 / facts.frame_rate_hz


def test_a_looped_clip_begins_again(tmp_path: Path) -> None:
    source = filmed(tmp_path / "short.mp4", "25", 15)
    shown, old = pictures(extended(source, "loop").path), pictures(source)
    assert apart(old[0], old[14]) > 2
    for number, picture in enumerate(shown):
        assert apart(picture, old[number % 15]) < 1.5, number


def test_a_frozen_clip_holds_its_last_frame(tmp_path: Path) -> None:
    source = filmed(tmp_path / "short.mp4", "25", 15)
    shown, old = pictures(extended(source, "freeze").path), pictures(source)
    for number, picture in enumerate(shown):
        assert apart(picture, old[min(number, 14)]) < 1.5, number


def test_a_slowed_clip_shows_every_frame_longer_and_in_order(tmp_path: Path) -> None:
    source = filmed(tmp_path / "short.mp4", "25", 25)
    shown, old = pictures(extended(source, "slow").path), pictures(source)
    for number, picture in enumerate(shown):
        nearest = min(range(25), key=lambda place: apart(picture, old[place]))
        assert abs(nearest - number / 2) <= 1, number


def test_the_sound_of_a_looped_clip_begins_again_with_its_pictures(tmp_path: Path) -> None:
    shown = loudness(extended(filmed(tmp_path / "short.mp4", "25", 25, "0.5"), "loop").path)
    assert [level > 50 for level in shown[1:4] + shown[11:14]] == [True] * 6
    assert max(shown[6:9] + shown[16:19]) < 5


def test_the_sound_of_a_frozen_clip_ends_in_silence(tmp_path: Path) -> None:
    shown = loudness(extended(filmed(tmp_path / "short.mp4", "25", 25, "1"), "freeze").path)
    assert min(shown[1:9]) > 50
    assert max(shown[12:20]) < 5


def test_the_sound_of_a_slowed_clip_lasts_as_long_as_it(tmp_path: Path) -> None:
    shown = loudness(extended(filmed(tmp_path / "short.mp4", "25", 25, "1"), "slow").path)
    assert min(shown[1:18]) > 50


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("name", ["video-1.8s.mp4", "video-1.96s.mov", "video-one-frame.mp4"])
def test_specimens_that_are_too_short_can_be_extended(name: str, how: Lengthen, tmp_path: Path) -> None:
    facts = extended(copied(name, tmp_path), how).judged.facts
    assert isinstance(facts, VideoFacts)
    assert facts.duration_s == 2


@pytest.mark.parametrize("how", HOWS)
def test_what_an_edit_list_hides_stays_hidden(how: Lengthen, tmp_path: Path) -> None:
    path = copied("video-edit-list-shows-1.6s.mp4", tmp_path)
    shown = pictures(extended(path, how).path)
    assert len(shown) >= 48
    assert apart(shown[0], pictures(path)[0]) < 1.5


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize(
    "name",
    ["audio-1.8s.wav", "audio-1.9s.mp3", "audio-1.98s-stored-2.01s.mp3", "audio-one-sample.wav"],
)
def test_a_sound_becomes_as_long_as_it_must_to_the_sample(name: str, how: Lengthen, tmp_path: Path) -> None:
    done = extended(copied(name, tmp_path), how)
    facts = done.judged.facts
    assert isinstance(facts, AudioFacts)
    assert facts.format == "wav"
    assert decoded_seconds(done.path) == facts.duration_s == facts.stored_duration_s == 2


def test_a_sound_is_repeated_silenced_or_slowed(tmp_path: Path) -> None:
    source = heard(tmp_path / "short.wav", "1.5")
    levels = {how: loudness(extended(source, how).path) for how in HOWS}
    assert min(levels["loop"]) > 50
    assert min(levels["slow"][:19]) > 50
    assert min(levels["freeze"][:15]) > 50
    assert max(levels["freeze"][16:]) < 1


@pytest.mark.parametrize("how", HOWS)
def test_a_marked_part_that_is_too_short_is_made_longer(how: Lengthen, tmp_path: Path) -> None:
    source = filmed(tmp_path / "long.mp4", "25", 85, "3.4")
    done = extended(source, how, Window(Fraction(2), Fraction(3)))
    shown, old = pictures(done.path), pictures(source)
    assert len(shown) == 50
    assert apart(shown[0], old[50]) < 1.5
    last = {"loop": 74, "freeze": 74, "slow": 74}[how]
    assert apart(shown[49], old[last]) < 1.5
    assert abs(decoded_seconds(done.path) - 2) < Fraction(1, 25)


@pytest.mark.parametrize("how", HOWS)
def test_a_marked_part_of_a_sound_that_is_too_short_is_made_longer(how: Lengthen, tmp_path: Path) -> None:
    for name in ("long.wav", "long.mp3"):
        done = extended(heard(tmp_path / name, "5"), how, Window(Fraction(2), Fraction(3)))
        assert decoded_seconds(done.path) == 2


def test_a_short_clip_of_a_refused_size_and_rate_is_put_right_in_one_encode(tmp_path: Path) -> None:
    path = tmp_path / "small.mov"
    source = "testsrc2=size=320x240:rate=15:duration=1.4"
    subprocess.run([find_tool().path, "-v", "error", "-f", "lavfi", "-i", source, str(path)], check=True)
    facts = extended(path, "loop", profile=PROFILE).judged.facts
    assert isinstance(facts, VideoFacts)
    assert [facts.frames, facts.frame_rate_hz] == [48, 24]


def test_the_filters_of_a_step_are_asked_for_before_it_is_tried() -> None:
    for how in HOWS:
        step = Extend(
            how=how, from_s=Fraction(1), length_s=Fraction(2), frame_rate_hz=Fraction(25), loss="creative", clears=()
        )
        used = {name for name, _ in [*video_filters(step, None), *audio_filters(step, None, None)]}
        assert used <= needs((step,))
        assert find_tool(needs((step,))).lacks(used) == []


@given(st.fractions("1/1000", "19/10", max_denominator=90_000), st.sampled_from([8000, 44_100, 48_000, 192_000]))
def test_a_sound_is_counted_so_that_it_is_never_too_short(there: Fraction, rate: int) -> None:
    for how in ("loop", "silence", "slow"):
        step = Extend(how=how, from_s=there, length_s=Fraction(2), loss="creative", clears=())
        name, arguments = audio_filters(step, None, rate)[-1]
        assert (name, arguments) == ("atrim", {"end_sample": 2 * rate})
        tempos = [Fraction(a[""][0]) for n, a in audio_filters(step, None, rate) if n == "atempo"]
        assert all(Fraction(1, 2) <= tempo <= 1 for tempo in tempos)
        assert how != "slow" or abs(math.prod(tempos) - there / 2) < Fraction(1, 100_000)


@given(st.integers(1, 119), st.fractions(24, 60, max_denominator=1001))
def test_a_loop_repeats_whole_frames_and_the_sound_that_goes_with_them(frames: int, rate: Fraction) -> None:
    whole = Fraction(math.ceil(2 * rate)) / rate
    step = Extend(how="loop", from_s=frames / rate, length_s=whole, frame_rate_hz=rate, loss="creative", clears=())
    pictured = dict(video_filters(step, None))
    sounded = dict(audio_filters(step, None, None))
    assert pictured["loop"]["size"] == frames
    assert (pictured["loop"]["loop"] + 1) * frames >= whole * rate
    samples = sounded["aloop"]["size"]
    assert abs(Fraction(samples, AUDIO_RATE_HZ) - frames / rate) <= Fraction(1, AUDIO_RATE_HZ)
    assert (sounded["aloop"]["loop"] + 1) * samples >= sounded["atrim"]["end_sample"]
