"""Sounds that mislead are mended: what comes out is what was meant, as plain PCM, and the smallest loss is named."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from fixtures import recipe_long_sizes
from fixtures.recipe import ffmpeg
from preflight.apply import Applied, apply_plan
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.profiles import Profile
from preflight.values.facts import AudioFacts
from tests.specimens import MEDIA, PROFILE, audio, judged

BYTES = PROFILE.audio.bytes
FIFTH = replace(PROFILE, audio=replace(PROFILE.audio, bytes=replace(BYTES, max=(BYTES.max or 0) / 5, warn_above=None)))
"""The default edition for sounds of a fifth of its bytes: 2.6 s are to it what 13 s are to the other."""
TONE = "sine=frequency=440:sample_rate={rate}:duration={seconds}"


def tone(path: Path, *options: str, seconds: str = "17", rate: int = 48_000) -> Path:
    ffmpeg("-f", "lavfi", "-i", TONE.format(rate=rate, seconds=seconds), *options, to=path)
    return path


def mended(path: Path, folder: Path, fix_options: FixOptions | None = None, profile: Profile = PROFILE) -> Applied:
    verdict = judged(path, profile)
    assert verdict.facts
    found = plan(verdict, profile, fix_options or FixOptions())
    assert found.steps, found.advice
    return apply_plan(found, verdict.facts, order_of(profile, folder / "out"))


def facts_of(done: Applied) -> AudioFacts:
    assert isinstance(done.judged.facts, AudioFacts)
    return done.judged.facts


def hertz(path: str) -> float:
    """Count how often a plain WAV of 16 bits and one channel rises through nothing, a second."""
    import wave

    with wave.open(path) as sound:
        assert sound.getsampwidth() == 2
        channels, rate = sound.getnchannels(), sound.getframerate()
        content = memoryview(sound.readframes(rate * 2)).cast("h")[::channels]
    middle = content[len(content) // 4 : 3 * len(content) // 4].tolist()
    rises = sum(1 for one, other in pairwise(middle) if one < 0 <= other)
    return float(rises / (len(middle) / rate))


CODED = {
    "dts-under-pcm.wav": ("-c:a", "dca", "-strict", "-2", "-f", "dts"),
    "ac3-bursts-under-pcm.wav": ("-c:a", "ac3", "-f", "spdif"),
}


@pytest.mark.parametrize("name", CODED)
def test_frames_under_a_pcm_tag_are_decoded_and_not_copied_as_noise(name: str, tmp_path: Path) -> None:
    import struct

    body = tone(tmp_path / "stream", "-ac", "2", *CODED[name], rate=44_100).read_bytes()
    body = body[: len(body) & ~1]
    body = body if name.startswith("ac3") else b"".join(body[at : at + 2][::-1] for at in range(0, len(body), 2))
    rate = 44_100 if name.startswith("ac3") else len(body) // 4 // 17
    form = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 2, rate, rate * 4, 4, 16) + b"data"
    (tmp_path / name).write_bytes(
        b"RIFF" + struct.pack("<I", len(body) + 36) + form + struct.pack("<I", len(body)) + body
    )
    done = mended(tmp_path / name, tmp_path)
    assert (facts_of(done).codec, facts_of(done).bit_depth) == ("pcm_s16le", 16)
    assert abs(hertz(done.path) - 440) < 5


def test_24_bits_in_32_sound_as_they_were_meant(tmp_path: Path) -> None:
    done = mended(MEDIA / "sound-24-bits-in-32-16s.wav", tmp_path)
    assert facts_of(done).duration_s == 15
    assert (facts_of(done).bit_depth, done.plan.loss) == (16, "lossy")
    assert abs(hertz(done.path) - 80) < 3  # a period of 25 samples at 2,000 Hz
    deep = mended(MEDIA / "sound-24-bits-in-32-16s.wav", tmp_path, FixOptions(bits="source"))
    assert (facts_of(deep).codec, deep.plan.loss) == ("pcm_s24le", "lossless")


def test_a_tag_before_a_wav_is_cut_off(tmp_path: Path) -> None:
    done = mended(MEDIA / "sound-id3-before-riff.wav", tmp_path)
    assert done.plan.loss == "lossless"
    assert Path(done.path).read_bytes()[:4] == b"RIFF"


@pytest.mark.parametrize("name", ["sound-eight-channels.aiff", "sound-eight-channels-odd-order.mov"])
def test_eight_channels_stay_eight_where_they_fit(name: str, tmp_path: Path) -> None:
    done = mended(MEDIA / name, tmp_path)
    assert (facts_of(done).channels, facts_of(done).duration_s, done.plan.loss) == (8, Fraction(11, 5), "lossless")


@pytest.mark.parametrize(
    ("rate", "channels", "made"), [(192_000, 6, (48_000, 6)), (96_000, 16, (48_000, 2)), (48_000, 2, (48_000, 2))]
)
def test_what_is_too_large_becomes_less_by_no_more_than_it_must(
    rate: int, channels: int, made: tuple[int, int], tmp_path: Path
) -> None:
    voices = "|".join(["0.4*sin(2*PI*440*t)"] * channels)
    options = ("-f", "lavfi", "-i", f"aevalsrc='{voices}':s={rate}:d=2.6", "-c:a", "pcm_s24be")
    ffmpeg(*options, to=tmp_path / "deep.aiff")
    done = mended(tmp_path / "deep.aiff", tmp_path, profile=FIFTH)
    assert (facts_of(done).sample_rate_hz, facts_of(done).channels) == made
    assert (facts_of(done).codec, done.plan.loss) == ("pcm_s16le", "lossy")
    assert abs(hertz(done.path) - 440) < 5


def test_an_mp3_between_a_web_page_and_zeros_is_cut_as_one_without(tmp_path: Path) -> None:
    whole = tone(tmp_path / "long.mp3", "-c:a", "libmp3lame", "-b:a", "64k").read_bytes()
    (tmp_path / "odd.mp3").write_bytes(bytes(200_000) + whole + b"<html></html>" * 9)
    done = mended(tmp_path / "odd.mp3", tmp_path)
    assert (facts_of(done).format, done.plan.loss) == ("mp3", "lossless")
    assert 14 < (facts_of(done).duration_s or 0) <= 15


def test_sources_of_one_stem_made_at_the_same_time_get_names_of_their_own(tmp_path: Path) -> None:
    from preflight.flow.fix import fix_all, plan_fixes

    for suffix in ("flac", "aiff", "oga", "mka"):
        tone(tmp_path / f"one.{suffix}", "-c:a", "pcm_s16be" if suffix == "aiff" else "flac", seconds="3", rate=8_000)
    plans = plan_fixes([judged(path) for path in sorted(tmp_path.iterdir())], PROFILE, FixOptions())
    done = fix_all(plans, PROFILE, tmp_path / "out", jobs=4)
    assert [one.outcome for one in done] == ["fixed"] * 4, [one.message for one in done]
    assert len({one.asset.path for one in done}) == 4


@pytest.mark.parametrize("name", [name for name in sorted(recipe_long_sizes.RECIPES) if audio(name).obstacle])
def test_a_64_bit_header_that_keeps_readers_out_is_written_anew_without_loss(name: str, tmp_path: Path) -> None:
    done = mended(MEDIA / name, tmp_path)
    assert (done.plan.loss, facts_of(done).duration_s, facts_of(done).obstacle) == ("lossless", Fraction(3), None)
    assert abs(hertz(done.path) - 40) < 2


def test_the_silent_end_of_a_sound_may_be_kept(tmp_path: Path) -> None:
    """Its first moment is the last one of what is heard."""
    done = mended(MEDIA / "audio-vbr-no-xing-18s.mp3", tmp_path, FixOptions(keep="end"))
    assert facts_of(done).duration_s == 15
