"""Audio gets fewer channels, a lower rate and 16 bits only where that was planned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.apply.mixdown import simpler
from preflight.plan.steps import Encode

RATE, STEREO = 48_000, ("aformat", {"channel_layouts": "stereo"})
DITHER = {"osf": "s16", "dither_method": "triangular"}


def encode(**changes: int | bool | None) -> Encode:
    return Encode(codec="pcm_s16le", loss="lossy", clears=(), **changes)  # type: ignore[arg-type] # of any field


@pytest.mark.parametrize(
    ("step", "filters"),
    [
        (encode(), []),
        (encode(bits_from=24, rate_from_hz=96_000, channels_from=6), []),
        (encode(channels=2, channels_from=6), [STEREO]),
        (encode(channels=2, channels_from=8), [STEREO]),
        (encode(channels=2), []),
        (encode(sample_rate_hz=RATE), []),
        (encode(sample_rate_hz=RATE, rate_from_hz=96_000), [("aresample", {"osr": RATE})]),
        (encode(dither=True), [("aresample", DITHER)]),
        (encode(dither=True, sample_rate_hz=RATE, rate_from_hz=96_000), [("aresample", {"osr": RATE, **DITHER})]),
        (encode(dither=True, channels=2, channels_from=6), [STEREO, ("aresample", DITHER)]),
    ],
)
def test_channels_are_mixed_first_and_bits_are_rounded_once_and_last(
    step: Encode, filters: list[tuple[str, dict[str, object]]]
) -> None:
    assert simpler(step) == filters


@given(st.integers(9, 64))
def test_of_more_channels_than_have_a_matrix_each_is_heard_on_one_side_and_none_louder(channels: int) -> None:
    ((name, options),) = simpler(encode(channels=2, channels_from=channels))
    kind, left, right = options[""][0].split("|")
    heard = [{int(place.removeprefix("c")) for place in side.partition("<")[2].split("+")} for side in (left, right)]
    assert (name, kind, left[:3], right[:3]) == ("pan", "stereo", "c0<", "c1<")
    assert heard[0] | heard[1] == set(range(channels))
    assert not heard[0] & heard[1]
    assert abs(len(heard[0]) - len(heard[1])) <= 1
