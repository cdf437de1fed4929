"""H.264 headers beyond what the encoder at hand writes; the rest is compared with decoded clips in test_sps.py."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bitstream.bits import Malformed
from preflight.probe.bitstream.h264 import read_h264
from preflight.probe.bitstream.sps import CodecHeader, holds_picture_sets, plain, read_codec_header, read_set, units_of
from tests.probe.bitstream.h264_written import BASELINE, HIGH_444, Sps, avcc, pps, started

PLAIN_H264 = CodecHeader(
    width_px=320,
    height_px=192,
    pixel_aspect=None,
    bit_depth=8,
    chroma="4:2:0",
    transfer=None,
    primaries=None,
    matrix=None,
    full_range=None,
    interlaced=False,
)


def header_of(sps: Sps) -> CodecHeader:
    header = read_codec_header("h264", avcc((sps.written(),)))
    assert header is not None
    return header


@pytest.mark.parametrize("cycle", [(), (1,), (-2, 5, 0), tuple(range(-127, 128))])
def test_picture_order_by_cycle_is_passed_over(cycle: tuple[int, ...]) -> None:
    assert header_of(Sps(order=1, cycle=cycle)) == PLAIN_H264


def test_pictures_in_the_order_of_their_coding_need_no_order() -> None:
    assert header_of(Sps(order=2)) == PLAIN_H264


def test_scaling_lists_end_early_where_the_next_scale_is_zero() -> None:
    full, ended, absent = (1,) * 16, (4, -12), ()
    lists = (full, ended, absent, (-8,), full, absent, (2, -2) * 32, (120, 127, 1))
    assert header_of(Sps(lists=lists)) == PLAIN_H264


@pytest.mark.parametrize(
    ("vui", "aspect", "full_range", "transfer"),
    [
        ("0" * 8, None, None, None),
        ("1" + f"{0:08b}" + "000", None, None, None),
        ("1" + f"{200:08b}" + "000", None, None, None),
        ("1" + f"{255:08b}{0:016b}{5:016b}" + "000", None, None, None),
        ("1" + f"{255:08b}{0:016b}{0:016b}" + "000", None, None, None),
        ("1" + f"{255:08b}{6:016b}{4:016b}" + "000", Fraction(3, 2), None, None),
        ("0" + "11" + "1" + "101" + "1" + "0", None, True, None),
        ("0" + "0" + "1" + "101" + "01" + f"{9:08b}{16:08b}{9:08b}", None, False, 16),
    ],
)
def test_usability_information(
    vui: str, aspect: Fraction | None, full_range: bool | None, transfer: int | None
) -> None:
    header = header_of(Sps(vui=vui + "0" * 20))
    assert (header.pixel_aspect, header.full_range, header.transfer) == (aspect, full_range, transfer)


# ---- the size: 7.4.2.1.1 and table 6-1 -----------------------------------------------------------------------------

SUBSAMPLING = {0: (1, 1), 1: (2, 2), 2: (2, 1), 3: (1, 1)}
"""SubWidthC and SubHeightC by chroma_format_idc; of one plane alone a unit is a pixel."""
crops = st.none() | st.tuples(*[st.integers(0, 6)] * 4)


@given(
    st.tuples(st.integers(3, 300), st.integers(3, 150)),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
    crops,
    st.integers(8, 14),
)
def test_the_size_is_macroblocks_less_cropping_in_units_of_chroma_and_fields(  # noqa: PLR0917 - the choices of a set
    macroblocks: tuple[int, int],
    chroma: int,
    fields: bool,
    adaptive: bool,
    crop: tuple[int, int, int, int] | None,
    depth: int,
) -> None:
    sps = Sps(
        profile=HIGH_444,
        chroma=chroma,
        depth=depth,
        macroblocks=macroblocks,
        fields=fields,
        adaptive=adaptive,
        crop=crop,
        planes=adaptive,
    )
    header, of = header_of(sps), 2 if fields else 1
    left, right, top, bottom = crop or (0, 0, 0, 0)
    across, down = SUBSAMPLING[chroma]
    assert header.width_px == 16 * macroblocks[0] - across * (left + right)
    assert header.height_px == of * (16 * macroblocks[1] - down * (top + bottom))
    assert (header.bit_depth, header.interlaced, header.fields is not None) == (depth, fields, fields)


def test_a_profile_below_high_tells_no_chroma_and_no_depth() -> None:
    header = header_of(Sps(profile=BASELINE, chroma=3, depth=14))
    assert (header.chroma, header.bit_depth) == ("4:2:0", 8)


@pytest.mark.parametrize(("bits", "planes"), [(4, False), (16, True), (9, False)])
def test_what_stands_before_the_flag_of_a_field_is_told_for_slices(bits: int, planes: bool) -> None:
    header = header_of(Sps(profile=HIGH_444, chroma=3, planes=planes, fields=True, frame_num_bits=bits))
    assert header.fields is not None
    assert (header.fields.frame_num_bits, header.fields.colour_planes) == (bits, planes)


@pytest.mark.parametrize(
    "sps",
    [
        Sps(chroma=4),
        Sps(depth=15),
        Sps(number=32),
        Sps(frame_num_bits=17),
        Sps(order=3),
        Sps(order=1, cycle=(0,) * 256),
        Sps(macroblocks=(4098, 12)),
        Sps(crop=(80, 80, 0, 0)),
        Sps(crop=(0, 0, 60, 36)),
        Sps(lists=((129,), *[()] * 7)),
    ],
)
def test_what_the_standard_forbids_tells_nothing(sps: Sps) -> None:
    assert read_codec_header("h264", avcc((sps.written(),))) is None
    assert read_set("h264", sps.written()) is None


@pytest.mark.parametrize("sps", [Sps(), Sps(order=1, cycle=(1, -2)), Sps(fields=True, crop=(0, 0, 0, 4), vui="0" * 9)])
def test_a_set_cut_at_any_byte_is_malformed_or_read_whole(sps: Sps) -> None:
    payload = plain(sps.written()[1:])
    whole = read_h264(payload)
    for end in range(len(payload) - 1):
        try:
            assert read_h264(payload[:end]) == whole
        except Malformed as broken:
            assert str(broken)  # noqa: PT017 - a cut behind the last field that is read loses nothing
    with pytest.raises(Malformed):
        read_h264(payload[:3])


# ---- the record: ISO 14496-15, 5.3.3 -------------------------------------------------------------------------------

SET, OTHER = Sps().written(), Sps(number=1, macroblocks=(40, 24)).written()


@pytest.mark.parametrize(
    ("record", "width"),
    [
        (avcc((SET, OTHER)), 320),
        (avcc((OTHER, SET)), 640),
        (avcc((pps(0, 0), SET)), 320),
        (avcc((b"", SET)), 320),
        (avcc(()), None),
        (avcc((), (SET,)), None),
        (started(pps(0, 0), OTHER, SET), 640),
        (started(b"\x09\xf0", SET, code=b"\0\0\0\1"), 320),
        (started(), None),
        (b"", None),
        (None, None),
    ],
)
def test_the_first_sequence_set_of_a_record_is_read(record: bytes | None, width: int | None) -> None:
    header = read_codec_header("h264", record)
    assert (header.width_px if header else None) == width


def test_another_codec_has_no_such_record() -> None:
    assert read_codec_header("vp9", avcc((SET,))) is None
    assert read_codec_header("mjpeg", started(SET)) is None


@pytest.mark.parametrize(
    ("record", "complete"),
    [
        (avcc((SET,), (pps(0, 0),)), True),
        (avcc((SET, OTHER), (b"", pps(0, 0))), True),
        (avcc((SET,)), False),
        (avcc((SET,), (b"",)), False),
        (avcc((SET,), (pps(0, 0),))[:-3], False),
        (avcc((SET,))[:-1], False),
        (started(SET), True),
        (b"", False),
    ],
)
def test_a_record_is_complete_with_picture_sets(record: bytes, complete: bool) -> None:
    """A stream of start codes may carry them later."""
    assert holds_picture_sets("h264", record) is complete


def test_a_record_cut_at_any_byte_yields_the_units_before_the_cut() -> None:
    record = avcc((SET, OTHER), (pps(0, 0), pps(1, 1)))
    whole = units_of("h264", record)
    assert whole == [SET, OTHER, pps(0, 0), pps(1, 1)]
    for end in range(len(record)):
        units = units_of("h264", record[:end])
        assert units == whole[: len(units)]
        assert len(units) < len(whole)
