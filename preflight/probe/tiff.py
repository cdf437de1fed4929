"""TIFF directories of EXIF, TIFF and raw photographs: an open file in, numbers and texts out.

Entries are read one by one; a broken one affects no other, and nothing raises.

Source: TIFF 6.0, section 2; BigTIFF; EXIF 2.32, 4.6.2.
"""

import io
import struct
from collections.abc import Iterator
from math import isfinite
from typing import BinaryIO, Literal

import msgspec

from preflight.probe.reading import read_at

ASCII = 2
RATIONALS = {5: "II", 10: "ii"}
NUMBERS = {1: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}
"""Type → format of one number in `struct`."""
WIDTHS = {
    ASCII: 1,
    **dict.fromkeys(RATIONALS, 8),
    **{kind: struct.calcsize(f"={n}") for kind, n in NUMBERS.items()},
}
BIG = 43
NAME_BYTES = 12
MAX_DIRECTORIES = 64
MAX_ENTRIES = 4096
"""Most entries of a directory: makers' notes have a few hundred."""
MAX_NUMBERS = 1 << 16
"""Most numbers of an entry: strip offsets of a tall image."""
MAX_BYTES = 1 << 22
"""Most bytes of an entry: XMP and IPTC."""
SUB_DIRECTORIES, EXIF_DIRECTORY, GPS_DIRECTORY = 0x014A, 0x8769, 0x8825

Number = int | float


class Entry(msgspec.Struct, frozen=True):
    """A field of a directory; its value lies elsewhere in the file."""

    kind: int
    count: int
    at: int


class Tiff(msgspec.Struct, frozen=True):
    """An open file with a TIFF header; offsets count from `zero`."""

    stream: BinaryIO
    zero: int
    order: Literal["<", ">"]
    mark: int
    """42, 43 for BigTIFF, or a maker's own."""
    first: int
    """Offset of the first directory."""

    @property
    def big(self) -> bool:
        """Whether offsets and counts have eight bytes."""
        return self.mark == BIG

    def chain(self, at: int | None = None) -> Iterator["Directory"]:
        """Yield linked directories from the first, or from an offset."""
        seen: set[int] = set()
        place = self.first if at is None else at
        while place and place not in seen and len(seen) < MAX_DIRECTORIES:
            seen.add(place)
            directory, place = self._directory(place)
            if directory is None:
                return
            yield directory

    def _directory(self, at: int) -> "tuple[Directory | None, int]":
        """Return the directory at an offset, and the offset of the next."""
        count_bytes, entry_bytes, offset_bytes = (8, 20, 8) if self.big else (2, 12, 4)
        count = self._whole(at, count_bytes)
        if count is None or not 0 < count <= MAX_ENTRIES:
            return None, 0
        block = self.read(at + count_bytes, count * entry_bytes)
        rows = struct.iter_unpack(
            self.order + ("HHQQ" if self.big else "HHII"), block[: len(block) // entry_bytes * entry_bytes]
        )
        entries: dict[int, Entry] = {}
        place = at + count_bytes + entry_bytes - offset_bytes
        for tag, kind, numbers, value_at in rows:
            if tag not in entries:
                within = WIDTHS.get(kind, 1) * numbers <= offset_bytes
                entries[tag] = Entry(kind, numbers, place if within else value_at)
            place += entry_bytes
        return Directory(self, entries), self._whole(at + count_bytes + count * entry_bytes, offset_bytes) or 0

    def _whole(self, at: int, width: int) -> int | None:
        """Read an unsigned number; None after the end."""
        found = self.read(at, width)
        return int.from_bytes(found, "little" if self.order == "<" else "big") if len(found) == width else None

    def read(self, at: int, size: int) -> bytes:
        """Return up to `size` bytes from an offset."""
        try:
            return read_at(self.stream, self.zero + at, size)
        except (OSError, ValueError):
            return b""


class Directory(msgspec.Struct, frozen=True):
    """The fields of one directory."""

    tiff: Tiff
    entries: dict[int, Entry]

    def numbers(self, tag: int) -> tuple[Number, ...]:
        """Return a field's numbers of any type; none if missing or broken, such as floats that are no numbers."""
        entry = self.entries.get(tag)
        if entry is None or not entry.count > 0:
            return ()
        if entry.kind == ASCII:
            return _spelled(self.text(tag))
        pattern = RATIONALS.get(entry.kind) or NUMBERS.get(entry.kind)
        if pattern is None:
            return ()
        width = WIDTHS[entry.kind]
        block = self.tiff.read(entry.at, min(entry.count, MAX_NUMBERS) * width)
        found = struct.iter_unpack(f"{self.tiff.order}{pattern}", block[: len(block) // width * width])
        numbers = tuple(_divided(*one) if len(one) > 1 else one[0] for one in found)
        return numbers if all(map(isfinite, numbers)) else ()

    def integer(self, tag: int) -> int | None:
        """Return a field's first number if it is an integer."""
        first = next(iter(self.numbers(tag)), None)
        return int(first) if first is not None and first == first // 1 else None

    def content(self, tag: int) -> bytes:
        """Return a field's bytes."""
        entry = self.entries.get(tag)
        return self.tiff.read(entry.at, min(entry.count * WIDTHS.get(entry.kind, 1), MAX_BYTES)) if entry else b""

    def text(self, tag: int) -> str:
        """Return a field as text, up to its zero byte."""
        return self.content(tag).split(b"\0")[0].decode("utf-8", "replace").strip()

    def within(self, tag: int) -> "Directory | None":
        """Return the directory that a field points to."""
        at = self.integer(tag)
        return next(self.tiff.chain(at), None) if at is not None and at > 0 else None

    def branches(self) -> "Iterator[Directory]":
        """Yield the subdirectories: further images of a raw photograph."""
        for at in self.numbers(SUB_DIRECTORIES)[:MAX_DIRECTORIES]:
            if isinstance(at, int) and at > 0:
                yield from self.tiff.chain(at)


def open_tiff(stream: BinaryIO, zero: int = 0) -> Tiff | None:
    """Return a file's directories; None without a TIFF header. Makers' marks may replace 42."""
    stream.seek(zero)
    head = stream.read(16)
    order: Literal["<", ">"] | None = "<" if head[:2] == b"II" else ">" if head[:2] == b"MM" else None
    if order is None or len(head) < 8:  # noqa: PLR2004 - the header of a classic one
        return None
    mark = struct.unpack_from(f"{order}H", head, 2)[0]
    if mark == BIG:
        return Tiff(stream, zero, order, mark, struct.unpack_from(f"{order}Q", head, 8)[0] if len(head) == 16 else 0)  # noqa: PLR2004 - its header
    return Tiff(stream, zero, order, mark, struct.unpack_from(f"{order}I", head, 4)[0])


def open_exif(block: bytes) -> Tiff | None:
    """Return an EXIF block's directories; its name, and HEIF's length of it, may come first."""
    zero = next((at for at in range(NAME_BYTES) if block[at : at + 2] in (b"II", b"MM")), None)
    return None if zero is None else open_tiff(io.BytesIO(block[zero:]))


def _divided(numerator: int, denominator: int) -> Number:
    """Return a fraction's value; zero for a zero denominator, such as 0/0 in a phone's unknown coordinates."""
    if not denominator:
        return 0
    return numerator // denominator if numerator % denominator == 0 else numerator / denominator


def _spelled(text: str) -> tuple[Number, ...]:
    """Return the number in a text."""
    try:
        return (int(text),)
    except ValueError:
        return ()
