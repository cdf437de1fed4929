"""Metadata of audio files written by hand: ID3v2 and APE tags, chunks of RIFF and AIFF, FLAC blocks, Ogg pages."""

import struct
from collections.abc import Sequence


def seven_bits(number: int) -> bytes:
    """Write a number as ID3v2 does, seven bits to a byte."""
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3(*frames: tuple[bytes, bytes], version: int = 4, length: int | None = None) -> bytes:
    """Write an ID3v2 tag of frames; its length may be a lie."""
    body = b""
    for name, content in frames:
        size = len(content)
        told = {2: size.to_bytes(3, "big"), 3: size.to_bytes(4, "big")}.get(version, seven_bits(size))
        body += name + told + (b"" if version == 2 else bytes(2)) + content
    return b"ID3" + bytes((version, 0, 0)) + seven_bits(len(body) if length is None else length) + body


def chunk(name: bytes, content: bytes, order: str = "<", length: int | None = None) -> bytes:
    """Write a chunk of RIFF, or of AIFF in the other order, with the zero that makes it even."""
    told = struct.pack(f"{order}4sI", name, len(content) if length is None else length)
    return told + content + bytes(len(content) % 2)


def wav(*chunks: bytes, form: bytes = b"RIFF") -> bytes:
    """Write a WAV around chunks."""
    inside = b"".join(chunks)
    return form + struct.pack("<I", 4 + len(inside)) + b"WAVE" + inside


def aiff(*chunks: bytes) -> bytes:
    """Write an AIFF around chunks."""
    inside = b"".join(chunks)
    return b"FORM" + struct.pack(">I", 4 + len(inside)) + b"AIFF" + inside


def comments(*fields: bytes, vendor: bytes = b"by hand", count: int | None = None) -> bytes:
    """Write Vorbis comments: Vorbis I, 5.2.1; the count may be a lie."""
    listed = b"".join(struct.pack("<I", len(field)) + field for field in fields)
    return struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(fields) if count is None else count) + listed


def flac(*blocks: tuple[int, bytes], ended: bool = True) -> bytes:
    """Write FLAC metadata blocks: RFC 9639, 8.1."""
    found = b"fLaC"
    for number, (kind, content) in enumerate(blocks, 1):
        last = 0x80 if ended and number == len(blocks) else 0
        found += bytes((kind | last,)) + len(content).to_bytes(3, "big") + content
    return found


def ogg(*packets: bytes, segment: int = 255, per_page: int = 255) -> bytes:
    """Write pages of packets: RFC 3533, 6; checksums are left out."""
    found = b""
    for packet in packets:
        parts = [packet[at : at + segment] for at in range(0, len(packet), segment)] or [b""]
        if len(parts[-1]) == 255:
            parts.append(b"")
        for at in range(0, len(parts), per_page):
            page = parts[at : at + per_page]
            found += b"OggS" + bytes(22) + bytes((len(page), *map(len, page))) + b"".join(page)
    return found


def ape(*items: tuple[bytes, bytes], header: bool = False, footer: bool = True, length: int | None = None) -> bytes:
    """Write an APEv2 tag, with a header, a footer or both: its length is that of items and footer."""
    held = b"".join(struct.pack("<II", len(value), 0) + name + b"\0" + value for name, value in items)

    def mark(flags: int) -> bytes:
        told = len(held) + 32 if length is None else length
        return b"APETAGEX" + struct.pack("<IIII", 2000, told, len(items), flags) + bytes(8)

    flags = (1 << 31 if header else 0) | (0 if footer else 1 << 30)
    return (mark(flags | 1 << 29) if header else b"") + held + (mark(flags) if footer else b"")


Fields = Sequence[tuple[str, "str | bytes"]]
