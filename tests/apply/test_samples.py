"""What is called lossless of a sound is: the samples of the source and of the new file, decoded, are the same bytes."""

import hashlib
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fixtures.recipe import ffmpeg
from preflight.apply import Applied, apply_plan
from preflight.apply.ffmpeg import find_tool
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.plan.steps import Encode, find
from preflight.profiles import Profile
from preflight.values.facts import AudioFacts
from tests.specimens import PROFILE, audio, judged, shortened

Doubles = NDArray[np.float64]
BRIEF = shortened(PROFILE, longest_s=3)
"""The default edition for sounds of at most three seconds: every sample of them is decoded, and compared."""
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
}


def sound(path: Path, *options: str, seconds: int = 3, rate: int = RATE_HZ) -> Path:
    ffmpeg("-f", "lavfi", "-i", SWEEP.format(rate=rate, seconds=seconds), *options, to=path)
    return path


def samples(path: str | Path) -> bytes:
    """Decode a sound to doubles, which hold every sample that there is."""
    command = [find_tool().path, "-v", "error", "-i", f"file:{path}", "-map", "0:a:0", "-f", "f64le", "-"]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def mended(path: Path, folder: Path, fix_options: FixOptions, profile: Profile = BRIEF) -> Applied:
    verdict = judged(path, profile)
    assert verdict.facts
    found = plan(verdict, profile, fix_options)
    assert found.steps, found.advice
    return apply_plan(found, verdict.facts, order_of(profile, folder))


@pytest.mark.parametrize("name", DEPTHS)
def test_a_new_file_without_loss_holds_every_sample(name: str, tmp_path: Path) -> None:
    options, coding, depth = DEPTHS[name]
    source = sound(tmp_path / name, *options)
    assert audio(source).bit_depth == depth
    done = mended(source, tmp_path / "out", FixOptions(allow="lossless"))
    facts = done.judged.facts
    assert isinstance(facts, AudioFacts)
    assert (done.plan.loss, facts.codec, facts.channels, facts.sample_rate_hz) == ("lossless", coding, 2, RATE_HZ)
    assert hashlib.sha256(samples(done.path)).digest() == hashlib.sha256(samples(source)).digest()


@pytest.mark.parametrize("name", ["flac-16.flac", "flac-24.flac", "alac-24.m4a", "aiff-24.aiff"])
def test_a_part_without_loss_is_a_stretch_of_the_source_s_own_samples(name: str, tmp_path: Path) -> None:
    source = sound(tmp_path / name, *DEPTHS[name][0], seconds=5)
    whole = samples(source)
    done = mended(source, tmp_path / "out", FixOptions(allow="lossless", keep="middle"))
    part = samples(done.path)
    place = whole.find(part)
    assert place >= 0
    assert abs(place / 16 / RATE_HZ - 1) < 0.05
    assert abs(len(part) / 16 / RATE_HZ - 3) < 0.05


CODED = {
    "aac.m4a": ("-c:a", "aac"),
    "vorbis.ogg": ("-c:a", "libvorbis"),
    "opus.opus": ("-c:a", "libopus"),
    "long.mp3": ("-c:a", "libmp3lame", "-b:a", "128k"),
    "mp3-within.wav": ("-c:a", "libmp3lame", "-b:a", "128k"),
    "ac3-within.wav": ("-c:a", "ac3"),
    "dts-within.wav": ("-c:a", "dca", "-strict", "-2"),
    "float.wav": ("-c:a", "pcm_f32le"),
    "deep.wav": ("-c:a", "pcm_s24le"),
}


@pytest.mark.parametrize("name", CODED)
def test_a_part_of_what_is_decoded_or_deeper_is_a_stretch_of_it_but_for_a_step_of_16_bits(
    name: str, tmp_path: Path
) -> None:
    source = sound(tmp_path / name, *CODED[name], seconds=5)
    whole = doubles(samples(source))
    done = mended(source, tmp_path / "out", FixOptions(keep="end"))
    facts = done.judged.facts
    assert isinstance(facts, AudioFacts)
    assert (done.plan.loss, facts.codec, facts.bit_depth, is_plain(done.path)) == ("lossy", "pcm_s16le", 16, True)
    part = doubles(samples(done.path))
    start = len(whole) - len(part)
    shift = min(range(-4800, 4801, 2), key=lambda by: apart(whole, part, start + by, 400))
    assert apart(whole, part, start + shift, 40_000) * 32768 < 3


@pytest.mark.parametrize("name", ["adpcm_ima_wav", "adpcm_ms", "pcm_alaw", "pcm_mulaw", "pcm_u8"])
def test_what_decodes_to_16_bits_is_cut_without_loss(name: str, tmp_path: Path) -> None:
    source = sound(tmp_path / "long.wav", "-c:a", name, seconds=5)
    done = mended(source, tmp_path / "out", FixOptions(allow="lossless", keep="end"))
    assert (audio(Path(done.path)).codec, is_plain(done.path)) == ("pcm_s16le", True)
    assert samples(done.path)[:-64] in samples(source)


def doubles(content: bytes) -> Doubles:
    return np.frombuffer(content, np.float64)


def apart(whole: Doubles, part: Doubles, start: int, count: int) -> float:
    """Return how far two stretches are from each other at most, a little way into them; much where one ends."""
    ahead = 20_000
    one, other = whole[start + ahead : start + ahead + count], part[ahead : ahead + count]
    return float(abs(one - other).max()) if len(one) == len(other) > 0 else 9


def is_plain(path: str | Path) -> bool:
    """Tell whether a WAV has the header that everybody reads: format tag 1, 16 bytes of it, and then the samples."""
    head = Path(path).read_bytes()[:44]
    return head[12:22] == b"fmt \x10\0\0\0\x01\0" and head[34:40] == b"\x10\0data"


@pytest.mark.parametrize("codec", ["pcm_s24le", "pcm_s16le"])
def test_a_wav_is_cut_in_its_own_depth_where_no_loss_is_allowed(codec: str, tmp_path: Path) -> None:
    source = sound(tmp_path / "long.wav", "-c:a", codec, seconds=5)
    done = mended(source, tmp_path / "out", FixOptions(allow="lossless", keep="end"))
    assert audio(Path(done.path)).codec == codec
    assert samples(source).endswith(samples(done.path))


def test_a_wav_that_is_too_large_for_being_too_long_is_only_cut(tmp_path: Path) -> None:
    source = sound(tmp_path / "huge.wav", "-c:a", "pcm_s24le", seconds=60)
    assert source.stat().st_size > 15_728_640
    done = mended(source, tmp_path / "out", FixOptions(allow="lossless"), PROFILE)
    assert samples(source).startswith(samples(done.path))


def test_what_is_rounded_is_said_to_be_and_has_no_more_than_its_noise(tmp_path: Path) -> None:
    source = sound(tmp_path / "deep.flac", *FLAC24, seconds=5, rate=96_000)
    done = mended(source, tmp_path / "out", FixOptions(), PROFILE)
    encode = find(done.plan.steps, Encode)
    assert encode
    assert (encode.codec, encode.dither, done.plan.loss) == ("pcm_s16le", True, "lossy")
    one, other = (doubles(samples(path)[: 16 * RATE_HZ]) for path in (source, done.path))
    apart = (one - other) * 32768
    assert 0.3 < abs(apart).mean() < 1
    assert abs(apart).max() < 2
    assert abs(apart.mean()) < 0.05
