"""AV1: the colors that a sequence header tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bitstream.av1 import read_av1

SEQUENCES = {
    (9, 16, 9): bytes.fromhex("0a0a182231f3f6a848804c20"),
    (9, 18, 9): bytes.fromhex("0a0a182231f3f6a848904c20"),
}
"""Sequence headers of pictures by libaom, in PQ and in HLG."""


@pytest.mark.parametrize("points", SEQUENCES)
@pytest.mark.parametrize("before", [b"", b"\x12\0"], ids=["", "temporal delimiter"])
def test_an_av1_picture_says_its_colors_itself(points: tuple[int, int, int], before: bytes) -> None:
    assert read_av1(before + SEQUENCES[points]) == points
    assert read_av1(before + SEQUENCES[points][:6]) is None


@given(st.binary(max_size=80))
def test_noise_breaks_nothing(content: bytes) -> None:
    found = read_av1(content)
    assert found is None or max(found) <= 255
