"""PNG: an open file in, its header and metadata out; also checks that all rows exist.

Rows are unpacked and counted but not filtered: that takes a seventh of the time of decoding, and filtering could reveal
only an invalid filter.

Source: PNG specification, third edition: 5.3 (chunks), 8.1 (interlace), 9.2 (filters), 11.2.1 (IHDR).
"""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from preflight.probe.faults import Unreadable
from preflight.probe.metadata import Metadata
from preflight.probe.rows import Rows, Shape
from preflight.values.phrase import phrase

SIGNATURE, NAME_AT = b"\x89PNG\r\n\x1a\n", 4
MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
"""Color type → valid bits per sample."""
PALETTE, GRAY_ALPHA, RGBA = 3, 4, 6
DEEP = 16
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Adam7: first column, first row, column step, row step of each pass."""
BLOCK_BYTES = 1 << 18
IHDR_BYTES = 13
MAX_TEXT_BYTES = 1 << 22
"""Most unpacked bytes of a text chunk: more than cameras and editors write."""
MAX_CHUNKS = 1 << 20
MAX_PROFILE_BYTES = 1 << 24
"""Most unpacked bytes of a color profile: printer profiles take a few million."""
NEEDED = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"IDAT", b"IEND"}
TEXTS = {b"tEXt", b"zTXt", b"iTXt"}
IMAGE_CHUNKS = {*NEEDED, b"iCCP", b"sBIT"}
"""Chunks of the image itself, its colors included."""
READ = {b"IHDR", b"cICP", b"PLTE", b"tRNS", b"acTL", b"eXIf", *TEXTS}
"""Chunks to read."""
XMP = b"XML:com.adobe.xmp"
RAW_PROFILE = b"Raw profile type "
XMP_NAME = b"http://ns.adobe.com/xap/1.0/\0"


class Header(msgspec.Struct, frozen=True):
    """The IHDR chunk."""

    width_px: int
    height_px: int
    bit_depth: int
    color: int
    """Color type: 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGBA."""
    interlaced: bool

    @property
    def mode(self) -> str:
        """Pillow's mode of the samples."""
        if self.color == 0 and self.bit_depth in (1, DEEP):
            return "1" if self.bit_depth == 1 else "I;16"
        return "RGBA" if self.color == GRAY_ALPHA and self.bit_depth == DEEP else MODES[self.color]

    @property
    def has_alpha(self) -> bool:
        """Whether each pixel has alpha."""
        return self.color in (GRAY_ALPHA, RGBA)

    def shapes(self) -> tuple[Shape, ...]:
        """Return the stored rows, per non-empty pass if interlaced."""
        return tuple(shape for one in (PASSES if self.interlaced else ((0, 0, 1, 1),)) if (shape := self._shape(*one)))

    def _shape(self, left: int, top: int, across: int, down: int) -> Shape | None:
        columns = -(-max(self.width_px - left, 0) // across)
        rows = -(-max(self.height_px - top, 0) // down)
        channels = CHANNELS[self.color]
        alpha_bytes = self.bit_depth // 8 if self.has_alpha else 0
        row_bytes = (columns * self.bit_depth * channels + 7) // 8
        return Shape(rows, row_bytes, channels * self.bit_depth // 8, alpha_bytes) if rows and columns else None


class Png(msgspec.Struct, frozen=True):
    """The chunks before the pixels."""

    header: Header
    frames: int
    transparent: bool
    """Whether a chunk declares transparent colors."""
    metadata: Metadata
    transfer: int | None = None
    """Transfer code point in H.273, if any."""
    exif: bytes | None = None
    """Content of the eXIf chunk, or None."""


class Chunk(msgspec.Struct, frozen=True):
    """Place of a chunk's content, after length and name."""

    name: bytes
    at: int
    size: int


def read_header(stream: BinaryIO, size: int, *, whole: bool = False) -> Png:
    """Read the chunks up to the pixels, or all.

    Raises:
        Unreadable: the header is invalid, or pixels or palette are missing.
    """
    found: dict[bytes, bytes] = {}
    texts: list[tuple[bytes, bytes]] = []
    pixels = False
    for chunk in chunks(stream, size):
        pixels = pixels or chunk.name == b"IDAT"
        if pixels and not whole:
            break
        if chunk.name in READ:
            stream.seek(chunk.at)
            content = stream.read(min(chunk.size, MAX_TEXT_BYTES))
            if chunk.name in TEXTS:
                texts.append((chunk.name, content))
            else:
                found.setdefault(chunk.name, content)
    header = _header(found.get(b"IHDR", b""))
    if not pixels:
        raise Unreadable("cut short: there are no pixels behind its header")
    if header.color == PALETTE and not found.get(b"PLTE"):
        raise Unreadable("its palette is missing")
    frames = int.from_bytes(found.get(b"acTL", b"")[:4], "big") or 1
    transparent = b"tRNS" in found and (header.color != PALETTE or any(alpha < 255 for alpha in found[b"tRNS"]))  # noqa: PLR2004 - opaque
    transfer = next(iter(found.get(b"cICP", b"")[1:2]), None)
    metadata = _metadata(found.get(b"eXIf", b""), texts)
    return Png(header, frames, transparent and not header.has_alpha, metadata, transfer, found.get(b"eXIf"))


def _header(content: bytes) -> Header:
    if len(content) != IHDR_BYTES:
        raise Unreadable("not a whole png picture: its header is missing or broken")
    width, height = int.from_bytes(content[:4], "big"), int.from_bytes(content[4:8], "big")
    depth, color, method, filters, interlace = content[8:]
    if not width or not height or depth not in DEPTHS.get(color, ()) or method or filters or interlace > 1:
        raise Unreadable("not a whole png picture: its header says what no PNG can be")
    return Header(width, height, depth, color, interlaced=bool(interlace))


def chunks(stream: BinaryIO, size: int) -> Iterator[Chunk]:
    """Yield the chunks up to IEND or the end of file; a chunk may exceed the file."""
    at = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        stream.seek(at)
        head = stream.read(8)
        if len(head) < 8 or at >= size:  # noqa: PLR2004 - length and name
            return
        chunk = Chunk(head[NAME_AT:], at + 8, int.from_bytes(head[:NAME_AT], "big"))
        yield chunk
        if chunk.name == b"IEND":
            return
        at = chunk.at + chunk.size + 4


def refuse_damage(stream: BinaryIO, size: int, header: Header) -> bool:
    """Check all checksums that readers check, and count the rows.

    Tells whether each pixel has alpha and all are opaque.

    Raises:
        Unreadable: rows are missing or broken, or a checksum is wrong.
    """
    rows = Rows(header.shapes())
    for block in _pixels(stream, size):
        rows.feed(block)
    rows.end()
    return rows.opaque


def _pixels(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the IDAT data in blocks, checking checksums.

    Readers ignore broken ancillary chunks after the pixels.
    """
    from isal import isal_zlib

    done = False
    name = b""
    for chunk in chunks(stream, size):
        before, name, at, length = name, chunk.name, chunk.at, chunk.size
        _refuse_misplaced(before, name, done=done)
        if at + length + 4 > size:
            raise Unreadable(
                phrase(
                    "cut short: {how}",
                    how=phrase("a stretch of its data claims {n} bytes, which are not there", n=f"{length:,}"),
                )
            )
        stream.seek(at)
        left, sum_ = length, isal_zlib.crc32(name)
        while left > 0 and (block := stream.read(min(left, BLOCK_BYTES))):
            left -= len(block)
            sum_ = isal_zlib.crc32(block, sum_)
            if name == b"IDAT":
                yield block
        critical = not name[0] & 0x20
        if int.from_bytes(stream.read(4), "big") != sum_ and (critical or not done):
            raise Unreadable(
                phrase(
                    "is damaged: {how}", how=phrase("the checksum of its {w} chunk is wrong", w=name.decode("latin-1"))
                )
            )
        done = done or name == b"IDAT"
    if name != b"IEND":
        raise Unreadable("cut short: the chunk that ends it is missing")


def _refuse_misplaced(before: bytes, name: bytes, *, done: bool) -> None:
    """Raise Unreadable for a misplaced chunk: PNG specification, third edition, 5.6."""
    if (name == b"IHDR") != (not before):
        raise Unreadable("is damaged: its header stands elsewhere than at its beginning, or twice")
    if name == b"IDAT" and done and before != b"IDAT":
        raise Unreadable(
            phrase(
                "is damaged: {how}",
                how=phrase("its pixels are parted by a chunk ({q})", q=repr(before.decode("latin-1"))),
            )
        )


def own_bytes(stream: BinaryIO, size: int) -> int:
    """Return the bytes of the image itself, without metadata and trailing data."""
    return len(SIGNATURE) + sum(chunk.size + 12 for chunk in chunks(stream, size) if chunk.name in IMAGE_CHUNKS)


def plain(stream: BinaryIO) -> tuple[bytes, bytes]:
    """Return a PNG with only what decoding needs, and its color profile."""
    size = stream.seek(0, 2)
    pieces, profile = [SIGNATURE], b""
    for chunk in chunks(stream, size):
        stream.seek(chunk.at - 8)
        if chunk.name == b"iCCP":
            packed = stream.read(min(chunk.size, MAX_TEXT_BYTES) + 8)[8:].partition(b"\0")[2][1:]
            profile = _unpacked(packed, MAX_PROFILE_BYTES)
        elif chunk.name in NEEDED:
            pieces.append(stream.read(chunk.size + 12))
    return b"".join(pieces), profile


def _metadata(exif: bytes, texts: list[tuple[bytes, bytes]]) -> Metadata:
    """Sort texts into blocks; EXIF and XMP may be hexadecimal raw profiles."""
    xmp: list[bytes] = []
    iptc: list[bytes] = []
    for keyword, text in (_text(name, content) for name, content in texts):
        if keyword == XMP:
            xmp.append(text)
        elif keyword.startswith(RAW_PROFILE):
            profile, kind = _profile(text), keyword[len(RAW_PROFILE) :].lower()
            if kind in (b"exif", b"app1") and not profile.startswith(XMP_NAME):
                exif = exif or profile
            elif kind in (b"xmp", b"app1"):
                xmp.append(profile)
            elif kind in (b"iptc", b"8bim"):
                iptc.append(profile)
    return Metadata(exif, tuple(xmp), tuple(iptc))


def _text(name: bytes, content: bytes) -> tuple[bytes, bytes]:
    """Return keyword and text of a text chunk."""
    keyword, _, rest = content.partition(b"\0")
    if name == b"tEXt":
        return keyword, rest
    if name == b"zTXt":
        return keyword, _unpacked(rest[1:])
    packed, rest = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
    return keyword, _unpacked(rest) if packed else rest


def _unpacked(packed: bytes, most: int = MAX_TEXT_BYTES) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""


def _profile(text: bytes) -> bytes:
    """Decode a raw profile: a line with its name, one with its length, then digits."""
    digits = b"".join(text.strip().split(b"\n")[2:]).translate(None, b" \r\t")
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return b""
