"""PNGs written by hand, chunk by chunk, and what is said of them."""

import io
import struct
import zlib

from preflight.probe.faults import Unreadable
from preflight.probe.png import Png, read_header, refuse_damage

GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(
    width: int,
    height: int,
    rows: bytes,
    *,
    depth: int = 8,
    color: int = GRAY,
    interlace: int = 0,
    parts: int = 1,
    beside: bytes = b"",
) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    packed = zlib.compress(rows)
    size = -(-len(packed) // parts)
    data = b"".join(chunk(b"IDAT", packed[at : at + size]) for at in range(0, len(packed), size))
    texts = chunk(b"tEXt", b"a\0b") + beside
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + texts + data + chunk(b"IEND", b"")


def read(content: bytes, *, whole: bool = False) -> Png:
    return read_header(io.BytesIO(content), len(content), whole=whole)


def fault(content: bytes) -> str | None:
    """Return what is said of a PNG, or None where it is whole."""
    try:
        refuse_damage(io.BytesIO(content), len(content), read(content).header)
    except Unreadable as said:
        return str(said)
    return None


def with_data(*chunks: bytes, before: bytes = b"", behind: bytes = b"") -> bytes:
    """Return a PNG of 4 rows of 10 pixels with these chunks of data, and others before and behind them."""
    content = png(10, 4, b"")
    at, end = content.index(b"IDAT") - 4, content.index(b"IEND") - 4
    return content[:at] + before + b"".join(chunk(b"IDAT", one) for one in chunks) + behind + content[end:]
