"""The rows of a PNG, packed, block by block in; how many there are and whether their filters exist out.

Each row begins with the number of its filter. What a filter makes of an opaque alpha channel is known beforehand, so
that opacity is seen without undoing it.
Source: PNG specification, third edition, 9.2 (filter types).
"""

from typing import cast

import msgspec

from preflight.probe.faults import Unreadable

STEP_BYTES = 1 << 20
"""How much is unpacked at once."""
FILTERS = 5
HEAD_BYTES, DEFLATE = 2, 8
OPAQUE = 0xFF
SUB, AVERAGE, PAETH = 1, 3, 4


class Shape(msgspec.Struct, frozen=True):
    """Rows that are alike."""

    rows: int
    row_bytes: int
    """Without the filter's byte."""
    pixel_bytes: int
    alpha_bytes: int
    """How many of a pixel's bytes, its last ones, are its alpha; 0 for none."""


class Rows:
    """Rows that are unpacked, counted and forgotten.

    Args:
        shapes: what is wanted, in order.
    """

    def __init__(self, shapes: tuple[Shape, ...]) -> None:
        from isal import isal_zlib

        # Bare deflate: chunks have their own checksums, and no reader minds the one behind the last row.
        self._unpacker = isal_zlib.decompressobj(-15)
        self._head = b""
        self._shapes = list(shapes)
        self._row = 0
        self._rest = b""
        self._broken = ""
        self.opaque = all(shape.alpha_bytes for shape in shapes)
        """Whether every pixel so far has an alpha, at its most."""

    def feed(self, block: bytes) -> None:
        """Unpack a block; raise Unreadable for a filter that does not exist."""
        from isal import isal_zlib

        broken = cast("type[Exception]", isal_zlib.error)

        block = self._behind_head(block)
        while self._shapes and not self._broken:
            try:
                unpacked = self._unpacker.decompress(block, STEP_BYTES)
            except broken as error:
                self._broken = str(error)
                return
            block = self._unpacker.unconsumed_tail
            if not unpacked and (self._unpacker.eof or not block):
                return
            self._count(self._rest + unpacked)

    def _behind_head(self, block: bytes) -> bytes:
        """Return what follows the two bytes of zlib's header (RFC 1950, 2.2)."""
        if len(self._head) == HEAD_BYTES:
            return block
        missing = HEAD_BYTES - len(self._head)
        self._head += block[:missing]
        if len(self._head) == HEAD_BYTES and (self._head[0] & 15 != DEFLATE or int.from_bytes(self._head, "big") % 31):
            self._broken = "no zlib stream"
        return block[missing:]

    def end(self) -> None:
        """Raise Unreadable when rows are missing."""
        if self._shapes:
            missing = self._shapes[0].rows - self._row + sum(shape.rows for shape in self._shapes[1:])
            why = f" ({self._broken})" if self._broken else ""
            raise Unreadable(f"cut short: its data ends before its last row, {missing:,} are missing{why}")

    def _count(self, unpacked: bytes) -> None:
        at = 0
        while self._shapes:
            shape = self._shapes[0]
            stride = shape.row_bytes + 1
            rows = min((len(unpacked) - at) // stride, shape.rows - self._row)
            self._judge(shape, unpacked[at : at + rows * stride])
            at += rows * stride
            self._row += rows
            if self._row < shape.rows:
                break
            self._shapes.pop(0)
            self._row = 0
        self._rest = unpacked[at:]

    def _judge(self, shape: Shape, rows: bytes) -> None:
        filters = rows[:: shape.row_bytes + 1]
        if filters and max(filters) >= FILTERS:
            raise Unreadable(f"is damaged: one of its rows has filter {max(filters)}, and there are {FILTERS}")
        if self.opaque:
            self.opaque = all(
                _is_opaque(shape, rows, row, filter_, first=not (self._row + row))
                for row, filter_ in enumerate(filters)
            )


def _is_opaque(shape: Shape, rows: bytes, row: int, filter_: int, *, first: bool) -> bool:
    """Tell whether a row's alpha is opaque, when that of the row above is, or it is the first."""
    start = row * (shape.row_bytes + 1) + 1
    pixels = shape.row_bytes // shape.pixel_bytes
    left, later = _filtered(filter_, first=first)
    wanted = bytes((left,)) + bytes((later,)) * (pixels - 1)
    return all(
        rows[start + shape.pixel_bytes - byte : start + shape.row_bytes : shape.pixel_bytes] == wanted
        for byte in range(1, shape.alpha_bytes + 1)
    )


def _filtered(filter_: int, *, first: bool) -> tuple[int, int]:
    """Return what a filter makes of an opaque byte in a row's first pixel, and in the later ones."""
    above = 0 if first else OPAQUE
    left = {SUB: 0, AVERAGE: above // 2, PAETH: above}
    later = {SUB: OPAQUE, AVERAGE: (OPAQUE + above) // 2, PAETH: OPAQUE}
    up = above if filter_ == 2 else 0  # noqa: PLR2004 - Up
    return (OPAQUE - left.get(filter_, up)) & OPAQUE, (OPAQUE - later.get(filter_, up)) & OPAQUE
