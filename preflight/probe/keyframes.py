"""Whether a packet marked as a keyframe is one, by its codec's headers.

A container without a keyframe table marks every sample (ISO 14496-12, 8.6.2: stss), sometimes wrongly. A decoder that
begins elsewhere shows gray, or nothing.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from preflight.probe.bitstream.bits import Bits, Malformed
from preflight.probe.bitstream.sps import START_CODES
from preflight.probe.container import codec_name

if TYPE_CHECKING:
    from av.packet import Packet

H264_SLICES, H264_IDR, H264_SEI = range(1, 6), 5, 6
"""nal_unit_type: ITU-T H.264, table 7-1."""
FULL = 0xFF
RECOVERY_POINT = 6
"""payloadType: H.264, D.1.1."""
HEVC_SLICES, HEVC_IRAP = range(32), range(16, 24)
"""nal_unit_type: ITU-T H.265, table 7-1."""
MAX_UNITS = 64
"""Most units to read before the first slice."""
HEAD_BYTES = 64
"""Bytes of a unit to read."""
LENGTH_SIZE_AT = {"h264": 4, "hevc": 21}
"""Offset of lengthSizeMinusOne: ISO 14496-15, 5.3.3.1.2 and 8.3.3.1.2."""


def is_keyframe(packet: "Packet[Any]") -> bool:
    """Tell whether decoding can begin at a packet; except for H.264 and HEVC, trust the container."""
    codec = codec_name(packet.stream)
    if not packet.is_keyframe or codec not in LENGTH_SIZE_AT:
        return packet.is_keyframe
    units = units_of_packet(packet, codec)
    return _begins_h264(units) if codec == "h264" else _begins_hevc(units)


def _begins_h264(units: Iterator[bytes]) -> bool:
    """Tell whether the first slice is IDR, or follows a recovery point of no frames."""
    recovers = False
    for unit in units:
        kind = unit[0] & 31
        if kind in H264_SLICES:
            return kind == H264_IDR or recovers
        recovers = recovers or (kind == H264_SEI and _recovers_at_once(unit[1:]))
    return True


def _begins_hevc(units: Iterator[bytes]) -> bool:
    for unit in units:
        kind = unit[0] >> 1 & 63
        if kind in HEVC_SLICES:
            return kind in HEVC_IRAP
    return True


def _recovers_at_once(messages: bytes) -> bool:
    """Tell whether a unit has a recovery point of no frames: H.264, 7.3.2.3.1 and D.1.8."""
    at = 0
    while at + 2 < len(messages):
        kind, at = _summed(messages, at)
        size, at = _summed(messages, at)
        if kind == RECOVERY_POINT:
            try:
                return Bits(messages[at:]).ue() == 0
            except Malformed:
                return False
        at += size
    return False


def _summed(messages: bytes, at: int) -> tuple[int, int]:
    """Return the sum of bytes through the first that is not 255, and the next offset."""
    end = next((place for place in range(at, len(messages)) if messages[place] != FULL), len(messages) - 1)
    return sum(messages[at : end + 1]), end + 1


def units_of_packet(packet: "Packet[Any]", codec: str) -> Iterator[bytes]:
    """Yield the first bytes of the NAL units in a packet of H.264 or HEVC, by lengths or start codes."""
    record = packet.stream.codec_context.extradata or b""
    return _units(memoryview(packet), record, LENGTH_SIZE_AT[codec])


def _units(packet: memoryview, record: bytes, length_at: int) -> Iterator[bytes]:
    if record[:1] == b"\1" and len(record) > length_at:
        return _measured(packet, (record[length_at] & 3) + 1)
    return _started(bytes(packet[: 1 << 16]))


def _measured(packet: memoryview, width: int) -> Iterator[bytes]:
    at = 0
    for _ in range(MAX_UNITS):
        size = int.from_bytes(packet[at : at + width], "big")
        head = bytes(packet[at + width : at + width + min(size, HEAD_BYTES)])
        if not head:
            return
        yield head
        at += width + size


def _started(head: bytes) -> Iterator[bytes]:
    units = head.split(START_CODES[0], MAX_UNITS)[1:]
    return (unit[:HEAD_BYTES] for unit in units if unit)
