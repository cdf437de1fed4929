"""H.264: the payload of a sequence parameter set in, `CodecHeader` out.

Source: ITU-T H.264, 7.3.2.1.1 and 7.4.2.1.1.
"""

from preflight.probe.bitstream.bits import Bits
from preflight.probe.bitstream.codec_header import (
    CROP_UNITS_PX,
    FULL_CHROMA,
    LARGEST_PX,
    CodecHeader,
    Coded,
    FieldSyntax,
    Vui,
    codec_header,
    read_cropped,
    read_vui,
)

HIGH_PROFILES = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}
"""profile_idc values with chroma format, depth and scaling matrices; others are 4:2:0, 8 bits."""
PLAIN = (1, 8, False)
MACROBLOCK_PX = 16
LARGEST_MACROBLOCKS = LARGEST_PX // MACROBLOCK_PX
LARGEST_ID = 31
DEEPEST = 14
SMALL_LISTS, SMALL_LIST, LARGE_LIST = 6, 16, 64
"""Six 4x4 scaling lists, then those of 8x8."""
SCALE_START, SCALES, LARGEST_SCALE_STEP = 8, 256, 128
LARGEST_LOG2 = 12
LARGEST_CYCLE = 255
ORDER_BY_LSB, ORDER_BY_CYCLE, ORDER_AS_CODED = range(3)
"""pic_order_cnt_type"""


def read_h264(payload: bytes) -> CodecHeader:
    """Read seq_parameter_set_data() without emulation prevention; raise Malformed."""
    bits = Bits(payload)
    profile = bits.take(8)
    bits.skip(16)  # constraints and level_idc
    bits.ue(LARGEST_ID)
    chroma, depth, planes = _read_high(bits) if profile in HIGH_PROFILES else PLAIN
    syntax = FieldSyntax(frame_num_bits=_pass_references(bits), colour_planes=planes)
    width = (bits.ue(LARGEST_MACROBLOCKS) + 1) * MACROBLOCK_PX
    map_units = bits.ue(LARGEST_MACROBLOCKS) + 1
    frames_only = bits.flag()
    # With fields, a map unit is a pair of macroblocks: FrameHeightInMbs, 7-18, and CropUnitY, 7-20 and 7-22.
    fields = 1 if frames_only else 2
    bits.skip(fields)  # mb_adaptive_frame_field_flag, only with fields, and direct_8x8_inference_flag
    unit_x, unit_y = CROP_UNITS_PX[chroma]
    size = read_cropped(bits, (width, map_units * MACROBLOCK_PX * fields), (unit_x, unit_y * fields))
    vui = read_vui(bits) if bits.flag() else Vui()
    coded = Coded(
        size_px=size,
        bit_depth=depth,
        chroma=chroma,
        interlaced=not frames_only,
        fields=None if frames_only else syntax,
    )
    return codec_header(coded, vui)


def _read_high(bits: Bits) -> tuple[int, int, bool]:
    """Read the fields of high profiles: chroma_format_idc, luma bit depth, and separate colour planes."""
    chroma = bits.ue(FULL_CHROMA)
    planes = chroma == FULL_CHROMA and bits.flag()  # separate_colour_plane_flag
    depth = 8 + bits.ue(DEEPEST - 8)
    bits.ue(DEEPEST - 8)  # of chroma
    bits.skip(1)  # qpprime_y_zero_transform_bypass_flag
    if bits.flag():
        for number in range(12 if chroma == FULL_CHROMA else 8):
            if bits.flag():
                _pass_scaling_list(bits, SMALL_LIST if number < SMALL_LISTS else LARGE_LIST)
    return chroma, depth, planes


def _pass_scaling_list(bits: Bits, length: int) -> None:
    """Skip scaling_list(), 7.3.2.1.1.1: it ends early where the next scale would be 0."""
    scale = SCALE_START
    for _ in range(length):
        scale = (scale + bits.se(LARGEST_SCALE_STEP)) % SCALES
        if scale == 0:
            return


def _pass_references(bits: Bits) -> int:
    """Skip log2_max_frame_num_minus4 to gaps_in_frame_num; return the bits of frame_num."""
    frame_num_bits = bits.ue(LARGEST_LOG2) + 4
    order = bits.ue(ORDER_AS_CODED)
    if order == ORDER_BY_LSB:
        bits.ue(LARGEST_LOG2)
    elif order == ORDER_BY_CYCLE:
        bits.skip(1)
        bits.se()
        bits.se()
        for _ in range(bits.ue(LARGEST_CYCLE)):
            bits.se()
    bits.ue()  # max_num_ref_frames
    bits.skip(1)
    return frame_num_bits
