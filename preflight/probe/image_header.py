"""Result of an image reader: the header, and a function that decodes the rest."""

from collections.abc import Callable
from typing import BinaryIO

import msgspec

from preflight.probe.metadata import Said
from preflight.probe.sniff import Sniffed
from preflight.values.facts import Preview

HDR_TRANSFERS = {16: "smpte2084", 18: "arib-std-b67"}
"""H.273 code points of HDR transfers, table 3, with ffmpeg's names."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Properties of an image before rotation."""

    width_px: int
    height_px: int
    aperture: tuple[int, int] | None = None
    """Width and height of the displayed part, if smaller."""
    mode: str
    bit_depth: int = 8
    frames: int = 1
    alpha: bool = False
    said: Said = Said()
    coding: str | None = None
    transfer: int | None = None
    """Transfer code point in H.273, if any."""
    lossless: bool | None = None
    own_bytes: int | None = None
    raw: bool = False
    preview: Preview | None = None
    obstacle: str | None = None
    how: str
    """The reader, and the place of the size in the file."""
    decoded: bool = False


Decode = Callable[[], Seen]
"""Decodes the whole image and returns its properties; raises Unreadable or Unmeasured."""
Read = Callable[[BinaryIO, int, Sniffed], tuple[Seen, Decode]]
"""Reads the header of an image of a size; raises Unreadable."""
