"""A measured picture opened and decoded: as it is stored, and as a viewer sees it."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from preflight.facts import ImageFacts
from preflight.look.footage import found
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.probe.image import MAX_DECODED_PIXELS
from preflight.probe.pillow import BAD_FILE, open_image
from preflight.probe.sniff import Sniffed

if TYPE_CHECKING:
    from PIL import Image


def picture_of(path: str, facts: ImageFacts, least_px: int | None = None) -> "Image.Image":
    """Decode a picture as a viewer sees it: upright, its colors those that it is stored in.

    Args:
        path: the picture.
        facts: what was measured of it.
        least_px: the length that no side need be longer than; a JPEG is then decoded to no more than it needs.

    Raises:
        Unmeasured: it cannot be opened, changed since it was measured, or is too large to be decoded here.
        Unreadable: it cannot be decoded.
    """
    with found(path, facts.format) as (stream, sniffed), decoding():
        if sniffed.reader != "pillow":
            raise Unreadable(f"a {facts.format} is no picture")
        return oriented(stored(stream, sniffed, least_px), facts.orientation)


def stored(stream: BinaryIO, sniffed: Sniffed, least_px: int | None = None) -> "Image.Image":
    """Decode a picture as it is stored.

    Raises:
        Unmeasured: it is too large to be decoded here.
    """
    image = open_image(stream, sniffed)
    if least_px:
        image.draft(image.mode, (least_px, least_px))
    if image.width * image.height > MAX_DECODED_PIXELS:
        raise Unmeasured(f"{image.width} x {image.height} px is more than is decoded here")
    image.load()
    return image


@contextmanager
def decoding() -> Iterator[None]:
    """Turn what decoders raise for a broken file into a fault.

    Raises:
        Unreadable: it cannot be decoded.
    """
    try:
        yield
    except MemoryError:
        raise
    except (*BAD_FILE, struct.error) as error:
        raise Unreadable(f"cannot be decoded to the end: {error}") from None


def oriented(image: "Image.Image", orientation: int) -> "Image.Image":
    """Apply an EXIF orientation, 1 to 8."""
    from PIL.Image import Transpose

    way = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation)
    if way is None:
        return image
    turned = image.transpose(way)
    turned.info = dict(image.info)
    return turned
