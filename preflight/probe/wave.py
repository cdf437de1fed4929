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
STREAMING = {0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
"""What a program writes that cannot go back to fill in the length."""
MAX_CHUNKS = 1000
TOLERATED_S = Fraction(1, 10)
"""A data chunk that claims this much more than the file holds was cut short; less is a sloppy writer."""


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """The sample data of a WAV."""

    bytes_per_s: int | None
    """None for compressed formats."""
    claimed_bytes: int
    present_bytes: int

    @property
    def streaming(self) -> bool:
        """Whether the length field is one of those that mean "not known yet"."""
        return self.claimed_bytes in STREAMING and self.present_bytes > 0

    def claimed_s(self) -> Fraction | None:
        """Return the claimed length in seconds, or None when nothing is claimed."""
        if not self.bytes_per_s or self.streaming:
            return None
        return Fraction(self.claimed_bytes, self.bytes_per_s)


def read_wave(stream: BinaryIO, size: int) -> Wave | None:
    """Read the chunks of a WAV of `size` bytes up to its samples; None when there is no data chunk."""
    stream.seek(12)
    bytes_per_s, long_data = None, None
    for _ in range(MAX_CHUNKS):
        head = stream.read(8)
        if len(head) < 8:  # noqa: PLR2004 - a chunk header is eight bytes
            return None
        name, length = struct.unpack("<4sI", head)
        start = stream.tell()
        if name == b"data":
            claimed = long_data if long_data is not None and length == 0xFFFFFFFF else length  # noqa: PLR2004 - EBU 3306
            return Wave(bytes_per_s=bytes_per_s, claimed_bytes=claimed, present_bytes=max(0, size - start))
        body = stream.read(min(length, 64))
        if name == b"fmt ":
            bytes_per_s = _bytes_per_second(body)
        if name == b"ds64" and len(body) >= 16:  # noqa: PLR2004 - riffSize, dataSize
            long_data = int.from_bytes(body[8:16], "little")
        stream.seek(start + length + length % 2)
    return None


def _bytes_per_second(fmt: bytes) -> int | None:
    """Return block size times sample rate; the byte-rate field is often false."""
    if len(fmt) < 16:  # noqa: PLR2004 - the common part of a fmt chunk
        return None
    tag, _, rate, _, block = struct.unpack_from("<HHIIH", fmt)
    return rate * block or None if tag in PCM_TAGS else None


def claimed_length_s(stream: BinaryIO, size: int) -> Fraction | None:
    """Return the length in seconds that the header claims.

    Raises:
        Unreadable: the claim is more than the file holds, by more than a tenth of a second.
    """
    wave = read_wave(stream, size)
    claimed = wave.claimed_s() if wave else None
    if wave and wave.bytes_per_s and claimed is not None:
        present = Fraction(wave.present_bytes, wave.bytes_per_s)
        if claimed - present > TOLERATED_S:
            raise Unreadable(f"cut short: the header promises {float(claimed):.2f} s, {float(present):.2f} s are there")
    return claimed
