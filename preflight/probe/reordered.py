"""Whether a frame may be shown before one that is stored in front of it, by its codec's headers.

Where a container gives frames places instead of times, only a decoder finds the order then: libav guesses none for
H.264, and a copy into a container with times shows its frames as they are stored.
"""

from typing import TYPE_CHECKING, Any

from preflight.probe.bitstream.bits import Bits, Malformed
from preflight.probe.container import codec_name
from preflight.probe.keyframes import H264_SLICES, units_of_packet

if TYPE_CHECKING:
    from av.packet import Packet

B_SLICE, SLICE_KINDS = 1, 5
"""slice_type, which counts twice through its kinds: ITU-T H.264, table 7-6."""


def is_reordered(packet: "Packet[Any]") -> bool:
    """Tell whether a packet may hold a frame out of order; of HEVC it is taken for granted."""
    codec = codec_name(packet.stream)
    if codec != "h264":
        return codec == "hevc"
    return any(_is_b_slice(unit) for unit in units_of_packet(packet, codec))


def _is_b_slice(unit: bytes) -> bool:
    """Read first_mb_in_slice and slice_type: ITU-T H.264, 7.3.3."""
    if unit[0] & 31 not in H264_SLICES:
        return False
    bits = Bits(unit[1:])
    try:
        bits.ue()
        return bits.ue() % SLICE_KINDS == B_SLICE
    except Malformed:
        return False
