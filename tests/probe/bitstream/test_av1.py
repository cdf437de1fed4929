"""AV1: the colors that a sequence header tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bitstream.av1 import CodePoints, read_av1
from tests.probe.bitstream.av1_written import (
    METADATA,
    PADDING,
    SEQUENCE_HEADER,
    TEMPORAL_DELIMITER,
    OperatingPoint,
    Sequence,
    codes,
    leb128,
    sequences,
    unit,
)

SEQUENCES = {
    (9, 16, 9): bytes.fromhex("0a0a182231f3f6a848804c20"),
    (9, 18, 9): bytes.fromhex("0a0a182231f3f6a848904c20"),
}
"""Sequence headers of pictures by libaom, in PQ and in HLG."""
PQ = Sequence(colors=(9, 16, 9))
PLAIN = unit(SEQUENCE_HEADER, PQ.written())


@pytest.mark.parametrize("points", SEQUENCES)
@pytest.mark.parametrize("before", [b"", b"\x12\0"], ids=["", "temporal delimiter"])
def test_an_av1_picture_says_its_colors_itself(points: tuple[int, int, int], before: bytes) -> None:
    assert read_av1(before + SEQUENCES[points]) == points
    assert read_av1(before + SEQUENCES[points][:6]) is None


@given(sequences)
def test_every_choice_of_a_sequence_header_is_passed_over_to_its_colors(sequence: Sequence) -> None:
    """Pictures have no timing; with it the header is none of a picture, and its colors stay unknown."""
    still = sequence._replace(timing=False)
    assert read_av1(unit(SEQUENCE_HEADER, still.written())) == still.colors


@pytest.mark.parametrize(
    "sequence",
    [
        PQ._replace(profile=1),
        PQ._replace(profile=1, high_depth=True),
        PQ._replace(profile=2, high_depth=True),
        PQ._replace(profile=2, mono=True),
        PQ._replace(reduced=True),
        PQ._replace(reduced=True, profile=2, high_depth=True),
        PQ._replace(frame_ids=True),
        PQ._replace(order_hint=False),
        PQ._replace(screen=0),
        PQ._replace(screen=1, integer_vectors=1),
        PQ._replace(integer_vectors=0),
        PQ._replace(points=(OperatingPoint(level=7),)),
        PQ._replace(points=(OperatingPoint(level=31),)),
        PQ._replace(delays=True, points=(OperatingPoint(delay=True), OperatingPoint())),
        PQ._replace(points=(OperatingPoint(),) * 32),
        PQ._replace(size_px=(1, 1)),
        PQ._replace(size_px=(1 << 16, 1 << 16)),
    ],
)
def test_a_choice_moves_the_colors_and_changes_none(sequence: Sequence) -> None:
    assert read_av1(unit(SEQUENCE_HEADER, sequence.written())) == (9, 16, 9)


@given(sequences)
def test_a_header_with_timing_is_none_of_a_picture(sequence: Sequence) -> None:
    moving = sequence._replace(timing=True, reduced=False)
    assert read_av1(unit(SEQUENCE_HEADER, moving.written())) is None


@given(codes)
def test_colors_are_named_by_their_place(points: tuple[int, int, int]) -> None:
    found = read_av1(unit(SEQUENCE_HEADER, Sequence(colors=points).written()))
    assert found == CodePoints(primaries=points[0], transfer=points[1], matrix=points[2])


@pytest.mark.parametrize(
    "before", [b"", unit(TEMPORAL_DELIMITER, b""), unit(PADDING, bytes(200)), unit(METADATA, b"\x0a\x0b")]
)
@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("length", [0, 2, 8])
def test_a_unit_may_have_an_extension_and_a_length_longer_than_it_needs(
    before: bytes, extended: bool, length: int
) -> None:
    written = unit(SEQUENCE_HEADER, PQ.written(), extended=extended, length=length)
    assert read_av1(before + written) == (9, 16, 9)


@pytest.mark.parametrize("extended", [False, True])
def test_a_unit_without_a_length_reaches_to_the_end(extended: bool) -> None:
    assert read_av1(unit(SEQUENCE_HEADER, PQ.written(), extended=extended, sized=False)) == (9, 16, 9)
    assert read_av1(unit(METADATA, PQ.written(), extended=extended, sized=False)) is None


def test_a_length_of_nine_bytes_hides_what_follows() -> None:
    """Eight bytes are the most: 4.10.5."""
    assert read_av1(unit(PADDING, b"", length=8) + PLAIN) == (9, 16, 9)
    assert read_av1(unit(PADDING, b"", length=9) + PLAIN) is None


@pytest.mark.parametrize("beyond", [1, 1000, (1 << 56) - 1])
def test_a_unit_that_reaches_beyond_the_end_is_followed_by_nothing(beyond: int) -> None:
    assert read_av1(bytes([PADDING << 3 | 2]) + leb128(len(PLAIN) + beyond) + PLAIN) is None


def test_the_first_sequence_header_counts() -> None:
    other = unit(SEQUENCE_HEADER, Sequence(colors=(1, 1, 1)).written())
    assert read_av1(PLAIN + other) == (9, 16, 9)
    assert read_av1(other + PLAIN) == (1, 1, 1)


@given(sequences)
def test_a_header_cut_at_any_byte_tells_no_color_or_the_right_one(sequence: Sequence) -> None:
    content = sequence._replace(timing=False, colors=(9, 16, 9)).written()
    for end in range(len(content)):
        assert read_av1(unit(SEQUENCE_HEADER, content[:end])) is None


@given(st.binary(max_size=80))
def test_noise_breaks_nothing(content: bytes) -> None:
    found = read_av1(content)
    assert found is None or max(found) <= 255
