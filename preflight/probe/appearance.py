"""Bit depth, transparency and dynamic range of a clip, by container, codec and decoded frames."""

from typing import TYPE_CHECKING, BinaryIO

import msgspec

from preflight.probe.bitstream.codec_header import CodecHeader
from preflight.probe.bitstream.sei import messages
from preflight.probe.bitstream.sps import units_of
from preflight.probe.container import codec_name
from preflight.probe.ebml import Element, elements, inner, tracks_of
from preflight.probe.movie import Track
from preflight.probe.reading import read_at
from preflight.probe.sample_format import SampleFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.video.stream import VideoStream

TRANSFERS = {1: "bt709", 6: "smpte170m", 13: "srgb", 14: "bt2020-10", 16: "smpte2084", 18: "arib-std-b67"}
"""ITU-T H.273, table 3, as far as used here."""
UNTOLD, PQ, ICTCP = 2, 16, 14
HDR_CODES = (PQ, 18)
PRORES_BITS = 10
APV_BITS = 10
"""Lowest bit depth of the Advanced Professional Video codec."""
ALPHA_TAGS = {"ap4h", "ap4x"}
"""Codec tags of ProRes 4444, which may have transparency."""
ALPHA_CODECS = {"qtrle", "png", "rawvideo", "ffv1", "utvideo"}
ALPHA_BITS = 32
"""Bits per pixel with which those codecs carry transparency."""
HEVC_SEI, ALPHA_INFO = 39, 165
"""nal_unit_type and payloadType: ITU-T H.265, table 7-1 and D.2.1: alpha_channel_info."""
DOLBY_BOXES = (b"dvcC", b"dvvC", b"dvwC")
"""Dolby Vision Streams within the ISO Base Media File Format, 2.1.2.2; Matroska uses the same letters."""
MAPPING, MAPPING_TYPE, MAPPING_DATA = 0x41E4, 0x41E7, 0x41ED
"""BlockAdditionMapping and its BlockAddIDType and BlockAddIDExtraData: RFC 9559, 5.1.4.1.17."""
BASES = {"1": "smpte2084", "4": "arib-std-b67", "6": "smpte2084"}
"""Base layer of Dolby Vision, by bl_signal_compatibility_id: 2.2.2 there."""
DOLBY_CODECS = {"hevc", "av1", "h264"}
RECORD_BYTES, MOST_BYTES = 5, 64


class ContainerColors(msgspec.Struct, frozen=True):
    """The container's color tags; a decoder overwrites them."""

    transfer: int
    matrix: int


class Appearance(msgspec.Struct, frozen=True, kw_only=True):
    """Properties that a player needs to show the right colors."""

    bit_depth: int | None
    transfer: str | None
    alpha: bool
    dolby_vision: str | None
    """Profile, then compatibility after the point: 8.1 plays as HDR10, 8.4 as HLG, 5 only as Dolby Vision."""


def told_by_container(video: "VideoStream") -> ContainerColors:
    """Return the container's tags; call it before decoding."""
    context = video.codec_context
    return ContainerColors(int(context.color_trc), int(context.colorspace))


def appearance(
    video: "VideoStream",
    told: ContainerColors,
    header: CodecHeader | None,
    formats: tuple[SampleFormat, ...],
    dolby: str | None,
) -> Appearance:
    """Combine all sources.

    Args:
        video: the video stream.
        told: the container's color tags.
        header: the codec's parameter sets.
        formats: of decoded frames; empty at depth header.
        dolby: the Dolby Vision profile.
    """
    return Appearance(
        bit_depth=max([one.bit_depth for one in formats], default=None) or _bit_depth(video, header),
        transfer=_transfer(told, header, formats) or BASES.get((dolby or "").partition(".")[2]),
        alpha=_alpha(video, formats),
        dolby_vision=dolby,
    )


def _transfer(told: ContainerColors, header: CodecHeader | None, formats: tuple[SampleFormat, ...]) -> str | None:
    """Return the transfer characteristics; HDR where any source says so.

    ICtCp is always HDR (BT.2100, table 7); without a transfer it counts as PQ.
    """
    codes = [told.transfer, (header and header.transfer) or UNTOLD, *[one.transfer for one in formats]]
    matrices = [told.matrix, header.matrix if header else None, *[one.matrix for one in formats]]
    known = [code for code in codes if code in TRANSFERS]
    wide = [code for code in known if code in HDR_CODES]
    if not known and ICTCP in matrices:
        wide = [PQ]
    return TRANSFERS.get((wide or known or [UNTOLD])[0])


def _bit_depth(video: "VideoStream", header: CodecHeader | None) -> int | None:
    """Return bits per sample where headers tell them simply."""
    if header:
        return header.bit_depth
    record, codec = video.codec_context.extradata or b"", codec_name(video)
    if codec == "av1" and len(record) >= 4:  # noqa: PLR2004 - AV1 in ISOBMFF, 2.3: av1C
        return 8 if not record[2] & 0x40 else 12 if record[2] & 0x20 else 10
    return {"prores": PRORES_BITS, "apv": APV_BITS}.get(codec)


def _alpha(video: "VideoStream", formats: tuple[SampleFormat, ...]) -> bool:
    """Tell whether parts may be transparent, by decoded frames, or by headers for codecs without a decoder."""
    if _alpha_layer(video):
        return True
    if formats:
        return any(one.alpha for one in formats)
    context = video.codec_context
    deep = codec_name(video) in ALPHA_CODECS and context.bits_per_coded_sample == ALPHA_BITS
    return deep or str(context.codec_tag) in ALPHA_TAGS


def _alpha_layer(video: "VideoStream") -> bool:
    """Tell whether HEVC has an alpha layer, by a message beside its parameter sets."""
    if codec_name(video) != "hevc":
        return False
    record = bytes(video.codec_context.extradata or b"")
    if ALPHA_INFO not in record:
        return False
    units = units_of("hevc", record)
    sei = (unit for unit in units if unit[0] >> 1 & 63 == HEVC_SEI)
    return any(message.kind == ALPHA_INFO and _is_on(message.content) for unit in sei for message in messages(unit[2:]))


def _is_on(content: bytes) -> bool:
    """Tell whether alpha_channel_cancel_flag is unset: H.265, F.14.2.8."""
    return bool(content) and not content[0] & 0x80


def dolby_vision(stream: BinaryIO, size: int, video: "VideoStream", track: Track | None) -> str | None:
    """Return the Dolby Vision profile in the container, or None.

    Args:
        stream: the file; its position is kept.
        size: in bytes.
        video: the video stream.
        track: its boxes, in MP4 or MOV.
    """
    if codec_name(video) not in DOLBY_CODECS:
        return None
    records: Iterator[bytes | None]
    if track is not None:
        records = (entry.box(name) for entry in track.entries if b"dv" in entry.body for name in DOLBY_BOXES)
    elif "matroska" in video.container.format.name:
        position = stream.tell()
        records = iter([_mapped(stream, size)])
        stream.seek(position)
    else:
        return None
    return next((_profile(record) for record in records if record), None)


def _mapped(stream: BinaryIO, size: int) -> bytes | None:
    """Return the Dolby Vision record of a Matroska file."""
    for track in tracks_of(stream, size):
        for mapping in inner(stream, track, size, MAPPING):
            parts = list(elements(stream, mapping.start, mapping.end or size))
            held = {one.id: _payload(stream, one) for one in parts}
            if held.get(MAPPING_TYPE, b"") in DOLBY_BOXES:
                return held.get(MAPPING_DATA)
    return None


def _payload(stream: BinaryIO, element: Element) -> bytes:
    return read_at(stream, element.start, min((element.end or element.start) - element.start, MOST_BYTES))


def _profile(record: bytes) -> str | None:
    """Return profile and compatibility: DOVIDecoderConfigurationRecord, 2.2.2."""
    if len(record) < RECORD_BYTES:
        return None
    profile, compatible = record[2] >> 1, record[4] >> 4
    return f"{profile}.{compatible}" if compatible else str(profile)
