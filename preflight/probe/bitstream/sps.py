"""Codec headers without a decoder: a container's codec record in, `CodecHeader` out.

The record is the extradata of H.264 or HEVC: `avcC` (ISO 14496-15, 5.3.3), `hvcC` (8.3.3), or NAL units after start
codes (annex B of either standard). It contains the sequence parameter set (SPS). Counts are bounded, since the input is
hostile.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache

from preflight.probe.bitstream.bits import Bits, Malformed
from preflight.probe.bitstream.codec_header import CodecHeader
from preflight.probe.bitstream.h264 import read_h264
from preflight.probe.bitstream.hevc import read_hevc

__all__ = ["CodecHeader", "holds_picture_sets", "plain", "read_codec_header", "read_set", "units_of"]

MAX_RECORD = 1 << 16
"""Most bytes of a record; some encoders add long messages."""
MAX_SPS = 1 << 13
"""Most bytes of a parameter set: more than the longest lists and sets take."""
MAX_UNITS = 256
"""Most units; the standards allow 32 sequence and 256 picture parameter sets."""
START_CODES = (b"\0\0\1", b"\0\0\0\1")
AVCC_FIXED, HVCC_FIXED = 5 * 8 + 3, 22 * 8
"""Bits before the counts of parameter sets."""
H264_TYPE, H264_SPS = 0x1F, 7
"""nal_unit_type and its code: H.264, 7.3.1 and table 7-1."""
HEVC_TYPE_AND_LAYER, HEVC_SPS, HEVC_PPS = 0x7FF8, 33 << 9, 34 << 9
"""nal_unit_type with nuh_layer_id 0, shown by every decoder: H.265, 7.3.1.2 and table 7-1."""


@lru_cache(maxsize=64)
def read_codec_header(codec: str, record: bytes | None) -> CodecHeader | None:
    """Read the first sequence parameter set of an `h264` or `hevc` record.

    A camera's clips share it, so the last few are cached. Returns None for other codecs, and for missing or invalid
    sets; never raises.
    """
    reader = READERS.get(codec)
    if reader is None or not record:
        return None
    try:
        return reader(record[:MAX_RECORD])
    except Malformed:
        return None


@lru_cache(maxsize=64)
def holds_picture_sets(codec: str, record: bytes) -> bool:
    """Tell whether a record is complete with picture parameter sets, without which no slice can be decoded."""
    try:
        if record.startswith(START_CODES):
            return True
        return _avcc_holds_pps(record) if codec == "h264" else _hvcc_holds_pps(record)
    except Malformed:
        return False


def _avcc_holds_pps(record: bytes) -> bool:
    bits = Bits(record)
    bits.skip(AVCC_FIXED)
    for _ in _counted(bits, bits.take(5)):
        continue
    return any([*_counted(bits, bits.take(8))])


def _hvcc_holds_pps(record: bytes) -> bool:
    kinds = [int.from_bytes(unit[:2], "big") & HEVC_TYPE_AND_LAYER for unit in _hvcc(record)]
    return HEVC_PPS in kinds


def _read_h264_record(record: bytes) -> CodecHeader:
    units = _started(record) if record.startswith(START_CODES) else _avcc(record)
    return read_h264(_payload(unit[1:] for unit in units if unit and unit[0] & H264_TYPE == H264_SPS))


def _read_hevc_record(record: bytes) -> CodecHeader:
    units = _started(record) if record.startswith(START_CODES) else _hvcc(record)
    return read_hevc(
        _payload(unit[2:] for unit in units if int.from_bytes(unit[:2], "big") & HEVC_TYPE_AND_LAYER == HEVC_SPS)
    )


@lru_cache(maxsize=64)
def read_set(codec: str, unit: bytes) -> CodecHeader | None:
    """Read a sequence parameter set with its NAL unit header; None if invalid."""
    try:
        return read_h264(plain(unit[1:])) if codec == "h264" else read_hevc(plain(unit[2:]))
    except Malformed:
        return None


def units_of(codec: str, record: bytes) -> list[bytes]:
    """Return a record's valid NAL units."""
    record, found = record[:MAX_RECORD], []
    framed = _avcc_all if codec == "h264" else _hvcc
    with suppress(Malformed):
        for unit in (_started if record.startswith(START_CODES) else framed)(record):
            found += [unit] if unit else []
    return found


def plain(escaped: bytes) -> bytes:
    """Remove emulation prevention bytes: H.264, 7.4.1; H.265, 7.4.2."""
    return escaped[:MAX_SPS].replace(b"\0\0\3", b"\0\0")


READERS: dict[str, Callable[[bytes], CodecHeader]] = {"h264": _read_h264_record, "hevc": _read_hevc_record}


def _payload(parameter_sets: Iterator[bytes]) -> bytes:
    """Return the first parameter set without emulation prevention."""
    for escaped in parameter_sets:
        return plain(escaped)
    raise Malformed("no sequence parameter set")


def _started(record: bytes) -> Iterator[bytes]:
    """Yield NAL units after start codes; trailing zeros of the next start code do no harm."""
    yield from record.split(START_CODES[0], MAX_UNITS)[1:]


def _avcc(record: bytes) -> Iterator[bytes]:
    """Yield the sequence parameter sets of AVCDecoderConfigurationRecord: ISO 14496-15, 5.3.3.1.2."""
    bits = Bits(record)
    bits.skip(AVCC_FIXED)
    yield from _counted(bits, bits.take(5))


def _avcc_all(record: bytes) -> Iterator[bytes]:
    """Yield its sequence and picture parameter sets."""
    bits = Bits(record)
    bits.skip(AVCC_FIXED)
    yield from _counted(bits, bits.take(5))
    yield from _counted(bits, bits.take(8))


def _hvcc(record: bytes) -> Iterator[bytes]:
    """Yield the units of all arrays in HEVCDecoderConfigurationRecord: ISO 14496-15, 8.3.3.1.2."""
    bits = Bits(record)
    bits.skip(HVCC_FIXED)
    for _ in range(bits.take(8)):
        bits.skip(8)  # array_completeness and NAL_unit_type, which each unit repeats
        yield from _counted(bits, bits.take(16))


def _counted(bits: Bits, count: int) -> Iterator[bytes]:
    """Yield `count` units, each after a 16-bit length."""
    if count > MAX_UNITS:
        raise Malformed(f"{count} NAL units")
    for _ in range(count):
        yield bits.take_bytes(bits.take(16))
