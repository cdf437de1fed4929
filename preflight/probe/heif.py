"""HEIF and AVIF: an open file in, the properties of its primary image out.

libheif applies all of them; libavif returns rotation and mirror, and ignores the clean aperture.

Source: ISO 23008-12, 6.5 and 9.3; ISO 14496-12, 12.1.4 (clap); MIAF, 7.3.6.7 (first cropped, then turned).
"""

import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

import msgspec

from preflight.probe.bitstream.av1 import CodePoints, read_av1
from preflight.probe.bitstream.sps import read_codec_header
from preflight.probe.reading import read_at

NCLX_BYTES, UNTOLD = 10, 2
HVCC, AV1C, RECORD_BYTES = b"hvcC", b"av1C", 4
SEQUENCE_BYTES = 256
"""Bytes of an AV1 image that contain its sequence header."""
MAX_META_BYTES = 1 << 22
PITM, IPMA, CLAP, ISPE, PIXI, IROT, IMIR = b"pitm", b"ipma", b"clap", b"ispe", b"pixi", b"irot", b"imir"


class Aperture(msgspec.Struct, frozen=True):
    """The displayed part of an image, in stored pixels."""

    left: int
    top: int
    width_px: int
    height_px: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom."""
        return self.left, self.top, self.left + self.width_px, self.top + self.height_px


class Heif(msgspec.Struct, frozen=True):
    """Properties of the primary image."""

    aperture: Aperture | None = None
    bit_depth: int = 8
    colors: CodePoints | None = None
    """By the container, or else by the coded image."""
    profiled: bool = False
    """Whether there is also a color profile."""
    item: int = 0
    """Id of the primary image."""
    quarters: int = 0
    """Quarter turns anticlockwise (irot), after cropping."""
    mirror: int | None = None
    """Mirror (imir), after rotation: 0 swaps top and bottom, 1 left and right, as in libheif and libavif."""


def read_heif(stream: BinaryIO) -> Heif:
    """Read the properties; ignore missing and broken ones."""
    meta = _meta(stream)
    boxes = dict(_boxes(meta[4:]))
    chosen = boxes.get(PITM, b"")
    primary = int.from_bytes(chosen[4:8] if chosen[:1] > b"\0" else chosen[4:6], "big")
    properties = dict(_boxes(boxes.get(b"iprp", b"")))
    own = list(_boxes(properties.get(b"ipco", b"")))
    named = [own[number - 1] for number in _associated(properties.get(IPMA, b""), primary) if 0 < number <= len(own)]
    found = dict(reversed(named))
    width, height = (int.from_bytes(found.get(ISPE, b"")[at : at + 4], "big") for at in (4, 8))
    depths = found.get(PIXI, b"")[5:]
    if not found.keys() & {HVCC, AV1C}:
        named = [*named, *own]  # tiled: the tiles have the coding properties
    colors = [content for name, content in named if name == b"colr"]
    profiled = any(content[:4] in (b"prof", b"rICC") for content in colors)
    aperture = _aperture(found.get(CLAP, b""), width, height)
    quarters, mirror = (found.get(IROT) or b"\0")[0] & 3, found.get(IMIR)
    return Heif(
        aperture=aperture,
        bit_depth=max(depths, default=8),
        colors=_nclx(colors)
        or _coded_colors(dict(reversed(named)), stream, _item_at(boxes.get(b"iloc", b""), primary)),
        profiled=profiled,
        item=primary,
        quarters=quarters,
        mirror=mirror[0] & 1 if mirror else None,
    )


def _nclx(colors: list[bytes]) -> CodePoints | None:
    """Return the container's code points, if it has primaries or transfer."""
    found = next((content for content in colors if content[:4] == b"nclx" and len(content) >= NCLX_BYTES), None)
    points = CodePoints(*struct.unpack_from(">3H", found, 4)) if found else None
    return points if points and (points.primaries, points.transfer) != (UNTOLD, UNTOLD) else None


def _coded_colors(found: dict[bytes, bytes], stream: BinaryIO, item_at: int) -> CodePoints | None:
    """Return the code points in the coded image."""
    if AV1C in found:
        if points := read_av1(found[AV1C][RECORD_BYTES:]):
            return points
        return read_av1(read_at(stream, item_at, SEQUENCE_BYTES)) if item_at else None
    header = read_codec_header("hevc", found.get(HVCC))
    if header is None or not (header.primaries or header.transfer):
        return None
    return CodePoints(header.primaries or UNTOLD, header.transfer or UNTOLD, header.matrix or UNTOLD)


def _item_at(iloc: bytes, item: int) -> int:
    """Return the offset of an item's bytes; 0 if elsewhere or unknown."""
    if len(iloc) < 8:  # noqa: PLR2004 - version, flags, widths, count
        return 0
    version, (offset, length, base, index) = iloc[0], (iloc[4] >> 4, iloc[4] & 15, iloc[5] >> 4, iloc[5] & 15)
    id_bytes, at = (2, 8) if version < 2 else (4, 10)  # noqa: PLR2004 - from there on numbers are wide
    while at + id_bytes <= len(iloc):
        number = int.from_bytes(iloc[at : at + id_bytes], "big")
        method_at, at = at + id_bytes, at + id_bytes + (2 if version else 0)
        elsewhere = bool(version) and iloc[method_at + 1 : method_at + 2] != b"\0"
        start = int.from_bytes(iloc[at + 2 : at + 2 + base], "big")
        extents = int.from_bytes(iloc[at + 2 + base : at + 4 + base], "big")
        at += 4 + base
        if number == item:
            at += index if version else 0
            return 0 if elsewhere or not extents else start + int.from_bytes(iloc[at : at + offset], "big")
        at += extents * ((index if version else 0) + offset + length)
    return 0


def _meta(stream: BinaryIO) -> bytes:
    """Return the content of the first top-level meta box, or empty bytes."""
    return meta_at(stream)[1]


def meta_at(stream: BinaryIO) -> tuple[int, bytes]:
    """Return the offset and the content of the first top-level meta box; 0 and empty bytes without one."""
    at = 0
    for _ in range(100):
        head = read_at(stream, at, 16)
        size, start = int.from_bytes(head[:4], "big"), at + 8
        if size == 1:
            size, start = int.from_bytes(head[8:], "big"), at + 16
        if head[4:8] == b"meta":
            room = min(at + size - start if size else MAX_META_BYTES, MAX_META_BYTES)
            return start, read_at(stream, start, room)
        if size < 8:  # noqa: PLR2004 - a box header
            break
        at += size
    return 0, b""


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of adjacent boxes."""
    return ((name, block) for _, name, block in boxes(content))


def boxes(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield offset of the content, name and content of adjacent boxes."""
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big") or len(content) - at
        if size < 8:  # noqa: PLR2004 - a box header
            return
        yield at + 8, content[at + 4 : at + 8], content[at + 8 : at + size]
        at += size


def _associated(ipma: bytes, item: int) -> list[int]:
    """Return the property numbers of an item, from 1."""
    if len(ipma) < 8:  # noqa: PLR2004 - version, flags, count
        return []
    wide_item, wide = ipma[0] > 0, bool(ipma[3] & 1)
    at, id_bytes, one = 8, 4 if wide_item else 2, 2 if wide else 1
    while at + id_bytes < len(ipma):
        number, count = int.from_bytes(ipma[at : at + id_bytes], "big"), ipma[at + id_bytes]
        at += id_bytes + 1
        if number == item:
            block = ipma[at : at + count * one]
            return [
                int.from_bytes(block[i : i + one], "big") & (0x7FFF if wide else 0x7F)
                for i in range(0, len(block), one)
            ]
        at += count * one
    return []


def _aperture(clap: bytes, width: int, height: int) -> Aperture | None:
    """Return the clean aperture within the image; None if missing, whole or invalid."""
    if len(clap) < 32 or not width or not height:  # noqa: PLR2004 - four fractions
        return None
    numbers = [int.from_bytes(clap[at : at + 4], "big", signed=at in (16, 24)) for at in range(0, 32, 4)]
    if not all(numbers[1::2]):
        return None
    across, down, right, below = (Fraction(n, d) for n, d in zip(numbers[::2], numbers[1::2], strict=True))
    left, top = round((width - across) / 2 + right), round((height - down) / 2 + below)
    left, top = max(left, 0), max(top, 0)
    wide, high = min(round(across), width - left), min(round(down), height - top)
    if wide <= 0 or high <= 0 or (wide, high) == (width, height):
        return None
    return Aperture(left, top, wide, high)
