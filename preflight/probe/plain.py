"""WAV with PCM under a standard header, without a copy of the samples.

The new header has format tag 1, 16 bytes of format, and the true length.
"""

import io
import struct
from typing import BinaryIO

from preflight.probe.part import Part, joined
from preflight.probe.wave import FLOAT, INTEGER, Layout, read_wave

HEAD_BYTES = 36
"""RIFF size besides the samples."""


def plain_header(layout: Layout, length: int) -> bytes:
    """Make the header for a number of bytes."""
    bits = 8 * layout.sample_bytes
    rate, block = layout.sample_rate_hz, layout.block_bytes
    tag = FLOAT if layout.sample_type == "float" else INTEGER
    fmt = struct.pack("<HHIIHH", tag, layout.channels, rate, min(rate * block, 0xFFFFFFFF), block, bits)
    size = min(HEAD_BYTES + length + length % 2, 0xFFFFFFFF)
    return (
        struct.pack("<4sI4s4sI", b"RIFF", size, b"WAVE", b"fmt ", len(fmt))
        + fmt
        + struct.pack("<4sI", b"data", min(length, 0xFFFFFFFF))
    )


def opened_up(stream: BinaryIO, size: int) -> BinaryIO:
    """Put a WAV of `size` bytes under a standard header where its own blocks readers; return others unchanged."""
    wave = read_wave(stream, size)
    stream.seek(0)
    if wave is None or wave.layout is None or wave.obstacle is None:
        return stream
    header = plain_header(wave.layout, wave.sample_bytes)
    samples = Part(stream, wave.start, wave.start + wave.sample_bytes)
    return joined([Part(io.BytesIO(header), 0, len(header)), samples])
