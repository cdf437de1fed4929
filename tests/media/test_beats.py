"""Beats are found where onsets come again at an even distance, and nowhere else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from preflight.media.beats import beats_of

RATE_HZ = 50.0
"""Values per second, as hearing measures them."""


def clicks(period: int, count: int, *, first: int = 7, noise: float = 0.0, seed: int = 1) -> NDArray[np.float32]:
    """Make onsets at an even distance, in noise."""
    chance = np.random.default_rng(seed)
    found = noise * chance.random(first + period * count).astype(np.float32)
    found[first::period] += 1
    return found


@settings(max_examples=12)
@given(st.integers(15, 55), st.integers(0, 14), st.integers(0, 9))
def test_beats_stand_where_the_clicks_are(period: int, first: int, seed: int) -> None:
    found = beats_of(clicks(period, 40, first=first, noise=0.1, seed=seed), RATE_HZ)
    places = range(first, first + 40 * period, period)
    assert len(found) >= 15, "of every second click at the least"
    near = [min(abs(beat - place) for place in places) for beat in found]
    assert sorted(near)[len(near) * 9 // 10] <= 1


@pytest.mark.parametrize("minute", [60, 90, 120, 180])
def test_the_tempo_is_the_one_that_is_played_or_one_of_its_octaves(minute: int) -> None:
    period = round(60 * RATE_HZ / minute)
    found = np.diff(beats_of(clicks(period, 60), RATE_HZ))
    assert float(np.median(found)) / period in (0.5, 1.0, 2.0)


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_noise_has_no_beats(seed: int) -> None:
    assert beats_of(np.random.default_rng(seed).random(3000).astype(np.float32), RATE_HZ) == []


@pytest.mark.parametrize("values", [0, 1, 2, 50, 399])
def test_what_is_too_short_even_or_nothing_has_none(values: int) -> None:
    assert beats_of(np.zeros(values, np.float32), RATE_HZ) == []
    assert beats_of(np.ones(values, np.float32), RATE_HZ) == []


def test_syllables_at_uneven_distances_are_no_beats() -> None:
    chance = np.random.default_rng(3)
    onsets = np.zeros(3000, np.float32)
    onsets[np.cumsum(chance.integers(5, 40, 120))[:100]] = 1
    assert beats_of(onsets, RATE_HZ) == []


def test_loudness_changes_no_beat() -> None:
    onsets = clicks(25, 40, noise=0.1)
    assert beats_of(onsets, RATE_HZ) == beats_of(onsets * np.float32(0.25), RATE_HZ)
