"""Frames and fields, told apart by the heads of samples."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.fields import field_coded
from preflight.probe.bitstream.codec_header import FieldSyntax
from preflight.probe.bitstream.fields import BOTTOM, EITHER, FRAME, TOP, Reader

START = b"\0\0\0\1"
PAFF = FieldSyntax(frame_num_bits=4)


def told(reader: Reader, sample: bytes) -> int:
    return reader.of_file(io.BytesIO(b"before" + sample), 6, len(sample))


def h264_units() -> list[bytes]:
    """Return the slices of two frames: the first two fields, the second one frame."""
    return [START + unit for unit in field_coded(64, 64, ["fields", "frame"]).split(START)[3:]]


def test_slices_tell_the_field_that_they_are_of() -> None:
    reader = Reader("h264", b"", PAFF)
    assert [told(reader, unit) for unit in h264_units()] == [TOP, BOTTOM, FRAME]


def test_both_fields_in_a_sample_are_a_frame() -> None:
    top, bottom, _ = h264_units()
    assert told(Reader("h264", b"", PAFF), top + bottom) == FRAME


def test_slices_of_one_field_are_one_field() -> None:
    top, _, _ = h264_units()
    assert told(Reader("h264", b"", PAFF), top + top) == TOP


def test_units_behind_lengths_are_read_as_those_behind_start_codes() -> None:
    record = bytes([1, 77, 0, 40, 0xFF])
    sample = b"".join((len(unit) - 4).to_bytes(4, "big") + unit[4:] for unit in h264_units()[1:2])
    assert told(Reader("h264", record, PAFF), sample) == BOTTOM


def timing(pic_struct: int) -> bytes:
    """Return a message with pic_struct before a slice of HEVC."""
    return START + bytes([39 << 1, 1, 1, 1, pic_struct << 4, 0x80]) + START + bytes([1 << 1, 1, 0x80])


@pytest.mark.parametrize(
    ("pic_struct", "found"),
    [(0, FRAME), (1, TOP), (2, BOTTOM), (3, FRAME), (7, FRAME), (9, TOP), (10, BOTTOM), (12, BOTTOM)],
)
def test_hevc_pictures_are_what_the_message_beside_them_says(pic_struct: int, found: int) -> None:
    assert told(Reader("hevc", b"", FieldSyntax()), timing(pic_struct)) == found


def test_hevc_fields_without_a_message_may_be_either() -> None:
    assert told(Reader("hevc", b"", FieldSyntax(always=True, told=False)), timing(1)) == EITHER


def mpeg2(*structures: int) -> bytes:
    """Return pictures of MPEG-2, up to picture_structure."""
    return b"".join(b"\0\0\1\0....\0\0\1\xb5\x8f\xff" + bytes([0xF0 | structure, 0, 0]) for structure in structures)


@pytest.mark.parametrize(
    ("structures", "found"), [((3,), FRAME), ((1,), TOP), ((2,), BOTTOM), ((1, 2), FRAME), ((2, 1), FRAME), ((), FRAME)]
)
def test_mpeg2_pictures_tell_their_structure(structures: tuple[int, ...], found: int) -> None:
    assert told(Reader("mpeg2video", b"", None), mpeg2(*structures)) == found


@given(st.binary(max_size=200), st.sampled_from(["h264", "hevc", "mpeg2video", "vp9"]), st.booleans())
def test_any_sample_is_something(sample: bytes, codec: str, behind_lengths: bool) -> None:
    record = bytes([1, *[0xFF] * 30]) if behind_lengths else b""
    assert told(Reader(codec, record, PAFF), sample) in (FRAME, TOP, BOTTOM, EITHER)
