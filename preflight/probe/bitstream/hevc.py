"""HEVC: the payload of a sequence parameter set in, `CodecHeader` out.

Source: ITU-T H.265, 7.3.2.2, 7.3.3, 7.3.4, 7.3.7 and 7.4.8.
"""

from preflight.probe.bitstream.bits import Bits, Malformed
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

SUB_LAYERS_MAX = 7
LARGEST_ID = 15
DEEPEST = 16
LARGEST_LOG2 = 12
SCALING_SIZES, SCALING_MATRICES, LONGEST_LIST = 4, 6, 64
SIZES_WITH_DC = 2
"""Scaling lists from this sizeId on begin with a DC coefficient."""
LARGEST_SCALE = 255
SETS_MAX, PICTURES_MAX, LONG_TERM_MAX = 64, 16, 32
"""Short-term reference picture sets, pictures in one (the decoded picture buffer, A.4.2), long-term pictures."""
LARGEST_DISTANCE = 1 << 15


def read_hevc(payload: bytes) -> CodecHeader:
    """Read seq_parameter_set_rbsp() without emulation prevention; raise Malformed."""
    bits = Bits(payload)
    bits.skip(4)  # sps_video_parameter_set_id
    sub_layers = bits.take(3) + 1
    if sub_layers > SUB_LAYERS_MAX:
        raise Malformed(f"{sub_layers} sub-layers")
    bits.skip(1)
    source = _read_profile(bits, sub_layers)
    bits.ue(LARGEST_ID)
    chroma = bits.ue(FULL_CHROMA)
    if chroma == FULL_CHROMA:
        bits.skip(1)  # separate_colour_plane_flag
    size = read_cropped(bits, (bits.ue(LARGEST_PX), bits.ue(LARGEST_PX)), CROP_UNITS_PX[chroma])
    depth = 8 + bits.ue(DEEPEST - 8)
    bits.ue(DEEPEST - 8)  # of chroma
    _pass_tools(bits, sub_layers)
    vui, syntax = _read_usability(bits) if bits.flag() else (Vui(), None)
    interlaced = source == (False, True) or (syntax is not None and syntax.always)
    if syntax is None and source == (True, True):
        syntax = FieldSyntax()
    coded = Coded(size_px=size, bit_depth=depth, chroma=chroma, interlaced=interlaced, fields=syntax)
    return codec_header(coded, vui)


def sequence_set_number(payload: bytes) -> int:
    """Return sps_seq_parameter_set_id; raise Malformed."""
    bits = Bits(payload)
    bits.skip(4)
    sub_layers = bits.take(3) + 1
    bits.skip(1)
    _read_profile(bits, sub_layers)
    return bits.ue(LARGEST_ID)


def _read_usability(bits: Bits) -> tuple[Vui, FieldSyntax | None]:
    """Read vui_parameters(), E.2.1, up to frame_field_info_present_flag."""
    vui = read_vui(bits)
    if bits.flag():  # chroma_loc_info_present_flag
        _pass_numbers(bits, 2)
    bits.skip(1)  # neutral_chroma_indication_flag
    all_fields, told = bits.flag(), bits.flag()
    return vui, FieldSyntax(always=all_fields, told=told) if all_fields or told else None


def _read_profile(bits: Bits, sub_layers: int) -> tuple[bool, bool]:
    """Skip profile_tier_level(), 7.3.3; return its progressive and interlaced flags.

    With both set, a message decides per picture (7.4.4, general_progressive_source_flag).
    """
    bits.skip(40)  # profile and its compatibility flags
    progressive, interlaced = bits.flag(), bits.flag()
    bits.skip(46 + 8)  # the rest of the profile, and general_level_idc
    lower = sub_layers - 1
    told = [(bits.flag(), bits.flag()) for _ in range(lower)]
    if lower:
        bits.skip(2 * (8 - lower))
    for profile, level in told:
        bits.skip(88 * profile + 8 * level)
    return progressive, interlaced


def _pass_tools(bits: Bits, sub_layers: int) -> None:
    """Skip the coding tools, log2_max_pic_order_cnt_lsb_minus4 to strong_intra_smoothing_enabled_flag."""
    order_bits = bits.ue(LARGEST_LOG2) + 4
    for _ in range(sub_layers if bits.flag() else 1):
        _pass_numbers(bits, 3)  # how many pictures are buffered, reordered and delayed
    _pass_numbers(bits, 6)  # sizes and depths of blocks
    if bits.flag() and bits.flag():  # scaling_list_enabled_flag, sps_scaling_list_data_present_flag
        _pass_scaling_lists(bits)
    bits.skip(2)  # amp_enabled_flag, sample_adaptive_offset_enabled_flag
    if bits.flag():  # pcm_enabled_flag
        bits.skip(8)
        _pass_numbers(bits, 2)
        bits.skip(1)
    _pass_reference_sets(bits)
    if bits.flag():  # long_term_ref_pics_present_flag
        bits.skip(bits.ue(LONG_TERM_MAX) * (order_bits + 1))
    bits.skip(2)


def _pass_numbers(bits: Bits, count: int) -> None:
    for _ in range(count):
        bits.ue()


def _pass_scaling_lists(bits: Bits) -> None:
    """Skip scaling_list_data(), 7.3.4; of the largest size only every third matrix is coded."""
    for size in range(SCALING_SIZES):
        for _ in range(0, SCALING_MATRICES, 3 if size == SCALING_SIZES - 1 else 1):
            if not bits.flag():  # scaling_list_pred_mode_flag
                bits.ue(SCALING_MATRICES - 1)
                continue
            for _ in range(min(LONGEST_LIST, 16 << 2 * size) + (size >= SIZES_WITH_DC)):
                bits.se(LARGEST_SCALE)


def _pass_reference_sets(bits: Bits) -> None:
    """Skip num_short_term_ref_pic_sets and the sets, 7.3.7; most derive from the previous one."""
    distances: list[int] = []
    for number in range(bits.ue(SETS_MAX)):
        predicted = number > 0 and bits.flag()
        distances = _predicted_set(bits, distances) if predicted else _explicit_set(bits)
        if len(distances) > PICTURES_MAX:
            raise Malformed(f"{len(distances)} reference pictures")


def _explicit_set(bits: Bits) -> list[int]:
    """Read an explicit set; return its distances, in pictures, 7-67 to 7-70."""
    before, after = bits.ue(PICTURES_MAX), bits.ue(PICTURES_MAX)
    return [*_distances(bits, before, -1), *_distances(bits, after, 1)]


def _distances(bits: Bits, count: int, sign: int) -> list[int]:
    distances, distance = [], 0
    for _ in range(count):
        distance += sign * (bits.ue(LARGEST_DISTANCE - 1) + 1)
        bits.skip(1)  # used_by_curr_pic
        distances.append(distance)
    return distances


def _predicted_set(bits: Bits, reference: list[int]) -> list[int]:
    """Read a set derived from the previous one; return its distances in the standard's order, 7-61 and 7-62.

    Backward, nearest first; then forward, nearest first.
    """
    sign = -1 if bits.flag() else 1
    shift = sign * (bits.ue(LARGEST_DISTANCE - 1) + 1)
    # use_delta_flag is present, and may be off, only where used_by_curr_pic_flag is off.
    kept = [distance + shift for distance in (*reference, 0) if bits.flag() or bits.flag()]
    return sorted((d for d in kept if d < 0), reverse=True) + sorted(d for d in kept if d > 0)
