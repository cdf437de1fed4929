"""A WAV of PCM is as long as the samples that are there, and a codec that hides among them is found."""

import io
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.faults import Unreadable
from preflight.probe.pcm import HIDDEN, pcm_facts
from preflight.probe.wave import read_wave
from preflight.values.facts import AudioFacts
from tests.probe.test_plain import written
from tests.specimens import MEDIA


def facts(content: bytes, *, measure: bool = True) -> AudioFacts:
    stream = io.BytesIO(content)
    wave = read_wave(stream, len(content))
    assert wave
    return pcm_facts(stream, wave, len(content), measure=measure)


@given(
    st.integers(1, 8),
    st.sampled_from([8_000, 44_100, 192_000]),
    st.sampled_from([(1, "pcm_u8"), (2, "pcm_s16le"), (3, "pcm_s24le"), (4, "pcm_s32le")]),
    st.integers(1, 50),
)
def test_the_length_is_that_of_its_samples_exactly(
    channels: int, rate: int, kind: tuple[int, str], frames: int
) -> None:
    width, codec = kind
    found = facts(written(channels, rate, width, bytes(channels * width * frames)))
    assert found.duration_s == found.stored_duration_s == found.header_duration_s == Fraction(frames, rate)
    assert (found.codec, found.channels, found.sample_rate_hz, found.bit_depth) == (codec, channels, rate, 8 * width)
    assert (found.sample_type, found.header_placeholder) == ("integer", None)


@pytest.mark.parametrize("measure", [True, False])
def test_without_samples_there_is_nothing_to_hear(measure: bool) -> None:
    with pytest.raises(Unreadable, match="holds no samples"):
        facts(written(2, 48_000, 2, b""), measure=measure)


def test_samples_that_are_missing_are_a_cut() -> None:
    whole = written(1, 8_000, 2, bytes(16_000))
    with pytest.raises(Unreadable, match="cut short"):
        facts(whole[:-4_000])


HIDING = ("sound-ac3-under-pcm.wav", "sound-dts-under-pcm.wav", "sound-dts-under-pcm-swapped.wav")


@pytest.mark.parametrize("name", HIDING)
def test_a_codec_among_the_samples_is_found_by_measuring_alone(name: str) -> None:
    content = (MEDIA / name).read_bytes()
    found, told = facts(content), facts(content, measure=False)
    assert (found.measured_by["codec"], found.sample_type) == (HIDDEN, "coded")
    assert (found.channels, found.bit_depth) == (None, None)
    assert (told.measured_by["codec"], told.codec, told.sample_type) == ("header", "pcm_s16le", "integer")
    assert found.header_duration_s == told.duration_s == 2


def test_frames_among_the_samples_last_as_long_as_a_decoder_plays_them() -> None:
    lengths = {name: facts((MEDIA / name).read_bytes()).duration_s for name in HIDING}
    assert lengths == {HIDING[0]: 4, HIDING[1]: Fraction(31 * 1024, 32_000), HIDING[2]: Fraction(31 * 1024, 32_000)}


@pytest.mark.parametrize("name", HIDING)
def test_a_long_silence_before_it_is_looked_past(name: str) -> None:
    content = (MEDIA / name).read_bytes()
    wave = read_wave(io.BytesIO(content), len(content))
    assert wave
    samples = content[wave.start : wave.start + wave.sample_bytes]
    assert facts(written(2, 48_000, 2, bytes(1 << 18) + samples)).sample_type == "coded"


def test_silence_alone_hides_nothing() -> None:
    assert facts(written(2, 48_000, 2, bytes(1 << 20))).codec == "pcm_s16le"
