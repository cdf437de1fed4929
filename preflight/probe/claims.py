"""Counts in an MP4's tables against its bytes: `Movie` in, nothing or `Unreadable` out.

libav allocates what a table claims: 660 bytes that claim 80,000,000 equal samples cost 25 s and 2.8 GiB. It also
ignores samples beyond the chunks. So counts are checked first.

Sources: ISO 14496-12, 8.6.1 (stts, ctts), 8.6.6 (elst), 8.7 (stsz, stsc, stco), 8.8.8 (trun).
"""

from collections.abc import Iterable

from preflight.probe.faults import Unreadable
from preflight.probe.movie import ROWS, TABLES, Box, Movie, Track, numbers, tree, whole_rows
from preflight.values.phrase import phrase

SIZED = {b"stsz", b"stz2"}
SIZES_HEAD = 12
"""Bytes before the rows of `stsz` and `stz2`; the count is last."""
AUDIO = b"soun"
PER_BYTE = 4
"""Most samples per byte of file; the smallest real frames come near it."""
AUDIO_PER_BYTE = 64
"""For audio with one-tick samples; old codecs pack dozens into a byte."""
MOST_SAMPLES = 20_000_000
"""Days of frames; libav uses a hundred bytes for each."""
MOST_EDITED = 50_000_000
"""Edits times samples: libav lists all samples again for each edit."""
LOST = 0.9
"""Part of the listed samples that chunks must hold; careless writers lose a few."""


def refuse_claims(movie: Movie, size: int) -> None:
    """Raise Unreadable where a table claims more than a file of `size` bytes can hold."""
    _refuse_tables(movie.boxes, size)
    for _, moof in movie.moofs:
        _refuse_tables(tree(moof), size)
    for track in movie.tracks:
        _refuse_samples(track, size)


def _refuse_tables(boxes: Iterable[Box], size: int) -> None:
    """Check every table, also in wrong places, where libav reads them too."""
    for box in boxes:
        name, payload = box.name, box.payload
        if bits := ROWS.get(name):
            head = 8
        elif name in TABLES:
            head, bits = _layout(name, payload)
        else:
            continue
        claimed = int.from_bytes(payload[8:12] if name in SIZED else payload[4:8], "big")
        room = max(len(payload) - head, 0) * 8 // bits if bits else size * PER_BYTE
        if claimed > room and (bits or name == b"trun"):
            raise Unreadable(
                phrase(
                    "claims more than it holds: {how}",
                    how=phrase(
                        "{w} lists {n1}, with room for {n2}", w=name.decode(), n1=f"{claimed:,}", n2=f"{room:,}"
                    ),
                )
            )


def _layout(name: bytes, payload: bytes) -> tuple[int, int]:
    """Return the offset of a table's rows, and bits per row; 0 where all rows are equal and omitted."""
    if name == b"stsz":
        return SIZES_HEAD, 0 if any(payload[4:8]) else 32
    if name == b"stz2":
        return SIZES_HEAD, payload[7] if len(payload) > 7 else 0  # noqa: PLR2004 - field_size is its eighth byte
    if name == b"elst":
        return 8, 160 if payload[:1] == b"\1" else 96
    flags = int.from_bytes(payload[1:4], "big")
    return 8 + 4 * (flags & 1) + 4 * (flags >> 2 & 1), 32 * (flags >> 8 & 15).bit_count()


def _too_many(count: int, size: int) -> Unreadable:
    return Unreadable(
        phrase(
            "claims more than it holds: {how}",
            how=phrase("{n1} samples in a file of {n2} bytes", n1=f"{count:,}", n2=f"{size:,}"),
        )
    )


def _refuse_samples(track: Track, size: int) -> None:
    """Refuse a track with more samples than its chunks or file can hold."""
    count, durations = track.samples, track.tables.get(b"stts", b"")
    runs = numbers(whole_rows(durations, 8))
    rows, ticks = runs[::2], runs[1::2]
    singly = track.handler == AUDIO and ticks.count(1) == len(ticks)
    if count > size * (AUDIO_PER_BYTE if singly else PER_BYTE) or (count > MOST_SAMPLES and not singly):
        raise _too_many(count, size)
    timed = sum(rows)
    if timed > 2 * count + PER_BYTE and timed > size:
        raise _too_many(timed, size)
    held = _held(track) if count else 0
    if held > 2 * count + PER_BYTE and held > size * AUDIO_PER_BYTE:
        raise _too_many(held, size)
    if held < count * LOST:
        raise Unreadable(
            phrase(
                "claims more than it holds: {how}",
                how=phrase("it lists {n1} samples, its chunks hold {n2}", n1=f"{count:,}", n2=f"{held:,}"),
            )
        )
    _refuse_edits(track, count)


def _held(track: Track) -> int:
    """Count the samples in a track's chunks."""
    runs, end, held = numbers(whole_rows(track.tables.get(b"stsc", b""), 12)), track.chunk_count + 1, 0
    behind = end
    for first, samples in zip(runs[-3::-3], runs[-2::-3], strict=True):
        if first < end:
            held += (end - first) * samples
        end = min(behind, first)
    return held


def _refuse_edits(track: Track, count: int) -> None:
    edits = int.from_bytes(track.tables.get(b"elst", b"")[4:8], "big")
    if edits * count > MOST_EDITED:
        raise Unreadable(
            phrase(
                "claims more than it holds: {how}",
                how=phrase("{n1} edits of {n2} samples", n1=f"{edits:,}", n2=f"{count:,}"),
            )
        )
