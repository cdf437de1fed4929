"""Movies written by hand, box by box: ISO 14496-12 as far as its tables say where samples lie."""

import io
import struct
from collections.abc import Sequence

from fixtures.recipe_stream import boxed
from preflight.probe.movie import Movie, read_movie

__all__ = ["box", "boxed", "full", "listed", "long_box", "moov", "movie", "sample_entry", "sized", "trak"]


def box(name: bytes, *inside: bytes) -> bytes:
    """Write a box around others."""
    return boxed(name, b"".join(inside))


def long_box(name: bytes, payload: bytes, claimed: int | None = None) -> bytes:
    """Write a box with a length of 64 bits, which may be a lie."""
    return struct.pack(">I4sQ", 1, name, 16 + len(payload) if claimed is None else claimed) + payload


def full(name: bytes, payload: bytes = b"", *, version: int = 0, flags: int = 0) -> bytes:
    """Write a box that begins with a version and flags."""
    return boxed(name, struct.pack(">I", version << 24 | flags) + payload)


def listed(name: bytes, rows: Sequence[tuple[int, ...]], layout: str = "II", count: int | None = None) -> bytes:
    """Write a table: a count, which may be a lie, and rows of numbers."""
    content = b"".join(struct.pack(f">{layout}", *row) for row in rows)
    return full(name, struct.pack(">I", len(rows) if count is None else count) + content)


def sized(sizes: Sequence[int], *, equal: int = 0, count: int | None = None) -> bytes:
    """Write `stsz`: one size for all samples, or one each."""
    own = b"".join(struct.pack(">I", size) for size in sizes)
    return full(b"stsz", struct.pack(">II", equal, len(sizes) if count is None else count) + own)


def sample_entry(name: bytes, *inside: bytes, size: tuple[int, int] = (64, 48), reference: int = 1) -> bytes:
    """Write a visual sample entry: ISO 14496-12, 12.1.3."""
    front = bytes(6) + struct.pack(">H", reference) + bytes(16) + struct.pack(">HH", *size) + bytes(50)
    return boxed(name, front + b"".join(inside))


def trak(
    *tables: bytes, number: int = 1, handler: bytes = b"vide", entries: Sequence[bytes] = (), wide: bool = False
) -> bytes:
    """Write a track; `wide` gives its header times of 64 bits."""
    times = bytes(16 if wide else 8)
    head = full(b"tkhd", times + struct.pack(">I", number) + bytes(68), version=int(wide))
    described = full(b"stsd", struct.pack(">I", len(entries)) + b"".join(entries)) if entries else b""
    inside = box(b"minf", box(b"stbl", described, *tables))
    return box(b"trak", head, box(b"mdia", full(b"hdlr", bytes(4) + handler + bytes(12)), inside))


def moov(*inside: bytes) -> bytes:
    """Write a movie header."""
    return box(b"moov", *inside)


def movie(*content: bytes, size: int | None = None) -> Movie:
    """Read the boxes of a file; `size` may be a lie."""
    whole = b"".join(content)
    return read_movie(io.BytesIO(whole), len(whole) if size is None else size)
