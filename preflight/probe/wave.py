"""What a WAV (RIFF, RF64, BW64) says of its samples: their layout, and the length that it claims beside what is there.

libav reads the samples of compressed formats; whether the header told the truth about them it does not say, and mutagen
believes the header. Of plain samples the header and the file's size tell all there is, and nothing else is asked.
Sources: RIFF/WAVE specification 1.0; WAVEFORMATEXTENSIBLE (mmreg.h); EBU Tech 3306 for the 64-bit sizes.
"""

import struct
from fractions import Fraction
from typing import BinaryIO

import msgspec

from preflight.probe.faults import Unreadable
from preflight.values.facts import SampleType

INTEGER, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
CODECS = {(INTEGER, 1): "pcm_u8", (INTEGER, 2): "pcm_s16le", (INTEGER, 3): "pcm_s24le", (INTEGER, 4): "pcm_s32le"}
CODECS |= {(INTEGER, 8): "pcm_s64le", (FLOAT, 4): "pcm_f32le", (FLOAT, 8): "pcm_f64le"}
"""(Format tag, bytes a sample) → libav's name."""
SUBFORMAT_TAIL = b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
"""How the GUID of a format tag ends, behind the tag itself."""
STREAMING = {0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
"""What a program writes that cannot go back to fill in the length."""
LEAST_PLACEHOLDER = 1 << 24
ROUND = ((1 << 24, 0), (1 << 24, 4096), (10**8, 0))
"""Units of which a placeholder is a multiple, and what may be taken off it: SoX takes a page."""
NEAR = 128
"""How far off a round number a placeholder may be: some programs take the header from it, or add it."""
LARGEST = (1 << 31) - (1 << 16)
"""From here on a length is the largest that a signed number can hold, or beyond it."""
SHARE = 10
"""One part in so many of what is claimed is the least that a recording of gigabytes that was cut short leaves."""
NOT_HERE = 0xFFFFFFFF
"""What stands in the place of a length that the ds64 chunk tells."""
LONG_FORMS = {b"RF64", b"BW64"}
LONG_SIZES_BYTES = 24
"""riffSize, dataSize and sampleCount, without which a ds64 chunk is none."""
SIGN = 1 << 63
"""From here on a size is negative to readers that keep it in a signed number, as most do."""
MAX_CHUNKS = 1000
TOLERATED_S = Fraction(1, 10)
"""A data chunk that claims this much more than the file holds was cut short; less is a sloppy writer."""


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How samples lie in a WAV that is not compressed."""

    codec: str
    """libav's name for what is stored."""
    channels: int
    sample_rate_hz: int
    block_bytes: int
    """One sample of every channel."""
    sample_type: SampleType
    valid_bits: int
    """Bits of a sample that count: the upper ones, where it is stored in more."""
    tag: int
    """The format tag as it stands there, EXTENSIBLE where the subformat tells."""

    @property
    def bytes_per_s(self) -> int:
        """Block size times rate; the byte-rate field is often false."""
        return self.block_bytes * self.sample_rate_hz

    @property
    def sample_bytes(self) -> int:
        """What a sample is stored in."""
        return self.block_bytes // self.channels

    @property
    def is_roomy(self) -> bool:
        """Whether integers lie in more bytes than they need: 24 bits in 32, which libav takes for floats."""
        return self.sample_type == "integer" and self.sample_bytes > (self.valid_bits + 7) // 8


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """The sample data of a WAV."""

    layout: Layout | None
    """None for compressed formats."""
    channels: int
    bytes_per_s: int
    """By the layout, or of a compressed format as the header says."""
    start: int
    """Where the samples begin, in bytes from the beginning of the RIFF header."""
    claimed_bytes: int
    present_bytes: int
    riff_bytes: int
    """The length that the RIFF header claims for all that follows it."""
    obstacle: str | None = None
    """What of its 64-bit sizes keeps common readers from opening it, or from its samples, in words."""

    @property
    def streaming(self) -> bool:
        """Whether the length field is none, but stands in for one that was not known when it was written."""
        return self.present_bytes > 0 and is_placeholder(self.claimed_bytes, self.present_bytes, self.riff_bytes)

    @property
    def sample_bytes(self) -> int:
        """The bytes of samples that are there: whole blocks of them."""
        there = self.present_bytes if self.streaming else min(self.claimed_bytes, self.present_bytes)
        return there - there % self.layout.block_bytes if self.layout else there

    def claimed_s(self) -> Fraction | None:
        """Return the claimed length in seconds, or None when nothing is claimed."""
        if not self.layout or self.streaming:
            return None
        return Fraction(self.claimed_bytes, self.bytes_per_s)

    def present_s(self) -> Fraction | None:
        """Return the length in seconds of what the file holds."""
        return Fraction(self.sample_bytes, self.bytes_per_s) if self.layout else None

    @property
    def missing_s(self) -> Fraction:
        """How much of what is claimed is not there, in seconds; 0 where nothing is claimed."""
        missing = 0 if self.streaming else max(self.claimed_bytes - self.present_bytes, 0)
        return Fraction(missing, self.bytes_per_s or 1)


def is_placeholder(claimed: int, present: int, riff: int) -> bool:
    """Tell whether the length of a data chunk stands in for one that was not known, so that nothing was cut short.

    A program that went back to fill in the length wrote what it had written; where less is there, the rest is lost. A
    length that the file does not hold was not filled in when one of these is true:

    - it is none at all: nothing, or every bit set;
    - the RIFF header around it was filled in, and is smaller: no finished file is like that;
    - it is a round number: a multiple of 16 MiB, such as a power of two, or of 10^8, give or take a header;
    - it is the most that a signed or unsigned length can say, and of those gigabytes not a tenth is there.

    Everything else is believed, and the file is cut short. Numbers in bytes.
    """
    if claimed in STREAMING:
        return True
    if claimed <= present + NEAR:
        return False
    contained = riff in STREAMING or claimed <= riff + NEAR
    return not contained or _is_round(claimed) or _is_round(riff) or (claimed >= LARGEST and present * SHARE < claimed)


def _is_round(length: int) -> bool:
    """Tell whether a length is large, and about a multiple of 16 MiB, a page less than one, or a multiple of 10^8."""
    off = (abs(length + less - round(Fraction(length + less, unit)) * unit) for unit, less in ROUND)
    return length >= LEAST_PLACEHOLDER and min(off) <= NEAR


def read_wave(stream: BinaryIO, size: int) -> Wave | None:
    """Read the chunks of a WAV of `size` bytes up to its samples; None when there is no data chunk."""
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
    """The sizes that stand in front of a WAV's chunks, in bytes and samples. Source: EBU Tech 3306, 3."""

    expected: bool
    """Whether it is a 64-bit form, which has a ds64 chunk."""
    riff: int
    data: int | None = None
    """What the ds64 chunk tells; None where there is none."""
    count: int = 0
    in_front: bool = False
    """Whether that chunk is whole, and the first one, where readers look for it."""

    def claimed(self, length: int) -> int:
        """Return the bytes of samples that are claimed where `length` stands in their own chunk."""
        return length if self.data is None or length not in (0, NOT_HERE) else self.data

    def obstacle(self, length: int, present: int) -> str | None:
        """Return what keeps readers from so many bytes of samples, in words; `length` stands in their own chunk."""
        if not self.expected:
            return None
        if self.data is None or not self.in_front:
            return "is a 64-bit WAV without a whole ds64 chunk in front, which tells its sizes: readers do not open it"
        for number, of in ((self.data, "bytes of samples"), (self.count, "samples")):
            if number >= SIGN:
                return f"its ds64 chunk claims {number:,} {of}, a negative number to readers, which do not open it"
        if present and not self.data:
            return "its ds64 chunk claims no samples: readers that believe it play nothing"
        if length not in (0, NOT_HERE, self.data):
            return f"its ds64 chunk claims {self.data:,} bytes of samples, its data chunk {length:,}: readers differ"
        return None


def _wave(fmt: bytes, start: int, present: int, length: int, sizes: Sizes) -> Wave:
    """Put together what a WAV says of its samples, which begin at `start`, and of which so many bytes are there."""
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
    """Read a format chunk: tag, channels, sample rate, byte rate, block size, bits a sample; None where compressed."""
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
    """Raise Unreadable when the header claims more than the file holds, by more than a tenth of a second."""
    if wave.missing_s > TOLERATED_S:
        claimed, present = (size / (wave.bytes_per_s or 1) for size in (wave.claimed_bytes, wave.present_bytes))
        raise Unreadable(f"cut short: the header promises {claimed:.2f} s, {present:.2f} s are there")
