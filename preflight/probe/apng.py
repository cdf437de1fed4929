"""Frames of an animated PNG after the first picture: an open file and its header in, damage out.

    fcTL ── size ──► rows expected
    fdAT ── data ──► rows unpacked and counted, checksums compared

Readers that show no animation never look at them; one that does stops there.

Source: PNG specification, third edition, 11.3.6 (acTL, fcTL, fdAT).
"""

import struct
from typing import BinaryIO

import msgspec

from preflight.probe.faults import Unreadable
from preflight.probe.png import BLOCK_BYTES, Chunk, Header, chunks
from preflight.probe.rows import Rows
from preflight.values.phrase import phrase

CONTROL, DATA = b"fcTL", b"fdAT"
NUMBER_BYTES = 4
"""The sequence number that begins both chunks."""
SIZE = struct.Struct(">II")


def refuse_damaged_frames(stream: BinaryIO, size: int, header: Header, promised: int) -> None:
    """Check every frame of an animation.

    Args:
        stream: the file.
        size: its bytes.
        header: the IHDR chunk.
        promised: frames by acTL.

    Raises:
        Unreadable: a frame is missing, cut short or damaged.
    """
    frames, pending, rows = 0, None, None
    for chunk in chunks(stream, size):
        if chunk.name == CONTROL:
            if rows:
                rows.end()
            frames, pending, rows = frames + 1, _frame(stream, chunk, header), None
        elif chunk.name == DATA:
            if rows is None:
                rows = Rows(_expected(pending).shapes())
            _feed(rows, stream, chunk)
    if rows:
        rows.end()
    if frames < promised:
        raise Unreadable(
            phrase("cut short: {how}", how=phrase("{n1} of its {n2} frames are there", n1=frames, n2=promised))
        )


def _frame(stream: BinaryIO, chunk: Chunk, header: Header) -> Header:
    """Return the header of a frame, from its own size and the animation's coding."""
    stream.seek(chunk.at + NUMBER_BYTES)
    told = stream.read(max(min(chunk.size - NUMBER_BYTES, SIZE.size), 0))
    if len(told) < SIZE.size:
        raise Unreadable("cut short: a frame of its animation has no size")
    width_px, height_px = SIZE.unpack(told)
    return msgspec.structs.replace(header, width_px=width_px, height_px=height_px)


def _expected(pending: Header | None) -> Header:
    if pending is None:
        raise Unreadable("is damaged: a frame of its animation has no size")
    return pending


def _feed(rows: Rows, stream: BinaryIO, chunk: Chunk) -> None:
    """Unpack a chunk of a frame; its checksum tells damage that unpacks."""
    from isal import isal_zlib

    stream.seek(chunk.at)
    left, sum_ = chunk.size, isal_zlib.crc32(chunk.name)
    skip = NUMBER_BYTES
    while left > 0 and (block := stream.read(min(left, BLOCK_BYTES))):
        left -= len(block)
        sum_ = isal_zlib.crc32(block, sum_)
        rows.feed(block[skip:])
        skip = 0
    if int.from_bytes(stream.read(4), "big") != sum_:
        raise Unreadable("is damaged: the checksum of a frame of its animation is wrong")
