"""Format detection by content: the first bytes in, a format name out. Names and extensions do not count.

Each format has one reader, so that no content selects another: a playlist named `clip.mp4` is no clip.
"""

import os
from typing import BinaryIO, Literal

import msgspec

from preflight.probe.tags import id3v2_bytes

Reader = Literal["pillow", "av"]

HEAD_BYTES = 4096
"""Enough for all signatures below."""
ADTS_HEADER_BYTES = 7
MP3_SEARCH_BYTES = 1 << 20
"""Bytes after a tag or junk in which to find the first MPEG frame."""
ZEROS_BYTES = 1 << 24
"""Zeros allowed before it."""
ID3_HEADER_BYTES = 10
FRAMES_IN_A_ROW = 8
FIXED_BITS = 0xFFFE0C00
"""Bits of an MPEG audio header shared by a stream's frames: sync, version, layer and sample rate."""


class Sniffed(msgspec.Struct, frozen=True):
    """A format and its reader."""

    format: str
    reader: Reader
    opener: str
    """Pillow's format name, or libav's demuxer."""
    start: int = 0
    """Offset of the file proper, in bytes: after a foreign tag."""


RAW = "RAW"
"""Opener of raw photographs: this program's own."""


def _image(name: str, opener: str | None = None) -> Sniffed:
    return Sniffed(name, "pillow", opener or name.upper())


def _container(name: str, opener: str | None = None) -> Sniffed:
    return Sniffed(name, "av", opener or name)


SIGNATURES: tuple[tuple[bytes, Sniffed], ...] = (
    (b"\xff\xd8\xff", _image("jpeg")),
    (b"\x89PNG\r\n\x1a\n", _image("png")),
    (b"GIF8", _image("gif")),
    (b"II*\0", _image("tiff")),
    (b"MM\0*", _image("tiff")),
    (b"II+\0", _image("tiff")),
    (b"MM\0+", _image("tiff")),
    (b"IIRO", _image("orf", RAW)),
    (b"IIRS", _image("orf", RAW)),
    (b"MMOR", _image("orf", RAW)),
    (b"IIU\0", _image("rw2", RAW)),
    (b"FUJIFILMCCD-RAW", _image("raf", RAW)),
    (b"BM", _image("bmp")),
    (b"\0\0\0\x0cjP  ", _image("jp2", "JPEG2000")),
    (b"\xff\x4f\xff\x51", _image("jp2", "JPEG2000")),
    (b"\0\0\1\0", _image("ico")),
    (b"8BPS", _image("psd")),
    (b"\0\0\0\x0cJXL ", _image("jxl")),
    (b"\xff\x0a", _image("jxl")),
    (b"\x1a\x45\xdf\xa3", _container("matroska")),
    (b"OggS", _container("ogg")),
    (b"fLaC", _container("flac")),
    (b"FLV\1", _container("flv")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _container("asf")),
    (b"\0\0\1\xba", _container("mpeg")),
    (b"\0\0\1\xb3", _container("mpegvideo")),
    (b"#!AMR", _container("amr")),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01", _container("mxf")),
)

BY_FIRST = {first: tuple(one for one in SIGNATURES if one[0][:1] == first) for first in {m[:1] for m, _ in SIGNATURES}}
"""Signatures by first byte."""
TIFF_MARKS = {b"II*\0", b"MM\0*"}
RIFF_FORMS = {
    b"WAVE": _container("wav"),
    b"WEBP": _image("webp"),
    b"AVI ": _container("avi"),
}
FORM_FORMS = {b"AIFF": _container("aiff"), b"AIFC": _container("aiff")}

HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}
MOV_BOXES = {b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}
"""First boxes of a QuickTime file without brands."""
FIRST_BOXES = MOV_BOXES | {b"ftyp", b"styp", b"sidx", b"ssix", b"moof", b"uuid", b"emsg", b"prft", b"pdin", b"meco"}
MOST_BOXES = 16
"""Most boxes before the brands."""


def sniff(stream: BinaryIO) -> Sniffed | None:
    """Detect the format of a file at its start; None if unknown."""
    head = stream.read(HEAD_BYTES)
    if head[4:8] == b"ftyp" and not head[0]:
        return _by_brands(head)
    if head[:4] in TIFF_MARKS and (name := _raw_format(stream)):
        return _image(name, RAW)
    marked = _by_signature(head) or _by_box(stream, head) or _transport_stream(head)
    return marked or _bare(stream, head) or _mpeg_audio(stream, head)


def _raw_format(stream: BinaryIO) -> str | None:
    from preflight.probe.raw import raw_format

    return raw_format(stream)


def _by_signature(head: bytes) -> Sniffed | None:
    if head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return RIFF_FORMS.get(head[8:12])
    if head[:4] == b"FORM":
        return FORM_FORMS.get(head[8:12])
    return next((found for magic, found in BY_FIRST.get(head[:1], ()) if head.startswith(magic)), None)


def _by_box(stream: BinaryIO, head: bytes) -> Sniffed | None:
    """Distinguish the ISO base media family by brands in the first boxes."""
    if head[4:8] in FIRST_BOXES and head[4:8] != b"ftyp":
        brands = _brands_behind(stream, head)
        return _by_brands(brands) if brands else _container("mov" if head[4:8] in MOV_BOXES else "mp4", "mov")
    return _by_brands(head) if head[4:8] == b"ftyp" else None


def _brands_behind(stream: BinaryIO, head: bytes) -> bytes | None:
    """Return the box of brands after others, or the segment type instead."""
    at = 0
    for _ in range(MOST_BOXES):
        stream.seek(at)
        here = stream.read(HEAD_BYTES)
        length = int.from_bytes(here[:4], "big")
        if here[4:8] == b"ftyp":
            return here
        if length < 8 or here[4:8] not in FIRST_BOXES:  # noqa: PLR2004 - a box header
            break
        at += length
    return head if head[4:8] == b"styp" else None


def _by_brands(box: bytes) -> Sniffed:
    major = box[8:12]
    if major not in HEIF_BRANDS:
        return _image("avif") if major in AVIF_BRANDS else _container(_brand_name(major), "mov")
    size = min(int.from_bytes(box[:4], "big"), len(box))
    compatible = {box[at : at + 4] for at in range(16, size - 3, 4)}
    return _image("avif") if compatible & AVIF_BRANDS else _image("heic", "HEIF")


def _brand_name(major: bytes) -> str:
    if major == b"qt  ":
        return "mov"
    if major[:3] in (b"M4A", b"M4B", b"M4P"):
        return "m4a"
    return "3gp" if major[:3] in (b"3gp", b"3g2") else "mp4"


def _bare(stream: BinaryIO, head: bytes) -> Sniffed | None:
    """Detect a stream without a container; read further only for candidates."""
    from preflight.probe.bare import HEAD_BYTES as LONG_HEAD_BYTES
    from preflight.probe.bare import bare_stream

    if head[:2] == b"\0\0":
        stream.seek(0)
        head = stream.read(LONG_HEAD_BYTES)
    found = bare_stream(head)
    return _container(*found) if found else None


def _transport_stream(head: bytes) -> Sniffed | None:
    for first, packet in ((0, 188), (4, 192)):
        syncs = head[first : first + packet * 8 : packet]
        if len(syncs) == 8 and set(syncs) == {0x47}:  # noqa: PLR2004 - eight packets in a row begin with the sync byte
            return _container("mpegts")
    return None


def _mpeg_audio(stream: BinaryIO, head: bytes) -> Sniffed | None:
    """Find MP3, AAC or FLAC frames, or a WAV, after ID3 tags; a tag's length may be wrong."""
    start = behind_tags(stream) if head[:3] == b"ID3" else 0
    if start:
        stream.seek(start)
        head = stream.read(HEAD_BYTES)
    if start and head[:4] == b"fLaC":
        return _container("flac")
    if start and head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return Sniffed("wav", "av", "wav", start)
    too_long = start > stream.seek(0, os.SEEK_END)  # players cannot skip it, so they look into it
    return _frames_behind(stream, ID3_HEADER_BYTES if too_long else start, tagged=bool(start))


def behind_tags(stream: BinaryIO) -> int:
    """Return the end of leading ID3v2 tags as they state it; 0 for none."""
    start = 0
    while True:
        stream.seek(start)
        length = id3v2_bytes(stream.read(ID3_HEADER_BYTES))
        if not length:
            return start
        start += length


def _frames_behind(stream: BinaryIO, start: int, *, tagged: bool) -> Sniffed | None:
    stream.seek(start)
    body = _behind_zeros(stream)
    if _adts_at(body, 0):
        return _container("aac")
    layer = _mpeg_layer(body, tagged=tagged)
    return _container(f"mp{layer}", "mp3") if layer else None


def _behind_zeros(stream: BinaryIO) -> bytes:
    """Read what follows zeros, as far as frames are searched."""
    for _ in range(ZEROS_BYTES // MP3_SEARCH_BYTES):
        body = stream.read(MP3_SEARCH_BYTES)
        behind = body.lstrip(b"\0")
        if behind or not body:
            return behind + stream.read(len(body) - len(behind))
    return b""


def _adts_at(body: bytes, at: int) -> bool:
    """Tell whether two AAC frames follow one another here."""
    if not _is_adts(body[at : at + 7]):
        return False
    size = (body[at + 3] & 3) << 11 | body[at + 4] << 3 | body[at + 5] >> 5
    return size > ADTS_HEADER_BYTES and _is_adts(body[at + size : at + size + 7])


def _is_adts(header: bytes) -> bool:
    return len(header) == ADTS_HEADER_BYTES and header[0] == 0xFF and header[1] & 0xF6 == 0xF0  # noqa: PLR2004 - sync


def _mpeg_layer(body: bytes, *, tagged: bool) -> int:
    """Return the layer (1 to 3) of the first consecutive MPEG audio frames, or 0.

    After a tag one is enough at the end of the file, elsewhere two; at the start of the file three. After other data
    many are needed: noise contains two by chance, an image's rows may contain more.
    """
    at = body.find(b"\xff")
    while 0 <= at < len(body) - 4:
        enough = 2 if tagged else 3 if at == 0 else FRAMES_IN_A_ROW
        count, end = _alike_from(body, at, enough)
        short = end == len(body) and count > 1
        if count >= enough or short or (tagged and count and end >= len(body)):
            return 4 - (body[at + 1] >> 1 & 3)
        at = body.find(b"\xff", at + 1)
    return 0


def _alike_from(body: bytes, at: int, enough: int) -> tuple[int, int]:
    """Count consecutive frames of equal layer, version and rate, up to a limit."""
    first, count = int.from_bytes(body[at : at + 4]) & FIXED_BITS, 0
    while count < enough:
        head = body[at : at + 4]
        size = mpeg_frame_bytes(head) if int.from_bytes(head) & FIXED_BITS == first else 0
        if not size:
            break
        count, at = count + 1, at + size
    return count, at


BITRATES_KBPS = {
    (3, 3): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 1): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""(MPEG-1 or later, layer bits) → kbit/s by index, ISO 11172-3 and 13818-3."""
SAMPLE_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def mpeg_frame_bytes(header: bytes) -> int:
    """Return the length of an MPEG audio frame by its four-byte header, or 0."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - header size and sync word
        return 0
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    bitrate_index, rate_index, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer == 0 or bitrate_index in (0, 15) or rate_index == 3:  # noqa: PLR2004 - reserved values
        return 0
    bitrate = BITRATES_KBPS[3 if version == 3 else 2, layer][bitrate_index] * 1000  # noqa: PLR2004 - MPEG-1 is 3
    rate = SAMPLE_RATES_HZ[version][rate_index]
    if layer == 3:  # noqa: PLR2004 - layer I counts in slots of four bytes
        return (12 * bitrate // rate + padding) * 4
    samples = 72 if layer == 1 and version != 3 else 144  # noqa: PLR2004 - half frames in MPEG-2 layer III
    return samples * bitrate // rate + padding
