"""Image files opened by Pillow: an open file and its sniffed format in, an image to decode out.

Pillow opens a file only as the sniffed format, and its process-wide state stays untouched: its pixel limit is for its
callers, and this program's readers have their own.
"""

import io
import struct
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from preflight.probe.faults import Unmeasured, Unreadable
from preflight.probe.image_header import Decode, Seen
from preflight.probe.metadata import Metadata, Said, read_metadata, said_by, tiff_blocks
from preflight.probe.sniff import RAW, Sniffed
from preflight.probe.tiff import Directory, open_tiff
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from PIL import Image, ImageFile

    from preflight.probe.tiff_samples import Layout

PLUGINS = {"JPEG": "Jpeg", "PNG": "Png", "GIF": "Gif", "BMP": "Bmp", "WEBP": "WebP", "AVIF": "Avif", "TIFF": "Tiff"}
PLUGINS |= {"ICO": "Ico", "JPEG2000": "Jpeg2K", "PSD": "Psd"}
"""Pillow's format name → its module, without the suffix."""
JPEG = Sniffed("jpeg", "pillow", "JPEG")
OPAQUE = 255
BITS_PER_SAMPLE, DEEPEST = 0x102, 64
BAD_FILE = (OSError, ValueError, TypeError, SyntaxError, LookupError, RuntimeError, ArithmeticError, EOFError)
"""Exceptions of opening and `load` on broken files, besides struct.error."""
STILL = {"MPO", "HEIF", "AVIF", "ICO", "TIFF", "PSD"}
"""Formats whose further images are previews, sizes, pages or layers, not animation."""
LAYOUT_KEPT = {"HEIF", "AVIF"}
"""Formats whose properties define the rotation, and where EXIF and XMP do not count."""


def load_plugin(opener: str) -> None:
    """Import the Pillow plugin of a format; by default Pillow imports forty for the rarer ones."""
    if opener in PLUGINS:
        import_module(f"PIL.{PLUGINS[opener]}ImagePlugin")


def open_image(stream: BinaryIO, sniffed: Sniffed) -> "Image.Image":
    """Open an image as its sniffed format only, if possible without decoding.

    The image is the displayed part, not rotated: of a raw photograph its largest preview, of a Photoshop file the
    composite.

    Raises:
        Unreadable: it is not a complete image of that format, or has no reader.
        Unmeasured: a frame is too large to decode.
    """
    from preflight.probe.heif import read_heif

    if sniffed.opener == RAW:
        return _preview(stream, sniffed)
    if sniffed.format == "psd":
        return _composite(stream, sniffed)
    if sniffed.format == "tiff" and (layout := _odd(stream)):
        return _own_tiff(stream, layout)
    aperture = read_heif(stream).aperture if sniffed.format == "avif" else None
    image = _open(stream, sniffed)
    if aperture:
        load(image)
        image = image.crop(aperture.box)
    return image


def load(image: "Image.Image") -> None:
    """Decode an opened image.

    Raises:
        Unreadable: it cannot be decoded completely.
        Unmeasured: it is larger than its header states.
    """
    from PIL import Image

    try:
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unmeasured("one of its frames is larger than is decoded here") from None
    except (*BAD_FILE, struct.error) as error:
        raise Unreadable(phrase("cannot be decoded to the end: {why}", why=_words(error))) from None


def is_opaque(image: "Image.Image") -> bool:
    """Tell whether no pixel is transparent, in an image that may have transparency.

    Raises:
        Unreadable: it cannot be decoded completely.
    """
    load(image)
    seen = image if image.mode in ("RGBA", "LA") else image.convert("RGBA")
    return seen.getchannel("A").getextrema() == (OPAQUE, OPAQUE)


def read(stream: BinaryIO, size: int, sniffed: Sniffed) -> tuple[Seen, Decode]:
    """Read an image's header with Pillow; return it and the decoding function."""
    from preflight.probe.heif import Heif, read_heif
    from preflight.probe.webp import Webp, read_webp

    properties = read_heif(stream) if sniffed.opener in LAYOUT_KEPT else Heif()
    if sniffed.format == "tiff" and (layout := _odd(stream)):
        return _read_odd(stream, layout)
    coded = read_webp(stream, size) if sniffed.format == "webp" else Webp(None, None)
    tiff = _tiff_directory(stream) if sniffed.opener == "TIFF" else None
    blocks = said_by(tiff, tiff_blocks(tiff)) if tiff else Said() if sniffed.opener == "TIFF" else None
    image = _open(stream, sniffed)
    aperture = properties.aperture if sniffed.opener == "AVIF" else None
    seen = Seen(
        width_px=image.width,
        height_px=image.height,
        aperture=(aperture.width_px, aperture.height_px) if aperture else None,
        mode=image.mode,
        bit_depth=max(_bit_depth(image), properties.bit_depth, *(_tiff_depths(tiff) if tiff else ())),
        frames=_frames(image),
        alpha=_alpha(image),
        said=blocks or _said(image, sniffed),
        lossless=coded.lossless,
        own_bytes=coded.own_bytes,
        transfer=properties.colors.transfer if properties.colors else None,
        how="Pillow header",
    )
    return seen, partial(_decoded, image, seen)


def _odd(stream: BinaryIO) -> "Layout | None":
    """Return the layout of a TIFF that Pillow misreads, else None."""
    from preflight.probe.tiff_samples import layout_of

    layout = layout_of(stream)
    return layout if layout and layout.is_odd else None


def _own_tiff(stream: BinaryIO, layout: "Layout") -> "Image.Image":
    from preflight.probe.tiff_samples import read_samples

    try:
        return read_samples(stream, layout)
    except ValueError as error:
        raise Unreadable(phrase("cannot be decoded to the end: {why}", why=str(error))) from None


def _read_odd(stream: BinaryIO, layout: "Layout") -> tuple[Seen, Decode]:
    """Read a TIFF with this program's reader."""
    first = _tiff_directory(stream)
    seen = Seen(
        width_px=layout.width_px,
        height_px=layout.height_px,
        mode=layout.mode,
        bit_depth=layout.bits,
        alpha=layout.has_alpha,
        said=said_by(first, tiff_blocks(first)) if first else Said(),
        how="TIFF directory",
    )
    return seen, partial(_decoded_odd, stream, layout, seen)


def _decoded_odd(stream: BinaryIO, layout: "Layout", seen: Seen) -> Seen:
    image = _own_tiff(stream, layout)
    alpha = seen.alpha and not is_opaque(image)
    return msgspec.structs.replace(seen, alpha=alpha, decoded=True, how=f"{seen.how}, its samples decoded")


def by_pillow(stream: BinaryIO, sniffed: Sniffed) -> "Image.Image | None":
    """Decode an image with Pillow alone, or return None."""
    try:
        image = _open(stream, sniffed)
        load(image)
    except (Unreadable, Unmeasured):
        return None
    return image


def _decoded(image: "Image.Image", seen: Seen) -> Seen:
    load(image)
    decoded = msgspec.structs.replace(
        seen,
        width_px=image.width,
        height_px=image.height,
        mode=image.mode,
        alpha=_alpha(image) and not is_opaque(image),
        how="Pillow decoded",
        decoded=True,
    )
    for frame in range(1, seen.frames):
        _load_frame(image, frame)
    return decoded


def _load_frame(image: "Image.Image", frame: int) -> None:
    """Decode a later frame of an animation."""
    try:
        image.seek(frame)
    except (*BAD_FILE, struct.error) as error:
        raise Unreadable(phrase("frame {n} cannot be decoded: {why}", n=frame + 1, why=_words(error))) from None
    load(image)


def _open(stream: BinaryIO, sniffed: Sniffed) -> "Image.Image":
    """Open with Pillow; where it fails on data beside the pixels, retry without them."""
    try:
        return _by_factory(stream, sniffed)
    except Unreadable:
        plain = _plain(stream, sniffed)
        if plain is None:
            raise
        image = _by_factory(plain[0], sniffed)
        if plain[1]:
            image.info["icc_profile"] = plain[1]
        return image


def _plain(stream: BinaryIO, sniffed: Sniffed) -> tuple[BinaryIO, bytes] | None:
    """Return a JPEG or PNG with only what decoding needs, and its color profile."""
    from preflight.probe import jpeg, png

    plainly = {"jpeg": jpeg.plain, "png": png.plain}.get(sniffed.format)
    if plainly is None:
        return None
    content, profile = plainly(stream)
    return io.BytesIO(content), profile


def _by_factory(stream: BinaryIO, sniffed: Sniffed) -> "Image.Image":
    """Open by the plugin's factory, as `Image.open` does, but without its process-wide pixel limit."""
    from PIL import Image

    if sniffed.opener == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    load_plugin(sniffed.opener)
    try:
        factory = _as_stored() if sniffed.opener == "TIFF" else Image.OPEN[sniffed.opener][0]
    except KeyError:
        raise Unreadable(phrase("a {w} picture, which cannot be read here", w=sniffed.format)) from None
    stream.seek(0)
    try:
        return factory(stream, "")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unmeasured("one of its frames is larger than is decoded here") from None
    except (*BAD_FILE, struct.error) as error:
        how = "its header cannot be read"
        if isinstance(error, OSError | ValueError):
            how = phrase("its header cannot be read: {why}", why=_words(error))
        raise Unreadable(phrase("not a whole {w} picture: {how}", w=sniffed.format, how=how)) from None


def _as_stored() -> "type[ImageFile.ImageFile]":
    """Return a TIFF reader that gives pixels as stored.

    Pillow's own rotates while decoding, by an orientation of one type only, and reads directories that may be broken.
    """
    from PIL.TiffImagePlugin import TiffImageFile

    class AsStored(TiffImageFile):
        def _setup(self) -> None:
            super()._setup()
            self._size = self._tile_size

        def load_end(self) -> None:
            pass

    return AsStored


def _preview(stream: BinaryIO, sniffed: Sniffed) -> "Image.Image":
    from preflight.probe.raw import read_raw

    size = stream.seek(0, io.SEEK_END)
    found = read_raw(stream, size, sniffed.format).preview
    if found is None:
        raise Unreadable("a raw photograph without a preview, which cannot be developed here")
    stream.seek(found.at)
    return _open(io.BytesIO(stream.read(found.bytes)), JPEG)


def _composite(stream: BinaryIO, sniffed: Sniffed) -> "Image.Image":
    from preflight.probe import psd

    found = psd.read_psd(stream)
    if found.oddity:
        raise Unreadable(phrase("how it looks cannot be told: {how}", how=found.oddity))
    return _open(stream, sniffed) if found.color == psd.LAB else psd.composite(stream, found)


def _tiff_directory(stream: BinaryIO) -> Directory | None:
    tiff = open_tiff(stream)
    return next(tiff.chain(), None) if tiff else None


def _tiff_depths(first: Directory) -> list[int]:
    """Return bits per sample of a TIFF, for each sample of a pixel."""
    return [int(bits) for bits in first.numbers(BITS_PER_SAMPLE) if 0 < bits <= DEEPEST]


def _said(image: "Image.Image", sniffed: Sniffed) -> Said:
    """Read EXIF and XMP as found by Pillow."""
    exif, xmp = image.info.get("exif", b""), image.info.get("xmp", b"")
    blocks = Metadata(exif if isinstance(exif, bytes) else b"", (xmp,) if xmp and isinstance(xmp, bytes) else ())
    said = read_metadata(blocks)
    turned_by_word = sniffed.opener in LAYOUT_KEPT and said.source == "XMP"
    return Said(location=said.location) if turned_by_word else said


def _alpha(image: "Image.Image") -> bool:
    """Tell whether parts may be transparent; raise Unreadable for a missing palette."""
    try:
        return image.has_transparency_data
    except AssertionError:
        raise Unreadable("its palette is missing") from None


def _bit_depth(image: "Image.Image") -> int:
    """Return stored bits per sample, if more than Pillow's eight."""
    deep = {"I;16": 16, "I;16B": 16, "I;16L": 16, "I": 32, "F": 32}
    return deep.get(image.mode, int(image.info.get("bit_depth") or 8))


def _frames(image: "Image.Image") -> int:
    """Count an animation's frames."""
    from PIL import Image

    try:
        return 1 if image.format in STILL else int(getattr(image, "n_frames", 1))
    except (*BAD_FILE, struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return 1


def _words(error: Exception) -> str:
    return str(error).strip() or type(error).__name__
