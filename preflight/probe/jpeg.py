"""JPEG: an open file in, its frame header and metadata out; a strict decoder checks the rest.

The decoder gets only tables, frame and scans, so that its warnings concern the image, and not odd segments of real
cameras.

Source: ISO 10918-1, annex B; libjpeg's warnings, jerror.h.
"""

import re
from collections.abc import Container, Iterator
from typing import BinaryIO

import msgspec

from preflight.probe.arithmetic import ends_early
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.probe.metadata import Metadata
from preflight.values.phrase import phrase

MARKER, JUNK = 0xFF, -1
START, END, SCAN, RESTART_INTERVAL = 0xD8, 0xD9, 0xDA, 0xDD
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""SOF0 to SOF15: C0 to CF except Huffman tables, JPG and arithmetic conditioning."""
BARE = {0x01, *range(0xD0, 0xD9)}
"""Markers without a length: TEM, restarts and SOI."""
TABLES = {0xC4, 0xCC, 0xDB, RESTART_INTERVAL}
"""Segments before a scan that decoding needs, besides the frame."""
APP1, APP2, APP13, APP14 = 0xE1, 0xE2, 0xED, 0xEE
ICC, ICC_HEAD = b"ICC_PROFILE\0", 14
READ = {*TABLES, *FRAMES, APP1, APP13}
"""Segments to read."""
EXIF, XMP, XMP_MORE = b"Exif\0", b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
PHOTOSHOP = b"Photoshop 3.0\0"
BLOCKS = (EXIF, XMP, XMP_MORE, PHOTOSHOP)
SEQUENTIAL = {0xC0, 0xC1}
LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}
ARITHMETIC = range(0xC9, 0xD0)
HIERARCHICAL = {0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF}
EIGHT_BITS = 8
INKS = 4
SPACES = {1: "GRAY", 3: "RGB", INKS: "CMYK"}
"""Components → simplejpeg's color space that uses all of them."""
MODES = {1: "L", 3: "RGB", INKS: "CMYK"}
FRAME_BYTES = 6
"""Of a frame header, before its components."""
MAX_SEGMENTS = 10_000
JUNK_BYTES = 1 << 16
"""Most bytes of junk to skip between two segments."""
MAX_INTERVAL = 0xFFFF
LONGEST_INTERVAL = b"\xff\xdd\0\4\xff\xff"
FILLINGS = (b"\0", b"\xff")
BEFORE_END = "extraneous bytes before marker 0xd9"
EXTRANEOUS = re.compile(r"(\d+) extraneous bytes before marker (\w+)")
UNSUPPORTED = ("unsupported", "not supported", "not implemented", "precision")
NEXT_MARKER = rb"\xff[^\x00\xd0-\xd7\xff]"
"""End of a scan: not a stuffed byte, restart or fill byte."""


class Header(msgspec.Struct, frozen=True):
    """Everything before the first scan."""

    width_px: int
    height_px: int
    precision: int
    sof: int
    """The frame marker, 0xC0 to 0xCF, which names the coding."""
    sampling: tuple[tuple[int, int], ...]
    """Horizontal and vertical blocks of each component in an MCU."""
    metadata: Metadata
    scan_at: int
    kept: tuple[bytes, ...]
    """Segments that decoding needs, in order."""
    junk: bool
    """Whether there are bytes between segments that are no fill bytes."""

    @property
    def mode(self) -> str:
        """Pillow's mode of the samples."""
        return MODES.get(len(self.sampling), "L") if self.precision <= EIGHT_BITS else "I;16"

    @property
    def coding(self) -> str | None:
        """A rare coding in words; None where every decoder reads it."""
        said = (
            (self.sof in HIERARCHICAL, "hierarchical"),
            (self.sof in LOSSLESS, "lossless"),
            (self.sof in ARITHMETIC, "arithmetic coding"),
            (self.precision != EIGHT_BITS, phrase("{n} bits a sample", n=self.precision)),
        )
        return ", ".join(words for holds, words in said if holds) or None


def read_header(stream: BinaryIO, at: int = 0) -> Header:
    """Read the segments of the JPEG at an offset, up to the first scan.

    Raises:
        Unreadable: there is no frame or scan.
    """
    found: dict[int, bytes] = {}
    kept: list[bytes] = []
    blocks: dict[bytes, list[bytes]] = {name: [] for name in BLOCKS}
    for code, body, begins_at in _segments(stream, at):
        if code == JUNK:
            found[JUNK] = b""
        if code == SCAN:
            return _header(found, kept, blocks, begins_at)
        if code in FRAMES or code in TABLES:
            kept.append(_segment(code, body))
            found.setdefault(code, body)
        for name in (name for name in BLOCKS if body.startswith(name)):
            blocks[name].append(body[len(name) :])
    raise Unreadable("cut short: its header ends before the first scan")


def _header(found: dict[int, bytes], kept: list[bytes], blocks: dict[bytes, list[bytes]], scan_at: int) -> Header:
    sof = next((code for code in found if code in FRAMES), 0)
    frame = found.get(sof, b"")
    if len(frame) < FRAME_BYTES or not frame[5] or len(frame) < FRAME_BYTES + 3 * frame[5]:
        raise Unreadable("not a whole jpeg picture: its frame header is missing or broken")
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    if not width or not height:
        raise Unreadable(
            phrase(
                "not a whole {w} picture: {how}",
                w="jpeg",
                how=phrase("its frame header says {n1} x {n2} px", n1=width, n2=height),
            )
        )
    factors = frame[FRAME_BYTES + 1 : FRAME_BYTES + 3 * frame[5] : 3]
    exif = next(iter(blocks[EXIF]), b"")
    metadata = Metadata(exif, (*blocks[XMP], *blocks[XMP_MORE]), tuple(blocks[PHOTOSHOP]))
    sampling = tuple((factor >> 4, factor & 15) for factor in factors)
    return Header(width, height, frame[0], sof, sampling, metadata, scan_at, tuple(kept), JUNK in found)


def _segments(stream: BinaryIO, at: int, *, wanted: Container[int] = READ) -> Iterator[tuple[int, bytes, int]]:
    """Yield marker, content and offset of each segment; content only of those to read, and not of scans."""
    stream.seek(at + 2)
    for _ in range(MAX_SEGMENTS):
        code, junk = _marker(stream)
        if code is None or code == END:
            return
        if junk:
            yield JUNK, b"", stream.tell()
        if code in BARE:
            continue
        begins_at = stream.tell() - 2
        if code == SCAN:
            yield code, b"", begins_at
            return
        length = int.from_bytes(stream.read(2), "big")
        if code in wanted:
            yield code, stream.read(max(length - 2, 0)), begins_at
        else:
            stream.seek(max(length - 2, 0), 1)


def _marker(stream: BinaryIO) -> tuple[int | None, bool]:
    """Find the next marker; return it, or None at the end, and whether junk was skipped."""
    junk = False
    for _ in range(JUNK_BYTES):
        sign = stream.read(1)
        if sign != b"\xff":
            if not sign:
                return None, junk
            junk = junk or sign != b"\0"
            continue
        while sign == b"\xff":
            sign = stream.read(1)
        if sign and sign != b"\0":
            return sign[0], junk
    return None, junk


def refuse_damage(stream: BinaryIO, header: Header) -> None:
    """Decode the image small and in gray; raise at the decoder's first warning.

    Raises:
        Unreadable: it is damaged, in libjpeg's words.
        Unmeasured: the decoder does not support its coding.
    """
    if header.junk:
        raise Unreadable("is damaged: bytes between the parts of its header belong to none of them")
    stream.seek(header.scan_at)
    scans = stream.read()
    fault = _fault(header, scans)
    if fault and BEFORE_END in fault:
        fault = _fault(header, without_filling(scans))
    if fault is None and header.sof in ARITHMETIC:
        space = SPACES.get(len(header.sampling), "RGB")
        if ends_early(b"".join((b"\xff\xd8", *header.kept)), scans, space):
            raise Unreadable("cut short: its arithmetic-coded data end early")
    if fault is None:
        return
    if header.coding and any(word in fault.lower() for word in UNSUPPORTED):
        if _is_whole_to_libav(header, scans):
            return
        raise Unmeasured(
            phrase("its coding ({q}) cannot be decoded here, so nobody knows whether it is whole", q=header.coding)
        )
    raise Unreadable(phrase("is damaged: {how}", how=_in_words(fault)))


def _in_words(fault: str) -> str:
    """Word libjpeg's warning, so that it can be translated."""
    said = fault.removeprefix("Corrupt JPEG data: ")
    if found := EXTRANEOUS.fullmatch(said):
        return phrase("{n} extraneous bytes before marker {w}", n=found[1], w=found[2])
    return f"{said[:1].lower()}{said[1:]}"


def _fault(header: Header, scans: bytes) -> str | None:
    """Return libjpeg's warning, or None."""
    from simplejpeg import decode_jpeg

    data = b"".join((b"\xff\xd8", *header.kept, _slow(header, scans), scans))
    space = "CMYK" if len(header.sampling) == INKS else "GRAY"
    try:
        decode_jpeg(data, space, min_height=1, min_width=1, strict=True)
    except ValueError as error:
        return str(error)
    return None


def _is_whole_to_libav(header: Header, scans: bytes) -> bool:
    """Tell whether libav, which supports lossless coding and 12 bits, decodes the whole image."""
    import av

    decoder = av.CodecContext.create("mjpeg", "r")
    decoder.options, decoder.thread_count = {"err_detect": "explode"}, 1
    try:
        packet = av.Packet(b"".join((b"\xff\xd8", *header.kept, scans)))
        return bool([*decoder.decode(packet), *decoder.decode(None)]) and b"\xff\xd9" in scans
    except (av.FFmpegError, ValueError):
        return False


def _slow(header: Header, scans: bytes) -> bytes:
    """Return a segment that selects libjpeg's careful decoding.

    Its fast path for scans without restarts accepts undefined codes. A restart interval longer than the scan changes
    nothing else.
    """
    if header.sof not in SEQUENTIAL or any(kept[1] == RESTART_INTERVAL for kept in header.kept):
        return b""
    single = scans[4:5] == b"\1"
    across, down = (1, 1) if single else (max(side) for side in zip(*header.sampling, strict=True))
    if not across or not down:
        return b""
    mcus = -(-header.width_px // (8 * across)) * -(-header.height_px // (8 * down))
    return LONGEST_INTERVAL if mcus <= MAX_INTERVAL else b""


def plain(stream: BinaryIO) -> tuple[bytes, bytes]:
    """Return a JPEG with only what decoding needs, and its color profile.

    Raises:
        Unreadable: there is no frame or scan.
    """
    header = read_header(stream)
    parts: dict[int, bytes] = {}
    adobe = b""
    for code, body, _ in _segments(stream, 0, wanted={APP2, APP14}):
        if code == APP2 and body.startswith(ICC) and len(body) > ICC_HEAD:
            parts[body[ICC_HEAD - 2]] = body[ICC_HEAD:]
        if code == APP14 and body.startswith(b"Adobe"):
            adobe = _segment(code, body)
    stream.seek(header.scan_at)
    content = b"".join((b"\xff\xd8", adobe, *header.kept, stream.read()))
    return content, b"".join(parts[number] for number in sorted(parts))


def own_bytes(stream: BinaryIO) -> int:
    """Return the bytes of the image itself, without metadata and trailing data."""
    content, profile = plain(stream)
    return image_end(content) + len(profile)


def image_end(content: bytes, at: int = 0) -> int:
    """Return the end of the JPEG at an offset: after its EOI, or the end of the content.

    A clip or second image may follow; it does not belong to this one.
    """
    import re

    at += 2
    while at + 4 <= len(content) and content[at] == MARKER:
        code = content[at + 1]
        if code == END:
            return at + 2
        if code in BARE or code == MARKER:
            at += 1 if code == MARKER else 2
            continue
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if code == SCAN:
            following = re.compile(NEXT_MARKER, re.DOTALL).search(content, at)
            at = following.start() if following else len(content)
    return len(content)


def _segment(code: int, body: bytes) -> bytes:
    return bytes((MARKER, code)) + (len(body) + 2).to_bytes(2, "big") + body


def without_filling(scans: bytes) -> bytes:
    """Remove the equal fill bytes that some cameras append to the last scan."""
    end = scans.find(b"\xff\xd9")
    if end <= 0:
        return scans
    filling = scans[end - 1 : end]
    return scans[:end].rstrip(filling) + scans[end:] if filling in FILLINGS else scans
