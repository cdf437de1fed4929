"""A small picture of a moment, ready to be shown."""

from fractions import Fraction

import msgspec


class Still(msgspec.Struct, frozen=True, kw_only=True):
    """A small picture of a moment."""

    time_s: Fraction
    """The start of the frame that is shown, from the start of the first; 0 for a picture."""
    width_px: int
    height_px: int
    jpeg: bytes
