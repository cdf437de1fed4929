"""Pictures: a file and its sniffed format in, `ImageFacts` out, by Pillow (and pillow-heif for phone photographs).

At depth header the picture is opened; at exact and full it is decoded whole, because a good header proves little.
"""

import warnings
from typing import TYPE_CHECKING, BinaryIO

from preflight.facts import ImageFacts
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.probe.png import is_whole, overlong_data, read_header
from preflight.probe.sniff import Sniffed

if TYPE_CHECKING:
    from PIL import Image

MAX_DECODED_PIXELS = 178_956_970
"""Pictures beyond this are not decoded: a small file can unpack to gigabytes. Pillow draws the line here, too."""

PLUGINS = {"WEBP": "WebPImagePlugin", "AVIF": "AvifImagePlugin", "TIFF": "TiffImagePlugin", "PSD": "PsdImagePlugin"}
PLUGINS |= {"ICO": "IcoImagePlugin", "JPEG2000": "Jpeg2KImagePlugin"}
"""Pillow's name of a format → its module, of those that Pillow does not import anyway."""
BAD_FILE = (OSError, ValueError, TypeError, SyntaxError, LookupError, RuntimeError, ArithmeticError, EOFError)
"""What `Image.open` and `load` have been seen to raise on broken files, besides struct.error."""

GPS_IFD, EXIF_IFD, ORIENTATION = 0x8825, 0x8769, 0x0112
SERIAL_TAGS = (0xA431, 0xA435, 0xC62F)
"""Body, lens and DNG camera serial number."""
XMP_TELLTALES = (b"GPSLatitude", b"SerialNumber")


def probe_image(stream: BinaryIO, size: int, sniffed: Sniffed, *, decode: bool) -> ImageFacts:
    """Measure a picture.

    Raises:
        Unreadable: it cannot be opened or decoded to the end.
        Unmeasured: it is too large to be decoded here; carries the facts of the header.
    """
    # Pillow warns of damage that it can pass over; what matters of it becomes a fault or a fact.
    with warnings.catch_warnings(action="ignore"):
        return _measured(stream, size, sniffed, decode=decode)


def _measured(stream: BinaryIO, size: int, sniffed: Sniffed, *, decode: bool) -> ImageFacts:
    image = open_image(stream, sniffed)
    facts = _facts(image, stream, size, sniffed)
    if not decode:
        return facts
    if facts.stored_width_px * facts.stored_height_px > MAX_DECODED_PIXELS:
        raise Unmeasured(
            f"{facts.stored_width_px} x {facts.stored_height_px} px is more than is decoded here "
            f"({MAX_DECODED_PIXELS:,} pixels)",
            facts,
        )
    if sniffed.format == "png" and (claimed := overlong_data(stream, size)):
        raise Unreadable(f"cut short: a stretch of its data claims {claimed:,} bytes, which are not there")
    _load(image)
    if sniffed.format == "png":
        _refuse_missing_rows(image, stream)
    if sniffed.format == "jpeg":
        _refuse_gray_rows(image, stream)
    return _facts(image, stream, size, sniffed, decoded=True)


def load_plugin(opener: str) -> None:
    """Import the one part of Pillow that reads a format; left alone, it would import all forty for the rarer ones."""
    from importlib import import_module

    if opener in PLUGINS:
        import_module(f"PIL.{PLUGINS[opener]}")


def open_image(stream: BinaryIO, sniffed: Sniffed) -> "Image.Image":
    """Open a picture as the format it was sniffed as, and as no other; nothing is decoded yet.

    Raises:
        Unreadable: it is not a whole picture of that format, or there is no reader for it.
    """
    import struct

    from PIL import Image, UnidentifiedImageError

    if sniffed.opener == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    load_plugin(sniffed.opener)
    # The cap above is checked after opening, so that the header's facts are kept.
    allowed, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        return Image.open(stream, formats=["JPEG", "MPO"] if sniffed.opener == "JPEG" else [sniffed.opener])
    except KeyError:
        raise Unreadable(f"a {sniffed.format} picture, which cannot be read here") from None
    except UnidentifiedImageError:
        raise Unreadable(f"not a whole {sniffed.format} picture: its header cannot be read") from None
    except (*BAD_FILE, struct.error) as error:
        raise Unreadable(f"not a whole {sniffed.format} picture: {_words(error)}") from None
    finally:
        Image.MAX_IMAGE_PIXELS = allowed


def _load(image: "Image.Image") -> None:
    import struct

    try:
        image.load()
    except (*BAD_FILE, struct.error) as error:
        raise Unreadable(f"cannot be decoded to the end: {_words(error)}") from None


def _refuse_missing_rows(image: "Image.Image", stream: BinaryIO) -> None:
    """Raise Unreadable when a PNG's data ends early; only a black last row, or interlace, makes it worth a look."""
    header = read_header(stream)
    last_row = image.crop((0, image.height - 1, image.width, image.height))
    if header and (header.interlaced or last_row.getbbox() is None) and not is_whole(stream, header):
        raise Unreadable("cut short: its data ends before its last row")


def _refuse_gray_rows(image: "Image.Image", stream: BinaryIO) -> None:
    """Raise Unreadable when a JPEG's data ends early and the decoder painted the rest gray."""
    import struct

    from preflight.probe.jpeg import rows_there

    try:
        rows = rows_there(image, stream)
    except (*BAD_FILE, struct.error) as error:
        raise Unreadable(f"cannot be decoded to the end: {_words(error)}") from None
    if rows < image.height:
        raise Unreadable(f"cut short: its data ends after {rows:,} of {image.height:,} rows")


def _facts(image: "Image.Image", stream: BinaryIO, size: int, sniffed: Sniffed, *, decoded: bool = False) -> ImageFacts:
    """Read the facts off an opened picture; EXIF that cannot be read says nothing."""
    orientation, location = _exif(image)
    turned = orientation in (5, 6, 7, 8)
    width, height = image.size
    how = f"Pillow {'decoded' if decoded else 'header'}" + (f", EXIF orientation {orientation}" if turned else "")
    return ImageFacts(
        format=sniffed.format,
        bytes=size,
        width_px=height if turned else width,
        height_px=width if turned else height,
        stored_width_px=width,
        stored_height_px=height,
        orientation=orientation,
        mode=image.mode,
        bit_depth=_bit_depth(image, stream, sniffed),
        frames=_frames(image),
        alpha=_alpha(image),
        location=location,
        decoded=decoded,
        measured_by={"width_px": how, "height_px": how, "format": "first bytes", "bytes": "file system"},
    )


def _alpha(image: "Image.Image") -> bool:
    """Tell whether parts may be transparent; raise Unreadable for a picture that lacks the palette it is painted by."""
    try:
        return image.has_transparency_data
    except AssertionError:
        raise Unreadable("its palette is missing") from None


def _bit_depth(image: "Image.Image", stream: BinaryIO, sniffed: Sniffed) -> int:
    """Return bits a sample as stored, where that is more than the eight that Pillow gives."""
    header = read_header(stream) if sniffed.format == "png" else None
    if header:
        return header.bit_depth
    deep = {"I;16": 16, "I;16B": 16, "I;16L": 16, "I": 32, "F": 32}
    return deep.get(image.mode, int(image.info.get("bit_depth") or 8))


def _frames(image: "Image.Image") -> int:
    """Count the frames; an MPO's further frames are the camera's own previews, not an animation."""
    import struct

    try:
        return 1 if image.format in ("MPO", "HEIF", "AVIF", "ICO") else int(getattr(image, "n_frames", 1))
    except (*BAD_FILE, struct.error):
        return 1


def _exif(image: "Image.Image") -> tuple[int, bool]:
    """Return the orientation and whether place or serial number are told."""
    import struct

    xmp = image.info.get("xmp", b"")
    told = isinstance(xmp, bytes) and any(word in xmp for word in XMP_TELLTALES)
    try:
        exif = _exif_table(image)
        orientation = exif.get(ORIENTATION, 1)
        told = told or bool(exif.get_ifd(GPS_IFD)) or any(exif.get_ifd(EXIF_IFD).get(tag) for tag in SERIAL_TAGS)
    except (*BAD_FILE, struct.error):
        return 1, told
    return (orientation if orientation in range(1, 9) else 1), told


def _exif_table(image: "Image.Image") -> "Image.Exif":
    """Return the EXIF that is known so far; asking Pillow for a PNG's would decode all of it to look behind it."""
    from PIL import Image

    if image.format != "PNG":
        return image.getexif()
    table = Image.Exif()
    table.load(image.info.get("exif", b""))
    return table


def _words(error: Exception) -> str:
    return str(error).strip() or type(error).__name__
