"""Boxes of an MP4 or MOV that locate and describe samples: an open file in, `Movie` out.

Reads movie header and fragment headers, never media, before libav opens the file, and skips what it does not know.

Sources: ISO 14496-12, 8.5.2 (stsd), 8.7 (dref, stsc, stco), 8.8 (mvex, moof); QuickTime File Format (cmov, rmra).
"""

import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from preflight.probe.faults import Unmeasured
from preflight.values.phrase import phrase

MAX_TOPS = 100_000
"""Most top-level boxes: a day of fragments, one per second."""
MAX_MOOV = 128 << 20
"""Most bytes of a movie header: days of frames."""
MAX_MOOFS = 32 << 20
"""Most bytes of all fragment headers together."""
MAX_BOXES = 20_000
"""Most boxes in one header."""
ROWS = {b"stts": 64, b"ctts": 64, b"stsc": 96, b"stco": 32, b"co64": 64, b"stss": 32, b"stps": 32, b"stsh": 64}
"""Table → bits per row, after version, flags and count."""
TABLES = {*ROWS, b"stsz", b"stz2", b"elst", b"trun"}
PLACES = {b"meta", b"loci", b"\xa9xyz"}
"""Boxes that may hold a location."""
WANTED = {*TABLES, *PLACES, b"stsd", b"dref", b"mvhd", b"tkhd", b"hdlr", b"trex", b"rmra"}
"""Boxes to keep."""
MAX_DEPTH = 24
HEADER, LONG_HEADER = 8, 16
BOX_HEAD = struct.Struct(">I4s").unpack_from
CONTAINERS = {b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"udta", b"mvex", b"traf", b"moov", b"moof"}
"""Boxes to descend into; libav does so anywhere."""
FRAGMENT = b"moof"
VISUAL_ENTRY, AUDIO_ENTRIES = 78, (28, 44, 64)
"""Bytes of a sample entry before its boxes: ISO 14496-12, 12.1.3 and 12.2.3; QTFF for audio of version 1 and 2."""
DESCRIPTION_PRESENT = 2
"""Flag of a fragment header that names the sample entry: ISO 14496-12, 8.8.7."""


class Top(msgspec.Struct, frozen=True):
    """A top-level box: offset, payload offset, and stated end."""

    name: bytes
    at: int
    start: int
    end: int


class Entry(msgspec.Struct, frozen=True):
    """A sample entry: the coding of some samples."""

    format: bytes
    body: bytes

    @property
    def reference(self) -> int:
        """Data reference of its samples, from 1."""
        return int.from_bytes(self.body[6:8], "big")

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height by a visual entry."""
        width, height = struct.unpack_from(">HH", self.body.ljust(28, b"\0"), 24)
        return width, height

    def box(self, name: bytes) -> bytes | None:
        """Return the payload of a visual entry's box, such as `avcC`, or None."""
        if name not in self.body:
            return None
        found = (self.body[start:end] for kind, start, end in boxes_in(self.body, VISUAL_ENTRY) if kind == name)
        return next(found, None)


class Reference(msgspec.Struct, frozen=True):
    """A data reference: the file of the samples."""

    kind: bytes
    flags: int
    place: bytes


DREF_ITSELF = bytes.fromhex("00000000 00000001 0000000c 75726c20 00000001")
ITSELF = (Reference(b"url ", 1, b""),)
"""The usual reference, raw and parsed: samples are in this file."""


class Box(msgspec.Struct, frozen=True, gc=False):
    """A box in a movie or fragment header."""

    track: int
    """Number of `trak` boxes up to here, its own included."""
    parent: bytes
    name: bytes
    payload: bytes


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """A track: its kind, and the coding and places of its samples."""

    number: int
    """track_ID"""
    handler: bytes
    entries: tuple[Entry, ...]
    references: tuple[Reference, ...]
    tables: dict[bytes, bytes]
    """Payloads by box name; of equal names the first."""
    fragments: tuple[tuple[int, int], ...] = ()
    """Offset and sample entry, from 1, of each fragment."""

    @property
    def chunk_count(self) -> int:
        """Number of chunks with an offset."""
        long, short = self.tables.get(b"co64", b""), self.tables.get(b"stco", b"")
        return max((len(long) - 8) // 8, (len(short) - 8) // 4, 0)

    @property
    def samples(self) -> int:
        """Number of samples in the movie header."""
        table = self.tables.get(b"stsz") or self.tables.get(b"stz2") or b""
        return int.from_bytes(table[8:12], "big")

    def used(self) -> set[int]:
        """Return the sample entries in use, from 1; all if unknown."""
        listed = {run[2] for run in self.runs()} if self.samples else set()
        return listed | {entry for _, entry in self.fragments} or set(range(1, len(self.entries) + 1))

    def runs(self) -> list[tuple[int, int, int]]:
        """Return the runs of `stsc`: first chunk, samples per chunk, sample entry."""
        return list(struct.iter_unpack(">III", whole_rows(self.tables.get(b"stsc", b""), 12)))

    def chunks(self) -> list[int]:
        """Return the chunk offsets, in bytes."""
        if long := self.tables.get(b"co64"):
            return [at for (at,) in struct.iter_unpack(">Q", whole_rows(long, 8))]
        return [at for (at,) in struct.iter_unpack(">I", whole_rows(self.tables.get(b"stco", b""), 4))]

    def entry_at(self) -> "EntryAt":
        """Return a lookup of sample entries by file offset."""
        chunks, runs = self.chunks(), self.runs()
        firsts = [first for first, _, _ in runs]
        places = [(at, runs[bisect_right(firsts, n) - 1][2]) for n, at in enumerate(chunks, 1) if firsts]
        return EntryAt(sorted({*places, *self.fragments}))


class EntryAt:
    """Sample entries by the file offset from which they apply."""

    def __init__(self, places: list[tuple[int, int]]) -> None:
        self._entries = [entry for _, entry in places]
        self._places = [at for at, _ in places]

    def __call__(self, at: int) -> int:
        """Return the sample entry, from 1, of a sample at an offset."""
        return self._entries[max(bisect_right(self._places, at) - 1, 0)] if self._entries else 1


class Movie(msgspec.Struct, frozen=True, kw_only=True):
    """The boxes of a file."""

    tops: tuple[Top, ...]
    rest: bytes
    """Bytes after the last box."""
    boxes: tuple[Box, ...]
    """Boxes of the movie header to keep, decompressed."""
    complete: bool
    """Whether there is a movie header."""
    moofs: tuple[tuple[Top, bytes], ...]
    tracks: tuple[Track, ...]

    @property
    def fragmented(self) -> bool:
        """Whether samples are in fragments."""
        return bool(self.moofs)


def read_movie(stream: BinaryIO, size: int) -> Movie:
    """Read the boxes of a file of `size` bytes; its position changes.

    Raises:
        Unmeasured: its movie header is too large.
    """
    tops, rest = _tops(stream, size)
    header = next((top for top in tops if top.name == b"moov"), None)
    moov = _inflated(_payload(stream, header, size, MAX_MOOV)) if header else b""
    moofs, budget = [], MAX_MOOFS
    for top in tops:
        if top.name == FRAGMENT:
            moofs.append((top, _payload(stream, top, size, budget)))
            budget -= len(moofs[-1][1])
    boxes = tuple(tree(moov))
    places = _fragments(boxes, moofs) if moofs else {}
    return Movie(
        tops=tuple(tops),
        rest=rest,
        boxes=boxes,
        complete=header is not None,
        moofs=tuple(moofs),
        tracks=tuple(_tracks(boxes, places)),
    )


def _tops(stream: BinaryIO, size: int) -> tuple[list[Top], bytes]:
    found: list[Top] = []
    at = 0
    while at < size and len(found) < MAX_TOPS:
        stream.seek(at)
        head = stream.read(LONG_HEADER)
        length = int.from_bytes(head[:4], "big")
        start = at + HEADER
        if length == 1 and len(head) == LONG_HEADER:
            length, start = int.from_bytes(head[8:], "big"), at + LONG_HEADER
        end = size if length == 0 and len(head) >= HEADER else at + length
        if len(head) < HEADER or end < start:
            return found, head[:HEADER]
        found.append(Top(head[4:8], at, start, end))
        at = end
    return found, b""


def _payload(stream: BinaryIO, top: Top, size: int, most: int) -> bytes:
    length = min(top.end, size) - top.start
    if length > most:
        raise Unmeasured(
            phrase("its {w} box takes {n} bytes, more than is looked at", w=top.name.decode("latin-1"), n=f"{length:,}")
        )
    stream.seek(top.start)
    return stream.read(max(length, 0))


def _inflated(moov: bytes) -> bytes:
    """Decompress a QuickTime movie header, if compressed."""
    packed = within(moov, b"cmov", b"cmvd") if b"cmvd" in moov else None
    if packed is None:
        return moov
    try:
        whole = zlib.decompressobj().decompress(packed[4:], MAX_MOOV)
    except zlib.error:
        return moov
    return next((whole[start:end] for name, start, end in boxes_in(whole) if name == b"moov"), whole)


def boxes_in(data: bytes, at: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of each payload in a byte range; clip the last to it."""
    last = len(data)
    while at + HEADER <= last:
        length, name = struct.unpack_from(">I4s", data, at)
        start = at + HEADER
        if length == 1 and at + LONG_HEADER <= last:
            length, start = int.from_bytes(data[start : start + 8], "big"), at + LONG_HEADER
        end = last if length == 0 else min(at + length, last)
        if end < start:
            return
        yield name, start, end
        at = end


def within(data: bytes, *path: bytes) -> bytes | None:
    """Return the payload of the first box at a path, or None."""
    for name in path:
        found = next(((start, end) for kind, start, end in boxes_in(data) if kind == name), None)
        if found is None:
            return None
        data = data[found[0] : found[1]]
    return data


def whole_rows(table: bytes, row: int) -> bytes:
    """Return a table's rows after version, flags and count, as many as it has."""
    count = min(int.from_bytes(table[4:8], "big"), max(len(table) - 8, 0) // row)
    return table[8 : 8 + count * row]


def numbers(rows: bytes) -> tuple[int, ...]:
    """Return the 32-bit numbers in a table's rows."""
    return struct.unpack(f">{len(rows) // 4}I", rows)


def tree(data: bytes) -> list[Box]:
    """Return a header's boxes to keep, parents first, wherever libav would look.

    Runs for every clip at every depth; hence one loop without calls.
    """
    found: list[Box] = []
    stack = [(data, 0, len(data), b"")]
    track = steps = 0
    while stack and steps < MAX_BOXES:
        whole, at, last, parent = stack.pop()
        while at + HEADER <= last:
            length, name = BOX_HEAD(whole, at)
            start = at + HEADER
            if length < HEADER:
                start, length = _odd_length(whole, at, last, length)
            end = at + length if at + length < last else last  # noqa: FURB136 - a call takes as long as all the rest
            if end < start:
                break
            at, steps = end, steps + 1
            if name in WANTED:
                found.append(Box(track, parent, name, whole[start:end]))
            elif name in CONTAINERS and len(stack) < MAX_DEPTH:
                track += name == b"trak"
                stack += [(whole, at, last, parent), (whole, start, end, name)]
                break
    return found


def _odd_length(data: bytes, at: int, last: int, length: int) -> tuple[int, int]:
    """Return payload offset and box length, where the length is 0 (to the end) or 1 (64 bits)."""
    if length == 0:
        return at + HEADER, last - at
    if length == 1 and at + LONG_HEADER <= last:
        return at + LONG_HEADER, int.from_bytes(data[at + HEADER : at + LONG_HEADER], "big")
    return at + HEADER, 0


def _tracks(boxes: tuple[Box, ...], places: dict[int, list[tuple[int, int]]]) -> Iterator[Track]:
    found: dict[int, dict[bytes, bytes]] = {}
    for box in reversed(boxes):
        if box.track and (box.name != b"hdlr" or box.parent == b"mdia"):
            if box.track not in found:
                found[box.track] = {}
            found[box.track][box.name] = box.payload
    for tables in reversed(found.values()):
        number = track_number(tables.get(b"tkhd", b""))
        yield Track(
            number=number,
            handler=tables.get(b"hdlr", b"")[8:12],
            entries=tuple(_entries(tables.get(b"stsd", b""))),
            references=ITSELF if (dref := tables.get(b"dref", b"")) == DREF_ITSELF else tuple(_references(dref)),
            tables=tables,
            fragments=tuple(places.get(number, ())),
        )


def track_number(tkhd: bytes) -> int:
    """Return track_ID, after two times of 32 or, in version 1, 64 bits: ISO 14496-12, 8.3.2."""
    at = 20 if tkhd[:1] == b"\1" else 12
    return int.from_bytes(tkhd[at : at + 4], "big")


def _entries(stsd: bytes) -> Iterator[Entry]:
    return (Entry(name, stsd[start:end]) for name, start, end in boxes_in(stsd, 8))


def _references(dref: bytes) -> Iterator[Reference]:
    for name, start, end in boxes_in(dref, 8):
        yield Reference(name, int.from_bytes(dref[start + 1 : start + 4], "big"), dref[start + 4 : end])


def _fragments(boxes: tuple[Box, ...], moofs: list[tuple[Top, bytes]]) -> dict[int, list[tuple[int, int]]]:
    """Return offset and sample entry of each fragment, by track."""
    found: dict[int, list[tuple[int, int]]] = {}
    usual = dict(_default(box.payload) for box in boxes if box.name == b"trex")
    for top, moof in moofs:
        for name, start, end in boxes_in(moof):
            if name == b"traf":
                tfhd = (within(moof[start:end], b"tfhd") or b"").ljust(8, b"\0")
                number = int.from_bytes(tfhd[4:8], "big")
                found.setdefault(number, []).append((top.at, _described(tfhd) or usual.get(number, 1)))
    return found


def _default(trex: bytes) -> tuple[int, int]:
    """Return track_ID and default_sample_description_index: ISO 14496-12, 8.8.3."""
    number, entry = struct.unpack_from(">II", trex.ljust(12, b"\0"), 4)
    return number, entry


def _described(tfhd: bytes) -> int | None:
    """Return the sample entry in a fragment header, after its optional base offset."""
    flags = int.from_bytes(tfhd[1:4], "big")
    at = 16 if flags & 1 else 8
    return int.from_bytes(tfhd[at : at + 4], "big") if flags & DESCRIPTION_PRESENT else None
