"""Metadata of an audio file: an open file in, its fields by name out, from every place where its format keeps some.

    ID3v2, ID3v1, APE ── MPEG audio, AAC          boxes ── M4A, 3GP
    chunks ── WAV, AIFF                            blocks, comments ── FLAC, Ogg

Samples are skipped. A broken tag ends the fields of its kind; nothing raises but OSError.

Sources: id3.org, ID3v2.4.0 frames; EBU Tech 3285 (bext); SMPTE 330M (UMID); RFC 9639, 8 (FLAC); RFC 3533 (Ogg);
Vorbis I, 5; APEv2.
"""

import base64
import io
import re
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

from preflight.probe.location import Field
from preflight.probe.sniff import Sniffed, behind_tags
from preflight.probe.tags import APE, APE_HEAD_BYTES, ID3V1_BYTES, ID3V2_HEAD_BYTES, id3v2_bytes

MOST_BYTES = 16 << 20
"""Bytes of a tag that are read."""
MOST_TAGS, MOST_CHUNKS = 16, 1000
CHUNK_BYTES = 1 << 20
SAMPLES = {b"data", b"SSND", b"fmt ", b"fact", b"COMM", b"PEAK", b"JUNK", b"junk", b"PAD ", b"FLLR"}
"""Chunks without metadata."""
ID3_CHUNKS = {b"id3 ", b"ID3 "}
LONG_LENGTH = 0xFFFFFFFF
UMID_AT, UMID_LENGTH_AT, EXTENDED_UMID, PLACE_IN_UMID = 348, 12, 0x33, slice(40, 52)
"""Within `bext`: offset of the UMID; its length byte, of an extended one, and its spatial coordinates."""
COMMENTS, COVER, APPLICATION = 4, 6, 2
"""Types of a FLAC block."""
LAST_BLOCK = 0x80
COMMENT_MARKS = re.compile(rb"\x03vorbis|OpusTags|Speex   [\0-\xff]{72}|[\x04\x84][\0-\xff]{3}(?=[\0-\xff]{2}\0\0)")
"""What stands before comments: of Vorbis, Opus, Speex, and a FLAC block's header."""
MOST_COMMENTS = 10_000
COVER_NAME = "metadata_block_picture"
TAIL_BYTES = 1 << 16
TAGGED = {"mp1", "mp2", "mp3", "aac"}
"""Formats whose tags may stand at the end."""
BROKEN_TAG = (ValueError, ArithmeticError, LookupError, OSError, TypeError, struct.error, RecursionError)
"""What mutagen raises on broken frames, besides its own: chapters within chapters are read by recursion."""
NAME_BOX = re.compile(rb"name[\0-\xff]{4}([\x20-\x7e]{2,60})[\0-\xff]{4}data[\0-\xff]{8}([^\0]{1,200})")
"""A name and a value in an iTunes list."""


def audio_fields(stream: BinaryIO, size: int, sniffed: Sniffed) -> Iterator[Field]:
    """Yield the metadata fields of an audio file; its position changes.

    Args:
        stream: the file.
        size: in bytes.
        sniffed: its format.

    Raises:
        OSError: it cannot be read.
    """
    end = behind_tags(stream)
    yield from _leading_id3(stream, min(end, size))
    if sniffed.format == "wav":
        yield from _chunks(stream, max(end, sniffed.start), size, "little")
    elif sniffed.format == "aiff":
        yield from _chunks(stream, end, size, "big")
    elif sniffed.format == "flac":
        yield from _flac_blocks(stream, end, size)
    elif sniffed.format == "ogg":
        yield from _ogg_comments(stream, size)
    elif sniffed.opener == "mov":
        yield from _boxes(stream, size)
    elif sniffed.format in TAGGED:
        yield from _trailing_tags(stream, size)


def _leading_id3(stream: BinaryIO, end: int) -> Iterator[Field]:
    """Yield the fields of the ID3v2 tags before an offset."""
    at = 0
    for _ in range(MOST_TAGS):
        stream.seek(at)
        length = id3v2_bytes(stream.read(ID3V2_HEAD_BYTES))
        if not length or at + length > end:
            return
        stream.seek(at)
        yield from _id3(stream.read(min(length, MOST_BYTES)))
        at += length


def _id3(tag: bytes) -> Iterator[Field]:
    """Yield the frames of an ID3v2 tag; of one that mutagen cannot read, the whole as a block."""
    from mutagen import MutagenError
    from mutagen.id3 import ID3

    make: Any = ID3
    try:
        read = make(fileobj=io.BytesIO(tag), translate=False, load_v1=False)
    except (MutagenError, *BROKEN_TAG):
        yield "", tag
        return
    for frame in read.values():
        name = " ".join(str(getattr(frame, of, "")) for of in ("owner", "desc", "filename")).strip()
        held = getattr(frame, "data", None)
        if isinstance(held, bytes):
            yield name, held
        yield name, "\n".join(map(str, getattr(frame, "text", None) or [getattr(frame, "url", "")]))
    yield from (("", bytes(frame)) for frame in read.unknown_frames)


def _chunks(stream: BinaryIO, start: int, size: int, order: str) -> Iterator[Field]:
    """Yield the chunks of a RIFF or AIFF file that are no samples."""
    at, long_length = start + 12, 0
    for _ in range(MOST_CHUNKS):
        stream.seek(min(at, size))
        head = stream.read(8)
        if len(head) < 8:  # noqa: PLR2004 - a chunk header is eight bytes
            return
        name, length = head[:4], int.from_bytes(head[4:], "little" if order == "little" else "big")
        if name == b"ds64":
            long_length = int.from_bytes(stream.read(16)[8:], "little")
        elif name not in SAMPLES:
            yield from _chunk(name, stream.read(min(length, MOST_BYTES if name in ID3_CHUNKS else CHUNK_BYTES)))
        if name == b"data" and length == LONG_LENGTH:
            length = long_length or size
        at += 8 + length + length % 2


def _chunk(name: bytes, content: bytes) -> Iterator[Field]:
    if name in ID3_CHUNKS:
        yield from _id3(content)
    elif name == b"LIST":
        yield from _info(content)
    elif name == b"bext":
        yield from (("", content[first:last]) for first, last in ((0, 256), (256, 288), (288, 320), (602, None)))
        umid = content[UMID_AT : UMID_AT + 64]
        if umid[UMID_LENGTH_AT : UMID_LENGTH_AT + 1] == bytes((EXTENDED_UMID,)):
            yield "location", umid[PLACE_IN_UMID].strip(b"\0\xff\x20").hex()
    else:
        yield name.decode("latin-1"), content


def _info(content: bytes) -> Iterator[Field]:
    """Yield the fields of a list: INFO, or others of the same form."""
    at = 4
    while at + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, at)
        yield name.decode("latin-1"), content[at + 8 : at + 8 + length].rstrip(b"\0")
        at += 8 + length + length % 2


def _flac_blocks(stream: BinaryIO, start: int, size: int) -> Iterator[Field]:
    at = start + 4
    for _ in range(MOST_CHUNKS):
        stream.seek(at)
        head = stream.read(4)
        length = int.from_bytes(head[1:], "big")
        if len(head) < 4 or at + 4 + length > size:  # noqa: PLR2004 - a block header is four bytes
            return
        kind = head[0] & ~LAST_BLOCK
        if kind in (COMMENTS, COVER, APPLICATION):
            content = stream.read(min(length, MOST_BYTES))
            yield from _comments(content) if kind == COMMENTS else (("", content),)
        if head[0] & LAST_BLOCK:
            return
        at += 4 + length


def _ogg_comments(stream: BinaryIO, size: int) -> Iterator[Field]:
    """Yield the comments in the first pages, whatever codec they describe."""
    stream.seek(0)
    content = _pages(stream.read(min(size, CHUNK_BYTES)))
    for mark in COMMENT_MARKS.finditer(content):
        yield from _comments(content[mark.end() :])


def _pages(content: bytes) -> bytes:
    """Join the payloads of pages."""
    found, at = [], 0
    while content[at : at + 4] == b"OggS" and len(content) > at + 27:
        start = at + 27 + content[at + 26]
        at = start + sum(content[at + 27 : start])
        found.append(content[start:at])
    return b"".join(found)


def _comments(content: bytes) -> Iterator[Field]:
    """Yield Vorbis comments: the vendor, a count, and fields with their lengths before them."""
    at = 4 + int.from_bytes(content[:4], "little")
    count = int.from_bytes(content[at : at + 4], "little")
    at += 4
    for _ in range(min(count, MOST_COMMENTS)):
        length = int.from_bytes(content[at : at + 4], "little")
        field = content[at + 4 : at + 4 + length]
        if at + 4 > len(content):
            return
        at += 4 + length
        name, _, value = field.partition(b"=")
        yield name.decode("latin-1"), _unpacked(value) if name.lower() == COVER_NAME.encode() else value


def _unpacked(value: bytes) -> bytes:
    """Decode a cover in Base64."""
    try:
        return base64.b64decode(value, validate=False)
    except ValueError:
        return value


def _boxes(stream: BinaryIO, size: int) -> Iterator[Field]:
    """Yield what the boxes of a movie header tell."""
    from preflight.probe.boxes import read_boxes
    from preflight.probe.faults import Unmeasured
    from preflight.probe.movie import read_movie

    try:
        movie = read_movie(stream, size)
    except Unmeasured:
        return
    if read_boxes(movie).location:
        yield "location", "box"
    for box in movie.boxes:
        if box.name == b"meta":
            content = box.payload[:CHUNK_BYTES]
            yield "", content
            yield from ((name.decode("latin-1"), value) for name, value in NAME_BOX.findall(content))
    for top in movie.tops:
        if top.name == b"uuid":
            stream.seek(top.start)
            yield "", stream.read(min(top.end - top.start, CHUNK_BYTES))


def _trailing_tags(stream: BinaryIO, size: int) -> Iterator[Field]:
    """Yield the fields of tags at the end: ID3v1, APE, and an ID3v2 tag that was appended."""
    content = _last(stream, size, TAIL_BYTES)
    if content[-ID3V1_BYTES:].startswith(b"TAG"):
        yield "", content[-ID3V1_BYTES:].replace(b"\0", b" ")
    at = content.rfind(APE)
    if at >= 0:
        behind = len(content) - at
        length = int.from_bytes(content[at + 12 : at + 16], "little")
        yield from _ape(_last(stream, size, min(behind + length, MOST_BYTES)), behind)
    for found in re.finditer(b"ID3[\2-\4]\0", content):
        if id3v2_bytes(content[found.start() : found.start() + ID3V2_HEAD_BYTES]):
            yield from _id3(content[found.start() :])


def _last(stream: BinaryIO, size: int, count: int) -> bytes:
    stream.seek(max(size - count, 0))
    return stream.read(count)


def _ape(content: bytes, behind: int) -> Iterator[Field]:
    """Yield the items of an APE tag, whose footer, or a header alone, stands so many bytes before the end."""
    foot = len(content) - behind
    length, count = struct.unpack_from("<II", content.ljust(foot + APE_HEAD_BYTES, b"\0"), foot + 12)
    is_header = content[foot + 23 : foot + 24] >= b"\xa0"
    at = foot + APE_HEAD_BYTES - (0 if is_header else length)
    for _ in range(min(count, MOST_CHUNKS)):
        held, name_end = int.from_bytes(content[at : at + 4], "little"), content.find(b"\0", at + 8)
        if at < 0 or name_end < 0 or held > len(content):
            return
        yield content[at + 8 : name_end].decode("latin-1"), content[name_end + 1 : name_end + 1 + held]
        at = name_end + 1 + held


__all__ = ["audio_fields"]
