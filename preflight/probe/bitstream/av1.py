"""AV1: the start of an image in, its color code points out.

Source: AV1 Bitstream & Decoding Process Specification, 5.5 (sequence header OBU) and 5.5.2 (color config).
"""

from typing import NamedTuple

from preflight.probe.bitstream.bits import Bits, Malformed

SEQUENCE_HEADER, LONGEST_LENGTH = 1, 8
SELECTED, PROFESSIONAL, MONOCHROME_NOT = 2, 2, 1


class CodePoints(NamedTuple):
    """Numbers of ITU-T H.273."""

    primaries: int
    transfer: int
    matrix: int


def read_av1(content: bytes) -> CodePoints | None:
    """Read the colors of the first sequence header, or return None.

    Args:
        content: the start of an image, or of a configuration record's units.
    """
    at = 0
    while at < len(content):
        head = content[at]
        at += 1 + (head >> 2 & 1)
        size, at = _length(content, at) if head & 2 else (len(content) - at, at)
        if head >> 3 & 15 == SEQUENCE_HEADER:
            try:
                return _sequence(Bits(content[at : at + size]))
            except Malformed:
                return None
        at += size
    return None


def _length(content: bytes, at: int) -> tuple[int, int]:
    """Read a LEB128 number (4.10.5); return it and the next offset."""
    value = 0
    for place, byte in enumerate(content[at : at + LONGEST_LENGTH]):
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return value, at + place + 1
    return len(content), len(content)


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
    """Skip the operating points; images have no timing or decoder model."""
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
