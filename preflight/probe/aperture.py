"""Clean aperture of an MP4 or MOV track: a file in, the displayed part of its frames out.

Source: ISO 14496-12, 12.1.4 (clap): width, height, and offset of the center, as fractions.
"""

import math
import struct
from fractions import Fraction

import msgspec

from preflight.probe.faults import Unmeasured
from preflight.probe.movie import Track
from preflight.values.facts import Area
from preflight.values.phrase import phrase

LAYOUT = ">IIIIiIiI"
BLOCK_PX = 16
"""Excess of a coded side: frames are coded in macroblocks."""
UNSOUND = "its clean aperture (clap) does not lie within its frames: readers differ on what they show, if anything"


class CleanAperture(msgspec.Struct, frozen=True, kw_only=True):
    """Displayed size, and offset of its center, in pixels."""

    width: Fraction
    height: Fraction
    right: Fraction
    """Right of the frame's center; negative for left."""
    down: Fraction

    def area(self, width_px: int, height_px: int) -> Area | None:
        """Return the displayed part of a stored frame, or None for the whole.

        Raises:
            Unmeasured: it exceeds the frame.
        """
        left = (width_px - self.width) / 2 + self.right
        top = (height_px - self.height) / 2 + self.down
        begin_x, end_x = _within(left, left + self.width, width_px)
        begin_y, end_y = _within(top, top + self.height, height_px)
        if (begin_x, begin_y, end_x, end_y) == (0, 0, width_px, height_px):
            return None
        return Area(left_px=begin_x, top_px=begin_y, width_px=end_x - begin_x, height_px=end_y - begin_y)


def aperture_of(track: Track) -> CleanAperture | None:
    """Return a track's clean aperture.

    Raises:
        Unmeasured: its numbers are invalid.
    """
    return _parsed_clap(track.entries[0].box(b"clap") or b"") if track.entries else None


def area_of(track: Track, width_px: int, height_px: int) -> Area | None:
    """Return the displayed part of a track's frames of a size in pixels, or None for the whole.

    Raises:
        Unmeasured: the aperture is invalid, exceeds the frames, or belongs to frames of another size.
    """
    aperture = aperture_of(track)
    area = aperture.area(width_px, height_px) if aperture else None
    claimed = track.entries[0].size_px if track.entries else (0, 0)
    if area and all(claimed) and max(abs(claimed[0] - width_px), abs(claimed[1] - height_px)) > BLOCK_PX:
        raise Unmeasured(
            phrase(
                "its clean aperture (clap) is for frames of {n1} x {n2} px, and they are {n3} x {n4} px: readers"
                " differ on what they show",
                n1=claimed[0],
                n2=claimed[1],
                n3=width_px,
                n4=height_px,
            )
        )
    return area


def _parsed_clap(clap: bytes) -> CleanAperture | None:
    if not clap:
        return None
    if len(clap) < struct.calcsize(LAYOUT) or not all(struct.unpack_from(LAYOUT, clap)[1::2]):
        raise Unmeasured("its clean aperture (clap) is no fractions: readers differ on what they show, if anything")
    numbers = struct.unpack_from(LAYOUT, clap)
    width, height, right, down = (Fraction(*numbers[at : at + 2]) for at in range(0, 8, 2))
    return CleanAperture(width=width, height=height, right=right, down=down)


def _within(begin: Fraction, end: Fraction, most_px: int) -> tuple[int, int]:
    """Round two edges to pixels within the frame; tolerate rounding of one pixel.

    Raises:
        Unmeasured: they exceed it, or enclose nothing.
    """
    first, last = _pixel(begin), _pixel(end)
    if first < -1 or last > most_px + 1 or first >= last:
        raise Unmeasured(UNSOUND)
    return max(first, 0), min(last, most_px)


def _pixel(side: Fraction) -> int:
    """Round an edge to the nearest pixel."""
    return math.floor(side + Fraction(1, 2))
