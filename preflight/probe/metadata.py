"""Metadata of an image: EXIF, XMP and IPTC blocks in, orientation and privacy out.

Broken blocks are ignored; nothing raises.

Source: EXIF 2.32, 4.6.4 and 4.6.6; IPTC-IIM 4.2, 2:90 to 2:101; XMP part 1; Photoshop's image resources.
"""

import re

import msgspec

from preflight.probe.tiff import EXIF_DIRECTORY, GPS_DIRECTORY, Directory, open_exif

ORIENTATION = 0x0112
UPRIGHT = 1
SERIALS = (0xA431, 0xA435, 0xC62F)
"""Body, lens and DNG camera serial number."""
LATITUDE, LONGITUDE = 2, 4
PLACES = (LATITUDE, LONGITUDE, 20, 22)
"""Where it was taken, and the destination."""
AREA = 28
XMP_TAG, IPTC_TAG, RESOURCES_TAG = 0x02BC, 0x83BB, 0x8649
IPTC_RESOURCE = 0x0404
RESOURCE, RECORD, APPLICATION = b"8BIM", 0x1C, 2
IPTC_PLACES = {26, 27, 90, 92, 95, 100, 101}
"""Content location, city, sublocation, state, country."""

XMP_ORIENTATION = rb":Orientation\s*(?:=\s*[\"']|>)\s*([1-8])\s*[\"'<]"
XMP_TOLD = (
    rb":(GPSLatitude|GPSDestLatitude|City|State|Country|CountryName|ProvinceState|Location|Sublocation|LocationName"
    rb"|(?:Body|Lens|Camera)?SerialNumber)(?:\s*=\s*[\"']([^\"']*)|\s*>(?:\s*<[^>]*>)*([^<]*))"
)
EMPTY = " 0.,:;/-\0"
"""Characters without meaning of their own."""


class Metadata(msgspec.Struct, frozen=True):
    """Metadata blocks of a file."""

    exif: bytes = b""
    xmp: tuple[bytes, ...] = ()
    iptc: tuple[bytes, ...] = ()
    """IPTC records, bare or in Photoshop resources."""


class Said(msgspec.Struct, frozen=True):
    """Orientation and location."""

    orientation: int = UPRIGHT
    source: str = ""
    """The block with the orientation: EXIF or XMP."""
    location: bool = False
    """A location, or a device's serial number."""


def read_metadata(blocks: Metadata) -> Said:
    """Read an image's blocks; EXIF goes before XMP."""
    tiff = open_exif(blocks.exif) if blocks.exif else None
    first = next(tiff.chain(), None) if tiff else None
    return said_by(first, blocks)


def said_by(first: Directory | None, blocks: Metadata) -> Said:
    """Read a first directory and the other blocks."""
    told = (first is not None and _exif_tells(first)) or any(map(_xmp_tells, blocks.xmp))
    told = told or any(map(_iptc_tells, blocks.iptc))
    by_exif = first.integer(ORIENTATION) if first else None
    if by_exif in range(1, 9):
        return Said(by_exif or UPRIGHT, "EXIF", told)
    by_xmp = next((found for block in blocks.xmp if (found := re.search(XMP_ORIENTATION, _plain(block)))), None)
    return Said(int(by_xmp[1]), "XMP", told) if by_xmp else Said(location=told)


def tiff_blocks(first: Directory) -> Metadata:
    """Return the blocks in fields of a TIFF's first directory."""
    iptc = tuple(filter(None, (first.content(IPTC_TAG), first.content(RESOURCES_TAG))))
    return Metadata(xmp=tuple(filter(None, (first.content(XMP_TAG),))), iptc=iptc)


def _exif_tells(first: Directory) -> bool:
    details, place = first.within(EXIF_DIRECTORY), first.within(GPS_DIRECTORY)
    if place and (any(_is_somewhere(place, tag) for tag in PLACES) or place.text(AREA)):
        return True
    return any(_names(one.text(tag)) for one in (first, details) if one for tag in SERIALS)


def _is_somewhere(place: Directory, tag: int) -> bool:
    """Tell whether a coordinate is more than zeros; text counts by its digits."""
    if tag not in place.entries:
        return False
    return any(place.numbers(tag)) or bool(re.search(r"[1-9]", place.text(tag)))


def _names(text: str) -> bool:
    """Tell whether a serial number or name is real; some cameras write zeros."""
    return bool(text.strip(EMPTY))


def _plain(block: bytes) -> bytes:
    """Convert an XMP packet from any Unicode encoding to UTF-8, detected by zeros in its first character."""
    head = block[:4]
    encoding = "utf-16-be" if head[:1] == b"\0" else "utf-16-le" if head[1:2] == b"\0" else None
    return block.decode(encoding, "ignore").encode() if encoding else block


def _xmp_tells(block: bytes) -> bool:
    for name, attribute, element in re.findall(XMP_TOLD, _plain(block)):
        value = attribute or element
        if re.search(rb"[1-9]", value) if name.startswith(b"GPS") else _names(value.decode("utf-8", "replace")):
            return True
    return False


def _iptc_tells(block: bytes) -> bool:
    """Tell whether IPTC records name a location."""
    records = _resource(block, IPTC_RESOURCE) if RESOURCE in block[:64] else block
    at = 0
    while at + 5 <= len(records) and records[at] == RECORD:
        size = int.from_bytes(records[at + 3 : at + 5], "big")
        value = records[at + 5 : at + 5 + size].decode("utf-8", "replace")
        if records[at + 1] == APPLICATION and records[at + 2] in IPTC_PLACES and _names(value):
            return True
        at += 5 + size
    return False


def _resource(block: bytes, wanted: int) -> bytes:
    """Return a Photoshop image resource, or empty bytes."""
    at = block.find(RESOURCE)
    while at >= 0 and block[at : at + 4] == RESOURCE and at + 12 <= len(block):
        name_end = at + 7 + block[at + 6]
        start = name_end + (name_end - at) % 2 + 4
        size = int.from_bytes(block[start - 4 : start], "big")
        if int.from_bytes(block[at + 4 : at + 6], "big") == wanted:
            return block[start : start + size]
        at = start + size + size % 2
    return b""
