"""The length fields of a WAV (RIFF, RF64, BW64): what the header claims beside what the file holds.

libav reads the samples; whether the header told the truth about them it does not say, and mutagen believes the header.
Sources: RIFF/WAVE specification 1.0; EBU Tech 3306 for the 64-bit sizes.
"""

import struct
from fractions import Fraction
from typing import BinaryIO

import msgspec

from preflight.probe.faults import Unreadable

PCM_TAGS = {1, 3, 0xFFFE}
"""Integer, float and extensible: formats whose length follows from their bytes."""
CODECS = {(1, 8): "pcm_u8", (1, 16): "pcm_s16le", (1, 24): "pcm_s24le", (1, 32): "pcm_s32le"}
CODECS |= {(3, 32): "pcm_f32le", (3, 64): "pcm_f64le"}
"""(Format tag, bits a sample) → libav's name."""
STREAMING = {0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
"""What a program writes that cannot go back to fill in the length."""
MAX_CHUNKS = 1000
TOLERATED_S = Fraction(1, 10)
"""A data chunk that claims this much more than the file holds was cut short; less is a sloppy writer."""


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How samples lie in a WAV that is not compressed."""

    codec: str | None
    """libav's name for it; None where the format chunk leaves it open."""
    channels: int
    sample_rate_hz: int
    block_bytes: int
    """One sample of every channel."""

    @property
    def bytes_per_s(self) -> int:
        """Block size times rate; the byte-rate field is often false."""
        return self.block_bytes * self.sample_rate_hz


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """The sample data of a WAV."""

    layout: "Layout | None"
    """None for compressed formats."""
    claimed_bytes: int
    present_bytes: int

    @property
    def streaming(self) -> bool:
        """Whether the length field is one of those that mean "not known yet"."""
        return self.claimed_bytes in STREAMING and self.present_bytes > 0

    def claimed_s(self) -> Fraction | None:
        """Return the claimed length in seconds, or None when nothing is claimed."""
        if not self.layout or self.streaming:
            return None
        return Fraction(self.claimed_bytes, self.layout.bytes_per_s)

    def present_s(self) -> Fraction | None:
        """Return the length in seconds of what the file holds."""
        return Fraction(self.present_bytes, self.layout.bytes_per_s) if self.layout else None


def read_wave(stream: BinaryIO, size: int) -> Wave | None:
    """Read the chunks of a WAV of `size` bytes up to its samples; None when there is no data chunk."""
    stream.seek(12)
    layout, long_data = None, None
    for _ in range(MAX_CHUNKS):
        head = stream.read(8)
        if len(head) < 8:  # noqa: PLR2004 - a chunk header is eight bytes
            return None
        name, length = struct.unpack("<4sI", head)
        start = stream.tell()
        if name == b"data":
            claimed = long_data if long_data is not None and length == 0xFFFFFFFF else length  # noqa: PLR2004 - EBU 3306
            return Wave(layout=layout, claimed_bytes=claimed, present_bytes=max(0, size - start))
        body = stream.read(min(length, 64))
        if name == b"fmt ":
            layout = _layout(body)
        if name == b"ds64" and len(body) >= 16:  # noqa: PLR2004 - riffSize, dataSize
            long_data = int.from_bytes(body[8:16], "little")
        stream.seek(start + length + length % 2)
    return None


def _layout(fmt: bytes) -> Layout | None:
    """Read a format chunk: tag, channels, sample rate, byte rate, block size, bits a sample."""
    if len(fmt) < 16:  # noqa: PLR2004 - the common part of a fmt chunk
        return None
    tag, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", fmt)
    if tag not in PCM_TAGS or not rate * block:
        return None
    return Layout(codec=CODECS.get((tag, bits)), channels=channels, sample_rate_hz=rate, block_bytes=block)


def refuse_cut(wave: Wave) -> None:
    """Raise Unreadable when the header claims more than the file holds, by more than a tenth of a second."""
    claimed, present = wave.claimed_s(), wave.present_s()
    if claimed is not None and present is not None and claimed - present > TOLERATED_S:
        raise Unreadable(f"cut short: the header promises {float(claimed):.2f} s, {float(present):.2f} s are there")
