"""The steps that encode and write say with what, and each reduction with what was there before."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.plan.coding import LEFT_OUT, Encode, LeftOut, Write


def encode(codec: str = "libmp3lame", **more: Any) -> str:  # noqa: ANN401 - any field of the step
    return Encode(codec=codec, loss="lossy", clears=(), **more).words()


def write(**more: Any) -> str:  # noqa: ANN401 - any field of the step
    return Write(format="webp", loss="lossy", clears=(), **more).words()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, ""),
        ({"max_bit_rate": 192_000}, ", at most 0.2 Mbit/s"),
        ({"max_bit_rate": 13_349_999}, ", at most 13.3 Mbit/s"),
        ({"dither": True}, ", deeper samples rounded with dither"),
        ({"dither": True, "bits_from": 24}, ", 24-bit samples rounded with dither"),
        ({"bits_from": 24}, ""),
        ({"sample_rate_hz": 48_000}, ", 48,000 samples a second"),
        ({"sample_rate_hz": 48_000, "rate_from_hz": 192_000}, ", 192 kHz resampled to 48 kHz"),
        ({"sample_rate_hz": 44_100, "rate_from_hz": 88_200}, ", 88.2 kHz resampled to 44.1 kHz"),
        ({"rate_from_hz": 192_000}, ""),
        ({"channels": 1}, ", mixed down to 1 channel"),
        ({"channels": 2}, ", mixed down to 2 channels"),
        ({"channels": 2, "channels_from": 6}, ", 6 channels mixed down to 2"),
        ({"channels_from": 6}, ""),
    ],
)
def test_an_encode_says_what_it_reduces_and_from_what_where_that_is_known(more: dict[str, Any], words: str) -> None:
    assert encode(**more) == f"encode with libmp3lame{words}"


def test_an_encode_says_all_of_its_reductions_in_one_order() -> None:
    said = encode(
        "pcm_s16le",
        channels=2,
        channels_from=6,
        sample_rate_hz=48_000,
        rate_from_hz=96_000,
        dither=True,
        bits_from=24,
        max_bit_rate=1_536_000,
    )
    assert said == (
        "encode with pcm_s16le, at most 1.5 Mbit/s, 24-bit samples rounded with dither,"
        " 96 kHz resampled to 48 kHz, 6 channels mixed down to 2"
    )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "write as webp"),
        ({"lossless": True}, "write as webp without loss"),
        ({"kept": True}, "write as webp, the coded picture as it is"),
        ({"kept": True, "lossless": True}, "write as webp, the coded picture as it is"),
        ({"left_out": ("depth",)}, "write as webp (rounded to 8 bits a sample)"),
        (
            {"left_out": ("ink", "frames"), "lossless": True},
            "write as webp without loss (its colors converted to RGB, its first frame alone)",
        ),
        ({"max_bytes": 1000, "min_side_px": 300}, "write as webp"),
    ],
)
def test_a_write_says_what_is_left_out(more: dict[str, Any], words: str) -> None:
    assert write(**more) == words


@pytest.mark.parametrize("part", LEFT_OUT)
def test_each_part_that_may_be_left_out_has_words_of_its_own(part: LeftOut) -> None:
    assert write(left_out=(part,)) == f"write as webp ({LEFT_OUT[part]})"
    assert len(set(LEFT_OUT.values())) == len(LEFT_OUT)


steps = st.builds(
    Encode,
    codec=st.sampled_from(["libx264", "aac", "pcm_s24le"]),
    loss=st.sampled_from(["lossless", "lossy"]),
    clears=st.just(()),
    max_bit_rate=st.none() | st.integers(1, 10**9),
    dither=st.booleans(),
    sample_rate_hz=st.none() | st.integers(1, 768_000),
    rate_from_hz=st.none() | st.integers(1, 768_000),
    channels=st.none() | st.integers(1, 64),
    channels_from=st.none() | st.integers(1, 64),
    bits_from=st.none() | st.integers(1, 64),
)


@given(steps)
def test_any_encode_is_said_in_a_line_and_comes_back_from_a_plan_file(step: Encode) -> None:
    assert step.words().isprintable()
    assert "None" not in step.words()
    assert msgspec.json.decode(msgspec.json.encode(step), type=Encode) == step
