"""WAV headers (RIFF, RF64, BW64): sample layout, and claimed against present length.

libav reads compressed formats but does not verify the header, and mutagen trusts it. For PCM, header and file size are
enough.

Sources: RIFF/WAVE specification 1.0; WAVEFORMATEXTENSIBLE (mmreg.h); EBU Tech 3306 for the 64-bit sizes.
"""

import struct
from fractions import Fraction
from typing import BinaryIO

import msgspec

from preflight.probe.faults import Unreadable
from preflight.values.facts import SampleType
from preflight.values.phrase import phrase

INTEGER, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
CODECS = {(INTEGER, 1): "pcm_u8", (INTEGER, 2): "pcm_s16le", (INTEGER, 3): "pcm_s24le", (INTEGER, 4): "pcm_s32le"}
CODECS |= {(INTEGER, 8): "pcm_s64le", (FLOAT, 4): "pcm_f32le", (FLOAT, 8): "pcm_f64le"}
"""(Format tag, bytes per sample) → libav's codec name."""
SUBFORMAT_TAIL = b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
"""End of a format tag's GUID."""
STREAMING = {0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
"""Lengths written by programs that cannot seek back."""
LEAST_PLACEHOLDER = 1 << 24
ROUND = ((1 << 24, 0), (1 << 24, 4096), (10**8, 0))
"""Units of placeholder lengths, and their usual deficit: SoX subtracts a page."""
NEAR = 128
"""Deviation of a placeholder: some programs add or subtract the header."""
LARGEST = (1 << 31) - (1 << 16)
"""Lengths from here on are the largest signed number or beyond."""
SHARE = 10
"""A truncated recording of gigabytes keeps at least this fraction (one in so many)."""
NOT_HERE = 0xFFFFFFFF
"""Placeholder for a length in the ds64 chunk."""
LONG_FORMS = {b"RF64", b"BW64"}
LONG_SIZES_BYTES = 24
"""riffSize, dataSize and sampleCount, the minimum of a ds64 chunk."""
SIGN = 1 << 63
NEGATIVE_BYTES = "its ds64 chunk claims {n} bytes of samples, a negative number to readers, which do not open it"
NEGATIVE_COUNT = "its ds64 chunk claims {n} samples, a negative number to readers, which do not open it"
"""Sizes from here on are negative to readers with signed numbers."""
MAX_CHUNKS = 1000
TOLERATED_S = Fraction(1, 10)
"""Excess of a claimed length that counts as truncation; less is careless writing."""


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Layout of PCM samples in a WAV."""

    codec: str
    """libav's codec name."""
    channels: int
    sample_rate_hz: int
    block_bytes: int
    """One sample of every channel."""
    sample_type: SampleType
    valid_bits: int
    """Significant bits of a sample, the upper ones."""
    tag: int
    """The format tag as stored; EXTENSIBLE for subformats."""

    @property
    def bytes_per_s(self) -> int:
        """Block size times rate; the byte-rate field is often wrong."""
        return self.block_bytes * self.sample_rate_hz

    @property
    def sample_bytes(self) -> int:
        """Stored bytes per sample."""
        return self.block_bytes // self.channels

    @property
    def is_roomy(self) -> bool:
        """Whether integers are padded: 24 bits in 32, which libav reads as floats."""
        return self.sample_type == "integer" and self.sample_bytes > (self.valid_bits + 7) // 8


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """The sample data of a WAV."""

    layout: Layout | None
    """None for compressed formats."""
    channels: int
    bytes_per_s: int
    """By the layout; of compressed formats by the header."""
    start: int
    """Offset of the samples from the RIFF header."""
    claimed_bytes: int
    present_bytes: int
    riff_bytes: int
    """Length by the RIFF header."""
    obstacle: str | None = None
    """Why its 64-bit sizes block common readers, in words."""

    @property
    def streaming(self) -> bool:
        """Whether the length is a placeholder."""
        return self.present_bytes > 0 and is_placeholder(self.claimed_bytes, self.present_bytes, self.riff_bytes)

    @property
    def sample_bytes(self) -> int:
        """Bytes of whole blocks present."""
        there = self.present_bytes if self.streaming else min(self.claimed_bytes, self.present_bytes)
        return there - there % self.layout.block_bytes if self.layout else there

    def claimed_s(self) -> Fraction | None:
        """Return the claimed duration in seconds, or None."""
        if not self.layout or self.streaming:
            return None
        return Fraction(self.claimed_bytes, self.bytes_per_s)

    def present_s(self) -> Fraction | None:
        """Return the present duration in seconds."""
        return Fraction(self.sample_bytes, self.bytes_per_s) if self.layout else None

    @property
    def missing_s(self) -> Fraction:
        """Claimed but missing duration, in seconds; 0 without a claim."""
        missing = 0 if self.streaming else max(self.claimed_bytes - self.present_bytes, 0)
        return Fraction(missing, self.bytes_per_s or 1)


def is_placeholder(claimed: int, present: int, riff: int) -> bool:
    """Tell whether a data chunk's length is a placeholder, so that nothing was truncated.

    A program that fills in the length writes the true one; a shorter file is truncated. A length beyond the file is a
    placeholder in these cases:

    - it is zero, or has every bit set;
    - the RIFF header is filled in, and smaller, as in no finished file;
    - it is round: a multiple of 16 MiB, such as a power of two, or of 10^8, apart from a header;
    - it is the largest signed or unsigned length, and less than a tenth is present.

    Otherwise the file is truncated. Arguments are in bytes.
    """
    if claimed in STREAMING:
        return True
    if claimed <= present + NEAR:
        return False
    contained = riff in STREAMING or claimed <= riff + NEAR
    return not contained or _is_round(claimed) or _is_round(riff) or (claimed >= LARGEST and present * SHARE < claimed)


def _is_round(length: int) -> bool:
    """Tell whether a length is near a large multiple of 16 MiB, or 10^8, or a page less."""
    off = (abs(length + less - round(Fraction(length + less, unit)) * unit) for unit, less in ROUND)
    return length >= LEAST_PLACEHOLDER and min(off) <= NEAR


def read_wave(stream: BinaryIO, size: int) -> Wave | None:
    """Read a WAV's chunks up to its samples; None without a data chunk."""
    stream.seek(0)
    head = stream.read(12)
    fmt, first = b"", True
    sizes = Sizes(expected=head[:4] in LONG_FORMS, riff=int.from_bytes(head[4:8], "little"))
    for _ in range(MAX_CHUNKS):
        chunk = stream.read(8)
        if len(chunk) < 8:  # noqa: PLR2004 - a chunk header is eight bytes
            return None
        name, length = struct.unpack("<4sI", chunk)
        start = stream.tell()
        if name == b"data":
            return _wave(fmt, start, max(0, size - start), length, sizes)
        body = stream.read(min(length, 64))
        if name == b"fmt ":
            fmt = body
        if name == b"ds64" and sizes.expected and len(body) >= 16:  # noqa: PLR2004 - riffSize, dataSize
            riff, data, count = (int.from_bytes(body[at : at + 8], "little") for at in (0, 8, 16))
            whole = length >= LONG_SIZES_BYTES
            sizes = Sizes(expected=True, riff=riff, data=data, count=count, in_front=first and whole)
        first = False
        stream.seek(start + length + length % 2)
    return None


class Sizes(msgspec.Struct, frozen=True):
    """Sizes before a WAV's chunks, in bytes and samples. Source: EBU Tech 3306, 3."""

    expected: bool
    """Whether it is a 64-bit form with a ds64 chunk."""
    riff: int
    data: int | None = None
    """Size in the ds64 chunk, or None."""
    count: int = 0
    in_front: bool = False
    """Whether that chunk is complete and first, as readers expect."""

    def claimed(self, length: int) -> int:
        """Return the claimed bytes of samples; `length` is in the data chunk."""
        return length if self.data is None or length not in (0, NOT_HERE) else self.data

    def obstacle(self, length: int, present: int) -> str | None:
        """Explain why readers cannot reach the present bytes, or return None; `length` is in the data chunk."""
        if not self.expected:
            return None
        if self.data is None or not self.in_front:
            return "is a 64-bit WAV without a whole ds64 chunk in front, which tells its sizes: readers do not open it"
        for number, words in ((self.data, NEGATIVE_BYTES), (self.count, NEGATIVE_COUNT)):
            if number >= SIGN:
                return phrase(words, n=f"{number:,}")
        if present and not self.data:
            return "its ds64 chunk claims no samples: readers that believe it play nothing"
        if length not in (0, NOT_HERE, self.data):
            return phrase(
                "its ds64 chunk claims {n1} bytes of samples, its data chunk {n2}: readers differ",
                n1=f"{self.data:,}",
                n2=f"{length:,}",
            )
        return None


def _wave(fmt: bytes, start: int, present: int, length: int, sizes: Sizes) -> Wave:
    """Combine a WAV's headers; samples begin at `start`, with `present` bytes."""
    layout = _layout(fmt)
    return Wave(
        layout=layout,
        bytes_per_s=layout.bytes_per_s if layout else int.from_bytes(fmt[8:12], "little"),
        channels=int.from_bytes(fmt[2:4], "little"),
        start=start,
        claimed_bytes=sizes.claimed(length),
        present_bytes=present,
        riff_bytes=sizes.riff,
        obstacle=sizes.obstacle(length, present),
    )


def _layout(fmt: bytes) -> Layout | None:
    """Parse a format chunk: tag, channels, rates, block size and bits per sample; None where compressed."""
    if len(fmt) < 16:  # noqa: PLR2004 - the common part of a fmt chunk
        return None
    said, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", fmt)
    tag = INTEGER if said == EXTENSIBLE else said
    if said == EXTENSIBLE and len(fmt) >= 40:  # noqa: PLR2004 - with valid bits and GUID
        bits = int.from_bytes(fmt[18:20], "little") or bits
        tag = int.from_bytes(fmt[24:26], "little") if fmt[26:40] == SUBFORMAT_TAIL else 0
    codec = CODECS.get((tag, block // channels)) if channels and not block % channels else None
    if codec is None or not rate or not 0 < bits <= 8 * block // channels:
        return None
    kind: SampleType = "float" if tag == FLOAT else "integer"
    return Layout(
        codec=codec,
        channels=channels,
        sample_rate_hz=rate,
        block_bytes=block,
        sample_type=kind,
        valid_bits=bits,
        tag=said,
    )


def refuse_cut(wave: Wave) -> None:
    """Raise Unreadable when more than a tenth of a second is missing."""
    if wave.missing_s > TOLERATED_S:
        claimed, present = (size / (wave.bytes_per_s or 1) for size in (wave.claimed_bytes, wave.present_bytes))
        raise Unreadable(
            phrase(
                "cut short: {how}",
                how=phrase("the header promises {n1} s, {n2} s are there", n1=f"{claimed:.2f}", n2=f"{present:.2f}"),
            )
        )
