"""Frames and fields, told apart by the heads of samples."""

import io
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.fields import field_coded
from preflight.probe.bitstream.codec_header import FieldSyntax
from preflight.probe.bitstream.fields import BOTTOM, EITHER, FRAME, MOST_UNITS, TOP, Reader
from tests.probe.bitstream.h264_written import (
    DELIMITER,
    HIGH_444,
    IDR,
    PART_A,
    PART_B,
    PART_C,
    SEI,
    SLICE,
    Sps,
    measured,
    slice_of,
    started,
)

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


# ---- H.264: 7.3.3 and 7.4.3 ----------------------------------------------------------------------------------------

FIELDS = Sps(fields=True)
KINDS = st.sampled_from([SLICE, PART_A, IDR])


def reader_of(sps: Sps, *, behind_lengths: int = 0) -> Reader:
    """Return a reader of a sequence's samples; behind lengths of so many bytes where that is not 0."""
    record = bytes([1, 100, 0, 40, 0xFC | behind_lengths - 1]) if behind_lengths else b""
    syntax = FieldSyntax(frame_num_bits=sps.frame_num_bits, colour_planes=sps.planes)
    return Reader("h264", record, syntax if sps.fields else None)


@pytest.mark.parametrize(("field", "found"), [("top", TOP), ("bottom", BOTTOM), ("", FRAME)])
@given(st.integers(4, 16), st.booleans(), KINDS, st.integers(0, 8191), st.integers(0, 255), st.data())
def test_a_slice_is_of_the_field_that_its_head_names_wherever_the_flag_stands(  # noqa: PLR0917 - a slice's fields
    field: str, found: int, bits: int, planes: bool, kind: int, first: int, picture_set: int, data: st.DataObject
) -> None:
    sps = FIELDS._replace(profile=HIGH_444, chroma=3, planes=planes, frame_num_bits=bits)
    number = data.draw(st.integers(0, 2**bits - 1))
    one = slice_of(picture_set, kind, field=field, first=first, sps=sps, frame_num=number)
    assert told(reader_of(sps), started(one)) == found
    assert told(reader_of(sps, behind_lengths=4), measured(one)) == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (["top", "bottom"], FRAME),
        (["bottom", "top"], FRAME),
        (["top", "top", "bottom"], FRAME),
        (["bottom", "bottom"], BOTTOM),
        (["top", ""], FRAME),
        ([], FRAME),
    ],
)
def test_a_sample_is_what_its_slices_are_together(fields: list[str], found: int) -> None:
    slices = [slice_of(0, field=field, sps=FIELDS) for field in fields]
    assert told(reader_of(FIELDS), started(*slices)) == found


@pytest.mark.parametrize("kind", [PART_B, PART_C])
@pytest.mark.parametrize("content", [b"\xff\x80", b"\x80", b"\xa5\x5a\xa5", b"\x40\0\0"])
def test_partitions_b_and_c_have_no_slice_header_to_tell_a_field_by(kind: int, content: bytes) -> None:
    """H.264, 7.3.2.9.2: they begin with slice_id."""
    first = slice_of(0, PART_A, field="top", sps=FIELDS)
    assert told(reader_of(FIELDS), started(first, bytes([kind | 0x60]) + content)) == TOP


def test_what_stands_around_the_slices_tells_nothing() -> None:
    around = bytes([DELIMITER, 0xF0]), bytes([SEI, 1, 1, 0x12, 0x80]), FIELDS.written()
    assert told(reader_of(FIELDS), started(*around, slice_of(0, field="bottom", sps=FIELDS), *around)) == BOTTOM


def test_a_sequence_without_fields_is_not_looked_into() -> None:
    frames = Sps()
    assert not reader_of(frames).finds_fields
    assert told(reader_of(frames), started(slice_of(0, field="top", sps=FIELDS))) == FRAME


@pytest.mark.parametrize("width", [1, 2, 4])
def test_lengths_of_any_width_are_followed(width: int) -> None:
    units = bytes([DELIMITER, 0xF0]), slice_of(0, field="bottom", sps=FIELDS)
    assert told(reader_of(FIELDS, behind_lengths=width), measured(*units, width=width)) == BOTTOM


def test_a_length_of_nought_or_beyond_the_sample_ends_it() -> None:
    bottom = measured(slice_of(0, field="bottom", sps=FIELDS))
    reader = reader_of(FIELDS, behind_lengths=4)
    assert told(reader, bytes(4) + bottom) == FRAME
    assert told(reader, b"\0\1\0\0" + bottom) == FRAME
    top = measured(slice_of(0, field="top", sps=FIELDS))
    assert told(reader, top + b"\xff\xff\xff\xff" + bottom) == TOP


def test_units_beyond_a_bound_are_not_read() -> None:
    idle, top = bytes([DELIMITER, 0xF0]), slice_of(0, field="top", sps=FIELDS)
    for reader, joined in ((reader_of(FIELDS), started), (reader_of(FIELDS, behind_lengths=4), measured)):
        assert told(reader, joined(*[idle] * (MOST_UNITS - 1), top)) == TOP
        assert told(reader, joined(*[idle] * MOST_UNITS, top)) == FRAME


def test_a_slice_cut_at_any_byte_is_a_frame_until_its_field_is_told() -> None:
    """What cannot be told counts as a frame: a guess would halve the rate."""
    whole = slice_of(3, field="bottom", sps=FIELDS, frame_num=9)
    found = [told(reader_of(FIELDS), started(whole[:end])) for end in range(len(whole) + 1)]
    assert found == sorted(found)
    assert set(found) == {FRAME, BOTTOM}


def test_the_position_in_a_file_is_kept_where_the_first_sample_is_looked_at() -> None:
    sample = measured(bytes([DELIMITER, 0xF0]), bytes([SEI, 5, 1, 7, 0x80]), slice_of(0, IDR, sps=FIELDS))
    stream = io.BytesIO(b"before" + sample + b"behind")
    stream.seek(2)
    reader = reader_of(FIELDS, behind_lengths=4)
    reader.begin_at(stream, 6, len(sample))
    assert stream.tell() == 2
    assert reader.first == (bytes([DELIMITER, 0xF0]), bytes([SEI, 5, 1, 7, 0x80]))
    reader.begin_at(stream, 0, 6)
    assert len(reader.first) == 2  # only the first sample begins a stream


# ---- HEVC and MPEG-2 -----------------------------------------------------------------------------------------------

TABLE_D_2 = {1: TOP, 2: BOTTOM, 9: TOP, 10: BOTTOM, 11: TOP, 12: BOTTOM}
"""pic_struct of single fields: H.265, table D.2."""


@pytest.mark.parametrize("pic_struct", range(16))
@pytest.mark.parametrize("always", [False, True])
def test_a_picture_of_hevc_is_a_field_where_table_d_2_says_so(pic_struct: int, always: bool) -> None:
    expected = TABLE_D_2.get(pic_struct, EITHER if always else FRAME)
    assert told(Reader("hevc", b"", FieldSyntax(always=always)), timing(pic_struct)) == expected


def test_a_message_behind_the_slice_of_hevc_is_not_of_its_picture() -> None:
    message, _, image = timing(1).rpartition(START)
    assert told(Reader("hevc", b"", FieldSyntax()), START + image + message) == FRAME


def test_another_message_of_hevc_does_not_tell_a_field() -> None:
    other = START + bytes([39 << 1, 1, 4, 1, 0x10, 0x80])
    assert told(Reader("hevc", b"", FieldSyntax()), other) == FRAME
    assert told(Reader("hevc", b"", FieldSyntax()), other + timing(2)) == BOTTOM


@pytest.mark.parametrize("structure", range(4))
def test_a_picture_of_mpeg2_cut_before_its_structure_is_a_frame(structure: int) -> None:
    whole = mpeg2(structure)
    for end in range(whole.index(b"\xb5") + 4):
        assert told(Reader("mpeg2video", b"", None), whole[:end]) == FRAME


def test_an_extension_of_another_kind_does_not_tell_a_field_of_mpeg2() -> None:
    """H.262, table 6-2: 2 is a display extension, 3 a matrix, 8 that of a picture."""
    for identifier in (1, 2, 3, 7, 9):
        other = b"\0\0\1\xb5" + bytes([identifier << 4, 0xFF, 0xF1, 0])
        assert told(Reader("mpeg2video", b"", None), other) == FRAME
        assert told(Reader("mpeg2video", b"", None), other + mpeg2(2)) == BOTTOM


@pytest.mark.parametrize("codec", ["h264", "hevc", "mpeg2video", "vp9"])
def test_what_may_have_fields_is_told_by_its_codec_and_its_sequence(codec: str) -> None:
    assert Reader(codec, b"", FieldSyntax()).finds_fields
    assert Reader(codec, b"", None).finds_fields is (codec == "mpeg2video")


# ---- leading pictures ----------------------------------------------------------------------------------------------


def group(*, closed: bool) -> bytes:
    """Return group_of_pictures_header(), H.262, 6.2.2.6: 25 bits of time code, closed_gop, broken_link."""
    return b"\0\0\1\xb8" + (0x1FFFFFF << 7 | closed << 6).to_bytes(4, "big")


def hevc_sample(kind: int) -> bytes:
    return START + bytes([35 << 1, 1, 0x50]) + START + bytes([kind << 1, 1, 0x80])


@pytest.mark.parametrize(
    ("codec", "sample", "alone"),
    [
        ("mpeg2video", group(closed=True), True),
        ("mpeg2video", group(closed=False), False),
        ("mpeg2video", group(closed=True)[:-1], False),
        ("mpeg2video", mpeg2(3), False),
        ("hevc", hevc_sample(6), True),
        ("hevc", hevc_sample(7), True),
        ("hevc", hevc_sample(8), False),
        ("hevc", hevc_sample(9), False),
        ("hevc", hevc_sample(19), False),
        ("hevc", START + bytes([35 << 1, 1, 0x50]), False),
        ("vvc", b"", True),
        ("h264", started(slice_of(0)), False),
        ("vp9", b"", False),
    ],
)
def test_leading_pictures_stand_alone_where_their_stream_says_so(codec: str, sample: bytes, alone: bool) -> None:
    """H.265, table 7-1: 6 and 7 are RADL, 8 and 9 RASL; H.262, 6.3.8: closed_gop."""
    assert Reader(codec, b"", None).stands_alone(packet_of(sample)) is alone


def packet_of(sample: bytes) -> "av.Packet[Any]":
    packet = av.Packet(len(sample))
    packet.update(sample)
    return packet


def test_a_packet_tells_what_a_file_does() -> None:
    sample = started(bytes([DELIMITER, 0xF0]), slice_of(0, field="bottom", sps=FIELDS))
    reader = reader_of(FIELDS)
    reader.begin_with(packet_of(sample))
    assert reader.of_packet(packet_of(sample)) == BOTTOM == told(reader, sample)
    assert reader.first == (bytes([DELIMITER, 0xF0]),)
