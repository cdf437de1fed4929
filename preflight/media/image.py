"""Measured images decoded: as stored, and as a viewer sees them.

stored ── color profile, or HDR to SDR ── orientation ──► as displayed
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from preflight.media.footage import found
from preflight.media.icc import profile_of
from preflight.probe import heif
from preflight.probe.described import Described, described
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.probe.image import MAX_DECODED_PIXELS
from preflight.probe.pillow import BAD_FILE, open_image
from preflight.probe.sniff import Sniffed
from preflight.values.facts import ImageFacts
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from PIL import Image

    from preflight.media.tones import Samples

GRAYS = ("1", "L", "LA", "I", "F", "I;16")
INKS = ("CMYK", "LAB")
WORDED = "colors told by words"
"""Key in an image's `info`: its profile was made from other statements in the file."""


def decode_image(path: str, facts: ImageFacts, least_px: int | None = None) -> "Image.Image":
    """Decode an image as displayed: upright, in standard range, with a profile unless sRGB.

    Args:
        path: the image.
        facts: its facts.
        least_px: size that each side must reach at most; lets a JPEG decode smaller.

    Raises:
        Unmeasured: it cannot be opened, changed, or is too large to decode.
        Unreadable: it cannot be decoded.
    """
    with found(path, facts.format) as (stream, sniffed), decoding():
        if sniffed.reader != "pillow":
            raise Unreadable(phrase("a {q} is no picture", q=facts.format))
        image = stored(stream, sniffed, least_px)
        colors = described(stream, sniffed)
        return oriented(_meant(image, colors, stream, sniffed) if colors else image, facts.orientation)


def stored(stream: BinaryIO, sniffed: Sniffed, least_px: int | None = None) -> "Image.Image":
    """Decode an image as stored, in 8 bits if it has colors.

    Raises:
        Unmeasured: it is too large to decode.
    """
    try:
        image = open_image(stream, sniffed)
        if least_px:
            image.draft(image.mode, (least_px, least_px))
        if image.width * image.height > MAX_DECODED_PIXELS:
            raise Unmeasured(phrase("{n1} x {n2} px is more than is decoded here", n1=image.width, n2=image.height))
        image.load()
    except (Unreadable, *BAD_FILE) as error:
        if isinstance(error, MemoryError) or sniffed.format != "jpeg":
            raise
        return _rarely_coded(stream, sniffed, error)
    return image


def _rarely_coded(stream: BinaryIO, sniffed: Sniffed, error: Exception) -> "Image.Image":
    """Decode a JPEG by libav, which knows lossless coding and twelve bits; raise the error where that fails too."""
    from preflight.media.second import by_libav

    found = by_libav(stream, sniffed)
    if found is None:
        raise error
    return found


@contextmanager
def decoding() -> Iterator[None]:
    """Convert decoders' exceptions for broken files to faults.

    Raises:
        Unreadable: it cannot be decoded.
    """
    try:
        yield
    except MemoryError:
        raise
    except (*BAD_FILE, struct.error) as error:
        raise Unreadable(phrase("cannot be decoded to the end: {why}", why=str(error))) from None


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


def _meant(image: "Image.Image", colors: Described, stream: BinaryIO, sniffed: Sniffed) -> "Image.Image":
    """Attach or apply the colors that the file states."""
    if image.mode in INKS:
        return image
    if colors.is_hdr:
        return _standard(image, colors, stream, sniffed)
    # A PNG's code points override its profile; elsewhere the profile comes first.
    if sniffed.format == "png" or not image.info.get("icc_profile"):
        image.info |= {"icc_profile": profile_of(colors, gray=image.mode in GRAYS), WORDED: True}
    return image


def _standard(image: "Image.Image", colors: Described, stream: BinaryIO, sniffed: Sniffed) -> "Image.Image":
    """Map an HDR image to standard range, from all its bits."""
    import numpy as np

    from preflight.media.tones import standard_range

    samples = _deep(stream, sniffed)
    if samples is None or samples.shape[1::-1] != image.size:
        samples = np.asarray(image.convert("RGB"), np.uint16) * np.uint16(257)
    shown = standard_range(samples, colors)
    if image.has_transparency_data:
        shown.putalpha(image.convert("RGBA").getchannel("A"))
    return shown


def _deep(stream: BinaryIO, sniffed: Sniffed) -> "Samples | None":
    """Return RGB in 16 bits within the clean aperture, or None without a decoder."""
    import numpy as np

    stream.seek(0)
    if sniffed.format == "heic":
        import pillow_heif

        opened = pillow_heif.open_heif(stream, convert_hdr_to_8bit=False)
        samples = np.asarray(opened)
        return samples[..., :3] if samples.dtype == np.uint16 and samples.ndim == 3 else None  # noqa: PLR2004 - in color
    from preflight.media.second import deep_by_libav

    found = deep_by_libav(stream, sniffed)
    aperture = heif.read_heif(stream).aperture if sniffed.format == "avif" else None
    if found is None or aperture is None:
        return found
    left, top, right, bottom = aperture.box
    return found[top:bottom, left:right]
