"""What is heard of a sound: its loudness as ITU-R BS.1770 has it, its silence, and where it pauses."""

import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.media.hearing import (
    GATE_DB,
    HOP_S,
    PAUSE_HOPS,
    gated_loudness,
    k_weights,
    listen,
    quiet_spans,
    sliding_frames,
)
from preflight.media.progress import Part
from preflight.media.timeline import STEP_S
from preflight.probe.faults import Unmeasured, Unreadable
from tests.specimens import media

Tune = Callable[..., Path]


def whole() -> Part:
    return Part(None, Fraction(0), Fraction(1), 60)


def test_weighting_is_that_of_the_standard() -> None:
    """BS.1770-4: 997 Hz is lifted by 0.691 dB, which the offset takes back; above 2 kHz the shelf adds 4 dB."""
    low, middle, high = (10 * np.log10(k_weights(np.array([hz], np.float64))[0]) for hz in (20.0, 997.0, 7000.0))
    assert float(middle) == pytest.approx(0.691, abs=0.01)
    assert float(high) == pytest.approx(4.0, abs=0.2)
    assert float(low) < -10


@settings(max_examples=15)
@given(st.floats(1e-5, 1.0), st.integers(20, 200))
def test_an_even_level_is_its_own_loudness_however_long_it_is(power: float, hops: int) -> None:
    found = gated_loudness(np.full(hops, power, np.float32))
    assert found == pytest.approx(-0.691 + 10 * np.log10(power), abs=0.01)


def test_silence_between_does_not_make_the_whole_softer() -> None:
    """BS.1770-4: blocks below the gates do not count."""
    loud, mute = np.full(200, 0.1, np.float32), np.full(600, 1e-9, np.float32)
    assert gated_loudness(np.concatenate([loud, mute])) == pytest.approx(gated_loudness(loud), abs=0.01)
    assert gated_loudness(mute) == GATE_DB


def test_what_is_ten_decibels_softer_than_the_rest_does_not_count() -> None:
    loud, soft = np.full(200, 0.1, np.float32), np.full(200, 0.001, np.float32)
    assert gated_loudness(np.concatenate([loud, soft])) == pytest.approx(gated_loudness(loud), abs=0.01)


def test_a_pause_is_far_below_what_is_around_it_and_long_enough() -> None:
    level = np.full(400, -20, np.float32)
    level[100:120] = -60
    level[200 : 200 + PAUSE_HOPS - 4] = -60
    (pause,) = quiet_spans(level)
    assert abs(pause[0] - 100) <= 1
    assert abs(pause[1] - 120) <= 1


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from([-20, -45, -80]), st.integers(1, 60)), min_size=1, max_size=6))
def test_pauses_lie_within_the_sound_in_order_and_apart(stretches: list[tuple[int, int]]) -> None:
    level = np.concatenate([np.full(hops, db, np.float32) for db, hops in stretches])
    edges = [edge for span in quiet_spans(level) for edge in span]
    assert edges == sorted(set(edges))
    assert not edges or (edges[0] >= 0 and edges[-1] <= len(level))


def test_loud_and_silent_stretches_are_told_step_by_step(tune: Tune) -> None:
    heard = listen(str(tune((0.5, 2.0), (0.0, 1.0), (0.5, 2.0))), "wav", Fraction(5), whole())
    steps = [round(Fraction(second) / STEP_S) for second in (1, 2, 3, 4)]
    assert len(heard.loudness_db) == len(heard.is_silent) == len(heard.onset_strength) == 5 / STEP_S
    assert [heard.is_silent[at] for at in (steps[0], steps[1] + 5, steps[3])] == [False, True, False]
    assert heard.loudness_db[steps[0]] > heard.loudness_db[steps[1] + 5] + 40
    begins = int(np.argmax(heard.onset_strength[steps[1] + 3 :])) + steps[1] + 3
    assert abs(begins - steps[2]) <= 1, "the strongest onset is where the tone comes back"
    (pause,) = heard.pauses
    assert abs(pause.start_s - 2) < 3 * HOP_S
    assert abs(pause.end_s - 3) < 3 * HOP_S


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_half_the_height_is_six_decibels_less(tune: Tune, channels: int) -> None:
    loud, soft = (
        listen(str(tune((height, 1.0), channels=channels)), "wav", Fraction(1), whole()) for height in (0.5, 0.25)
    )
    assert loud.loudness_db[5] - soft.loudness_db[5] == pytest.approx(6.02, abs=0.05)


def test_a_sound_of_a_clip_is_told_on_the_clock_of_its_frames(tune: Tune) -> None:
    path = str(tune((0.0, 1.0), (0.5, 1.0)))
    plain, late = (listen(path, "wav", Fraction(2), whole(), zero) for zero in (None, Fraction(-1, 2)))
    first = [one.is_silent.index(False) for one in (plain, late)]
    assert first[1] - first[0] == round(Fraction(1, 2) / STEP_S)


def test_a_deadline_that_is_over_leaves_the_rest_out() -> None:
    heard = listen(media("audio-20s.wav"), "wav", Fraction(20), Part(None, Fraction(0), Fraction(1), 0))
    assert len(heard.loudness_db) == 20 / STEP_S
    assert heard.is_silent[-1]
    assert not heard.is_silent[5]


@pytest.mark.parametrize(("name", "kind"), [("image-ok.png", "png"), ("video-5s.mp4", "mp4")])
def test_what_has_no_sound_has_nothing_to_hear(name: str, kind: str) -> None:
    with pytest.raises(Unreadable):
        listen(media(name), kind, Fraction(5), whole())


def test_what_is_no_longer_what_was_measured_is_not_listened_to() -> None:
    with pytest.raises(Unmeasured, match="no longer the mp3"):
        listen(media("audio-5s.wav"), "mp3", Fraction(5), whole())


# ---- the standard: BS.1770-4 -----------------------------------------------------------------------------------------


def tone(folder: Path, *heights: float, rate_hz: int = 48_000, hz: float = 997) -> str:
    """Write a second and a half of a sine in 16 bits, of a height of its own in each channel."""
    path = folder / f"tone-{rate_hz}-{len(heights)}-{hz:g}.wav"
    at = np.arange(rate_hz * 3 // 2) / rate_hz
    wave_of = np.sin(2 * np.pi * hz * at)
    samples = np.stack([np.round(height * 32_767 * wave_of) for height in heights], axis=1).astype("<i2")
    with wave.open(str(path), "wb") as target:
        target.setnchannels(len(heights))
        target.setsampwidth(2)
        target.setframerate(rate_hz)
        target.writeframes(samples.tobytes())
    return str(path)


def level(path: str) -> float:
    """Return the loudness in the middle of a file."""
    return listen(path, "wav", Fraction(3, 2), whole()).loudness_db[7]


@pytest.mark.parametrize(
    ("heights", "loudness"),
    [((1.0,), -3.01), ((1.0, 1.0), 0.0), ((0.0, 1.0), -3.01), ((0.1,), -23.01), ((0.1, 0.1), -20.0)],
)
def test_a_sine_of_full_scale_is_three_decibels_below_and_channels_add_up(
    tmp_path: Path, heights: tuple[float, ...], loudness: float
) -> None:
    """BS.1770-4, annex 1: a 0 dBFS, 997 Hz sine in one front channel reads -3.01 LKFS."""
    assert level(tone(tmp_path, *heights)) == pytest.approx(loudness, abs=0.1)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 44_100, 96_000])
def test_a_tone_is_as_loud_at_whatever_rate_it_is_sampled(tmp_path: Path, rate_hz: int) -> None:
    """Averaging samples instead of filtering them costs half a decibel at the most."""
    assert level(tone(tmp_path, 0.5, rate_hz=rate_hz)) == pytest.approx(-9.03, abs=0.5)


def test_weights_rise_with_the_frequency_and_end_four_decibels_above() -> None:
    found = 10 * np.log10(k_weights(np.array([10.0, 38.0, 100.0, 500.0, 1000.0, 2000.0, 4000.0, 16_000.0])))
    assert found.tolist() == sorted(found.tolist())
    assert float(found[-1]) == pytest.approx(4.0, abs=0.05)
    assert abs(float(found[3])) < 0.3


@settings(max_examples=15)
@given(st.lists(st.floats(1e-4, 1.0), min_size=20, max_size=120), st.floats(1.0, 50.0))
def test_more_power_by_a_factor_is_more_loudness_by_its_decibels(powers: list[float], factor: float) -> None:
    once = gated_loudness(np.array(powers, np.float32))
    assert gated_loudness(np.array(powers, np.float32) * np.float32(factor)) == pytest.approx(
        once + 10 * np.log10(factor), abs=0.02
    )


@settings(max_examples=15)
@given(st.lists(st.floats(0, 1.0), min_size=1, max_size=120))
def test_loudness_is_between_the_gate_and_the_loudest_block(powers: list[float]) -> None:
    found = gated_loudness(np.array(powers, np.float32))
    assert GATE_DB <= found <= max(GATE_DB, -0.691 + 10 * np.log10(max(*powers, 1e-12))) + 0.01


@settings(max_examples=15)
@given(st.integers(1, 3), st.integers(1, 12), st.lists(st.integers(0, 20), min_size=1, max_size=6))
def test_frames_are_cut_out_where_they_start_in_each_channel(channels: int, length: int, at: list[int]) -> None:
    samples = np.arange(channels * 40, dtype=np.float32).reshape(channels, 40)
    found = sliding_frames(samples, length, np.array(at))
    assert found.shape == (channels, len(at), length)
    for channel in range(channels):
        assert [one.tolist() for one in found[channel]] == [
            samples[channel, start : start + length].tolist() for start in at
        ]


@pytest.mark.parametrize("count", [1, 2, PAUSE_HOPS, 500])
@pytest.mark.parametrize("db", [-20.0, -50.0])
def test_an_even_sound_has_no_pause_and_silence_is_one(count: int, db: float) -> None:
    assert quiet_spans(np.full(count, db, np.float32)) == []
    silent = quiet_spans(np.full(count, -90, np.float32))
    assert silent == ([(0, count)] if count >= PAUSE_HOPS else [])
