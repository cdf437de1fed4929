"""The clean aperture of an MP4 or MOV track: a file in, the part of its frames that is shown out.

Source: ISO 14496-12, 12.1.4 (clap): a width, a height, and how far its middle lies from that of the frame: fractions.
"""

import math
import struct
from fractions import Fraction

import msgspec

from preflight.facts import Area
from preflight.probe.movie import Track

LAYOUT = ">IIIIiIiI"


class CleanAperture(msgspec.Struct, frozen=True, kw_only=True):
    """The size that is shown, and where its middle lies, in pixels."""

    width: Fraction
    height: Fraction
    right: Fraction
    """How far to the right of the frame's middle; negative to the left."""
    down: Fraction

    def area(self, width_px: int, height_px: int) -> Area | None:
        """Return the part of a stored frame that is shown; None where that is all of it, or the box is unsound."""
        left = (width_px - self.width) / 2 + self.right
        top = (height_px - self.height) / 2 + self.down
        sides = [_pixel(side) for side in (left, top, left + self.width, top + self.height)]
        begin_x, begin_y, end_x, end_y = sides
        within = begin_x >= 0 and begin_y >= 0 and end_x <= width_px and end_y <= height_px
        if not within or begin_x >= end_x or begin_y >= end_y or sides == [0, 0, width_px, height_px]:
            return None
        return Area(left_px=begin_x, top_px=begin_y, width_px=end_x - begin_x, height_px=end_y - begin_y)


def aperture_of(track: Track) -> CleanAperture | None:
    """Return the clean aperture of a track."""
    return _told(track.entries[0].box(b"clap") or b"") if track.entries else None


def _told(clap: bytes) -> CleanAperture | None:
    if len(clap) < struct.calcsize(LAYOUT):
        return None
    numbers = struct.unpack_from(LAYOUT, clap)
    if not all(numbers[1::2]):
        return None
    width, height, right, down = (Fraction(*numbers[at : at + 2]) for at in range(0, 8, 2))
    return CleanAperture(width=width, height=height, right=right, down=down)


def _pixel(side: Fraction) -> int:
    """Return the border between pixels that is nearest."""
    return math.floor(side + Fraction(1, 2))
