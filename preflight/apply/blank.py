"""Blank what stands beside the picture of a TIFF, HEIC or AVIF in place: no byte of the picture moves.

    file ──► where EXIF, GPS, XMP, IPTC and Photoshop's resources lie ──► the same file, these blanked

Of a TIFF the fields leave their directory, too; a HEIF's items keep their place and hold nothing.
Source: TIFF 6.0, section 2; EXIF 2.32, 4.6.3; ISO 14496-12, 8.11.3 (iloc) and 8.11.6 (iinf); ISO 23008-12, annex A.
"""

import io
import struct
from collections.abc import Iterator

import msgspec

from preflight.probe.faults import Unreadable
from preflight.probe.heif import boxes, meta_at
from preflight.probe.metadata import IPTC_TAG, RESOURCES_TAG, SERIALS, XMP_TAG
from preflight.probe.tiff import EXIF_DIRECTORY, GPS_DIRECTORY, WIDTHS, Tiff, open_tiff

BESIDE = frozenset({XMP_TAG, IPTC_TAG, RESOURCES_TAG, EXIF_DIRECTORY, GPS_DIRECTORY, *SERIALS})
EMPTY_EXIF = b"\0\0\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"
"""An Exif item without a field: where its TIFF header begins, the header, and an empty directory."""
IN_FILE, IN_META = 0, 1
"""ISO 14496-12, 8.11.3: construction methods of an item."""


def blanked_tiff(content: bytes) -> bytes:
    """Remove metadata fields from each directory of a TIFF, and blank what they told.

    Raises:
        Unreadable: it has no TIFF header.
    """
    changed = bytearray(content)
    tiff = open_tiff(io.BytesIO(content))
    if tiff is None:
        raise Unreadable("it is not a whole tiff file")
    at, seen = tiff.first, set[int]()
    while at and at not in seen and len(seen) < 1 << 16:
        seen.add(at)
        at = _without_fields(changed, tiff, at)
    return bytes(changed)


def _layout(tiff: Tiff) -> tuple[int, str, str]:
    """Return bytes of a count, the format of an entry, and that of an offset."""
    return (8, f"{tiff.order}HHQQ", f"{tiff.order}Q") if tiff.big else (2, f"{tiff.order}HHII", f"{tiff.order}I")


def _rows(content: bytes | bytearray, tiff: Tiff, at: int) -> list[tuple[int, bytes]]:
    """List tag and bytes of each entry of a directory."""
    width, entry, _ = _layout(tiff)
    count = int.from_bytes(content[at : at + width], "little" if tiff.order == "<" else "big")
    size, first = struct.calcsize(entry), at + width
    block = bytes(content[first : first + count * size])
    whole = (block[place : place + size] for place in range(0, len(block) - size + 1, size))
    return [(struct.unpack_from(f"{tiff.order}H", row)[0], row) for row in whole]


def _without_fields(changed: bytearray, tiff: Tiff, at: int) -> int:
    """Rewrite one directory without metadata; return the offset of the next."""
    width, entry, offset = _layout(tiff)
    rows = _rows(changed, tiff, at)
    end = at + width + len(rows) * struct.calcsize(entry)
    follows = bytes(changed[end : end + struct.calcsize(offset)])
    kept = [row for tag, row in rows if tag not in BESIDE]
    for tag, row in rows:
        if tag in (EXIF_DIRECTORY, GPS_DIRECTORY):
            _blank_directory(
                changed, tiff, struct.unpack_from(offset, row, struct.calcsize(entry) - struct.calcsize(offset))[0]
            )
        elif tag in BESIDE:
            _blank_value(changed, tiff, row)
    if len(kept) < len(rows):
        count = len(kept).to_bytes(width, "little" if tiff.order == "<" else "big")
        anew = count + b"".join(kept) + follows
        changed[at : end + len(follows)] = anew.ljust(end + len(follows) - at, b"\0")
    return struct.unpack(offset, follows)[0] if len(follows) == struct.calcsize(offset) else 0


def _blank_directory(changed: bytearray, tiff: Tiff, at: int) -> None:
    """Blank a directory beside the picture, and what it points to."""
    width, entry, _ = _layout(tiff)
    rows = _rows(changed, tiff, at)
    for _, row in rows:
        _blank_value(changed, tiff, row)
    _blank(changed, at, width + len(rows) * struct.calcsize(entry))


def _blank_value(changed: bytearray, tiff: Tiff, row: bytes) -> None:
    """Blank what a field points to; a value within the entry goes with it."""
    _, entry, offset = _layout(tiff)
    _, kind, count, value_at = struct.unpack(entry, row)
    size = WIDTHS.get(kind, 1) * count
    if size > struct.calcsize(offset):
        _blank(changed, value_at, size)


def _blank(changed: bytearray, at: int, size: int) -> None:
    end = min(at + size, len(changed))
    if end > at:
        changed[at:end] = bytes(end - at)


LEAST_ILOC = 8
"""Bytes up to its count of items."""


class Item(msgspec.Struct, frozen=True):
    """Where the bytes of a HEIF's item lie in the file."""

    kind: bytes
    spans: tuple[tuple[int, int], ...]
    """Offset and length of each extent."""


def blanked_heif(content: bytes) -> bytes:
    """Blank the Exif and XMP items of a HEIC or AVIF; codes of its pictures and where they lie stay.

    Raises:
        Unreadable: such an item lies where it cannot be found.
    """
    changed = bytearray(content)
    for item in _items(content):
        filling = EMPTY_EXIF if item.kind == b"Exif" else b""
        for at, size in item.spans:
            blank = b"\0" if item.kind == b"Exif" else b" "
            changed[at : at + size] = (filling if len(filling) <= size else b"").ljust(size, blank)
            filling = b""
    return bytes(changed)


def _items(content: bytes) -> Iterator[Item]:
    """Yield the Exif and XMP items of a file."""
    meta_start, meta = meta_at(io.BytesIO(content))
    inside = {name: (at, block) for at, name, block in boxes(meta[4:])}
    kinds = dict(_kinds(inside.get(b"iinf", (0, b""))[1]))
    wanted = {number for number, kind in kinds.items() if kind in (b"Exif", b"mime")}
    idat = meta_start + 4 + inside.get(b"idat", (0, b""))[0]
    for number, method, extents in _extents(inside.get(b"iloc", (0, b""))[1]):
        if number not in wanted:
            continue
        if method not in (IN_FILE, IN_META):
            raise Unreadable("its metadata is built of other items")
        start = idat if method == IN_META else 0
        spans = tuple((start + at, min(size, max(len(content) - start - at, 0))) for at, size in extents)
        yield Item(kinds[number], spans)


def _kinds(iinf: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield id and type of each item."""
    head = 6 if iinf[:1] == b"\0" else 8
    for _, name, block in boxes(iinf[head:]):
        if name == b"infe" and block[:1] in (b"\x02", b"\x03"):
            wide = 4 if block[:1] == b"\x03" else 2
            yield int.from_bytes(block[4 : 4 + wide], "big"), block[6 + wide : 10 + wide]


def _extents(iloc: bytes) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Yield id, construction method, and offset and length of each extent."""
    if len(iloc) < LEAST_ILOC:
        return
    version, offset, length, base, index = iloc[0], iloc[4] >> 4, iloc[4] & 15, iloc[5] >> 4, iloc[5] & 15
    wide, index = (2 if version < 2 else 4), index if version else 0  # noqa: PLR2004 - from there on numbers are wide
    stream = io.BytesIO(iloc[6:])

    def number(width: int) -> int:
        return int.from_bytes(stream.read(width), "big")

    for _ in range(number(wide)):
        if stream.tell() >= len(iloc) - 6:
            return
        item, method = number(wide), number(2) & 15 if version else IN_FILE
        number(2)
        start, found = number(base), list[tuple[int, int]]()
        for _ in range(min(number(2), len(iloc))):
            number(index)
            found.append((start + number(offset), number(length)))
        yield item, method, found


__all__ = ["blanked_heif", "blanked_tiff"]
