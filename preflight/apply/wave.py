"""Plain WAV files: samples copied by bytes under a new header, nothing decoded or encoded.

ffmpeg misreads some WAV files: behind a tag, with wrong 64-bit sizes, or with integers stored in more bits than needed.
A plain header repairs them.
"""

import os
from pathlib import Path
from typing import BinaryIO

from preflight.errors import FixFailed
from preflight.plan.steps import Cut
from preflight.probe import open_without_waiting
from preflight.probe.plain import HEAD_BYTES, plain_header
from preflight.probe.sniff import sniff
from preflight.probe.wave import Layout, Wave, read_wave
from preflight.values.phrase import phrase

BLOCK_FRAMES = 1 << 16
MOST_BYTES = (1 << 32) - 1 - HEAD_BYTES
SIGNS = {0x00, 0xFF}
"""Upper byte of a number that does not need it."""


def write_plain(source: Path, target: Path, cut: Cut | None = None) -> None:
    """Write the samples of a WAV, or a part, as a plain WAV.

    Args:
        source: a WAV of uncompressed samples; a tag may stand before it.
        target: the new file.
        cut: the part, to the sample.

    Raises:
        FixFailed: the source is no such WAV any more, or the new file cannot be written.
    """
    try:
        with open(source, "rb", opener=open_without_waiting) as stream, target.open("wb") as made:
            start, wave, layout = _read(stream)
            first, count = _frames(wave, layout, cut)
            if count * layout.block_bytes > MOST_BYTES:
                raise FixFailed("its samples are too many for a WAV")
            made.write(plain_header(layout, count * layout.block_bytes))
            stream.seek(start + wave.start + first * layout.block_bytes)
            shifted = layout.is_roomy and _stands_low(stream, count, layout)
            _copy(
                stream,
                made,
                count,
                layout,
                left_bytes=layout.sample_bytes - (layout.valid_bits + 7) // 8 if shifted else 0,
            )
    except OSError as error:
        raise FixFailed(phrase("cannot be written anew: {why}", why=error.strerror or error)) from None


def _read(stream: BinaryIO) -> tuple[int, Wave, Layout]:
    found = sniff(stream)
    if found is None or found.format != "wav":
        raise FixFailed("it is no WAV any more")
    size = stream.seek(0, os.SEEK_END)
    from preflight.probe.part import part_of

    wave = read_wave(part_of(stream, found.start, size), size - found.start)
    if wave is None or wave.layout is None:
        raise FixFailed("it is no WAV of plain samples any more")
    return found.start, wave, wave.layout


def _frames(wave: Wave, layout: Layout, cut: Cut | None) -> tuple[int, int]:
    """Compute first sample and number of samples per channel."""
    there = wave.sample_bytes // layout.block_bytes
    if cut is None:
        return 0, there
    first = min(int(cut.start_s * layout.sample_rate_hz), there)
    return first, min(int(cut.length_s * layout.sample_rate_hz), there - first)


def _copy(stream: BinaryIO, made: BinaryIO, count: int, layout: Layout, *, left_bytes: int) -> None:
    """Copy samples, shifted up by whole bytes, and pad to an even size."""
    left = count * layout.block_bytes
    while left:
        block = stream.read(min(left, BLOCK_FRAMES * layout.block_bytes))
        if not block:
            raise FixFailed("it holds fewer samples than it did")
        made.write(_moved_up(block, layout.sample_bytes, left_bytes) if left_bytes else block)
        left -= len(block)
    made.write(b"\0" * (count * layout.block_bytes % 2))


def _moved_up(block: bytes, width: int, by: int) -> bytes:
    """Shift little-endian samples up by whole bytes."""
    moved = bytearray(len(block))
    for byte in range(width - by):
        moved[byte + by :: width] = block[byte::width]
    return bytes(moved)


def _stands_low(stream: BinaryIO, count: int, layout: Layout) -> bool:
    """Tell whether samples use the lower bits, against the standard; restores the stream's position.

    The upper byte then only repeats the sign, and the lowest one is used.
    """
    place, width = stream.tell(), layout.sample_bytes
    content = stream.read(min(count, BLOCK_FRAMES) * layout.block_bytes)
    stream.seek(place)
    return set(content[width - 1 :: width]) <= SIGNS and any(content[0::width])
