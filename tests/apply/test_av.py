"""Plans for clips and sounds, carried out by a real ffmpeg and looked at by a decoder that is not the program."""

import shutil
import subprocess
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from fixtures.recipe import ffmpeg
from fixtures.recipe_video import encode
from preflight.apply import Applied, apply_plan
from preflight.apply.av import compile_job, filters, needs
from preflight.apply.ffmpeg import find_tool
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, Plan, plan
from preflight.plan.steps import Crop, Cut, Encode, Pad, Resize, Retime, ToneMap, Write
from preflight.profiles import Profile
from preflight.values.assets import Asset, Window
from preflight.values.facts import AudioFacts, VideoFacts
from tests import made
from tests.specimens import (
    PROFILE,
    SHORT,
    copied,
    decode_image,
    decoded_clip,
    decoded_seconds,
    first_picture,
    judged,
    lowered,
    shortened,
)

FEW = lowered(PROFILE, shortest_s=1, most_px=427 * 240)
"""The default edition for short clips of few pixels: colors, shapes and names are the same in them."""
SECOND = Window(Fraction(0), Fraction(1))


def mended(path: Path, folder: Path, fix_options: FixOptions | None = None, profile: Profile = PROFILE) -> Applied:
    """Plan and carry out, as the flow does, and check what every fix must leave true."""
    before, touched = path.read_bytes(), path.stat().st_mtime_ns
    verdict = judged(path, profile)
    assert verdict.facts
    found = plan(verdict, profile, fix_options or FixOptions())
    assert found.steps, found.advice
    done = apply_plan(found, verdict.facts, order_of(profile, folder))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, touched)
    assert done.judged.verdict == judged(Path(done.path), profile).verdict == "pass"
    assert not any(name.startswith(".preflight-") for name in (one.name for one in folder.iterdir()))
    return done


def plane_bytes(frame: av.VideoFrame | av.AudioFrame) -> bytes:
    """Return a decoded frame's samples; a sound's rows may be padded behind its last sample."""
    whole = b"".join(bytes(plane) for plane in frame.planes)
    return whole if isinstance(frame, av.VideoFrame) else whole[: frame.samples * frame.format.bytes]


@pytest.mark.parametrize(
    ("name", "size", "frames", "seconds"),
    [
        ("video-23.976fps.mp4", (854, 480), None, "3"),
        ("video-12fps.mp4", (854, 480), None, "3"),
        ("video-61fps.mp4", (854, 480), None, "1"),
        ("video-20s.mp4", (854, 480), 25, "1"),
        ("video-15.015s-29.97fps.mp4", (854, 480), 59, "2"),
        ("video-fragmented-20s.mp4", (854, 480), 25, "1"),
        ("video-1920x1080.mp4", (1280, 720), 25, "1"),
        ("video-640x480.mp4", None, 75, "3"),
        ("video-320x240.mp4", None, 75, "3"),
        ("video-mkv.mkv", (854, 480), 75, "3"),
        ("video-webm.webm", (854, 480), None, "3"),
        ("video-avi.avi", (854, 480), 75, "3"),
        ("video-mpeg-ts.ts", (854, 480), 75, "3"),
        ("video-flv.flv", (854, 480), 75, "3"),
        ("video-vfr-mean-20-nominal-30.mp4", (854, 480), None, "3"),
        ("video-vfr-mean-80-nominal-120.mp4", (854, 480), None, "1"),
        ("video-20s-header-claims-3s.mp4", (854, 480), 25, "1"),
    ],
)
def test_a_mended_clip_is_clean_and_decodes_to_what_was_planned(
    name: str, size: tuple[int, int] | None, frames: int | None, seconds: str, tmp_path: Path
) -> None:
    brief = shortened(PROFILE, longest_s=int(seconds), shortest_s=1)  # a cut to fifteen takes longer, and no other way
    done = mended(copied(name, tmp_path), tmp_path / "out", profile=brief)
    seen = decoded_clip(done.path)
    assert size is None or (seen.width_px, seen.height_px) == size
    assert frames is None or seen.frames == frames
    assert abs(seen.duration_s - Fraction(seconds)) < Fraction(1, 10)
    assert seen.pixel_format == "yuv420p"


def test_a_new_container_holds_the_same_packets(tmp_path: Path) -> None:
    source = copied("video-mkv.mkv", tmp_path)
    done = mended(source, tmp_path / "out")
    with av.open(str(source)) as old, av.open(done.path) as new:
        before = [plane_bytes(frame) for frame in old.decode(video=0)]
        after = [plane_bytes(frame) for frame in new.decode(video=0)]
    assert before == after


@pytest.mark.parametrize(("name", "upright"), [("video-rotated-90-1252x500.mp4", (500, 1250))])
def test_a_rotation_is_applied(name: str, upright: tuple[int, int], tmp_path: Path) -> None:
    done = mended(copied(name, tmp_path), tmp_path / "out", FixOptions(allow="creative"), FEW)
    seen = decoded_clip(done.path)
    assert seen.width_px < seen.height_px
    assert abs(Fraction(seen.width_px, seen.height_px) - Fraction(*upright)) < Fraction(1, 100)
    with av.open(done.path) as container:
        assert next(container.decode(video=0)).rotation == 0


def test_a_turned_clip_is_turned_the_right_way_round(tmp_path: Path) -> None:
    """The square starts at the upper left; turned 90 degrees counter-clockwise it starts at the lower left."""
    path = copied("video-rotated-90.mp4", tmp_path)
    done = mended(path, tmp_path / "out", FixOptions(keep_of={str(path): SECOND}), SHORT)
    shown = first_picture(done.path)
    red = [shown.getpixel((20, y))[0] for y in (20, shown.height - 20)]  # type: ignore[index] # RGB pixels are tuples
    assert red[1] > 180 > red[0]


def test_pixels_are_made_square(tmp_path: Path) -> None:
    path = copied("video-stored-1280x720-shown-1707x720.mp4", tmp_path)
    done = mended(path, tmp_path / "out", FixOptions(keep_of={str(path): SECOND}), FEW)
    with av.open(done.path) as container:
        stream = container.streams.video[0]
        assert stream.sample_aspect_ratio in (None, 0, 1)
        assert abs(Fraction(stream.width, stream.height) - Fraction(1707, 720)) < Fraction(1, 50)


def test_a_cut_clip_of_odd_pixels_keeps_its_displayed_shape(tmp_path: Path) -> None:
    path = copied("video-stored-640x480-shown-864x480.mp4", tmp_path)
    done = mended(path, tmp_path / "out", FixOptions(keep_of={str(path): SECOND}), SHORT)
    facts = done.judged.facts
    assert isinstance(facts, VideoFacts)
    assert abs(facts.aspect_ratio - Fraction(864, 480)) < Fraction(1, 50)


@pytest.mark.parametrize("name", ["video-hdr10.mp4", "video-hlg.mov"])
def test_an_hdr_clip_comes_out_in_standard_range(name: str, tmp_path: Path) -> None:
    path = copied(name, tmp_path)
    done = mended(path, tmp_path / "out", FixOptions(keep_of={str(path): SECOND}), SHORT)
    seen = decoded_clip(done.path)
    assert seen.transfer == 1
    assert seen.pixel_format == "yuv420p"
    assert not [finding for finding in done.judged.findings if finding.rule in ("video/hdr", "video/bit-depth")]


def test_tones_are_mapped_to_colors_that_the_tags_tell(tmp_path: Path) -> None:
    """What a decoder shows by the new clip's tags is what mapping alone makes, in colors that never were luma."""
    path, hdr = tmp_path / "bars.mov", "color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc:range=tv"
    bars = f"testsrc2=s=480x360:r=24:d=1,format=yuv420p10le,setparams={hdr}"
    coded = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-crf", "8")
    ffmpeg("-f", "lavfi", "-i", bars, *coded, to=path)
    done = mended(path, tmp_path / "out", profile=lowered(PROFILE, shortest_s=1, most_px=400 * 300))
    assert ToneMap in map(type, done.plan.steps)
    with av.open(done.path) as container:
        assert int(next(container.decode(video=0)).colorspace) == 1
    bent = "tonemap=mobius:param=0.6:peak=10:desat=0"
    alone = f"zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,{bent},zscale=t=bt709:r=pc"
    shown = []
    for number, (source, chain) in enumerate(((path, f"{alone},format=gbrp"), (Path(done.path), "null"))):
        still = tmp_path / f"{number}.png"
        scaled = f"{chain},scale=12:9:flags=area+accurate_rnd+full_chroma_int"
        command = [find_tool({"zscale"}).path, "-v", "error", "-i", f"file:{source}", "-vf", scaled]
        subprocess.run([*command, "-frames:v", "1", "-pix_fmt", "rgb24", still], check=True, timeout=60)
        shown.append(Image.open(still).convert("RGB").tobytes())
    apart = [abs(one - other) for one, other in zip(*shown, strict=True)]
    assert sum(apart) / len(apart) < 4


def test_an_interlaced_clip_comes_out_in_whole_frames(tmp_path: Path) -> None:
    path = copied("video-interlaced.mp4", tmp_path)
    done = mended(path, tmp_path / "out", FixOptions(keep_of={str(path): SECOND}), SHORT)
    assert not [finding for finding in done.judged.findings if finding.rule == "video/interlace"]
    with av.open(done.path) as container:
        assert not any(frame.interlaced_frame for frame in container.decode(video=0))


def test_a_place_is_gone_after_a_fix(tmp_path: Path) -> None:
    for name in ("video-location.mp4", "video-location.mov"):
        path = copied(name, tmp_path)
        done = mended(path, tmp_path / "out", FixOptions(keep_of={str(path): SECOND}), SHORT)
        assert b"+37.5665" not in Path(done.path).read_bytes()
        assert not any("location" in key for key in decoded_clip(done.path).keys)


def test_sound_is_cut_with_the_pictures(tmp_path: Path) -> None:
    path = copied("video-sound-longer.mp4", tmp_path)
    done = mended(
        path, tmp_path / "out", FixOptions(keep_of={str(path): Window(Fraction("0.5"), Fraction("1.7"))}), FEW
    )
    seen = decoded_clip(done.path)
    assert seen.frames == 30
    assert abs(seen.sound_s - Fraction("1.2")) <= Fraction(1, 25)


def test_a_cut_begins_where_it_was_marked(tmp_path: Path) -> None:
    path = copied("video-10s.mp4", tmp_path)
    done = mended(path, tmp_path / "out", FixOptions(keep_of={str(path): Window(Fraction(4), Fraction(5))}), SHORT)
    with av.open(str(path)) as container:
        marked = next(islice(container.decode(video=0), 100, None))
    wanted, shown = decode_image(marked), first_picture(done.path)
    apart = [abs(a - b) for a, b in zip(wanted.convert("L").tobytes(), shown.convert("L").tobytes(), strict=True)]
    assert sum(apart) / len(apart) < 2


@pytest.mark.parametrize(
    ("name", "format_", "seconds"),
    [
        ("audio-20s.wav", "wav", 15),
        ("audio-15.001s.wav", "wav", 15),
        ("audio-15.1s.mp3", "mp3", Fraction("14.9")),
        ("audio-15s-stored-15.05s.mp3", "mp3", Fraction("14.9")),
        ("audio-vbr-no-xing-18s.mp3", "mp3", Fraction("14.9")),
        ("audio-m4a-20s.m4a", "wav", 15),
        ("audio-flac.flac", "wav", 3),
        ("audio-aac.aac", "wav", 3),
        ("audio-ogg-vorbis.ogg", "wav", 3),
        ("audio-opus.opus", "wav", 3),
        ("audio-aiff.aiff", "wav", 3),
        ("audio-m4a-named.mp3", "wav", 3),
        ("audio-m4a-cover-art.m4a", "wav", 3),
        ("audio-wav-streaming-length-20s.wav", "wav", 15),
    ],
)
def test_a_mended_sound_is_clean_and_decodes_to_what_was_planned(
    name: str, format_: str, seconds: Fraction, tmp_path: Path
) -> None:
    done = mended(copied(name, tmp_path), tmp_path / "out")
    facts = done.judged.facts
    assert isinstance(facts, AudioFacts)
    assert facts.format == format_
    assert abs(decoded_seconds(done.path) - seconds) < Fraction(1, 10)


def test_a_wav_that_is_cut_holds_the_same_samples(tmp_path: Path) -> None:
    source = copied("audio-20s.wav", tmp_path)
    done = mended(source, tmp_path / "out", FixOptions(keep="end"))
    with av.open(str(source)) as old, av.open(done.path) as new:
        before = b"".join(plane_bytes(frame) for frame in old.decode(audio=0))
        after = b"".join(plane_bytes(frame) for frame in new.decode(audio=0))
    eight, sixteen = np.frombuffer(before, np.uint8), np.frombuffer(after, np.int16)
    assert len(sixteen) == 15 * 8000
    assert (sixteen == (eight[-len(sixteen) :].astype(np.int16) - 128) * 256).all()


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small clip whose rate is refused."""
    path = tmp_path_factory.mktemp("filmed") / "clip.mp4"
    encode("-preset", "ultrafast", size="160x90", rate="24000/1001", frames=24)(path)
    return path


@pytest.mark.parametrize(
    "name", ["-x.mp4", "http:x.mp4", "img%03d.mp4", "파일 (1).mp4", "concat:a|b.mp4", "a'b.mp4", "-y"]
)
def test_no_name_is_anything_but_a_name(
    name: str, filmed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(filmed, tmp_path / name)
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    done = mended(Path(name), Path("out"), profile=FEW)
    assert Path(done.path).name == f"{Path(name).stem}.mp4"


def test_an_output_folder_of_an_odd_name_is_only_a_folder(tmp_path: Path) -> None:
    done = mended(copied("video-mkv.mkv", tmp_path), tmp_path / "-out %d [1]: x")
    assert Path(done.path).is_file()


def test_filters_stand_in_the_order_of_the_steps() -> None:
    steps = (
        ToneMap(loss="lossy", clears=()),
        Crop(width_px=10, height_px=8, loss="creative", clears=()),
        Resize(width_px=4, height_px=2, loss="lossy", clears=()),
        Retime(frame_rate_hz=Fraction(24), loss="lossy", clears=()),
        Write(format="mp4", loss="lossless", clears=()),
    )
    names = [name for name, _ in filters(steps)]
    mapped = ["zscale", "format", "zscale", "tonemap", "zscale", "format", "scale", "format", "setparams"]
    assert names[:9] == mapped
    assert names[9:] == ["scale", "setsar", "crop", "scale", "setsar", "fps"]
    assert filters((Pad(width_px=10, height_px=8, loss="creative", clears=()),))[-1][0] == "pad"
    assert filters(()) == [("null", {})]


def test_a_plan_tells_which_encoders_and_filters_it_needs() -> None:
    steps = (Encode(codec="libx264", loss="lossy", clears=()), Resize(width_px=4, height_px=2, loss="lossy", clears=()))
    assert needs(steps) == {"libx264", "scale", "setsar"}


def test_arguments_name_the_inputs_format_and_allow_files_only(tmp_path: Path) -> None:
    steps = (
        Cut(start_s=Fraction(1), length_s=Fraction(2), loss="lossless", clears=()),
        Write(format="wav", loss="lossless", clears=()),
    )
    job = compile_job(Plan(asset=Asset(path="-a.wav"), kind="audio", steps=steps), made.AUDIO, tmp_path / "o.wav")
    assert job.length_s == 2
    before = job.arguments[: job.arguments.index("-i")]
    assert before[before.index("-f") + 1] == "wav"
    assert before[before.index("-protocol_whitelist") + 1] == "file"
    assert job.arguments[job.arguments.index("-i") + 1] == f"file:{Path.cwd()}/-a.wav"
    assert f"file:{tmp_path}/o.wav" in job.arguments


def test_a_clip_without_the_right_extension_is_read_as_what_it_is(tmp_path: Path) -> None:
    done = mended(copied("video-mkv-named.mp4", tmp_path), tmp_path / "out")
    assert Path(done.path).name == "video-mkv-named.mp4"
    answer = subprocess.run(
        [find_tool().path, "-v", "error", "-i", done.path, "-f", "null", "-"], capture_output=True, check=True
    )
    assert answer.stderr == b""
