"""The parts that H.264 and HEVC headers share: cropping, the shape of pixels, and what colors are called."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bitstream.bits import Bits, Malformed
from preflight.probe.bitstream.codec_header import (
    CHROMAS,
    CROP_UNITS_PX,
    LARGEST_PX,
    PIXEL_ASPECTS,
    Coded,
    FieldSyntax,
    Vui,
    codec_header,
    read_cropped,
    read_vui,
)
from preflight.probe.bitstream.sps import plain
from tests.probe.bit_writer import Writer

sides = st.integers(1, LARGEST_PX)
offsets = st.integers(0, 500)


def vui(*fields: tuple[int, int]) -> Vui:
    """Read fields that are written each by its value and its bits."""
    writer = Writer()
    writer.u(*((count, value) for value, count in fields))
    return read_vui(Bits(plain(writer.payload())))


@given(sides, sides, st.tuples(offsets, offsets, offsets, offsets), st.sampled_from(CROP_UNITS_PX))
def test_cropping_takes_units_of_chroma_from_each_side_or_is_malformed(
    width: int, height: int, crop: tuple[int, int, int, int], unit: tuple[int, int]
) -> None:
    writer = Writer()
    writer.u((1, 1))
    writer.ue(*crop)
    left = (width - unit[0] * (crop[0] + crop[1]), height - unit[1] * (crop[2] + crop[3]))
    bits = Bits(plain(writer.payload()))
    if min(left) < 1:
        with pytest.raises(Malformed, match="after cropping"):
            read_cropped(bits, (width, height), unit)
    else:
        assert read_cropped(bits, (width, height), unit) == left


def test_without_a_window_the_coded_size_stays_and_one_beyond_all_levels_is_malformed() -> None:
    assert read_cropped(Bits(b"\0"), (1920, 1088), (2, 2)) == (1920, 1088)
    assert read_cropped(Bits(b"\0"), (LARGEST_PX, 1), (2, 2)) == (LARGEST_PX, 1)
    with pytest.raises(Malformed):
        read_cropped(Bits(b"\0"), (LARGEST_PX + 1, 1), (2, 2))


NO_OVERSCAN, NO_SIGNAL = (0, 1), (0, 1)


@pytest.mark.parametrize(("code", "aspect"), [(1, Fraction(1)), (2, Fraction(12, 11)), (14, Fraction(4, 3)), (16, 2)])
def test_a_shape_of_pixels_is_told_by_its_code(code: int, aspect: Fraction) -> None:
    """ITU-T H.264 and H.265, table E-1."""
    assert vui((1, 1), (code, 8), NO_OVERSCAN, NO_SIGNAL).pixel_aspect == aspect
    assert PIXEL_ASPECTS[code] == aspect


@pytest.mark.parametrize("code", [0, 17, 254])
def test_a_code_that_is_unspecified_or_reserved_is_no_shape(code: int) -> None:
    assert vui((1, 1), (code, 8), NO_OVERSCAN, NO_SIGNAL).pixel_aspect is None


@given(st.integers(0, 65535), st.integers(0, 65535))
def test_a_shape_of_its_own_has_two_numbers_and_nought_is_none(width: int, height: int) -> None:
    found = vui((1, 1), (255, 8), (width, 16), (height, 16), NO_OVERSCAN, NO_SIGNAL)
    assert found.pixel_aspect == (Fraction(width, height) if width and height else None)


@given(st.tuples(*[st.integers(0, 255)] * 3), st.booleans(), st.booleans())
def test_colors_are_told_and_2_is_unspecified(codes: tuple[int, int, int], full: bool, overscan: bool) -> None:
    shown = [(1, 1), (1, 1)] if overscan else [(0, 1)]
    found = vui((0, 1), *shown, (1, 1), (5, 3), (int(full), 1), (1, 1), *((code, 8) for code in codes))
    assert (found.primaries, found.transfer, found.matrix) == tuple(None if code == 2 else code for code in codes)
    assert (found.full_range, found.pixel_aspect) == (full, None)


def test_a_range_may_be_told_without_colors() -> None:
    assert vui((0, 1), NO_OVERSCAN, (1, 1), (5, 3), (1, 1), (0, 1)) == Vui(full_range=True)


@given(st.binary(max_size=16))
def test_any_bytes_are_read_or_malformed(content: bytes) -> None:
    for read in (read_vui, lambda bits: read_cropped(bits, (640, 480), (2, 2))):
        try:
            assert read(Bits(content)) is not None
        except Malformed as broken:
            assert str(broken)  # noqa: PT017 - most bytes are malformed, and some are not


def test_a_header_has_both_of_its_parts() -> None:
    fields = FieldSyntax(frame_num_bits=4)
    found = codec_header(
        Coded(size_px=(1920, 1080), bit_depth=10, chroma=2, interlaced=True, fields=fields),
        Vui(pixel_aspect=Fraction(4, 3), full_range=False, primaries=9, transfer=16, matrix=9),
    )
    assert (found.width_px, found.height_px, found.chroma, found.bit_depth) == (1920, 1080, CHROMAS[2], 10)
    assert (found.pixel_aspect, found.transfer, found.primaries, found.matrix) == (Fraction(4, 3), 16, 9, 9)
    assert (found.full_range, found.interlaced, found.fields) == (False, True, fields)
