"""Rows of a PNG: packed blocks in; their count, filters and opacity out.

Each row begins with its filter. The effect of a filter on an opaque alpha channel is known, so that opacity is visible
without unfiltering.

Source: PNG specification, third edition, 9.2 (filter types).
"""

from typing import cast

import msgspec

from preflight.probe.faults import Unreadable
from preflight.values.phrase import phrase

STEP_BYTES = 1 << 20
"""Bytes to unpack at once."""
FILTERS = 5
WRONG_SUM = "Incorrect checksum"
"""isal's message; it then loses the unpacked rows."""
OPAQUE = 0xFF
SUB, AVERAGE, PAETH = 1, 3, 4


class Shape(msgspec.Struct, frozen=True):
    """Rows of equal size."""

    rows: int
    row_bytes: int
    """Without the filter byte."""
    pixel_bytes: int
    alpha_bytes: int
    """Alpha bytes at a pixel's end; 0 for none."""


class Rows:
    """Rows unpacked and counted, without keeping them.

    Args:
        shapes: the expected rows in order.
    """

    def __init__(self, shapes: tuple[Shape, ...]) -> None:
        from isal import isal_zlib

        self._unpacker = isal_zlib.decompressobj()
        self._shapes = list(shapes)
        self._row = 0
        self._rest = b""
        self._broken = ""
        self._beyond = 0
        """Bytes after the last row, which readers ignore; stop after a limit."""
        self.opaque = all(shape.alpha_bytes for shape in shapes)
        """Whether every pixel so far has full alpha."""

    def feed(self, block: bytes) -> None:
        """Unpack a block; raise Unreadable for an invalid filter."""
        from isal import isal_zlib

        broken = cast("type[Exception]", isal_zlib.error)

        while not self._broken and self._beyond <= STEP_BYTES:
            try:
                unpacked = self._unpacker.decompress(block, STEP_BYTES)
            except broken as error:
                self._broken = str(error)
                return
            block = self._unpacker.unconsumed_tail
            if not unpacked and (self._unpacker.eof or not block):
                return
            self._count(self._rest + unpacked)

    def end(self) -> None:
        """Raise Unreadable when rows are missing, or a present final checksum is wrong."""
        if WRONG_SUM in self._broken:
            raise Unreadable("is damaged: the checksum behind its last row is wrong")
        if self._shapes:
            missing = self._shapes[0].rows - self._row + sum(shape.rows for shape in self._shapes[1:])
            how = phrase("its data ends before its last row, {n} are missing", n=f"{missing:,}")
            if self._broken:
                how = phrase("{said} ({q})", said=how, q=self._broken)
            raise Unreadable(phrase("cut short: {how}", how=how))
        if self._broken:
            raise Unreadable(
                phrase("is damaged: {how}", how=phrase("its data is not what was packed ({q})", q=self._broken))
            )

    def _count(self, unpacked: bytes) -> None:
        if not self._shapes:
            self._beyond += len(unpacked)
            return
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
            raise Unreadable(
                phrase(
                    "is damaged: {how}",
                    how=phrase("one of its rows has filter {n1}, and there are {n2}", n1=max(filters), n2=FILTERS),
                )
            )
        if self.opaque:
            self.opaque = all(
                _is_opaque(shape, rows, row, filter_, first=not (self._row + row))
                for row, filter_ in enumerate(filters)
            )


def _is_opaque(shape: Shape, rows: bytes, row: int, filter_: int, *, first: bool) -> bool:
    """Tell whether a row's alpha is opaque, given an opaque row above or none."""
    start = row * (shape.row_bytes + 1) + 1
    pixels = shape.row_bytes // shape.pixel_bytes
    left, later = _filtered(filter_, first=first)
    wanted = bytes((left,)) + bytes((later,)) * (pixels - 1)
    return all(
        rows[start + shape.pixel_bytes - byte : start + shape.row_bytes : shape.pixel_bytes] == wanted
        for byte in range(1, shape.alpha_bytes + 1)
    )


def _filtered(filter_: int, *, first: bool) -> tuple[int, int]:
    """Return a filter's result for an opaque byte, in a row's first pixel and in later ones."""
    above = 0 if first else OPAQUE
    left = {SUB: 0, AVERAGE: above // 2, PAETH: above}
    later = {SUB: OPAQUE, AVERAGE: (OPAQUE + above) // 2, PAETH: OPAQUE}
    up = above if filter_ == 2 else 0  # noqa: PLR2004 - Up
    return (OPAQUE - left.get(filter_, up)) & OPAQUE, (OPAQUE - later.get(filter_, up)) & OPAQUE
