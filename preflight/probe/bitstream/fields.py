"""Frame or single field: a sample's bytes in, `FRAME`, `TOP` or `BOTTOM` out.

Interlaced encoders put each field, or both of a frame, into a sample; 50 samples per second may be 25 frames. Slice and
picture headers tell, without a decoder.

Sources: ITU-T H.264, 7.3.3 and 7.4.3 (field_pic_flag); ITU-T H.265, D.2.3 and D.3.3 (pic_struct), E.3.1
(field_seq_flag); ITU-T H.262, 6.2.3.1 and 6.3.10 (picture_structure).
"""

from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, Any, BinaryIO

from preflight.probe.bitstream.bits import Bits, Malformed
from preflight.probe.bitstream.codec_header import FieldSyntax
from preflight.probe.bitstream.sei import messages

if TYPE_CHECKING:
    from av.packet import Packet

FRAME, TOP, BOTTOM, EITHER = 0, 1, 2, 4
"""A frame, the top or bottom field, or an unknown one."""
Read = Callable[[int, int], bytes]
"""Reads bytes of a sample at an offset; fewer at its end."""
Units = Callable[[Read, int, int], Iterator[bytes]]
"""Yields the first bytes, up to a number, of each NAL unit in a sample of a size."""
MOST_UNITS = 256
"""Most NAL units of a sample: one slice per macroblock row makes 68."""
HEAD_BYTES = 256
"""Bytes of a NAL unit: more than precede field_pic_flag, and than timing messages take."""
LONG_HEAD_BYTES = 1 << 13
"""The same for messages: encoder settings may precede them in the unit."""
START = b"\0\0\1"
H264_WIDTH_AT, HEVC_WIDTH_AT = 4, 21
H264_HEADED, H264_SLICES, HEVC_SLICES, HEVC_SEI = (1, 2, 5), range(1, 6), 32, 39
"""nal_unit_type of slices and of partition A, which begin with a slice header; with partitions B and C, which do not;
the end of HEVC's, and its messages: H.264, table 7-1 and 7.3.2.9; H.265, table 7-1."""
HEVC_RADL = (6, 7)
"""nal_unit_type of leading pictures that need nothing before their keyframe: H.265, table 7-1."""
PICTURE_TIMING = 1
"""payloadType"""
MAX_SAMPLE = 4 << 20
"""Bytes in which to find start codes."""
PIC_STRUCT = {1: TOP, 2: BOTTOM, 9: TOP, 10: BOTTOM, 11: TOP, 12: BOTTOM}
"""H.265, table D.2: values for fields."""
GROUP = START + b"\xb8"
PICTURE_EXTENSION = START + b"\xb5"
PICTURE_EXTENSION_ID = 8
PICTURE_STRUCTURE = (FRAME, TOP, BOTTOM, FRAME)


class Reader:
    """Reads the sample headers of a stream.

    Args:
        codec: its name in libav.
        record: the codec's configuration.
        syntax: its field syntax; None where all pictures are frames.
    """

    def __init__(self, codec: str, record: bytes, syntax: FieldSyntax | None) -> None:
        self._codec = codec
        self._units = _units(codec, record)
        self._syntax = syntax
        self._begun = False
        self.first: tuple[bytes, ...] = ()
        """First bytes of the NAL units before the first picture, of H.264 and HEVC, once read."""

    @property
    def finds_fields(self) -> bool:
        """Whether the stream may have fields."""
        return self._codec == "mpeg2video" or self._syntax is not None

    def of_file(self, stream: BinaryIO, at: int, size: int) -> int:
        """Return the structure of a sample in a file; the position changes."""
        return self._structure(_of_file(stream, at, size), size)

    def of_packet(self, packet: "Packet[Any]") -> int:
        """Return the structure of a packet."""
        return self._structure(_of_packet(packet), packet.size)

    def begin_at(self, stream: BinaryIO, at: int, size: int) -> None:
        """Keep the headers of the first sample, at an offset; the position is kept."""
        position = stream.tell()
        self._begin(_of_file(stream, at, size), size)
        stream.seek(position)

    def begin_with(self, packet: "Packet[Any]") -> None:
        """Keep the headers of the first packet."""
        self._begin(_of_packet(packet), packet.size)

    def _begin(self, read: Read, size: int) -> None:
        if self._codec in ("h264", "hevc") and not self._begun:
            self._begun = True
            self.first = tuple(takewhile(self._stands_before, self._units(read, size, LONG_HEAD_BYTES)))

    def _stands_before(self, unit: bytes) -> bool:
        """Tell whether a NAL unit comes before the first picture."""
        if self._codec == "h264":
            return unit[0] & 31 not in H264_SLICES
        return unit[0] >> 1 & 63 >= HEVC_SLICES

    def stands_alone(self, packet: "Packet[Any]") -> bool:
        """Tell, by one of their packets or the keyframe, whether leading frames need nothing before it.

        Source: H.265, 7.4.2.2 (RADL); H.262, 6.3.8 (closed_gop).
        """
        if self._codec == "mpeg2video":
            head = bytes(memoryview(packet)[:HEAD_BYTES])
            at = head.find(GROUP) + len(GROUP)
            return at >= len(GROUP) and len(head) > at + 3 and bool(head[at + 3] & 0x40)
        if self._codec != "hevc":
            return self._codec == "vvc"  # whose encoders begin with leading pictures
        kinds = (unit[0] >> 1 & 63 for unit in self._units(_of_packet(packet), packet.size, 1))
        return next((kind in HEVC_RADL for kind in kinds if kind < HEVC_SLICES), False)

    def _structure(self, read: Read, size: int) -> int:
        if self._codec == "mpeg2video":
            return _mpeg2(read, size)
        if self._syntax is None:
            return FRAME
        tell = _h264 if self._codec == "h264" else _hevc
        try:
            return tell(self._units(read, size, HEAD_BYTES), self._syntax)
        except Malformed:
            return FRAME


def _of_file(stream: BinaryIO, at: int, size: int) -> Read:
    def read(place: int, count: int) -> bytes:
        stream.seek(at + place)
        return stream.read(min(count, max(size - place, 0)))

    return read


def _of_packet(packet: "Packet[Any]") -> Read:
    content = memoryview(packet)
    return lambda at, count: bytes(content[at : at + count])


def _units(codec: str, record: bytes) -> Units:
    """Return an iterator over NAL unit headers, by lengths or start codes."""
    at = H264_WIDTH_AT if codec == "h264" else HEVC_WIDTH_AT
    if len(record) <= at or record[0] != 1:
        return _started
    width = 1 + (record[at] & 3)

    def chained(read: Read, size: int, most: int) -> Iterator[bytes]:
        place = 0
        for _ in range(MOST_UNITS):
            head = read(place, width + most)
            length = int.from_bytes(head[:width], "big")
            if len(head) <= width or not 0 < length <= size - place - width:
                return
            yield head[width : width + min(length, most)]
            place += width + length

    return chained


def _started(read: Read, size: int, most: int) -> Iterator[bytes]:
    content = read(0, min(size, MAX_SAMPLE))
    at = content.find(START)
    for _ in range(MOST_UNITS):
        if at < 0:
            return
        following = content.find(START, at + 3)
        head = content[at + 3 : min(at + 3 + most, following if following >= 0 else len(content))]
        if head:  # a start code may be last
            yield head
        at = following


def _h264(units: Iterator[bytes], syntax: FieldSyntax) -> int:
    """Return the structure of the slices; slices of both fields make a frame."""
    seen = 0
    for unit in units:
        if unit[0] & 31 in H264_HEADED:
            parity = _slice_parity(unit, syntax)
            if parity == FRAME:
                return FRAME
            seen |= parity
        if seen == TOP | BOTTOM:
            return FRAME
    return seen


def _slice_parity(unit: bytes, syntax: FieldSyntax) -> int:
    bits = Bits(unit[1:].replace(b"\0\0\3", b"\0\0"))
    for _ in range(3):  # first_mb_in_slice, slice_type, pic_parameter_set_id
        bits.ue()
    bits.skip(2 * syntax.colour_planes + syntax.frame_num_bits)
    if not bits.flag():  # field_pic_flag
        return FRAME
    return BOTTOM if bits.flag() else TOP


def _hevc(units: Iterator[bytes], syntax: FieldSyntax) -> int:
    """Return the structure by the picture's message, or else the sequence's."""
    for unit in units:
        kind = unit[0] >> 1 & 63
        if kind < HEVC_SLICES or not syntax.told:
            break
        if kind == HEVC_SEI:
            for message in messages(unit[2:]):
                if message.kind == PICTURE_TIMING and message.content:
                    return PIC_STRUCT.get(message.content[0] >> 4, EITHER if syntax.always else FRAME)
    return EITHER if syntax.always else FRAME


def _mpeg2(read: Read, size: int) -> int:
    """Return the structure of a sample's pictures; a second field makes a frame."""
    content, seen = read(0, min(size, MAX_SAMPLE)), 0
    at = content.find(PICTURE_EXTENSION)
    while at >= 0:
        head = content[at + 4 : at + 7]
        if len(head) == 3 and head[0] >> 4 == PICTURE_EXTENSION_ID:  # noqa: PLR2004 - up to picture_structure
            parity = PICTURE_STRUCTURE[head[2] & 3]
            if parity == FRAME or seen | parity == TOP | BOTTOM:
                return FRAME
            seen = parity
        at = content.find(PICTURE_EXTENSION, at + 4)
    return seen
