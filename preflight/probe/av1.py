"""AV1: a configuration record (`av1C`) in, the code points of its colors out.

Source: AV1 Bitstream & Decoding Process Specification, 5.5 (sequence header OBU) and 5.5.2 (color config).
"""

from typing import NamedTuple

from preflight.probe.bits import Bits, Malformed

RECORD_BYTES, SEQUENCE_HEADER = 4, 1
SELECTED, PROFESSIONAL, MONOCHROME_NOT = 2, 2, 1


class CodePoints(NamedTuple):
    """Numbers of ITU-T H.273."""

    primaries: int
    transfer: int
    matrix: int


def read_av1(record: bytes) -> CodePoints | None:
    """Return what the first sequence header says of its colors; None where it says nothing, or cannot be read."""
    content = record[RECORD_BYTES:]
    if len(content) < 2 or content[0] >> 3 & 15 != SEQUENCE_HEADER:  # noqa: PLR2004 - header and size
        return None
    at = 1 + (content[0] >> 2 & 1)
    if content[0] & 2:
        while at < len(content) and content[at] & 0x80:
            at += 1
        at += 1
    try:
        return _sequence(Bits(content[at:]))
    except Malformed:
        return None


def _sequence(bits: Bits) -> CodePoints | None:
    profile = bits.take(3)
    bits.skip(1)  # still_picture
    reduced = bits.flag()
    if reduced:
        bits.skip(5)  # seq_level_idx
    else:
        _pass_points(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    bits.skip(width_bits + height_bits)
    if not reduced and bits.flag():  # frame_id_numbers_present_flag
        bits.skip(7)
    bits.skip(3)  # superblocks, filter_intra, intra_edge_filter
    if not reduced:
        _pass_tools(bits)
    bits.skip(3)  # superres, cdef, restoration
    if bits.flag() and profile == PROFESSIONAL:  # high_bitdepth
        bits.skip(1)
    if profile != MONOCHROME_NOT:
        bits.skip(1)
    return CodePoints(bits.take(8), bits.take(8), bits.take(8)) if bits.flag() else None


def _pass_points(bits: Bits) -> None:
    """Pass over the operating points; timing and decoder models, which no picture has, are not read."""
    if bits.flag():  # timing_info_present_flag
        raise Malformed("a picture with timing")
    delayed = bits.flag()
    for _ in range(bits.take(5) + 1):
        bits.skip(12)
        if bits.take(5) > 7:  # noqa: PLR2004 - levels from 4.0 on have a tier
            bits.skip(1)
        if delayed and bits.flag():
            bits.skip(4)


def _pass_tools(bits: Bits) -> None:
    bits.skip(4)
    ordered = bits.flag()
    if ordered:
        bits.skip(2)
    screen = SELECTED if bits.flag() else bits.take(1)
    if screen and not bits.flag():
        bits.skip(1)
    if ordered:
        bits.skip(3)
