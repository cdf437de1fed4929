"""Fields of metadata: names and values in, whether one tells a place out.

A place stands in a field named for it, in EXIF or XMP inside a field, or in free text, as coordinates or a link to a
map. Nothing raises.

Source: ISO 6709, annex H; RFC 5870 (geo URI); BWF iXML 3.01, LOCATION.
"""

import re
from collections.abc import Iterable, Iterator

from preflight.probe.metadata import Metadata, read_metadata

Field = tuple[str, str | bytes]
"""Name and value; of a block without a name, the name is empty."""

MOST_BYTES = 1 << 20
"""Bytes of a field that are read."""
NAMED = re.compile(
    r"(?<!al)(?<!re)location(?!_?(?:type|time|url|uri|file|path))|gps|iso6709|latitude|longitude"
    r"|(?:^|[^a-z])(?:geo(?:tag|data|position|code)?|coordinates|xyz|loci|loca|lat|lon|lng)(?:$|[^a-z])",
    re.IGNORECASE,
)
"""Names of fields that hold a place; the time of day and the kind of set in iXML are none."""
NOTHING = " 0.,:;/+-\0\t\r\nNSEW"
"""Characters that tell no place alone."""
DEGREES = r"[+-]?\d{1,3}\.\d{2,}"
WRITTEN = re.compile(
    r"(?<![\w.])[+-]\d{2,6}(?:\.\d+)?[+-]\d{3,7}(?:\.\d+)?(?:[+-]\d+(?:\.\d+)?)?(?:CRS\w+)?/"
    r"|(?<![\w.])[+-]\d{2}\.\d{3,}[+-]\d{3}\.\d{3,}"
    rf"|\bgeo:{DEGREES},{DEGREES}"
    rf"|\blat(?:itude)?\b\W{{0,3}}{DEGREES}.{{0,20}}?\blo?ng?(?:itude)?\b\W{{0,3}}{DEGREES}"
    rf"|\bgps\b\W{{0,3}}[NS]?\s?{DEGREES}\D{{1,5}}{DEGREES}"
    rf"|[?&](?:q|ll|query|center|daddr)={DEGREES},{DEGREES}|/@{DEGREES},{DEGREES}"
    r"|\d{1,2}\s?°\s?\d{1,2}(?:\.\d+)?\s?['\u2032\u2019]\s?(?:\d{1,2}(?:\.\d+)?\s?(?:[\"\u2033\u201d]|'')\s?)?[NS](?!\w)",
    re.IGNORECASE,
)
"""Coordinates in text: ISO 6709, geo URI, latitude and longitude, degrees and minutes, and links to maps."""
ELEMENT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)[^<>]*>([^<>]+)</")
EXIF = b"Exif\0\0"
XMP = re.compile(rb"r\0?d\0?f\0?:\0?R\0?D\0?F|x\0?m\0?p\0?m\0?e\0?t\0?a")
WIDE = (b"\xff\xfe", b"\xfe\xff")


def tells_place(fields: Iterable[Field]) -> bool:
    """Tell whether a field holds a place, or a device's serial number in EXIF or XMP."""
    return any(_tells(name, value) for name, value in fields)


def _tells(name: str, value: str | bytes) -> bool:
    content = value[:MOST_BYTES]
    if isinstance(content, bytes) and any(_blocks_tell(content)):
        return True
    text = content if isinstance(content, str) else _text(content)
    if NAMED.search(name) and text.strip(NOTHING):
        return True
    if WRITTEN.search(text):
        return True
    return any(NAMED.search(one) and held.strip(NOTHING) for one, held in ELEMENT.findall(text))


def _text(content: bytes) -> str:
    """Decode text of any usual encoding; what is none becomes signs that match nothing."""
    wide = content[:2] in WIDE or b"\0" in content[:4].rstrip(b"\0")
    return content.decode("utf-16" if content[:2] in WIDE else "utf-16-le" if wide else "utf-8", "ignore")


def _blocks_tell(content: bytes) -> Iterator[bool]:
    """Read EXIF and XMP inside a field, such as a picture's."""
    at = content.find(EXIF)
    if at >= 0:
        yield read_metadata(Metadata(exif=content[at:])).location
    if XMP.search(content):
        yield read_metadata(Metadata(xmp=(content.replace(b"\0", b""),))).location


__all__ = ["Field", "tells_place"]
