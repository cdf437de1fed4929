"""Streams without a container: the first bytes in, codec name and libav demuxer out.

A bare stream begins with sequence parameters; a file counts as one only if they can be parsed.

Sources: ITU-T H.264 and H.265, annex B; ITU-T H.266, annex B; ISO 14496-2, 6.2.1; SMPTE ST 421, annex E; AV1, annex B
and 5.2; ITU-T H.263, 5.1.1; IEC 61834-2 (DIF blocks).
"""

from collections.abc import Callable

from preflight.probe.bitstream.codec_header import CodecHeader

HEAD_BYTES = 1 << 16
"""Bytes before the sequence parameters: delimiters, and long messages."""
START = b"\0\0\1"
MOST_ZEROS = 8
"""Before the first start code."""
MAGICS = {
    b"nut/multimedia container\0": ("nut", "nut"),
    b"DKIF": ("ivf", "ivf"),
    b"YUV4MPEG2 ": ("y4m", "yuv4mpegpipe"),
    b"BBCD": ("dirac", "dirac"),
    b".RMF": ("rm", "rm"),
}
H264_BEGINS, H264_SPS = {6, 7, 9}, 7
HEVC_BEGINS, HEVC_SPS = {32, 33, 35, 39}, 33
VVC_BEGINS, VVC_SPS = {12, 13, 14, 15, 20}, 15
"""nal_unit_type at a stream's start: messages, delimiters, parameter sets."""
VISUAL_SEQUENCE, VISUAL_OBJECTS, VISUAL_LAYERS = {0xB0, 0xB5}, range(0x20), range(0x20, 0x30)
VC1_SEQUENCE = 0x0F
DIF_BYTES = 80
CLOCKLESS = {"h264", "hevc", "vvc", "m4v", "vc1", "obu", "av1", "dirac", "h263"}
"""Demuxers of streams without times; libav assumes 25 frames per second."""


def bare_stream(head: bytes) -> tuple[str, str] | None:
    """Return format name and libav demuxer of a bare stream, or None."""
    known = next((found for magic, found in MAGICS.items() if head.startswith(magic)), None)
    if known or _is_digital_video(head):
        return known or ("dv", "dv")
    if av1 := _av1(head):
        return "obu", av1
    found = _by_units([unit for unit in head.split(START)[1:] if len(unit) > 1]) if _is_started(head) else None
    found = found or ("h263" if _is_h263(head) else None)
    return (found, found) if found else None


def _is_started(head: bytes) -> bool:
    """Tell whether the file begins with zeros and a start code."""
    return START in head[: MOST_ZEROS + 1] and not head[: head.index(START)].strip(b"\0")


def _by_units(units: list[bytes]) -> str | None:
    """Detect the codec by the units between start codes."""
    if not units:
        return None
    code, codes = units[0][0], {unit[0] for unit in units}
    if code in VISUAL_SEQUENCE or (code in VISUAL_OBJECTS and codes & set(VISUAL_LAYERS)):
        return "m4v" if codes & set(VISUAL_LAYERS) else None
    if code == VC1_SEQUENCE:
        return "vc1"
    return next((name for name, test in TESTS.items() if test(units)), None)


def _is_h264(units: list[bytes]) -> bool:
    sets = (unit for unit in units if unit[0] & 0x9F == H264_SPS)
    return units[0][0] & 31 in H264_BEGINS and any(_header("h264", unit) for unit in sets)


def _is_hevc(units: list[bytes]) -> bool:
    sets = (unit for unit in units if unit[0] >> 1 == HEVC_SPS)
    return units[0][0] >> 1 in HEVC_BEGINS and any(_header("hevc", unit) for unit in sets)


def _is_vvc(units: list[bytes]) -> bool:
    kinds = [unit[1] >> 3 for unit in units if unit[0] == 0]
    return units[0][0] == 0 and units[0][1] >> 3 in VVC_BEGINS and VVC_SPS in kinds


TESTS: dict[str, Callable[[list[bytes]], bool]] = {"hevc": _is_hevc, "h264": _is_h264, "vvc": _is_vvc}


def _header(codec: str, unit: bytes) -> CodecHeader | None:
    from preflight.probe.bitstream.sps import read_set

    return read_set(codec, unit)


def _is_digital_video(head: bytes) -> bool:
    """Tell whether DIF blocks begin here: header and subcode."""
    first, second = head[:4], head[DIF_BYTES : DIF_BYTES + 3]
    return (
        first[:1] == b"\x1f" and first[1:2] == b"\7" and first[2:4] in (b"\0\x3f", b"\0\xbf") and second[:1] == b"\x3f"
    )


def _av1(head: bytes) -> str | None:
    """Detect AV1 by a temporal delimiter and sequence header."""
    if head[:2] == b"\x12\0" and head[2:3] in (b"\x0a", b"\x0e"):
        return "obu"
    sized = len(head) > 6 and head[2:4] == b"\1\x10" and head[5:6] in (b"\x08", b"\x0c")  # noqa: PLR2004 - five lengths
    return "av1" if sized and head[0] > head[1] > head[4] else None


def _is_h263(head: bytes) -> bool:
    """Tell whether H.263 begins here: a picture start code of 22 bits, two marker bits, a source format."""
    if head[:2] != b"\0\0" or len(head) < 5 or head[2] & 0xFC != 0x80:  # noqa: PLR2004 - up to the source format
        return False
    return head[3] & 3 == 2 and 1 <= head[4] >> 2 & 7 <= 5  # noqa: PLR2004 - marker bits "10"; sub-QCIF to 16CIF
