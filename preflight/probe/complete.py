"""Whether an MP4, Matroska or AVI is as long as its own boxes promise; raise `Unreadable` if not.

A truncated file with one index lists samples past its end; a fragmented one just stops. But boxes state their end,
fragment headers the bytes of their samples, and segment indexes those of each segment.

Sources: ISO 14496-12, 4.2 (boxes), 8.8.7 and 8.8.8 (tfhd, trun), 8.8.10 (tfra), 8.16.3 (sidx); RFC 9559, 4.5.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from preflight.probe.ebml import Element, hiding, last_media, segment_of
from preflight.probe.faults import Unreadable
from preflight.probe.movie import HEADER, Movie, Top, boxes_in
from preflight.probe.remote import remote
from preflight.values.phrase import phrase

PARTS = {b"moof", b"mdat", b"moov", b"styp", b"sidx", b"free", b"skip", b"uuid", b"mfra", b"emsg", b"prft", b"ssix"}
"""Boxes that continue a fragmented file."""
BASE_GIVEN, DURATION_GIVEN, SIZE_GIVEN, FLAGS_GIVEN = 0x1, 0x8, 0x10, 0x20
OFFSET_GIVEN, FIRST_FLAGS_GIVEN, SAMPLE_SIZES = 0x1, 0x4, 0x200
RIFF_LIST_HEAD = 12
ENDLESS = {0, 0xFFFFFFFF}


def refuse_incomplete(stream: BinaryIO, size: int, demuxer: str, movie: Movie | None) -> None:
    """Raise Unreadable when a file ends before its boxes promise; its position changes."""
    if movie is not None:
        _refuse_cut_movie(stream, size, movie)
    elif demuxer == "matroska":
        _refuse_cut_segment(stream, size)
    elif demuxer == "avi":
        _refuse_cut_list(stream, size)


def _refuse_cut_movie(stream: BinaryIO, size: int, movie: Movie) -> None:
    for top in movie.tops:
        # With one index of all samples, rely on that: many writers get the box length wrong.
        if top.end > size and (top.name == b"moov" or (movie.fragmented and top.name in PARTS)):
            raise _cut(
                phrase("its {w} box ends {n} bytes past the end of the file", w=_word(top), n=f"{top.end - size:,}")
            )
    if not movie.fragmented:
        return
    if _is_begun(movie.rest):
        raise _cut("it ends within the head of a box")
    for promised, by in _promises(stream, movie):
        if promised > size:
            raise _cut(phrase(by, n=f"{promised - size:,}"))


def _word(top: Top) -> str:
    return top.name.decode("latin-1")


def _cut(how: str) -> Unreadable:
    return Unreadable(phrase("cut short: {how}", how=how))


def _is_begun(rest: bytes) -> bool:
    """Tell whether bytes after the last box begin another one, and are not zeros or line ends."""
    if not rest.strip(b"\0\r\n ") or len(rest) >= HEADER:
        return False
    begun = rest[4:]
    return rest[:1] == b"\0" and any(part.startswith(begun) for part in PARTS)


def _promises(stream: BinaryIO, movie: Movie) -> Iterator[tuple[int, str]]:
    """Yield offsets up to which media are promised, with the box that says so."""
    sizes = dict(map(_default_size, _payloads(movie, b"trex")))
    for top, moof in movie.moofs:
        yield _samples_end(top, moof, sizes), "its last fragment tells of {n} bytes past the end of the file"
    for top in movie.tops:
        if top.name in (b"sidx", b"mfra"):
            stream.seek(top.start)
            payload = stream.read(top.end - top.start)
            yield (
                (_segments_end(top, payload), "its index of segments tells of {n} bytes past the end of the file")
                if top.name == b"sidx"
                else (
                    _last_fragment(payload),
                    "its index of fragments tells of {n} bytes past the end of the file",
                )
            )


def _payloads(movie: Movie, name: bytes) -> Iterator[bytes]:
    return (box.payload for box in movie.boxes if box.name == name)


def _default_size(trex: bytes) -> tuple[int, int]:
    """Return track_ID and default_sample_size: ISO 14496-12, 8.8.3."""
    padded = trex.ljust(20, b"\0")
    return int.from_bytes(padded[4:8], "big"), int.from_bytes(padded[16:20], "big")


def _samples_end(top: Top, moof: bytes, sizes: dict[int, int]) -> int:
    """Return the end of a fragment's samples; each run begins where stated, or after the one before."""
    end = top.at
    for name, start, stop in boxes_in(moof):
        if name == b"traf":
            end = max(end, _run_end(top, moof[start:stop], sizes, end))
    return end


def _run_end(top: Top, traf: bytes, sizes: dict[int, int], before: int) -> int:
    base, usual, end = top.at, 0, before
    for name, start, stop in boxes_in(traf):
        if name == b"tfhd":
            base, usual = _fragment_defaults(traf[start:stop], top.at, sizes)
        elif name == b"trun" and stop - start >= HEADER:
            begin, length = _run(traf[start:stop], usual)
            end = (end if begin is None else base + begin) + length
    return end


def _fragment_defaults(tfhd: bytes, at: int, sizes: dict[int, int]) -> tuple[int, int]:
    """Return the base offset of a track's runs, and its default sample size."""
    padded = tfhd.ljust(40, b"\0")
    flags, number = int.from_bytes(padded[1:4], "big"), int.from_bytes(padded[4:8], "big")
    base = int.from_bytes(padded[8:16], "big") if flags & BASE_GIVEN else at
    place = 8 + 8 * bool(flags & BASE_GIVEN) + 4 * bool(flags & 2) + 4 * bool(flags & DURATION_GIVEN)
    given = int.from_bytes(padded[place : place + 4], "big") if flags & SIZE_GIVEN else None
    return base, sizes.get(number, 0) if given is None else given


def _run(trun: bytes, usual: int) -> tuple[int | None, int]:
    """Return a run's offset, if stated, and the bytes of its samples."""
    flags, count = int.from_bytes(trun[1:4], "big"), int.from_bytes(trun[4:8], "big")
    begin = int.from_bytes(trun[8:12], "big", signed=True) if flags & OFFSET_GIVEN else None
    if not flags & SAMPLE_SIZES:
        return begin, count * usual
    head = 8 + 4 * bool(flags & OFFSET_GIVEN) + 4 * bool(flags & FIRST_FLAGS_GIVEN)
    row, at = (flags >> 8 & 15).bit_count(), flags >> 8 & 1
    held = trun[head:]
    numbers: tuple[int, ...] = struct.unpack_from(f">{min(count * row, len(held) // 4)}I", held)
    return begin, sum(numbers[at::row])


def _segments_end(top: Top, sidx: bytes) -> int:
    """Return the end of an index's last segment; segments are adjacent."""
    if len(sidx) < 24:  # noqa: PLR2004 - version, flags and the numbers before the references
        return 0
    wide = sidx[:1] != b"\0"
    at = 12 + (16 if wide else 8)
    first = int.from_bytes(sidx[20:28] if wide else sidx[16:20], "big")
    count = int.from_bytes(sidx[at + 2 : at + 4], "big")
    rows = range(at + 4, min(at + 4 + 12 * count, len(sidx) - 11), 12)
    return top.end + first + sum(int.from_bytes(sidx[row : row + 4], "big") & 0x7FFFFFFF for row in rows)


def _last_fragment(mfra: bytes) -> int:
    """Return the last fragment that an index lists."""
    found = [0]
    for name, start, stop in boxes_in(mfra):
        tfra = mfra[start:stop]
        if name == b"tfra" and len(tfra) >= 16:  # noqa: PLR2004 - version, flags and three numbers
            wide, widths = tfra[:1] == b"\1", tfra[11]
            row = (16 if wide else 8) + (widths >> 4 & 3) + (widths >> 2 & 3) + (widths & 3) + 3
            half = 8 if wide else 4
            found += [
                int.from_bytes(tfra[at + half : at + 2 * half], "big") for at in range(16, len(tfra) - row + 1, row)
            ]
    return max(found)


def _refuse_cut_segment(stream: BinaryIO, size: int) -> None:
    segment = segment_of(stream, size)
    if segment is not None and segment.end is not None and segment.end > size:
        raise _cut(phrase("its Segment ends {n} bytes past the end of the file", n=f"{segment.end - size:,}"))
    if (found := hiding(stream, size)) and found.end is not None:
        raise _cut(phrase("one of its elements ends {n} bytes past the end of the file", n=f"{found.end - size:,}"))
    if segment is not None and segment.end is None:
        _refuse_cut_cluster(stream, segment, size)


def _refuse_cut_cluster(stream: BinaryIO, segment: Element, size: int) -> None:
    """Refuse a recorded live stream whose last Cluster or block ends past the file; of one elsewhere, read nothing."""
    last = None if remote(stream) else last_media(stream, segment, size)
    if last is not None and last.end is not None and last.end > size:
        raise _cut(phrase("its last Cluster ends {n} bytes past the end of the file", n=f"{last.end - size:,}"))


def _refuse_cut_list(stream: BinaryIO, size: int) -> None:
    """Refuse an AVI whose frame lists end past the file: RIFF, LIST and lengths; in OpenDML, of each RIFF."""
    at = 0
    while at + RIFF_LIST_HEAD <= size:
        name, length, kind = _list_head(stream, at)
        if at and (name, kind) != (b"RIFF", b"AVIX"):
            return
        _refuse_cut_frames(stream, size, at + RIFF_LIST_HEAD)
        if length in ENDLESS:
            return
        at += HEADER + length + length % 2


def _refuse_cut_frames(stream: BinaryIO, size: int, at: int) -> None:
    """Refuse a list of frames, sought from an offset, that ends past the file."""
    while at + RIFF_LIST_HEAD <= size:
        name, length, kind = _list_head(stream, at)
        end = at + HEADER + length
        if kind == b"movi" and name == b"LIST":
            if end > size and length not in ENDLESS:
                raise _cut(phrase("its list of frames ends {n} bytes past the end of the file", n=f"{end - size:,}"))
            return
        at = end + length % 2


def _list_head(stream: BinaryIO, at: int) -> tuple[bytes, int, bytes]:
    stream.seek(at)
    name, length, kind = struct.unpack("<4sI4s", stream.read(RIFF_LIST_HEAD))
    return name, length, kind
