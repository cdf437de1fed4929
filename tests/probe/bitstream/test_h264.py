"""H.264 headers beyond what the encoder at hand writes; the rest is compared with decoded clips in test_sps.py."""

from fractions import Fraction

import pytest

from preflight.probe.bitstream.sps import CodecHeader, read_codec_header
from tests.probe.bit_writer import Writer


def avcc(*units: bytes) -> bytes:
    counted = b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)
    return bytes([1, 100, 0, 40, 0xFF, 0xE0 | len(units)]) + counted + b"\0"


def h264_sps(
    cycle: tuple[int, ...] = (), lists: tuple[tuple[int, ...], ...] = (), vui: str = "0", width: int = 19
) -> bytes:
    writer = Writer()
    writer.u((8, 100), (8, 0), (8, 40))
    writer.ue(0, 1, 0, 0)
    writer.u((1, 0), (1, bool(lists)))
    for steps in lists:
        writer.u((1, bool(steps)))
        writer.se(*steps)
    writer.ue(0, 1)
    writer.u((1, 0))
    writer.se(-3, 4)
    writer.ue(len(cycle))
    writer.se(*cycle)
    writer.ue(4)
    writer.u((1, 0))
    writer.ue(width, 11)
    writer.u((1, 1), (1, 1), (1, 0))
    writer.text += vui
    return b"\x67" + writer.payload()


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


@pytest.mark.parametrize("cycle", [(), (1,), (-2, 5, 0), tuple(range(-127, 128))])
def test_picture_order_by_cycle_is_passed_over(cycle: tuple[int, ...]) -> None:
    assert read_codec_header("h264", avcc(h264_sps(cycle))) == PLAIN_H264


def test_scaling_lists_end_early_where_the_next_scale_is_zero() -> None:
    full, ended, absent = (1,) * 16, (4, -12), ()
    lists = (full, ended, absent, (-8,), full, absent, (2, -2) * 32, (120, 127, 1))
    assert read_codec_header("h264", avcc(h264_sps(lists=lists))) == PLAIN_H264


@pytest.mark.parametrize(
    ("vui", "aspect", "full_range", "transfer"),
    [
        ("1" + "0" * 8, None, None, None),
        ("11" + f"{0:08b}" + "000", None, None, None),
        ("11" + f"{200:08b}" + "000", None, None, None),
        ("11" + f"{255:08b}{0:016b}{5:016b}" + "000", None, None, None),
        ("11" + f"{255:08b}{0:016b}{0:016b}" + "000", None, None, None),
        ("11" + f"{255:08b}{6:016b}{4:016b}" + "000", Fraction(3, 2), None, None),
        ("10" + "11" + "1" + "101" + "1" + "0", None, True, None),
        ("10" + "0" + "1" + "101" + "01" + f"{9:08b}{16:08b}{9:08b}", None, False, 16),
    ],
)
def test_usability_information(
    vui: str, aspect: Fraction | None, full_range: bool | None, transfer: int | None
) -> None:
    header = read_codec_header("h264", avcc(h264_sps(vui=vui + "0" * 20)))
    assert header is not None
    assert (header.pixel_aspect, header.full_range, header.transfer) == (aspect, full_range, transfer)
