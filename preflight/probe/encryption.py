"""Encryption of a file's media: container headers in, nothing or `Unreadable` out.

Encrypted frames look normal: NAL unit headers, times, sizes and indexes stay clear. Only the container states the
encryption.

Sources: ISO 23001-7 (cenc, cens, cbc1, cbcs), PIFF 1.1, ISO 14496-12, 8.12 (sinf), RFC 9559, 5.1.4.1.31.7
(ContentEncryption), ISO 13818-1, 2.4.3.2 and 2.4.3.6 (scrambling control), ASF 1.20, 3.14 to 3.16, FLV 10.1, E.4.1.
"""

from collections.abc import Callable
from typing import BinaryIO

from preflight.probe.ebml import inner, tracks_of
from preflight.probe.faults import Unreadable
from preflight.probe.movie import Entry, Movie
from preflight.values.phrase import error_words, phrase

ENCRYPTED = {b"encv", b"enca", b"enct", b"encs", b"encm", b"encf", b"enc3", b"drms", b"drmi", b"drmt", b"aavd"}
"""Sample entries of protected media; the last four belong to stores with own schemes."""
RESTRICTED = b"resv"
"""Media restricted otherwise than by encryption: ISO 14496-12, 8.15."""
HANDLERS = {b"vide": "pictures", b"soun": "sound"}
REFUSALS = {
    "": "it is encrypted ({how}), and cannot be decoded without the key",
    "pictures": "its pictures are encrypted ({how}), and cannot be decoded without the key",
    "sound": "its sound is encrypted ({how}), and cannot be decoded without the key",
}
"""What is encrypted → words for it."""
ENCODINGS, ENCODING, ENCRYPTION = 0x6D80, 0x6240, 0x5035
ASF_PROTECTED = (
    bytes.fromhex("fbb31122 23bd d211 b4b7 00a0c955fc6e"),
    bytes.fromhex("14e68a29 2226 174c b935 dae07ee9289c"),
    bytes.fromhex("33850543 8169 e649 9b74 ad12cb86d58c"),
)
"""Content Encryption, Extended Content Encryption and Advanced Content Encryption objects."""
ASF_STREAM, ASF_FLAGS_AT, ASF_ENCRYPTED = bytes.fromhex("9107dcb7 b7a9 cf11 8ee6 00c00c205365"), 57, b"\x80"
"""Stream Properties object; the second byte of its flags after the GUID, and its highest bit."""
HEAD_BYTES = 1 << 18
TS_PACKET, TS_NULL = 188, 0x1FFF
TS_SPACINGS = (TS_PACKET, 192, 204)
"""Bytes from one packet to the next: bare, with a time before each (M2TS), with check bytes behind (ISDB, DVB)."""
TS_RUN, TS_JUNK = 5, 1024
"""Sync bytes in a row that make a stream, and bytes before the first in which it is sought."""
TS_CHUNK = 4096
"""Packets read at once."""
TS_SAMPLE_ENCRYPTED = {0xDB, 0xCF, 0xC1, 0xC2}
"""Stream types with sample encryption: H.264, AAC, AC-3, Enhanced AC-3."""
FLV_FILTER = 0x20
"""Bit of a tag type: the payload is pre-processed, in practice encrypted."""
MXF_TRIPLET = bytes.fromhex("060e2b34 02040101 0d010301 027e0100")
"""Key of an encrypted triplet (SMPTE ST 429-6); its eighth byte is a version."""


def refuse_encrypted(stream: BinaryIO, size: int, demuxer: str, movie: Movie | None) -> None:
    """Raise Unreadable when the media are encrypted.

    Args:
        stream: the file; its position changes.
        size: in bytes.
        demuxer: libav's name of the format.
        movie: its boxes, in MP4 or MOV.
    """
    if movie is not None:
        _refuse_movie(movie)
    elif (told := TELLERS.get(demuxer)) and (how := told(stream, size)):
        raise _refusal(how)


def refuse_scrambled_later(stream: BinaryIO, demuxer: str) -> None:
    """Raise Unreadable when packets of a transport stream are scrambled behind a clear beginning.

    The stream's position changes.
    """
    if demuxer != "mpegts":
        return
    stream.seek(0)
    begin, packet = _spacing(stream.read(HEAD_BYTES))
    stream.seek(begin)
    while chunk := stream.read(packet * TS_CHUNK):
        controls = chunk[3::packet]
        if not controls or not max(controls) >> 7:
            continue
        if any(_is_scrambled(chunk[at : at + 4]) for at in range(0, len(chunk), packet)):
            raise _refusal("transport scrambling")


def _is_scrambled(head: bytes) -> bool:
    """Tell whether a packet's payload is scrambled, by its first four bytes: ISO 13818-1, 2.4.3.2."""
    if len(head) < 4 or head[0] != 0x47:  # noqa: PLR2004 - sync byte
        return False
    return head[3] >> 7 == 1 and int.from_bytes(head[1:3], "big") & TS_NULL != TS_NULL


def _refusal(how: str, what: str = "") -> Unreadable:
    return Unreadable(phrase(REFUSALS[what], how=how))


def _refuse_movie(movie: Movie) -> None:
    for track in movie.tracks:
        for number, entry in enumerate(track.entries, 1):
            if _is_encrypted(entry) and number in track.used():
                only = all(one.handler == track.handler for one in movie.tracks if one.handler in HANDLERS)
                fault = _refusal(_scheme(entry), HANDLERS.get(track.handler, ""))
                raise Unreadable(error_words(fault), kind="audio" if only and track.handler == b"soun" else None)


def _is_encrypted(entry: Entry) -> bool:
    return entry.format in ENCRYPTED or (entry.format != RESTRICTED and b"sinf" in entry.body and _scheme(entry) != "")


def _scheme(entry: Entry) -> str:
    """Return a scheme's four letters, or else the sample entry's."""
    at = entry.body.find(b"schm") + 8
    told = entry.body[at : at + 4] if at > 8 and len(entry.body) >= at + 4 else entry.format  # noqa: PLR2004
    return told.decode("latin-1").strip()


def _matroska(stream: BinaryIO, size: int) -> str:
    for track in tracks_of(stream, size):
        if next(inner(stream, track, size, ENCODINGS, ENCODING, ENCRYPTION), None):
            return "ContentEncryption"
    return ""


def _asf(stream: BinaryIO, size: int) -> str:
    head = _head(stream, size)
    header = head[: int.from_bytes(head[16:24], "little")]
    streams = header.split(ASF_STREAM)[1:]
    flagged = any(one[ASF_FLAGS_AT : ASF_FLAGS_AT + 1] >= ASF_ENCRYPTED for one in streams)
    return "Windows Media DRM" if flagged or any(mark in header for mark in ASF_PROTECTED) else ""


def _transport_stream(stream: BinaryIO, size: int) -> str:
    head = _head(stream, size)
    begin, packet = _spacing(head)
    whole = max(len(head) - 3, 0)
    heads = zip(*(head[begin + byte : whole + byte : packet] for byte in (0, 1, 2, 3)), strict=True)
    for at, four in enumerate(heads):
        if _is_scrambled(bytes(four)):
            return "transport scrambling"
        if four[1] & 0x40 and _names_encrypted(head[begin + at * packet : begin + at * packet + TS_PACKET]):
            return "SAMPLE-AES"
    return ""


def _spacing(head: bytes) -> tuple[int, int]:
    """Find the first packet, and the bytes from one to the next."""
    for begin in range(min(len(head), TS_JUNK)):
        for packet in TS_SPACINGS if head[begin] == 0x47 else ():  # noqa: PLR2004 - sync byte
            marks = head[begin : begin + TS_RUN * packet : packet]
            if len(marks) > 1 and not marks.strip(b"G"):
                return begin, packet
    return 0, TS_PACKET


def _names_encrypted(packet: bytes) -> bool:
    """Tell whether a packet's program map lists encrypted streams: ISO 13818-1, 2.4.4.8."""
    begins, adapted = packet[1] & 0x40, packet[3] & 0x20
    at = 4 + (sum(packet[4:5]) + 1 if adapted else 0)
    if not begins or at + 1 >= len(packet):
        return False
    table = packet[at + 1 + packet[at] :]
    if len(table) < 12 or table[0] != 2 or not table[1] & 0x80:  # noqa: PLR2004 - table_id of a program map
        return False
    last = 3 + (int.from_bytes(table[1:3], "big") & 0xFFF) - 4
    place = 12 + (int.from_bytes(table[10:12], "big") & 0xFFF)
    while place + 5 <= min(last, len(table)):
        if table[place] in TS_SAMPLE_ENCRYPTED:
            return True
        place += 5 + (int.from_bytes(table[place + 3 : place + 5], "big") & 0xFFF)
    return False


def _program_stream(stream: BinaryIO, size: int) -> str:
    """Read PES_scrambling_control of video and audio packets, set on copies of protected discs."""
    head = _head(stream, size)
    at = head.find(b"\0\0\1")
    while 0 <= at < len(head) - 7:
        if 0xE0 <= head[at + 3] <= 0xEF and head[at + 6] >> 6 == 2 and head[at + 6] & 0x30:  # noqa: PLR2004 - 2.4.3.6
            return "PES scrambling"
        at = head.find(b"\0\0\1", at + 3)
    return ""


def _flash(stream: BinaryIO, size: int) -> str:
    """Read the types of the first tags."""
    head, at = _head(stream, size), 13
    while at + 11 <= len(head):
        if head[at] & FLV_FILTER and head[at] & 0x1F in (8, 9):
            return "Flash Access"
        at += 11 + int.from_bytes(head[at + 1 : at + 4], "big") + 4
    return ""


def _exchange(stream: BinaryIO, size: int) -> str:
    head = _head(stream, size)
    return "encrypted triplets" if MXF_TRIPLET[:7] in head and MXF_TRIPLET[8:] in head else ""


def _head(stream: BinaryIO, size: int) -> bytes:
    stream.seek(0)
    return stream.read(min(size, HEAD_BYTES))


TELLERS: dict[str, Callable[[BinaryIO, int], str]] = {
    "matroska": _matroska,
    "asf": _asf,
    "mpegts": _transport_stream,
    "mpeg": _program_stream,
    "flv": _flash,
    "mxf": _exchange,
}
"""Demuxer → function that names the encryption, if any."""
