"""WebP: an open file in; lossless coding, and bytes of the image itself, out.

Source: WebP Container Specification (RFC 9649), 2.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

IMAGE_CHUNKS = (b"ICCP", b"ALPH", b"VP8 ", b"VP8L", b"VP8X")
LOSSLESS = b"VP8L"
HEAD_BYTES, CHUNK_BYTES, MAX_CHUNKS = 12, 8, 10_000


class Chunk(NamedTuple):
    """A chunk with its header and padding byte."""

    name: bytes
    at: int
    bytes: int


class Webp(NamedTuple):
    """Coding and size of a still WebP; empty for an animation."""

    lossless: bool | None
    own_bytes: int | None


def read_webp(stream: BinaryIO, size: int) -> Webp:
    """Read the chunks of a file of `size` bytes."""
    found = list(chunks(stream, size))
    names = [chunk.name for chunk in found]
    if b"ANMF" in names:
        return Webp(lossless=None, own_bytes=None)
    own = HEAD_BYTES + sum(chunk.bytes for chunk in found if chunk.name in IMAGE_CHUNKS)
    return Webp(lossless=LOSSLESS in names, own_bytes=own)


def chunks(stream: BinaryIO, size: int) -> Iterator[Chunk]:
    """Yield the chunks that begin within the file."""
    at = HEAD_BYTES
    for _ in range(MAX_CHUNKS):
        stream.seek(at)
        head = stream.read(CHUNK_BYTES)
        if at >= size or len(head) < CHUNK_BYTES:
            return
        length = int.from_bytes(head[4:], "little")
        yield Chunk(head[:4], at, CHUNK_BYTES + length + length % 2)
        at += CHUNK_BYTES + length + length % 2
