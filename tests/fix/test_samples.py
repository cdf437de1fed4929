"""What is called lossless of a sound is: the samples of the source and of the new file, decoded, are the same bytes."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from fixtures.recipe import ffmpeg
from preflight.facts import AudioFacts
from preflight.fix import Mended, mend
from preflight.fix.ffmpeg import find_tool
from preflight.flow import order_of
from preflight.plan import Wishes, plan
from preflight.plan.steps import Encode, find
from tests.specimens import PROFILE, audio, judged

RATE_HZ = 48_000
SWEEP = "aevalsrc='0.5*sin(2*PI*t*(200+t*90))+0.00001*random(0)|0.4*sin(2*PI*t*(90+t*50))':s={rate}:d={seconds}"
"""Two voices that never repeat, with a noise below what sixteen bits can tell."""
FLAC24 = ("-c:a", "flac", "-sample_fmt", "s32")
DEPTHS = {
    "flac-16.flac": (("-c:a", "flac", "-sample_fmt", "s16"), "pcm_s16le", 16),
    "flac-24.flac": (FLAC24, "pcm_s24le", 24),
    "flac-24.oga": ((*FLAC24, "-f", "ogg"), "pcm_s24le", 24),
    "flac-24.mka": (FLAC24, "pcm_s24le", 24),
    "alac-16.m4a": (("-c:a", "alac", "-sample_fmt", "s16p"), "pcm_s16le", 16),
    "alac-24.m4a": (("-c:a", "alac", "-sample_fmt", "s32p"), "pcm_s24le", 24),
    "aiff-8.aiff": (("-c:a", "pcm_s8"), "pcm_s16le", 8),
    "aiff-24.aiff": (("-c:a", "pcm_s24be"), "pcm_s24le", 24),
    "aiff-32.aiff": (("-c:a", "pcm_s32be"), "pcm_s32le", 32),
    "aiff-float.aiff": (("-c:a", "pcm_f32be"), "pcm_f32le", 32),
    "aiff-double.aiff": (("-c:a", "pcm_f64be"), "pcm_f64le", 64),
    "aac.m4a": (("-c:a", "aac"), "pcm_f32le", None),
    "vorbis.ogg": (("-c:a", "libvorbis"), "pcm_f32le", None),
    "opus.opus": (("-c:a", "libopus"), "pcm_f32le", None),
}


def sound(path: Path, *options: str, seconds: int = 3, rate: int = RATE_HZ) -> Path:
    ffmpeg("-f", "lavfi", "-i", SWEEP.format(rate=rate, seconds=seconds), *options, to=path)
    return path


def samples(path: str | Path) -> bytes:
    """Decode a sound to doubles, which hold every sample that there is."""
    command = [find_tool().path, "-v", "error", "-i", f"file:{path}", "-map", "0:a:0", "-f", "f64le", "-"]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def mended(path: Path, folder: Path, wishes: Wishes) -> Mended:
    verdict = judged(path)
    assert verdict.facts
    found = plan(verdict, PROFILE, wishes)
    assert found.steps, found.advice
    return mend(found, verdict.facts, order_of(PROFILE, folder))


@pytest.mark.parametrize("name", DEPTHS)
def test_a_new_file_without_loss_holds_every_sample(name: str, tmp_path: Path) -> None:
    options, coding, depth = DEPTHS[name]
    source = sound(tmp_path / name, *options)
    assert audio(source).bit_depth == depth
    done = mended(source, tmp_path / "out", Wishes(allow="lossless"))
    facts = done.judged.facts
    assert isinstance(facts, AudioFacts)
    assert (done.plan.loss, facts.codec, facts.channels, facts.sample_rate_hz) == ("lossless", coding, 2, RATE_HZ)
    assert hashlib.sha256(samples(done.path)).digest() == hashlib.sha256(samples(source)).digest()


@pytest.mark.parametrize("name", ["flac-24.flac", "alac-24.m4a", "aac.m4a", "vorbis.ogg", "opus.opus", "aiff-24.aiff"])
def test_a_part_without_loss_is_a_stretch_of_the_source_s_own_samples(name: str, tmp_path: Path) -> None:
    source = sound(tmp_path / name, *DEPTHS[name][0], seconds=20)
    whole = samples(source)
    done = mended(source, tmp_path / "out", Wishes(allow="lossless", keep="middle"))
    part = samples(done.path)
    place = whole.find(part)
    assert place >= 0
    assert abs(place / 16 / RATE_HZ - 2.5) < 0.05
    assert abs(len(part) / 16 / RATE_HZ - 15) < 0.05


def test_an_mp3_that_loses_its_beginning_is_whole_from_its_first_sample(tmp_path: Path) -> None:
    source = sound(tmp_path / "long.mp3", "-c:a", "libmp3lame", "-b:a", "128k", seconds=20)
    whole = samples(source)
    part = samples(mended(source, tmp_path / "out", Wishes(allow="lossless", keep="end")).path)
    assert part
    assert whole.endswith(part)


@pytest.mark.parametrize("codec", ["pcm_s24le", "pcm_f32le", "pcm_u8"])
def test_a_wav_is_cut_in_its_own_depth(codec: str, tmp_path: Path) -> None:
    source = sound(tmp_path / "long.wav", "-c:a", codec, seconds=20)
    done = mended(source, tmp_path / "out", Wishes(allow="lossless", keep="end"))
    assert audio(Path(done.path)).codec == codec
    assert samples(source).endswith(samples(done.path))


def test_a_wav_that_is_too_large_for_being_too_long_is_only_cut(tmp_path: Path) -> None:
    source = sound(tmp_path / "huge.wav", "-c:a", "pcm_s32le", seconds=60)
    assert source.stat().st_size > 15_728_640
    done = mended(source, tmp_path / "out", Wishes(allow="lossless"))
    assert samples(source).startswith(samples(done.path))


def test_what_is_rounded_is_said_to_be_and_has_no_more_than_its_noise(tmp_path: Path) -> None:
    source = sound(tmp_path / "deep.flac", *FLAC24, seconds=15, rate=192_000)
    done = mended(source, tmp_path / "out", Wishes())
    encode = find(done.plan.steps, Encode)
    assert encode
    assert (encode.codec, encode.dither, done.plan.loss) == ("pcm_s16le", True, "lossy")
    import array

    pair = [array.array("d", samples(path)[: 16 * RATE_HZ]) for path in (source, done.path)]
    apart = [one - other for one, other in zip(*pair, strict=True)]
    steps = [abs(value) * 32768 for value in apart]
    assert 0.3 < sum(steps) / len(steps) < 1
    assert max(steps) < 2
    assert abs(sum(apart) / len(apart)) * 32768 < 0.05
