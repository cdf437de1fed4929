"""What a reader of one picture format hands over: what it saw, and a way to decode the rest."""

from collections.abc import Callable
from typing import BinaryIO

import msgspec

from preflight.probe.metadata import Said
from preflight.probe.sniff import Sniffed
from preflight.values.facts import Preview

HDR_TRANSFERS = {16: "smpte2084", 18: "arib-std-b67"}
"""Code points of high dynamic range in H.273, table 3, and ffmpeg's names of them."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture is, before it is turned."""

    width_px: int
    height_px: int
    aperture: tuple[int, int] | None = None
    """Width and height of the part that is shown, where that is not all."""
    mode: str
    bit_depth: int = 8
    frames: int = 1
    alpha: bool = False
    said: Said = Said()
    coding: str | None = None
    transfer: int | None = None
    """The code point of its curve in H.273, where it has one."""
    lossless: bool | None = None
    own_bytes: int | None = None
    raw: bool = False
    preview: Preview | None = None
    obstacle: str | None = None
    how: str
    """The reader and the place in the file that gave the size."""
    decoded: bool = False


Decode = Callable[[], Seen]
"""Decode all of a picture and return what is known then; raises Unreadable or Unmeasured."""
Read = Callable[[BinaryIO, int, Sniffed], tuple[Seen, Decode]]
"""Read a picture's header from an open file of a size; raises Unreadable."""
