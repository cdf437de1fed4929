"""Raw photographs: a camera's file in, size of the raw image and largest preview out.

DNG, NEF, ARW, CR2, PEF, SRW, ORF and RW2 are TIFF files whose first directory is often a thumbnail. A preview is the
camera's JPEG of the whole image: viewers show it, and a fix can use it.

Source: DNG 1.7, chapters 2 and 5; TIFF/EP (ISO 12234-2); for CR2, ORF and RW2 the files themselves.
"""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from preflight.probe.faults import Unreadable
from preflight.probe.jpeg import read_header
from preflight.probe.metadata import Said, read_metadata, said_by, tiff_blocks
from preflight.probe.tiff import EXIF_DIRECTORY, Directory, Tiff, open_tiff
from preflight.values.facts import Preview
from preflight.values.phrase import phrase

KIND, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 0xFE, 0x100, 0x101, 0x102, 0x103, 0x106
STRIPS, STRIP_BYTES, TILES, TILE_BYTES = 0x111, 0x117, 0x144, 0x145
JPEG_AT, JPEG_BYTES = 0x201, 0x202
RAW_COLORS = {32803, 34892}
"""Photometric interpretations of sensor data: color filter array, linear raw."""
DEFAULT_CROP, DNG_VERSION, CR2_SLICES = 0xC620, 0xC612, 0xC640
SHOWN_WIDTH, SHOWN_HEIGHT = 0xA002, 0xA003
"""EXIF's size of the camera's own image."""
RW2_JPEG, RW2_BORDERS = 0x2E, (4, 5, 6, 7)
"""Panasonic: the preview as a field's content; the sensor's top, left, bottom and right border."""
RW2 = 0x55
MARKS = {RW2: "rw2", 0x4F52: "orf", 0x5352: "orf"}
"""Values instead of TIFF's 42: Panasonic, Olympus."""
MAKE = 0x10F
MAKERS = (("NIKON", "nef"), ("SONY", "arw"), ("PENTAX", "pef"), ("RICOH", "pef"), ("SAMSUNG", "srw"))
FUJI_PLACES, FUJI_SIZES, FUJI_BITS, MAX_FUJI_ENTRIES = 84, (0x111, 0x121, 0x100), 14, 256
JPEG_COMPRESSIONS = {6, 7, 34892}
LEAST_PREVIEW_BYTES = 64


NO_PREVIEW = "it is a raw photograph without a whole preview"


class Raw(msgspec.Struct, frozen=True):
    """Properties from the directories."""

    width_px: int
    height_px: int
    bit_depth: int
    said: Said
    preview: Preview | None


def raw_format(stream: BinaryIO) -> str | None:
    """Return the raw format of a file with a TIFF header, or None."""
    tiff = open_tiff(stream)
    first = next(tiff.chain(), None) if tiff else None
    if tiff is None or first is None:
        return None
    if tiff.mark in MARKS:
        return MARKS[tiff.mark]
    if DNG_VERSION in first.entries:
        return "dng"
    own = next((one for one in _images(tiff, first) if _is_sensors(one)), None)
    if own is None:
        return None
    maker = first.text(MAKE).upper()
    return "cr2" if CR2_SLICES in own.entries else next((name for word, name in MAKERS if word in maker), "raw")


def read_raw(stream: BinaryIO, size: int, format_name: str) -> Raw:
    """Read a raw photograph's properties.

    Raises:
        Unreadable: it has no size, or is truncated.
    """
    if format_name == "raf":
        return _fuji(stream, size)
    tiff = open_tiff(stream)
    first = next(tiff.chain(), None) if tiff else None
    if tiff is None or first is None:
        raise Unreadable("not a whole raw photograph: its first directory is missing")
    images = list(_images(tiff, first))
    own = next((one for one in images if _is_sensors(one) and not one.integer(KIND)), None)
    if (missing := _end(tiff, own or first) - size) > 0:
        raise Unreadable(
            phrase("cut short: {how}", how=phrase("{n} bytes of its picture are missing", n=f"{missing:,}"))
        )
    sides = _borders(first) or _crop(own) or (None if format_name == "cr2" else _size(own))
    sides = sides or _shown(first) or max((_size(one) or (0, 0) for one in images), default=(0, 0))
    if not all(sides):
        raise Unreadable("not a whole raw photograph: no directory tells its size")
    said = said_by(first, tiff_blocks(first))
    return Raw(*sides, (own or first).integer(BITS) or 8, said, _largest(stream, tiff, images, size))


def _largest(stream: BinaryIO, tiff: Tiff, images: list[Directory], size: int) -> Preview | None:
    """Return the largest complete JPEG preview in a file of `size` bytes."""
    places = {place for one in images for place in _jpegs(one)}
    found = (preview for at, length in places if (preview := _preview(stream, tiff.zero + at, length, size)))
    return max(found, key=lambda one: (one.width_px * one.height_px, one.at), default=None)


def _end(tiff: Tiff, own: Directory) -> int:
    """Return the end of an image's last strip or tile."""
    ends = [0]
    for at, length in ((STRIPS, STRIP_BYTES), (TILES, TILE_BYTES)):
        ends += [int(start + taken) for start, taken in zip(own.numbers(at), own.numbers(length), strict=False)]
    return tiff.zero + max(ends)


def _fuji(stream: BinaryIO, size: int) -> Raw:
    """Read Fujifilm's header: the offsets of a JPEG with all metadata, and of the sensor's table."""
    stream.seek(FUJI_PLACES)
    places = stream.read(16)
    at, length, table = (int.from_bytes(places[i : i + 4], "big") for i in (0, 4, 8))
    preview = _preview(stream, at, length, size) if at and length else None
    stream.seek(table)
    sides: tuple[int, int] = (0, 0)
    for _ in range(min(int.from_bytes(stream.read(4), "big"), MAX_FUJI_ENTRIES)):
        tag, width = (int.from_bytes(stream.read(2), "big") for _ in range(2))
        content = stream.read(width)
        if tag in FUJI_SIZES and len(content) == 4:  # noqa: PLR2004 - height and width
            sides = int.from_bytes(content[2:], "big"), int.from_bytes(content[:2], "big")
            if tag == FUJI_SIZES[0]:
                break
    if not all(sides):
        raise Unreadable("not a whole raw photograph: its header tells no size")
    said = read_metadata(read_header(stream, at).metadata) if preview else Said()
    return Raw(*sides, FUJI_BITS, said, preview)


def _images(tiff: Tiff, first: Directory) -> Iterator[Directory]:
    """Yield the directories of all images, in branches too."""
    for one in (first, *list(tiff.chain())[1:]):
        yield one
        yield from one.branches()


def _is_sensors(one: Directory) -> bool:
    return one.integer(PHOTOMETRIC) in RAW_COLORS or CR2_SLICES in one.entries


def _size(one: Directory | None) -> tuple[int, int] | None:
    sides = (one.integer(WIDTH), one.integer(HEIGHT)) if one else (None, None)
    return (sides[0], sides[1]) if sides[0] and sides[1] and min(sides[0], sides[1]) > 0 else None


def _crop(one: Directory | None) -> tuple[int, int] | None:
    """Return a DNG's default crop."""
    sides = [round(side) for side in one.numbers(DEFAULT_CROP)] if one else []
    whole = _size(one)
    if len(sides) != 2 or whole is None or not 0 < sides[0] <= whole[0] or not 0 < sides[1] <= whole[1]:  # noqa: PLR2004 - width, height
        return None
    return sides[0], sides[1]


def _shown(first: Directory) -> tuple[int, int] | None:
    details = first.within(EXIF_DIRECTORY)
    sides = (details.integer(SHOWN_WIDTH), details.integer(SHOWN_HEIGHT)) if details else (None, None)
    return (sides[0], sides[1]) if sides[0] and sides[1] and min(sides[0], sides[1]) > 0 else None


def _borders(first: Directory) -> tuple[int, int] | None:
    """Return the size within Panasonic's sensor borders."""
    if first.tiff.mark != RW2:
        return None
    top, left, bottom, right = (first.integer(tag) or 0 for tag in RW2_BORDERS)
    return (right - left, bottom - top) if right > left and bottom > top else None


def _jpegs(one: Directory) -> Iterator[tuple[int, int]]:
    """Yield offset and length of each JPEG in a directory."""
    pairs = [(one.integer(JPEG_AT), one.integer(JPEG_BYTES))]
    if one.integer(COMPRESSION) in JPEG_COMPRESSIONS and len(one.numbers(STRIPS)) == 1:
        pairs.append((one.integer(STRIPS), one.integer(STRIP_BYTES)))
    if (whole := one.entries.get(RW2_JPEG)) and whole.kind in (1, 7):
        pairs.append((whole.at, whole.count))
    for at, length in pairs:
        if at and length and at > 0 and length > LEAST_PREVIEW_BYTES:
            yield at, length


def _preview(stream: BinaryIO, at: int, length: int, size: int) -> Preview | None:
    """Return the JPEG at an offset if common decoders read it, unlike raw data."""
    if at + length > size:
        return None
    stream.seek(at)
    if stream.read(2) != b"\xff\xd8":
        return None
    try:
        header = read_header(stream, at)
    except Unreadable:
        return None
    if header.coding:
        return None
    return Preview(at=at, bytes=length, width_px=header.width_px, height_px=header.height_px)
