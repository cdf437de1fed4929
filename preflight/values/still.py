"""A thumbnail of one moment."""

from fractions import Fraction

import msgspec


class Still(msgspec.Struct, frozen=True, kw_only=True):
    """A thumbnail of one moment."""

    time_s: Fraction
    """Start of the frame, from the start of the first; 0 for an image."""
    width_px: int
    height_px: int
    jpeg: bytes
