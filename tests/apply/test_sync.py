"""Pictures and sound stay together: flashes and beeps at known moments are found again by decoding what was made."""

import math
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fixtures.recipe import ffmpeg
from preflight.flow.fix import fix_all, plan_fixes
from preflight.plan import FixOptions
from preflight.plan.result import FixResult
from preflight.plan.steps import Cut, Encode, Retime, find
from preflight.values.assets import Window
from preflight.values.facts import VideoFacts
from tests.specimens import PROFILE, decoded_clip, judged, lowered

SHORT = lowered(PROFILE, longest_s=4)
"""Limits that cut a clip of six seconds."""
EVERY_S, FIRST_S, LASTS_S = 1, Fraction(1, 2), Fraction(12, 100)
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "24", "-bf", "2", "-pix_fmt", "yuv420p")
AAC, OPUS, MP2 = ("-c:a", "aac"), ("-c:a", "libopus"), ("-c:a", "mp2")
MPEG2 = ("-c:v", "mpeg2video", "-q:v", "8", "-g", "15")
SLOW_THEN_FAST = ("-vf", "select='if(lt(t,3),not(mod(n,6)),1)'", "-fps_mode", "vfr")
MARKED = Window(Fraction(117, 100), Fraction(483, 100))
LOUD = 6000


def now(shift: str = "0") -> str:
    """Return the expression that is true while there is a flash, or a beep."""
    return f"lt(mod(t+{float(EVERY_S - FIRST_S)}+{shift},{EVERY_S}),{float(LASTS_S)})"


def marked(target: Path, rate: str, *options: str, size: str = "192x108", late: tuple[str, str] = ("0", "0")) -> Path:
    """Write 6 s with a flash and a beep every second; `late` is by how much pictures and sound begin later."""
    flash = f"drawbox=w=iw:h=ih:c=white:t=fill:enable='{now('0.001')}'"
    pictures = f"color=c=0x264653:s={size}:r={rate}:d=6,{flash}"
    sound = f"aevalsrc='0.7*sin(2*PI*1000*t)*{now('0.0001')}':s=48000:d=6"
    first, second = (
        ("-itsoffset", by, "-f", "lavfi", "-i", one) for by, one in zip(late, (pictures, sound), strict=True)
    )
    ffmpeg(*first, *second, *options, to=target)
    return target


def beginnings(moments: list[float]) -> list[float]:
    """Return the moments that no other one comes shortly before."""
    return [now for before, now in zip([-9.0, *moments], moments, strict=False) if now - before > EVERY_S / 2]


def flashes(path: Path) -> tuple[float, list[float]]:
    """Return when the first picture is shown, and when flashes begin, by the container's clock."""
    with av.open(str(path)) as container:
        shown = [(frame.time or 0, frame.reformat(16, 16, "gray")) for frame in container.decode(video=0)]
    return shown[0][0], beginnings([time for time, frame in shown if min(bytes(frame.planes[0])) > 180])


def beeps(path: Path) -> list[float]:
    """Return when beeps begin, to the sample, by the container's clock."""
    loud: list[float] = []
    with av.open(str(path)) as container:
        mono = av.AudioResampler("s16", "mono", 48000)
        for frame in container.decode(audio=0):
            for part in mono.resample(frame):
                samples = np.frombuffer(bytes(part.planes[0]), np.int16)[: part.samples]
                begin = float((part.pts or 0) * (part.time_base or 0))
                loud += [begin + float(place) / 48000 for place in np.flatnonzero(abs(samples.astype(int)) > LOUD)]
    return beginnings(loud)


def treated(path: Path, folder: Path, fix_options: FixOptions) -> FixResult:
    (one,) = fix_all(plan_fixes([judged(path, SHORT)], SHORT, fix_options), SHORT, folder, jobs=1)
    assert one.outcome == "fixed", one.message
    return one


def assert_in_step(source: Path, one: FixResult) -> None:
    """Compare each flash and beep with where it was, less what was cut off; a frame is the most it may move."""
    cut, made = find(one.plan.steps, Cut), Path(one.asset.path)
    assert isinstance(one.before.facts, VideoFacts)
    assert one.after
    assert isinstance(one.after.facts, VideoFacts)
    rates = one.before.facts.frame_rate_hz, one.after.facts.frame_rate_hz
    frame = max(float(1 / rate) for rate in rates if rate) * 1.001
    begin, before = flashes(source)
    start, after = flashes(made)
    moved = (begin + float(cut.start_s)) if cut else 0.0
    end = moved + float(one.after.facts.duration_s or 0) - 0.2
    assert abs(start) <= frame if cut else start >= 0
    assert within(after, [time - moved for time in before if moved + frame < time < end], frame), (before, after)
    heard = beeps(made)
    assert within(heard, [time - moved for time in beeps(source) if moved + frame < time < end], frame), heard


def within(found: list[float], wanted: list[float], slack: float) -> bool:
    """Tell whether everything that is wanted is found, to within a slack."""
    return bool(wanted) and all(min(abs(one - other) for other in found) <= slack for one in wanted)


@pytest.mark.parametrize(
    ("name", "rate", "options", "fix_options"),
    [
        ("between-packets.mp4", "30", (*H264, *AAC), FixOptions()),
        ("between-packets-middle.mp4", "30", (*H264, *AAC), FixOptions(keep="middle")),
        ("part.mp4", "30", (*H264, *AAC), FixOptions(keep_of={"": MARKED})),
        ("rate-and-part.mov", "24000/1001", (*H264, "-c:a", "pcm_s16le"), FixOptions(keep_of={"": MARKED})),
        ("slow.mp4", "12", (*H264, *AAC), FixOptions()),
        ("stream.ts", "25", (*MPEG2, *MP2), FixOptions(keep="middle")),
        ("opus.mkv", "30000/1001", (*H264, *OPUS), FixOptions(keep="end")),
        ("avi.avi", "25", ("-c:v", "mpeg4", "-q:v", "8", "-c:a", "libmp3lame"), FixOptions(keep="middle")),
    ],
)
def test_flash_and_beep_stay_where_they_were(
    name: str, rate: str, options: tuple[str, ...], fix_options: FixOptions, tmp_path: Path
) -> None:
    source = marked(tmp_path / name, rate, *options)
    if fix_options.keep_of:
        fix_options = FixOptions(keep_of={str(source): MARKED})
    assert_in_step(source, treated(source, tmp_path / "out", fix_options))


@pytest.mark.parametrize("late", [("0.5", "0"), ("0", "0.7")])
@pytest.mark.parametrize("fix_options", [FixOptions(), FixOptions(keep_of={"": MARKED})])
def test_a_stream_that_begins_later_stays_as_late(
    late: tuple[str, str], fix_options: FixOptions, tmp_path: Path
) -> None:
    source = marked(tmp_path / "late.mkv", "30", *H264, *AAC, late=late)
    if fix_options.keep_of:
        fix_options = FixOptions(keep_of={str(source): MARKED})
    assert_in_step(source, treated(source, tmp_path / "out", fix_options))


@pytest.mark.parametrize(("keep", "ending"), [("start", "mkv"), ("middle", "mp4"), ("end", "mp4")])
def test_a_part_of_a_clip_without_a_constant_rate_is_made_constant_in_time(
    keep: str, ending: str, tmp_path: Path
) -> None:
    source = marked(tmp_path / f"uneven.{ending}", "60", *SLOW_THEN_FAST, *H264, *AAC)
    one = treated(source, tmp_path / "out", FixOptions(keep=keep))  # type: ignore[arg-type] # one of the three
    assert_in_step(source, one)
    cut, retime = find(one.plan.steps, Cut), find(one.plan.steps, Retime)
    assert cut
    assert cut.packets or retime
    assert one.after
    assert isinstance(one.after.facts, VideoFacts)
    assert 3 < (one.after.facts.duration_s or 0) <= 4


@pytest.mark.parametrize("rate", ["24", "30000/1001", "60"])
def test_a_cut_that_encodes_lands_on_whole_frames(rate: str, tmp_path: Path) -> None:
    source = marked(tmp_path / "whole.mp4", rate, *H264, *AAC, "-g", "999")
    one = treated(source, tmp_path / "out", FixOptions(keep_of={str(source): MARKED}))
    cut = find(one.plan.steps, Cut)
    assert cut
    made = decoded_clip(one.asset.path)
    assert made.frames == cut.length_s * Fraction(rate)
    assert abs(made.duration_s - cut.length_s) < Fraction(1, 500)
    assert (cut.start_s * Fraction(rate)).denominator == 1
    assert cut.start_s == Fraction(math.floor(MARKED.start_s * Fraction(rate))) / Fraction(rate)


def test_sound_of_a_codec_that_is_not_accepted_is_encoded_after_a_cut_between_packets(tmp_path: Path) -> None:
    source = marked(tmp_path / "opus.mkv", "30", *H264, *OPUS)
    one = treated(source, tmp_path / "out", FixOptions())
    cut = find(one.plan.steps, Cut)
    assert cut
    assert cut.packets
    assert [step.codec for step in one.plan.steps if isinstance(step, Encode)] == ["aac"]
    assert one.after
    assert isinstance(one.after.facts, VideoFacts)
    assert one.after.facts.sound_codec == "aac"
    assert_in_step(source, one)
