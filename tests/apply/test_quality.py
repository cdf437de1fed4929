"""How near a new clip comes to its source: near where it was made well, far where it was not."""

from pathlib import Path

import av
import msgspec
import pytest

from preflight.apply import Applied, Order, apply_plan
from preflight.apply.av import compile_job
from preflight.apply.ffmpeg import find_tool, run
from preflight.apply.quality import measure_quality, read_log
from preflight.errors import FixFailed, NotDone
from preflight.flow.fix import graded
from preflight.plan import FixOptions, Plan, plan
from preflight.plan.cut_points import cut_points_of
from preflight.plan.result import FixResult
from preflight.plan.steps import Cut, Extend, Resize, find
from preflight.probe import probe
from preflight.profiles import Profile
from preflight.report.json import fix_report
from preflight.report.text import result_line
from preflight.rules import judge
from preflight.values.assets import Window
from preflight.values.facts import VideoFacts
from preflight.values.findings import Judged
from preflight.values.quality import Quality
from tests.apply.conftest import Program
from tests.specimens import PROFILE, judged, lowered, media

PICTURES = "testsrc2=s=428x240:r=20:d=1,noise=alls=8:allf=t"
MOST_PX = 110_000
SHORT = lowered(PROFILE, shortest_s=1, most_px=MOST_PX)
"""What is compared with what shows in small clips of a second as well; a comparison costs by pixels and frames."""
SOUGHT = 97
"""The mean that the default settings are to reach."""


def filmed(folder: Path, source: str = PICTURES, *options: str) -> Path:
    """Make a clip of what a filter draws."""
    path = folder / "filmed.mp4"
    given = ["-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", *options]
    run(find_tool().path, ["-y", *given, f"file:{path}"])
    return path


def planned(
    path: Path | str, fix_options: FixOptions | None = None, profile: Profile = SHORT
) -> tuple[Plan, VideoFacts]:
    verdict = judged(Path(path), profile)
    assert isinstance(verdict.facts, VideoFacts)
    return plan(verdict, profile, fix_options or FixOptions(allow="creative")), verdict.facts


def mended(
    path: Path | str, folder: Path, fix_options: FixOptions | None = None, profile: Profile = SHORT
) -> tuple[Quality | None, Applied]:
    todo, facts = planned(path, fix_options, profile)
    order = Order(folder=folder / "out", profile=profile.name, judge=lambda asset: judge(probe(asset), profile))
    done = apply_plan(todo, facts, order)
    return measure_quality(done.plan, facts, Path(done.path)), done


def made_worse(path: Path, target: Path, *options: str) -> Quality:
    """Carry out a plan with other settings of the encoder, as a person may, and measure that."""
    todo, facts = planned(path)
    job = compile_job(todo, facts, target)
    run(find_tool(job.needs).path, [*job.arguments[:-2], *options, *job.arguments[-2:]])
    found = measure_quality(todo, facts, target)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "source",
    [
        PICTURES,
        "mandelbrot=s=272x154:r=24:end_scale=0.2:end_pts=60,trim=end=1,scale=544:308",
        "testsrc=s=256x456:r=24:d=1",
    ],
    ids=["noise at another rate", "a zoom made smaller", "upright"],
)
def test_the_settings_reach_what_they_were_chosen_for(source: str, tmp_path: Path) -> None:
    quality, done = mended(filmed(tmp_path, source), tmp_path)
    assert quality is not None
    assert quality.vmaf_mean >= SOUGHT
    assert quality.vmaf_min <= quality.vmaf_harmonic_mean <= quality.vmaf_mean
    assert isinstance(done.judged.facts, VideoFacts)
    assert quality.frames == done.judged.facts.frames


@pytest.mark.parametrize(
    "name",
    [
        "video-61fps.mp4",
        "video-rotated-90-1252x500.mp4",
        "video-stored-640x480-shown-864x480.mp4",
        "video-vfr-mean-80-nominal-120.mp4",
        "video-h264-10-bit.mp4",
        "video-sound-longer.mp4",
    ],
)
def test_every_picture_is_compared_with_its_own(name: str, tmp_path: Path) -> None:
    keep = Window.parse("0.5-1.5")
    quality, done = mended(media(name), tmp_path, FixOptions(allow="creative", keep_of={media(name): keep}))
    assert quality is not None
    assert quality.vmaf_mean > 90  # a picture beside its own has 60 or less
    assert isinstance(done.judged.facts, VideoFacts)
    assert done.judged.facts.frames is not None
    assert abs(quality.frames - done.judged.facts.frames) <= 1


@pytest.mark.parametrize("how", ["loop", "freeze", "slow"])
def test_what_was_made_longer_is_compared_with_the_source_made_longer(how: str, tmp_path: Path) -> None:
    fix_options = FixOptions(allow="creative", extend=how)  # type: ignore[arg-type] # one of them
    quality, done = mended(media("video-1.8s.mp4"), tmp_path, fix_options, lowered(PROFILE, most_px=MOST_PX))
    assert find(done.plan.steps, Extend)
    assert quality is not None
    assert quality.vmaf_mean > 90


@pytest.mark.parametrize("fit", ["crop", "pad", "blur"])
def test_what_was_reframed_is_compared_with_the_source_reframed(fit: str, tmp_path: Path) -> None:
    path = media("video-1252x500.mp4")
    fix_options = FixOptions(allow="creative", fit=fit, keep_of={path: Window.parse("0.5-1.5")})  # type: ignore[arg-type] # one of them
    quality, _ = mended(path, tmp_path, fix_options)
    assert quality is not None
    assert quality.vmaf_mean > 90


def test_a_starved_encode_is_told_from_a_good_one(tmp_path: Path) -> None:
    clip = filmed(tmp_path)
    good = made_worse(clip, tmp_path / "good.mp4")
    bad = made_worse(clip, tmp_path / "bad.mp4", "-crf", "45")
    assert good.vmaf_mean > SOUGHT
    assert bad.vmaf_mean < 70
    assert bad.vmaf_min <= bad.vmaf_mean


def test_another_clip_of_the_same_shape_is_far_from_the_source(tmp_path: Path) -> None:
    todo, facts = planned(media("video-23.976fps.mp4"))
    size = find(todo.steps, Resize)
    assert size is not None
    other = filmed(tmp_path, f"mandelbrot=s={size.width_px}x{size.height_px}:r=24,trim=end=1")
    found = measure_quality(todo, facts, other)
    assert found is not None
    assert found.vmaf_mean < 40


def test_full_range_is_compared_as_it_is_shown(tmp_path: Path) -> None:
    clip = filmed(tmp_path, "testsrc2=s=428x240:r=20:d=1", "-pix_fmt", "yuvj420p")
    quality, _ = mended(clip, tmp_path)
    assert quality is not None
    assert quality.vmaf_mean > 90


def test_where_nothing_is_encoded_there_is_nothing_to_measure(tmp_path: Path) -> None:
    verdict = judged("video-20s.mp4")
    assert isinstance(verdict.facts, VideoFacts)
    todo = plan(verdict, PROFILE, FixOptions(), cut_points_of(verdict.asset.path))
    cut = find(todo.steps, Cut)
    assert cut is not None
    assert cut.packets is not None
    assert measure_quality(todo, verdict.facts, tmp_path / "never opened.mp4") is None


@pytest.mark.parametrize("name", ["image-2510x1000.png", "audio-1.8s.wav"])
def test_a_picture_and_a_sound_have_no_such_measure(name: str, tmp_path: Path) -> None:
    verdict = judged(name)
    assert verdict.facts is not None
    todo = plan(verdict, PROFILE, FixOptions(allow="creative", extend="loop", fit="crop"))
    assert measure_quality(todo, verdict.facts, tmp_path / "never opened") is None


def test_a_new_file_that_is_none_is_told(tmp_path: Path) -> None:
    todo, facts = planned(media("video-23.976fps.mp4"))
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no clip")
    with pytest.raises(FixFailed, match="ffmpeg failed"):
        measure_quality(todo, facts, broken)


def test_a_comparison_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    clip = filmed(tmp_path, "testsrc2=s=428x240:r=20:d=1")
    todo, facts = planned(clip)
    with pytest.raises(FixFailed, match=r"ended after 0\.01 s"):
        measure_quality(todo, facts, clip, limit_s=0.01)


def test_an_ffmpeg_without_libvmaf_is_named(tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    body = """case "$*" in
    *-version) echo ffmpeg version 1.0;;
    *-encoders) echo " V... libx264 x";;
    *-filters) echo " ... scale V->V x";;
    *) echo "No such filter: libvmaf" >&2; exit 1;;
    esac"""
    monkeypatch.setenv("PREFLIGHT_FFMPEG", program(body))
    todo, facts = planned(media("video-23.976fps.mp4"))
    with pytest.raises(NotDone, match=r"lacks .*libvmaf"):
        measure_quality(todo, facts, tmp_path / "never opened.mp4")


POOLED = {"min": 95.123456, "max": 99.0, "mean": 97.987654, "harmonic_mean": 97.5}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read"),
        (b"{}", "cannot be read"),
        (b'{"frames": [1], "pooled_metrics": {"vmaf": {"mean": "high"}}}', "cannot be read"),
        (msgspec.json.encode({"frames": [], "pooled_metrics": {"vmaf": POOLED}}), "compared no frames"),
    ],
)
def test_a_log_that_says_nothing_is_no_measure(content: bytes, said: str, tmp_path: Path) -> None:
    log = tmp_path / "log.json"
    log.write_bytes(content)
    with pytest.raises(FixFailed, match=said):
        read_log(log)


def test_a_log_that_was_not_written_is_no_measure(tmp_path: Path) -> None:
    with pytest.raises(FixFailed, match="cannot be read"):
        read_log(tmp_path / "absent.json")


def test_a_log_is_read_as_libvmaf_pools_it(tmp_path: Path) -> None:
    log = tmp_path / "log.json"
    log.write_bytes(msgspec.json.encode({"frames": [{}, {}], "pooled_metrics": {"vmaf": POOLED}}))
    assert read_log(log) == Quality(vmaf_mean=97.99, vmaf_min=95.12, vmaf_harmonic_mean=97.5, frames=2)


def treated(tmp_path: Path, before: Judged) -> FixResult:
    _, done = mended(before.asset.path, tmp_path)
    return FixResult(plan=done.plan, outcome="fixed", before=before, after=done.judged)


def test_the_measure_is_told_in_a_line_and_in_json(tmp_path: Path) -> None:
    one = graded(treated(tmp_path, judged(filmed(tmp_path), SHORT)))
    assert one.quality is not None
    line = "".join(words for words, _ in result_line(one))
    assert line.endswith(f"; VMAF {one.quality.vmaf_mean:.1f} (worst frame {one.quality.vmaf_min:.1f})")
    (asset,) = fix_report(PROFILE.name, [one])["assets"]
    assert asset["quality"]["vmaf_mean"] == one.quality.vmaf_mean


def test_what_came_to_nothing_is_left_as_it_is() -> None:
    before = judged("video-15s.mp4")
    one = FixResult(plan=Plan(asset=before.asset, kind="video"), outcome="untouched", before=before)
    assert graded(one) is one


def test_a_key_picture_stands_right_before_the_end(tmp_path: Path) -> None:
    todo, facts = planned(filmed(tmp_path, "testsrc2=s=128x96:r=20:d=5"))
    job = compile_job(todo, facts, tmp_path / "made.mp4")
    run(find_tool(job.needs).path, job.arguments)
    with av.open(str(tmp_path / "made.mp4")) as made:
        packets = [packet for packet in made.demux(video=0) if packet.is_keyframe and packet.pts is not None]
        keys = [float((packet.pts or 0) * packet.time_base) for packet in packets]
    assert keys[0] == 0
    assert 4.85 <= keys[-1] <= 4.95
