"""Codecs disguised as PCM: the first bytes of a WAV's data in, a codec name out, or None for samples.

Players that trust the header play them as noise. A sync word alone proves nothing, since samples take any value: two
more must follow at the distance of the frame headers, or at equal distances.

Sources: ETSI TS 102 114, 5.3.1 and annex C (DTS); ETSI TS 102 366, 4.4 and E.2.2 (AC-3, E-AC-3); IEC 61937-1 and -2
(bursts); ISO 11172-3, 2.4.1.3 (MPEG audio); ISO 13818-7, 6.2 (AAC).
"""

import re
from collections.abc import Callable
from itertools import pairwise

from preflight.probe.sniff import ID3_HEADER_BYTES, mpeg_frame_bytes
from preflight.probe.tags import id3v2_bytes

LOOKED_AT_BYTES = 1 << 18
"""Three bursts of the codec with the longest distance."""
RAW_BYTES = 1 << 15
"""Three frames of AC-3, at most 3,840 bytes each."""
SYNC_WORDS: tuple[bytes, ...] = (b"\x7f\xfe\x80\x01", b"\xfe\x7f\x01\x80", b"\x1f\xff\xe8\x00", b"\xff\x1f\x00\xe8")
SYNC_WORDS += (b"\x72\xf8\x1f\x4e", b"\xf8\x72\x4e\x1f")
DTS = re.compile(
    rb"\x7f\xfe\x80\x01[\xfc-\xff]|\xfe\x7f\x01\x80.[\xfc-\xff]"  # a frame that ends nothing: FTYPE and SHORT all ones
    rb"|\x1f\xff\xe8\x00\x07[\xf0-\xff]|\xff\x1f\x00\xe8[\xf0-\xff]\x07",
    re.DOTALL,
)
"""Sync words of 16 and 14 bits in 16-bit words, in both byte orders."""
LEAST_DTS_BYTES, LEAST_DTS_BLOCKS = 96, 5
BURST = re.compile(rb"\x72\xf8\x1f\x4e(.)|\xf8\x72\x4e\x1f.(.)", re.DOTALL)
"""Pa, Pb, and the type byte of Pc, in both byte orders."""
BURSTS = {1: "ac3", 4: "mp1", 5: "mp2", 6: "mp2", 7: "aac", 11: "dts", 12: "dts", 13: "dts", 17: "dts", 21: "eac3"}
BURSTS |= {22: "truehd"}
AC3 = re.compile(rb"\x0b\x77")
AC3_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
MOST_AC3_BSID, MOST_EAC3_BSID = 10, 16
FRAMES = 3
"""Consecutive frames required."""
FRAMES_AT_START = 8
"""Consecutive frames of MPEG audio or AAC required: their sync words are shorter."""
SAME_BYTES = 2
"""First bytes that all frames of a file share: sync word, version, and layer or profile."""
FLAC = b"fLaC"
CRC_POLYNOMIAL = 0x8005


def coded_within(data: bytes) -> str | None:
    """Return libav's name of the codec in place of samples, or None."""
    data = data.lstrip(b"\0")[:LOOKED_AT_BYTES]
    synced = any(word in data for word in SYNC_WORDS)
    return (_synced(data) if synced else None) or _raw_ac3(data[:RAW_BYTES]) or _whole_file(data[:RAW_BYTES])


def _synced(data: bytes) -> str | None:
    """Find frames of DTS, and S/PDIF bursts."""
    frames = [match.start() for match in DTS.finditer(data)]
    if (step := _even_step(frames)) and _is_dts(data[frames[0] : frames[0] + 8], step):
        return "dts"
    bursts = [(match.start(), BURSTS.get((match[1] or match[2])[0] & 31)) for match in BURST.finditer(data)]
    known = [(at, name) for at, name in bursts if name]
    return known[0][1] if _even_step([at for at, _ in known]) else None


def _even_step(places: list[int]) -> int:
    """Return the distance of the first sync words if equal, else 0."""
    steps = {later - earlier for earlier, later in pairwise(places[:FRAMES])}
    return min(steps) if len(steps) == 1 and len(places) >= FRAMES and min(steps) >= LEAST_DTS_BYTES else 0


def _is_dts(head: bytes, step: int) -> bool:
    """Tell whether a DTS frame is no longer than the distance to the next."""
    if head[0] in (0x1F, 0xFF):  # of 14 bits
        return True
    head = head if head[0] == 0x7F else bytes(head[at ^ 1] for at in range(8))  # noqa: PLR2004 - the first byte first
    blocks, size = (head[4] & 1) << 6 | head[5] >> 2, (head[5] & 3) << 12 | head[6] << 4 | head[7] >> 4
    return blocks >= LEAST_DTS_BLOCKS and LEAST_DTS_BYTES <= size + 1 <= step


def _raw_ac3(data: bytes) -> str | None:
    """Find bare AC-3 or E-AC-3 frames, in both byte orders."""
    swapped = bytearray(data[: len(data) & ~1])
    swapped[0::2], swapped[1::2] = swapped[1::2], swapped[0::2]
    for content in (data, bytes(swapped)):
        for match in AC3.finditer(content):
            at = match.start()
            if _in_a_row(content, at, ac3_frame_bytes) and _is_audio(
                content[at : at + ac3_frame_bytes(content[at : at + 6])]
            ):
                return "eac3" if content[at + 5] >> 3 > MOST_AC3_BSID else "ac3"
    return None


def _whole_file(data: bytes) -> str | None:
    """Recognise a file of MPEG audio, AAC or FLAC that was given a WAV's header: it begins where samples should."""
    if data.startswith(FLAC):
        return "flac"
    data = data[id3v2_bytes(data[:ID3_HEADER_BYTES]) :]
    if _alike_in_a_row(data, mpeg_frame_bytes):
        return {1: "mp3", 2: "mp2", 3: "mp1"}[data[1] >> 1 & 3]
    return "aac" if _alike_in_a_row(data, _adts_frame_bytes) else None


def _alike_in_a_row(data: bytes, length_of: Callable[[bytes], int]) -> bool:
    """Tell whether frames of one kind follow one another from the start on, and are not one pattern again and again."""
    at, first, frames = 0, data[:SAME_BYTES], set[bytes]()
    for _ in range(FRAMES_AT_START):
        length = length_of(data[at : at + 6]) if data[at : at + SAME_BYTES] == first else 0
        if not length:
            return False
        frames.add(data[at : at + length])
        at += length
    return len(frames) > 1


def _adts_frame_bytes(head: bytes) -> int:
    """Return the length of an AAC frame by its header, or 0: ISO 13818-7, 6.2."""
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:  # noqa: PLR2004 - sync, rates
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0  # noqa: PLR2004 - the header itself


def _in_a_row(data: bytes, at: int, length_of: Callable[[bytes], int]) -> bool:
    """Tell whether frames follow one another from an offset on."""
    for _ in range(FRAMES):
        length = length_of(data[at : at + 6])
        if not length:
            return False
        at += length
    return True


def _is_audio(frame: bytes) -> bool:
    """Tell whether the checksum of an AC-3 or E-AC-3 frame is right: a tone may repeat a sync word."""
    crc = 0
    for byte in frame[2:]:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (CRC_POLYNOMIAL if crc & 0x8000 else 0)) & 0xFFFF
    return crc == 0


def ac3_frame_bytes(head: bytes) -> int:
    """Return the length of an AC-3 or E-AC-3 frame by its first six bytes, or 0."""
    if len(head) < 6 or head[:2] != b"\x0b\x77" or head[2:4] == head[:2]:  # noqa: PLR2004 - up to bsid; a level that stays
        return 0
    bsid = head[5] >> 3
    if MOST_AC3_BSID < bsid <= MOST_EAC3_BSID:
        return 2 * ((int.from_bytes(head[2:4], "big") & 0x7FF) + 1)
    rate, code = head[4] >> 6, head[4] & 63
    if bsid > MOST_EAC3_BSID or rate == 3 or code >> 1 >= len(AC3_KBPS):  # noqa: PLR2004 - reserved values
        return 0
    kbps = AC3_KBPS[code >> 1]
    words = {0: kbps * 2, 1: kbps * 96000 // 44100 + (code & 1), 2: kbps * 3}[rate]
    return 2 * words
