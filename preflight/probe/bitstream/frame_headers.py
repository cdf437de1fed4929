"""Size of a keyframe in codecs without parameter sets: its first bytes in, width and height out.

Sources: RFC 6386, 9.1 (VP8); VP9 bitstream specification, 6.2; AV1 bitstream specification, 5.5; ITU-T H.262, 6.2.2.1
and 6.2.2.3; SMPTE RDD 36, 5.1 (ProRes).
"""

from collections.abc import Callable

from preflight.probe.bitstream.bits import Bits, Malformed

Size = tuple[int, int]
VP8_START, VP9_SYNC = b"\x9d\x01\x2a", 0x498342
SRGB = 7
"""color_space of RGB in VP9."""
AV1_SEQUENCE = 1
"""obu_type"""
MOST_UNITS = 16
SEQUENCE, EXTENSION = b"\0\0\1\xb3", b"\0\0\1\xb5"
SEQUENCE_EXTENSION = 1
PRORES_SIZE_AT = 16


def frame_size(codec: str, data: bytes) -> Size | None:
    """Return the coded size in pixels; None for other codecs, and for frames without a valid size."""
    reader = READERS.get(codec)
    try:
        size = reader(data) if reader else None
    except Malformed:
        return None
    return size if size and min(size) > 0 else None


def _vp8(data: bytes) -> Size | None:
    if len(data) < 10 or data[0] & 1 or data[3:6] != VP8_START:  # noqa: PLR2004 - a keyframe's header has ten bytes
        return None
    return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF


def _vp9(data: bytes) -> Size | None:
    bits = Bits(data[:32])
    bits.skip(2)  # frame_marker
    profile = bits.take(1) | bits.take(1) << 1
    bits.skip(profile == 3)  # noqa: PLR2004 - reserved_zero
    if bits.flag() or bits.flag():  # show_existing_frame, frame_type: 0 is a keyframe
        return None
    bits.skip(2)  # show_frame, error_resilient_mode
    if bits.take(24) != VP9_SYNC:
        return None
    bits.skip(profile >= 2)  # noqa: PLR2004 - ten_or_twelve_bit
    if bits.take(3) != SRGB:
        bits.skip(1 + 3 * (profile & 1))  # color_range; subsampling_x, subsampling_y, reserved
    else:
        bits.skip(profile & 1)
    return bits.take(16) + 1, bits.take(16) + 1


def _av1(data: bytes) -> Size | None:
    at = 0
    for _ in range(MOST_UNITS):
        if at >= len(data):
            return None
        kind, extended, sized = data[at] >> 3 & 15, data[at] >> 2 & 1, data[at] >> 1 & 1
        at += 1 + extended
        length, at = _leb128(data, at) if sized else (len(data) - at, at)
        if kind == AV1_SEQUENCE:
            return _av1_sequence(Bits(data[at : at + length]))
        at += length
    return None


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(data[at : at + 8]):
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return value, at + place + 1
    raise Malformed("a length of more than eight bytes")


def _av1_sequence(bits: Bits) -> Size:
    """Read sequence_header_obu() through the largest frame size, that of the keyframe."""
    bits.skip(4)  # seq_profile, still_picture
    if bits.flag():  # reduced_still_picture_header
        bits.skip(5)
    else:
        _pass_operating_points(bits)
    wide, high = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(wide) + 1, bits.take(high) + 1


def _pass_operating_points(bits: Bits) -> None:
    delay_bits = 0
    if bits.flag():  # timing_info_present_flag
        bits.skip(64)
        if bits.flag():  # equal_picture_interval
            bits.ue()
        if bits.flag():  # decoder_model_info_present_flag
            delay_bits = bits.take(5) + 1
            bits.skip(32 + 10)
    delayed = bits.flag()  # initial_display_delay_present_flag
    for _ in range(bits.take(5) + 1):
        bits.skip(12)
        if bits.take(5) > 7:  # noqa: PLR2004 - levels that have a tier
            bits.skip(1)
        if delay_bits and bits.flag():
            bits.skip(2 * delay_bits + 1)
        if delayed and bits.flag():
            bits.skip(4)


def _mpeg(data: bytes) -> Size | None:
    at = data.find(SEQUENCE)
    if at < 0:
        return None
    bits = Bits(data[at + 4 : at + 8])
    width, height = bits.take(12), bits.take(12)
    more = data.find(EXTENSION, at, at + 256)
    if more >= 0 and len(data) > more + 7 and data[more + 4] >> 4 == SEQUENCE_EXTENSION:
        bits = Bits(data[more + 4 : more + 8])
        bits.skip(15)  # identifier, profile and level, progressive_sequence, chroma_format
        width, height = width | bits.take(2) << 12, height | bits.take(2) << 12
    return width, height


def _prores(data: bytes) -> Size | None:
    if data[4:8] != b"icpf" or len(data) < PRORES_SIZE_AT + 4:
        return None
    return int.from_bytes(data[16:18], "big"), int.from_bytes(data[18:20], "big")


READERS: dict[str, Callable[[bytes], Size | None]] = {
    "vp8": _vp8,
    "vp9": _vp9,
    "av1": _av1,
    "mpeg1video": _mpeg,
    "mpeg2video": _mpeg,
    "prores": _prores,
}
