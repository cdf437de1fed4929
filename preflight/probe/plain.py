"""A WAV of plain samples under the header that every reader knows, whatever header it has; nothing is copied.

The new header has format tag 1, sixteen bytes of format, and then the samples with their true length.
"""

import io
import struct
from typing import BinaryIO

from preflight.probe.part import Part, joined
from preflight.probe.wave import FLOAT, INTEGER, Layout, read_wave

HEAD_BYTES = 36
"""What the RIFF header counts beside the samples."""


def plain_header(layout: Layout, length: int) -> bytes:
    """Lay the header of so many bytes of samples."""
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
    """Return a WAV of `size` bytes whose own header keeps readers out under a plain one, any other as it is."""
    wave = read_wave(stream, size)
    stream.seek(0)
    if wave is None or wave.layout is None or wave.obstacle is None:
        return stream
    header = plain_header(wave.layout, wave.sample_bytes)
    samples = Part(stream, wave.start, wave.start + wave.sample_bytes)
    return joined([Part(io.BytesIO(header), 0, len(header)), samples])
