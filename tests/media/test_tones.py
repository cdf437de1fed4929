"""High dynamic range in standard range: white stays near white, gray stays gray, and brighter never gets darker."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.media.tones import BRIGHTEST, KNEE, LEVELS, ROWS, _light, _rolled, standard_range
from preflight.probe.described import BT709, BT2020, Described

PQ, HLG = Described(BT2020, "pq"), Described(BT2020, "hlg")


def shown(colors: Described, *levels: float) -> list[tuple[int, ...]]:
    """Convert grays, 0 to 1, and return their pixels."""
    samples = np.array([[[round(level * (LEVELS - 1))] * 3 for level in levels]], np.uint16)
    image = standard_range(samples, colors)
    return [tuple(pixel) for pixel in np.asarray(image)[0].tolist()]


@pytest.mark.parametrize(("colors", "white"), [(PQ, 0.5807), (HLG, 0.75)])
def test_white_of_203_candela_is_near_white_and_black_is_black(colors: Described, white: float) -> None:
    """ITU-R BT.2408, table 1."""
    black, gray, most = shown(colors, 0, white, 1)
    assert black == (0, 0, 0)
    assert min(gray) >= 225
    assert most == (255, 255, 255)


@settings(max_examples=10)
@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=20).map(sorted), st.sampled_from([PQ, HLG, Described(BT709, "pq")])
)
def test_gray_stays_gray_and_in_its_order(levels: list[float], colors: Described) -> None:
    found = shown(colors, *levels)
    assert all(max(pixel) - min(pixel) <= 1 for pixel in found)
    assert [pixel[1] for pixel in found] == sorted(pixel[1] for pixel in found)


def test_light_rolls_off_from_the_knee_to_the_brightest_without_a_step() -> None:
    at = np.linspace(0, BRIGHTEST, 2000, dtype=np.float32)
    rolled = _rolled(at)
    assert np.all(np.diff(rolled) > 0)
    assert np.all(rolled[at <= KNEE] == at[at <= KNEE])
    assert float(np.diff(rolled).max()) <= float(np.diff(at).max()) * 1.01
    assert float(rolled[-1]) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(("level", "nits"), [(0.5081, 100), (0.5807, 203), (0.7518, 1000), (1.0, 10_000)])
def test_pq_levels_are_the_light_of_the_standard(level: float, nits: float) -> None:
    assert float(_light(PQ)[round(level * (LEVELS - 1))]) * 203 == pytest.approx(nits, rel=0.01)


def test_colors_keep_their_order_of_components() -> None:
    samples = np.array([[[36_000, 34_000, 32_000]]], np.uint16)
    red, green, blue = np.asarray(standard_range(samples, PQ))[0, 0].tolist()
    assert red > green > blue


def test_rows_are_converted_alike_wherever_they_stand() -> None:
    column = np.linspace(0, LEVELS - 1, 2 * ROWS + 3).astype(np.uint16)
    samples = np.repeat(column[:, None, None], 3, axis=2)
    whole = np.asarray(standard_range(samples, HLG))
    alone = np.asarray(standard_range(samples[ROWS - 1 : ROWS + 2], HLG))
    assert whole[ROWS - 1 : ROWS + 2].tolist() == alone.tolist()
