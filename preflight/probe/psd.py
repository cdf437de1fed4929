"""Photoshop files: an open file in; size, samples and whether there is a composite out.

Photoshop shows the layers; the file also holds their composite, unless saved without "maximize compatibility". Only the
composite is read.

Source: Adobe Photoshop File Formats Specification, file header, image resources 1057, layer and mask information.
"""

import struct
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from preflight.probe.faults import Unreadable
from preflight.probe.metadata import Metadata
from preflight.probe.reading import read_at
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from PIL import Image

PLAIN, PACKED_BITS = 0, 1
HEAD_BYTES = 26
BITMAP, GRAY, INDEXED, RGB, CMYK, MULTICHANNEL, DUOTONE, LAB = 0, 1, 2, 3, 4, 7, 8, 9
MODES = {BITMAP: "1", GRAY: "L", INDEXED: "P", RGB: "RGB", CMYK: "CMYK", MULTICHANNEL: "L", DUOTONE: "L", LAB: "LAB"}
FLOATING = 32
WORDS = {MULTICHANNEL: "multichannel", DUOTONE: "duotone"}
COLORS = {BITMAP: 1, GRAY: 1, INDEXED: 1, RGB: 3, CMYK: 4, MULTICHANNEL: 1, DUOTONE: 1, LAB: 3}
BIG = 2
MAX_RESOURCE_BYTES = 1 << 22
IPTC, EXIF, XMP, VERSION_INFO, PROFILE = 0x0404, 0x0422, 0x0424, 0x0421, 0x040F
RESOURCES = {IPTC, EXIF, XMP, VERSION_INFO, PROFILE}
HAS_COMPOSITE_AT = 4
BLOCK_BYTES = 4


class Psd(msgspec.Struct, frozen=True):
    """Properties of the file."""

    width_px: int
    height_px: int
    bits: int
    channels: int
    color: int
    big: bool
    """PSB, for large documents."""
    composite: bool
    """Whether it holds the composite of all layers."""
    alpha: bool
    """Whether an extra channel is the composite's transparency; others are saved selections."""
    metadata: Metadata
    profile: bytes
    palette: bytes
    pixels_at: int

    @property
    def mode(self) -> str:
        """Pillow's mode of the samples."""
        if self.bits > 8 and self.color == GRAY:  # noqa: PLR2004 - a byte
            return "I;16" if self.bits == 16 else "F"  # noqa: PLR2004 - the next
        return "RGBA" if self.alpha and self.color == RGB else MODES[self.color]

    @property
    def oddity(self) -> str | None:
        """Why it cannot be decoded here, in words."""
        if not self.composite:
            return 'it was saved without a picture of all layers together ("maximize compatibility" in Photoshop)'
        if self.color in WORDS:
            return phrase("its colors are {w}, which look as the inks do", w=WORDS[self.color])
        return "it has 32 bits a sample, without a white that is told" if self.bits == FLOATING else None


def read_psd(stream: BinaryIO) -> Psd:
    """Read header, resources and the start of the layers.

    Raises:
        Unreadable: the file is incomplete.
    """
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    version, channels, bits, color = (int.from_bytes(head[at : at + 2], "big") for at in (4, 12, 22, 24))
    height, width = int.from_bytes(head[14:18], "big"), int.from_bytes(head[18:22], "big")
    if len(head) < HEAD_BYTES or version not in (1, BIG) or color not in MODES or not width or not height:
        raise Unreadable("not a whole psd picture: its header can't be read")
    if bits not in ({1} if color == BITMAP else {8, 16, FLOATING}):
        raise Unreadable(
            phrase("not a whole {w} picture: {how}", w="psd", how=phrase("{n} bits a sample are none", n=bits))
        )
    if channels < COLORS[color]:
        raise Unreadable(phrase("not a whole {w} picture: {how}", w="psd", how="it has fewer channels than colors"))
    palette = stream.read(_length(stream, BLOCK_BYTES))
    resources = _resources(stream)
    layers_at, layers_bytes = stream.tell(), 8 if version == BIG else BLOCK_BYTES
    length = _length(stream, layers_bytes)
    pixels_at = layers_at + layers_bytes + length
    info = resources.get(VERSION_INFO, b"")
    composite = len(info) <= HAS_COMPOSITE_AT or bool(info[HAS_COMPOSITE_AT])
    metadata = Metadata(*(resources.get(EXIF, b""), _some(resources.get(XMP)), _some(resources.get(IPTC))))
    # A negative layer count marks the first extra channel as the composite's transparency.
    alpha = channels > COLORS[color] and bool(length) and _layer_count(stream, layers_bytes) < 0
    profile = resources.get(PROFILE, b"")
    return Psd(
        width, height, bits, channels, color, version == BIG, composite, alpha, metadata, profile, palette, pixels_at
    )


def composite(stream: BinaryIO, psd: Psd) -> "Image.Image":
    """Decode the composite; reduce colors of 16 bits to 8.

    Raises:
        Unreadable: its data end early, or use an unknown packing.
    """
    from PIL import Image

    count = COLORS[psd.color] + psd.alpha
    bands = [_band(content, psd) for content in _planes(stream, psd, count)]
    if psd.color == INDEXED:
        bands[0].putpalette(b"".join(bytes(color) for color in zip(*_thirds(psd.palette), strict=True)))
    image = bands[0] if count == 1 else Image.merge(psd.mode, bands)
    if psd.profile:
        image.info["icc_profile"] = psd.profile
    return image


def _length(stream: BinaryIO, size: int) -> int:
    return int.from_bytes(stream.read(size), "big")


def _layer_count(stream: BinaryIO, size: int) -> int:
    return int.from_bytes(stream.read(2), "big", signed=True) if _length(stream, size) else 0


def _resources(stream: BinaryIO) -> dict[int, bytes]:
    """Read the resources in use, and skip to their end."""
    end = _length(stream, BLOCK_BYTES)
    end += stream.tell()
    found: dict[int, bytes] = {}
    while stream.tell() + 12 <= end and stream.read(4) in (b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"):
        number = _length(stream, 2)
        name = _length(stream, 1)
        stream.seek(name + (name + 1) % 2, 1)
        size = _length(stream, BLOCK_BYTES)
        content_at = stream.tell()
        if number in RESOURCES:
            found[number] = stream.read(min(size, MAX_RESOURCE_BYTES))
        stream.seek(content_at + size + size % 2)
    stream.seek(end)
    return found


def _some(block: bytes | None) -> tuple[bytes, ...]:
    return (block,) if block else ()


def _thirds(palette: bytes) -> list[bytes]:
    """Split a palette into reds, greens and blues, stored one after another."""
    third = len(palette) // 3
    return [palette[at * third : (at + 1) * third] for at in range(3)]


def _planes(stream: BinaryIO, psd: Psd, count: int) -> list[tuple[str, bytes]]:
    """Return packing, by Pillow's name, and bytes of each of the first channels."""
    told = read_at(stream, psd.pixels_at, 2)
    if len(told) < 2:  # noqa: PLR2004 - a number of two bytes
        raise Unreadable("cut short: its composite ends early")
    packing = int.from_bytes(told, "big")
    row_bytes = (psd.width_px * psd.bits + 7) // 8
    if packing == PLAIN:
        planes = [("raw", stream.read(row_bytes * psd.height_px)) for _ in range(count)]
    elif packing == PACKED_BITS:
        counts = _counts(stream, psd)
        sizes = [sum(counts[at * psd.height_px : (at + 1) * psd.height_px]) for at in range(count)]
        planes = [("packbits", stream.read(size)) for size in sizes]
        if any(len(plane) < size for (_, plane), size in zip(planes, sizes, strict=True)):
            raise Unreadable("cut short: its composite ends early")
    else:
        raise Unreadable(
            phrase("its composite is packed in a way (number {n}) that cannot be unpacked here", n=packing)
        )
    return planes


def _counts(stream: BinaryIO, psd: Psd) -> tuple[int, ...]:
    """Return the bytes of each row of each channel."""
    each = "I" if psd.big else "H"
    rows = psd.channels * psd.height_px
    table = stream.read(rows * struct.calcsize(f"={each}"))
    if len(table) < rows * struct.calcsize(f"={each}"):
        raise Unreadable("cut short: its composite ends early")
    return struct.unpack(f">{rows}{each}", table)


def _band(plane: tuple[str, bytes], psd: Psd) -> "Image.Image":
    """Decode a channel; bitmaps store black as one, inks their complement."""
    from PIL import Image

    codec, content = plane
    size = (psd.width_px, psd.height_px)
    try:
        if psd.bits == 1:
            return Image.frombytes("1", size, content, codec, "1;I")
        if psd.bits == 8:  # noqa: PLR2004 - a byte
            mode = "P" if psd.color == INDEXED else "L"
            return Image.frombytes(mode, size, content, codec, "L;I" if psd.color == CMYK else mode)
        deep = Image.frombytes("L", (size[0] * 2, size[1]), content, codec, "L").tobytes()
        if psd.color == GRAY:
            return Image.frombytes("I;16", size, deep, "raw", "I;16B")
        return Image.frombytes("L", size, deep[::2], "raw", "L;I" if psd.color == CMYK else "L")
    except ValueError:
        raise Unreadable("cut short: its composite ends early") from None
