"""What is written beside a picture's pixels: blocks of EXIF, XMP and IPTC in, its orientation and privacy out.

Whatever is broken in a block says nothing; nothing here raises.
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
"""Where it was taken, and what was aimed at."""
AREA = 28
XMP_TAG, IPTC_TAG, RESOURCES_TAG = 0x02BC, 0x83BB, 0x8649
IPTC_RESOURCE = 0x0404
RESOURCE, RECORD, APPLICATION = b"8BIM", 0x1C, 2
IPTC_PLACES = {26, 27, 90, 92, 95, 100, 101}
"""Content location, city, place within it, state, country."""

XMP_ORIENTATION = rb":Orientation\s*(?:=\s*[\"']|>)\s*([1-8])\s*[\"'<]"
XMP_TOLD = (
    rb":(GPSLatitude|GPSDestLatitude|City|State|Country|CountryName|ProvinceState|Location|Sublocation|LocationName"
    rb"|(?:Body|Lens|Camera)?SerialNumber)(?:\s*=\s*[\"']([^\"']*)|\s*>(?:\s*<[^>]*>)*([^<]*))"
)
EMPTY = " 0.,:;/-\0"
"""Signs that tell nothing where they stand alone."""


class Metadata(msgspec.Struct, frozen=True):
    """The blocks as they stand in a file."""

    exif: bytes = b""
    xmp: tuple[bytes, ...] = ()
    iptc: tuple[bytes, ...] = ()
    """IPTC records, bare or within Photoshop's resources."""


class Said(msgspec.Struct, frozen=True):
    """What the blocks say."""

    orientation: int = UPRIGHT
    source: str = ""
    """Which block the orientation is from: EXIF or XMP."""
    location: bool = False
    """A place, or a device's serial number."""


def read_metadata(blocks: Metadata) -> Said:
    """Read what the blocks of a picture say; EXIF goes before XMP."""
    tiff = open_exif(blocks.exif) if blocks.exif else None
    first = next(tiff.chain(), None) if tiff else None
    return said_by(first, blocks)


def said_by(first: Directory | None, blocks: Metadata) -> Said:
    """Read what a first directory and the blocks beside it say."""
    told = (first is not None and _exif_tells(first)) or any(map(_xmp_tells, blocks.xmp))
    told = told or any(map(_iptc_tells, blocks.iptc))
    by_exif = first.integer(ORIENTATION) if first else None
    if by_exif in range(1, 9):
        return Said(by_exif or UPRIGHT, "EXIF", told)
    by_xmp = next((found for block in blocks.xmp if (found := re.search(XMP_ORIENTATION, _plain(block)))), None)
    return Said(int(by_xmp[1]), "XMP", told) if by_xmp else Said(location=told)


def tiff_blocks(first: Directory) -> Metadata:
    """Return the blocks that a TIFF keeps in fields of its first directory."""
    iptc = tuple(filter(None, (first.content(IPTC_TAG), first.content(RESOURCES_TAG))))
    return Metadata(xmp=tuple(filter(None, (first.content(XMP_TAG),))), iptc=iptc)


def _exif_tells(first: Directory) -> bool:
    details, place = first.within(EXIF_DIRECTORY), first.within(GPS_DIRECTORY)
    if place and (any(_is_somewhere(place, tag) for tag in PLACES) or place.text(AREA)):
        return True
    return any(_names(one.text(tag)) for one in (first, details) if one for tag in SERIALS)


def _is_somewhere(place: Directory, tag: int) -> bool:
    """Tell whether a coordinate is more than zeros; one kept as text counts by its digits."""
    if tag not in place.entries:
        return False
    return any(place.numbers(tag)) or bool(re.search(r"[1-9]", place.text(tag)))


def _names(text: str) -> bool:
    """Tell whether a serial number or a name is one; cameras that have none write zeros."""
    return bool(text.strip(EMPTY))


def _plain(block: bytes) -> bytes:
    """Return an XMP packet in UTF-8; it may be in any of Unicode's forms, told by the zeros of its first sign."""
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
    """Tell whether IPTC records name a place."""
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
    """Return one of Photoshop's image resources, or nothing."""
    at = block.find(RESOURCE)
    while at >= 0 and block[at : at + 4] == RESOURCE and at + 12 <= len(block):
        name_end = at + 7 + block[at + 6]
        start = name_end + (name_end - at) % 2 + 4
        size = int.from_bytes(block[start - 4 : start], "big")
        if int.from_bytes(block[at + 4 : at + 6], "big") == wanted:
            return block[start : start + size]
        at = start + size + size % 2
    return b""
