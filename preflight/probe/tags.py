"""Tags of MPEG audio: whether a byte range holds nothing else.

Sources: id3.org, ID3v1, ID3v2.4.0 structure, 3.1, and Lyrics3 v2.00; hydrogenaudio, APEv2 specification.
"""

from typing import BinaryIO

ID3V1, ID3V1_BYTES = b"TAG", 128
ID3V1_MORE, ID3V1_MORE_BYTES = b"TAG+", 227
"""An enlarged tag before ID3v1."""
ID3V2_HEAD_BYTES = 10
APE, APE_HEAD_BYTES = b"APETAGEX", 32
HAS_HEADER, IS_HEADER = 1 << 31, 1 << 29
LYRICS, LYRICS_BEGIN, LYRICS_FOOT_BYTES = b"LYRICS200", b"LYRICSBEGIN", 15
MOST_BYTES = 1 << 24
"""Bytes in which to find a tag's start."""
MOST_ZEROS = 1 << 20
"""Zeros to read at once."""


def id3v2_bytes(head: bytes) -> int:
    """Return the length of an ID3v2 tag by its first ten bytes, or 0; no version is 0xFF, and sizes have seven bits."""
    sizes = head[6:ID3V2_HEAD_BYTES]
    if head[:3] != b"ID3" or len(sizes) < 4 or 0xFF in head[3:5] or any(byte & 0x80 for byte in sizes):  # noqa: PLR2004
        return 0
    footer = ID3V2_HEAD_BYTES if head[5] & 0x10 else 0
    return ID3V2_HEAD_BYTES + int("".join(f"{byte:07b}" for byte in sizes), 2) + footer


def only_tags(stream: BinaryIO, start: int, end: int) -> bool:
    """Tell whether a range holds only tags and zeros."""
    while start < end:
        stream.seek(start)
        ahead = _tag_bytes(stream.read(min(APE_HEAD_BYTES, end - start)))
        behind = 0 if ahead else _tag_before(stream, start, end)
        zeros = 0 if ahead or behind else _zeros(stream, start, end)
        if not ahead + behind + zeros or ahead + behind + zeros > end - start:
            return False
        start, end = start + ahead + zeros, end - behind
    return True


def _tag_bytes(head: bytes) -> int:
    """Return the length of a tag that states it at its start, or 0."""
    if head.startswith(APE) and len(head) == APE_HEAD_BYTES and _flags(head) & IS_HEADER:
        return APE_HEAD_BYTES + _number(head, 12)
    if head.startswith(ID3V1_MORE):
        return ID3V1_MORE_BYTES
    return ID3V1_BYTES if head.startswith(ID3V1) else id3v2_bytes(head)


def _tag_before(stream: BinaryIO, start: int, end: int) -> int:
    """Return the length of a tag that states it at its end, or of an ID3v2 tag that ends there, or 0."""
    for size, of in ((ID3V1_BYTES, _id3v1), (APE_HEAD_BYTES, _ape), (LYRICS_FOOT_BYTES, _lyrics)):
        stream.seek(max(end - size, start))
        if found := of(stream.read(size)):
            return found
    return _id3v2_before(stream, start, end)


def _id3v2_before(stream: BinaryIO, start: int, end: int) -> int:
    """Return the length of an ID3v2 tag followed by zeros only, with these, or 0."""
    first = max(start, end - MOST_BYTES)
    stream.seek(first)
    content = stream.read(end - first)
    at = content.find(b"ID3")
    while at >= 0:
        length = id3v2_bytes(content[at : at + ID3V2_HEAD_BYTES])
        if 0 < length <= len(content) - at and not content[at + length :].strip(b"\0"):
            return len(content) - at
        at = content.find(b"ID3", at + 1)
    return 0


def _id3v1(foot: bytes) -> int:
    return ID3V1_BYTES if foot.startswith(ID3V1) and len(foot) == ID3V1_BYTES else 0


def _ape(foot: bytes) -> int:
    if not foot.startswith(APE) or len(foot) < APE_HEAD_BYTES or _flags(foot) & IS_HEADER:
        return 0
    return _number(foot, 12) + (APE_HEAD_BYTES if _flags(foot) & HAS_HEADER else 0)


def _lyrics(foot: bytes) -> int:
    told = foot[:6]
    return int(told) + LYRICS_FOOT_BYTES if foot.endswith(LYRICS) and told.isdigit() else 0


def _zeros(stream: BinaryIO, start: int, end: int) -> int:
    """Count the zeros that come next."""
    stream.seek(start)
    here = stream.read(min(MOST_ZEROS, end - start))
    return len(here) - len(here.lstrip(b"\0"))


def _number(head: bytes, at: int) -> int:
    return int.from_bytes(head[at : at + 4], "little")


def _flags(head: bytes) -> int:
    return _number(head, 20)
