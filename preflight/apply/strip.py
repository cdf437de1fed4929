"""Strip an image file to its coded image: no metadata, no previews, nothing behind its end.

Coded data are kept; orientation and colour profile are written anew. The clip of a motion photo, further images (MPO,
gain maps) and other appended data are left out. Source: ISO 10918-1, B.1 and B.2; JFIF 1.02; ICC.1, annex B.4; PNG
specification, third edition, 5; WebP container.
"""

import io
import struct
import zlib
from pathlib import Path

from preflight.apply.blank import blanked_heif, blanked_tiff
from preflight.media.icc import profile_of
from preflight.probe import jpeg, png, webp
from preflight.probe.described import described
from preflight.probe.sniff import sniff
from preflight.values.facts import ImageFacts

BLANKED = {"tiff": blanked_tiff, "heic": blanked_heif, "avif": blanked_heif}
ORIENTATION, SHORT = 0x0112, 3
ICC_PART = 65_519
"""Bytes of a profile in one JPEG segment."""
MOVING_PNG, MOVING_WEBP = frozenset({b"acTL", b"fcTL", b"fdAT"}), frozenset({b"ANIM", b"ANMF"})
"""Chunks of an animation."""
EXTENDED, WITH_EXIF, WITH_XMP = b"VP8X", 0x08, 0x04
"""WebP's chunk of flags, and two flags."""


def stripped(path: Path, facts: ImageFacts) -> bytes:
    """Strip a JPEG, PNG or WebP, or a raw photograph's preview, to image, orientation and colours.

    Of a TIFF, HEIC or AVIF metadata is blanked in place: what is shown is spread over the file.

    Raises:
        Unreadable: it is not a whole file of its format.
        OSError: it cannot be read.
    """
    content = path.read_bytes()
    if facts.format in BLANKED and not facts.preview:
        return BLANKED[facts.format](content)
    profile = _profile(content)
    if facts.preview:
        content = content[facts.preview.at : facts.preview.at + facts.preview.bytes]
    exif = _exif(facts.orientation) if facts.orientation != 1 else b""
    if facts.format == "png":
        return _png(content, exif, MOVING_PNG if facts.frames > 1 else frozenset())
    if facts.format == "webp":
        return _webp(content, exif, MOVING_WEBP if facts.frames > 1 else frozenset())
    return _jpeg(content, exif, profile)


def _profile(content: bytes) -> bytes:
    """Build the profile of colours that metadata only names."""
    stream = io.BytesIO(content)
    sniffed = sniff(stream)
    colors = described(stream, sniffed) if sniffed and sniffed.format not in ("png", "webp") else None
    return profile_of(colors) if colors and not colors.is_hdr else b""


def _exif(orientation: int) -> bytes:
    """Build an EXIF block with the orientation alone."""
    return b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, ORIENTATION, SHORT, 1, orientation, 0, 0)


def _jpeg(content: bytes, exif: bytes, profile: bytes) -> bytes:
    plain, own = jpeg.plain(io.BytesIO(content))
    body = plain[: jpeg.image_end(plain)][2:]
    head = (
        [_segment(0xE0, content[6:18] + b"\0\0")] if content[2:4] == b"\xff\xe0" and content[6:11] == b"JFIF\0" else []
    )
    head += [_segment(0xE1, b"Exif\0\0" + exif)] if exif else []
    parts = [(own or profile)[at : at + ICC_PART] for at in range(0, len(own or profile), ICC_PART)]
    head += [
        _segment(0xE2, b"ICC_PROFILE\0" + bytes((number, len(parts))) + part) for number, part in enumerate(parts, 1)
    ]
    return b"".join((content[:2], *head, body))


def _segment(code: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, code, len(body) + 2) + body


def _png(content: bytes, exif: bytes, moving: frozenset[bytes]) -> bytes:
    pieces = [content[:8]]
    for chunk in png.chunks(io.BytesIO(content), len(content)):
        if chunk.name == b"IDAT" and exif:
            sum_ = zlib.crc32(b"eXIf" + exif)
            pieces.append(struct.pack(">I", len(exif)) + b"eXIf" + exif + struct.pack(">I", sum_))
            exif = b""
        if chunk.name in png.IMAGE_CHUNKS or chunk.name in moving:
            pieces.append(content[chunk.at - 8 : chunk.at + chunk.size + 4])
    return b"".join(pieces)


def _webp(content: bytes, exif: bytes, moving: frozenset[bytes]) -> bytes:
    wanted = moving.union(webp.IMAGE_CHUNKS)
    found = [
        (chunk.name, content[chunk.at : chunk.at + chunk.bytes])
        for chunk in webp.chunks(io.BytesIO(content), len(content))
        if chunk.name in wanted
    ]
    kept = [whole for name, whole in found if name != EXTENDED]
    if whole := dict(found).get(EXTENDED):
        flags = whole[8] & ~(WITH_EXIF | WITH_XMP) | (WITH_EXIF if exif else 0)
        told = b"EXIF" + struct.pack("<I", len(exif)) + exif + bytes(len(exif) % 2) if exif else b""
        kept = [whole[:8] + bytes((flags,)) + whole[9:], *kept, told]
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body
