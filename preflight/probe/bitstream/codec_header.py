"""Common parts of H.264 and HEVC headers: cropping and video usability information (VUI).

Sources: ITU-T H.264, annex E; ITU-T H.265, annex E; the codes of ITU-T H.273.
"""

from fractions import Fraction

import msgspec

from preflight.probe.bitstream.bits import Bits, Malformed

LARGEST_PX = 1 << 16
"""Longest side: twice what the highest levels allow."""
GRAY, FULL_CHROMA = 0, 3
CHROMAS = ("4:0:0", "4:2:0", "4:2:2", "4:4:4")
"""By chroma_format_idc: H.264, table 6-1; H.265, table 6-1."""
CROP_UNITS_PX = ((1, 1), (2, 2), (2, 1), (1, 1))
"""SubWidthC and SubHeightC in the same tables: cropping counts chroma samples."""
PIXEL_ASPECTS = dict(
    enumerate(
        (
            *(Fraction(1), Fraction(12, 11), Fraction(10, 11), Fraction(16, 11), Fraction(40, 33), Fraction(24, 11)),
            *(Fraction(20, 11), Fraction(32, 11), Fraction(80, 33), Fraction(18, 11), Fraction(15, 11)),
            *(Fraction(64, 33), Fraction(160, 99), Fraction(4, 3), Fraction(3, 2), Fraction(2)),
        ),
        start=1,
    )
)
"""By aspect_ratio_idc: table E-1 in both."""
EXTENDED_ASPECT = 255
UNSPECIFIED = 2
"""H.273 code for an unspecified color property."""


class CodecHeader(msgspec.Struct, frozen=True, kw_only=True):
    """Properties in a sequence parameter set."""

    width_px: int
    """After cropping, like the height."""
    height_px: int
    """Of a frame; of a field where HEVC codes fields as pictures."""
    pixel_aspect: Fraction | None
    """Sample aspect ratio, or None."""
    bit_depth: int
    """Of luma."""
    chroma: str
    """Such as `4:2:0`."""
    transfer: int | None
    """Code in H.273, table 3; None when absent or unspecified."""
    primaries: int | None
    """The same, table 2."""
    matrix: int | None
    """The same, table 4."""
    full_range: bool | None
    interlaced: bool
    """Whether pictures may be interlaced; H.264 decides per picture."""
    fields: "FieldSyntax | None" = None
    """Syntax that marks fields; None where all are frames."""


class FieldSyntax(msgspec.Struct, frozen=True, kw_only=True):
    """Properties of a sequence needed to recognise its fields."""

    frame_num_bits: int = 0
    """H.264: bits of frame_num in a slice header, before field_pic_flag."""
    colour_planes: bool = False
    """H.264: whether a colour plane number comes before that."""
    always: bool = False
    """HEVC: every picture is a field: field_seq_flag."""
    told: bool = True
    """HEVC: a message marks each picture as field or frame: frame_field_info_present_flag."""


class Vui(msgspec.Struct, frozen=True, kw_only=True):
    """The VUI up to the color description; all None without one."""

    pixel_aspect: Fraction | None = None
    full_range: bool | None = None
    primaries: int | None = None
    transfer: int | None = None
    matrix: int | None = None


class Coded(msgspec.Struct, frozen=True, kw_only=True):
    """Coding of the pictures."""

    size_px: tuple[int, int]
    """After cropping."""
    bit_depth: int
    chroma: int
    """chroma_format_idc"""
    interlaced: bool
    fields: FieldSyntax | None = None


def codec_header(coded: Coded, vui: Vui) -> CodecHeader:
    """Combine both parts of a header."""
    width, height = coded.size_px
    return CodecHeader(
        width_px=width,
        height_px=height,
        pixel_aspect=vui.pixel_aspect,
        bit_depth=coded.bit_depth,
        chroma=CHROMAS[coded.chroma],
        transfer=vui.transfer,
        primaries=vui.primaries,
        matrix=vui.matrix,
        full_range=vui.full_range,
        interlaced=coded.interlaced,
        fields=coded.fields,
    )


def read_cropped(bits: Bits, coded_px: tuple[int, int], unit_px: tuple[int, int]) -> tuple[int, int]:
    """Read the cropping flag and offsets; return the cropped size.

    Source: H.264, 7.4.2.1.1, frame_cropping_flag; H.265, 7.4.3.2.1, conformance_window_flag.

    Raises:
        Malformed: nothing is left, or the size exceeds all levels.
    """
    left, right, top, bottom = (bits.ue(LARGEST_PX) for _ in range(4)) if bits.flag() else (0, 0, 0, 0)
    width = coded_px[0] - unit_px[0] * (left + right)
    height = coded_px[1] - unit_px[1] * (top + bottom)
    if min(width, height) < 1 or max(coded_px) > LARGEST_PX:
        raise Malformed(f"{coded_px[0]}x{coded_px[1]} pixels, {width}x{height} after cropping")
    return width, height


def read_vui(bits: Bits) -> Vui:
    """Read vui_parameters() through the color description: E.1.1 in H.264, E.2.1 in H.265."""
    aspect = _pixel_aspect(bits) if bits.flag() else None
    if bits.flag():  # overscan_info_present_flag
        bits.skip(1)
    if not bits.flag():  # video_signal_type_present_flag
        return Vui(pixel_aspect=aspect)
    bits.skip(3)  # video_format
    full_range, described = bits.flag(), bits.flag()
    primaries, transfer, matrix = (_specified(bits.take(8)) for _ in range(3)) if described else (None, None, None)
    return Vui(pixel_aspect=aspect, full_range=full_range, primaries=primaries, transfer=transfer, matrix=matrix)


def _pixel_aspect(bits: Bits) -> Fraction | None:
    """Read aspect_ratio_idc, and two numbers for Extended_SAR; 0 means unspecified."""
    code = bits.take(8)
    if code != EXTENDED_ASPECT:
        return PIXEL_ASPECTS.get(code)
    width, height = bits.take(16), bits.take(16)
    return Fraction(width, height) if width and height else None


def _specified(code: int) -> int | None:
    return None if code == UNSPECIFIED else code
