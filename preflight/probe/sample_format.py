"""Sample format of a decoded frame: depth, transparency and the decoder's color tags."""

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame

ALPHA_BAND = 3
OPAQUE = 255
NEARLY_OPAQUE = 250
"""A lossy encoder may miss full opacity slightly."""
DNX_FLAGS_AT = 7
BLOCK_ADDITIONAL, ADDED_AT = "matroska_block_additional", 8
"""libav's name of a Matroska block's additional data, and their offset after an id."""


class SampleFormat(msgspec.Struct, frozen=True, kw_only=True):
    """The format of one frame."""

    bit_depth: int
    """Of the deepest component."""
    alpha: bool
    """Whether any part is not opaque."""
    transfer: int
    """Code in ITU-T H.273, table 3."""
    matrix: int
    """The same, table 4."""


def sample_format(frame: "VideoFrame", codec: str, packet: "Packet[Any]") -> SampleFormat:
    """Return a frame's sample format.

    Args:
        frame: a decoded frame.
        codec: the stream's codec.
        packet: its first packet.
    """
    beside = _is_flagged(packet) if codec == "dnxhd" else _hides(codec, packet)
    return SampleFormat(
        bit_depth=max((component.bits for component in frame.format.components), default=8),
        alpha=beside or _is_translucent(frame),
        transfer=int(frame.color_trc),
        matrix=int(frame.colorspace),
    )


def _hides(codec: str, packet: "Packet[Any]") -> bool:
    """Tell whether a VP8 or VP9 frame has alpha: WebM stores it as a second frame."""
    import av

    if codec not in {"vp8", "vp9"}:
        return False
    for side in packet.iter_sidedata():
        if side.data_type == BLOCK_ADDITIONAL:
            try:
                decoder = av.VideoCodecContext.create(codec, "r")
                (beside,) = decoder.decode(av.Packet(bytes(side)[ADDED_AT:]))  # type: ignore[attr-defined] # it makes its own kind
            except (av.FFmpegError, ValueError):
                return True
            return bool((beside.reformat(format="gray").to_ndarray() < NEARLY_OPAQUE).any())
    return False


def _is_flagged(packet: "Packet[Any]") -> bool:
    """Tell whether a VC-3 frame has alpha, which libav ignores: SMPTE ST 2019-1, picture header."""
    head = bytes(memoryview(packet)[: DNX_FLAGS_AT + 1])
    return len(head) > DNX_FLAGS_AT and bool(head[DNX_FLAGS_AT] & 1)


def _is_translucent(frame: "VideoFrame") -> bool:
    """Tell whether any pixel is translucent; an alpha channel may be opaque everywhere."""
    import av

    if not any(component.is_alpha for component in frame.format.components):
        return False
    try:
        bands = frame.reformat(format="rgba").to_ndarray()
    except (av.FFmpegError, ValueError):
        return True
    return bool((bands[..., ALPHA_BAND] < OPAQUE).any())
