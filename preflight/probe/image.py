"""Images: a file and its sniffed format in, `ImageFacts` out.

    jpeg ── frame header ── libjpeg-turbo, strictly
    png ─── chunks ──────── checksums, rows unpacked and counted
    raw ─── directories ─── its preview, as a jpeg
    psd ─── header ──────── the composite
    all others ── Pillow (and pillow-heif) opens ── and decodes

Depth header reads the header; exact and full decode everything, because a good header proves little.
"""

from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from preflight.probe.faults import Unmeasured, Unreadable
from preflight.probe.image_header import HDR_TRANSFERS, Decode, Read, Seen
from preflight.probe.metadata import read_metadata
from preflight.probe.sniff import Sniffed
from preflight.values.facts import TURNED, ImageFacts
from preflight.values.phrase import error_words, phrase

if TYPE_CHECKING:
    from preflight.probe import jpeg, png, psd

MAX_DECODED_PIXELS = 178_956_970
"""Most pixels to decode: a small file can unpack to gigabytes. Pillow has the same limit."""
LARGE_BYTES = 4 << 20
"""Size from which to measure the bytes of the image itself."""
MAX_JPEG_PIXELS = 1_000_000_000
"""A JPEG is decoded at an eighth of its size, row by row."""


def probe_image(stream: BinaryIO, size: int, sniffed: Sniffed, *, decode: bool) -> ImageFacts:
    """Measure an image.

    Raises:
        Unreadable: it cannot be opened or decoded completely.
        Unmeasured: it is too large to decode, or has a coding without a decoder here; carries the header's facts.
    """
    seen, rest = READERS.get(sniffed.format, _by_pillow)(stream, size, sniffed)
    facts = _facts(seen, size, sniffed)
    if not decode:
        return facts
    most = MAX_JPEG_PIXELS if sniffed.format == "jpeg" else MAX_DECODED_PIXELS
    if seen.width_px * seen.height_px > most and not seen.raw:
        said = phrase(
            "{n1} x {n2} px is more than is decoded here ({n3} pixels)",
            n1=seen.width_px,
            n2=seen.height_px,
            n3=f"{most:,}",
        )
        raise Unmeasured(said, facts)
    try:
        return _facts(rest(), size, sniffed)
    except Unmeasured as fault:
        raise Unmeasured(error_words(fault), facts) from None


def _facts(seen: Seen, size: int, sniffed: Sniffed) -> ImageFacts:
    turned = seen.said.orientation in TURNED
    width, height = seen.aperture or (seen.width_px, seen.height_px)
    how = seen.how + (f", {seen.said.source} orientation {seen.said.orientation}" if turned else "")
    return ImageFacts(
        format=sniffed.format,
        bytes=size,
        width_px=height if turned else width,
        height_px=width if turned else height,
        stored_width_px=seen.width_px,
        stored_height_px=seen.height_px,
        orientation=seen.said.orientation,
        mode=seen.mode,
        bit_depth=seen.bit_depth,
        frames=seen.frames,
        alpha=seen.alpha,
        location=seen.said.location,
        coding=seen.coding,
        transfer=HDR_TRANSFERS.get(seen.transfer or 0),
        lossless=seen.lossless,
        own_bytes=seen.own_bytes,
        raw=seen.raw,
        preview=seen.preview,
        obstacle=seen.obstacle,
        decoded=seen.decoded,
        measured_by={"width_px": how, "height_px": how, "format": "first bytes", "bytes": "file system"},
    )


def _jpeg(stream: BinaryIO, size: int, _sniffed: Sniffed) -> tuple[Seen, Decode]:
    from preflight.probe.jpeg import read_header

    header = read_header(stream)
    seen = Seen(
        width_px=header.width_px,
        height_px=header.height_px,
        mode=header.mode,
        bit_depth=header.precision,
        said=read_metadata(header.metadata),
        coding=header.coding,
        how="JPEG frame header",
    )
    return seen, partial(_decoded_jpeg, stream, size, header, seen)


def _decoded_jpeg(stream: BinaryIO, size: int, header: "jpeg.Header", seen: Seen) -> Seen:
    from preflight.probe.jpeg import own_bytes, refuse_damage

    refuse_damage(stream, header)
    own = own_bytes(stream) if size >= LARGE_BYTES else None
    return msgspec.structs.replace(seen, decoded=True, own_bytes=own, how=f"{seen.how}, decoded by libjpeg-turbo")


def _png(stream: BinaryIO, size: int, sniffed: Sniffed) -> tuple[Seen, Decode]:
    from preflight.probe.png import read_header

    seen = _seen_png(read_header(stream, size))
    return seen, partial(_decoded_png, stream, size, sniffed)


def _seen_png(found: "png.Png") -> Seen:
    header = found.header
    return Seen(
        width_px=header.width_px,
        height_px=header.height_px,
        mode=header.mode,
        bit_depth=header.bit_depth,
        frames=found.frames,
        alpha=header.has_alpha or found.transparent,
        said=read_metadata(found.metadata),
        transfer=found.transfer,
        how="PNG header",
    )


def _decoded_png(stream: BinaryIO, size: int, sniffed: Sniffed) -> Seen:
    """Read the whole file: metadata may follow the pixels, and alpha may be opaque everywhere."""
    from preflight.probe import pillow, png

    found = png.read_header(stream, size, whole=True)
    opaque = png.refuse_damage(stream, size, found.header)
    if found.frames > 1:
        from preflight.probe.apng import refuse_damaged_frames

        refuse_damaged_frames(stream, size, found.header, found.frames)
    if found.transparent:
        opaque = pillow.is_opaque(pillow.open_image(stream, sniffed))
    seen = _seen_png(found)
    if found.exif is not None:
        from preflight.probe.png_exif import exif_obstacle

        seen = msgspec.structs.replace(seen, obstacle=exif_obstacle(found.exif))
    own = png.own_bytes(stream, size) if size >= LARGE_BYTES else None
    return msgspec.structs.replace(
        seen, decoded=True, own_bytes=own, alpha=seen.alpha and not opaque, how=f"{seen.how}, all rows unpacked"
    )


def _psd(stream: BinaryIO, _size: int, sniffed: Sniffed) -> tuple[Seen, Decode]:
    from preflight.probe.psd import read_psd

    found = read_psd(stream)
    seen = Seen(
        width_px=found.width_px,
        height_px=found.height_px,
        mode=found.mode,
        bit_depth=found.bits,
        alpha=found.alpha,
        said=read_metadata(found.metadata),
        obstacle=found.oddity,
        how="PSD header",
    )
    return seen, partial(_decoded_psd, stream, sniffed, found, seen)


def _decoded_psd(stream: BinaryIO, sniffed: Sniffed, found: "psd.Psd", seen: Seen) -> Seen:
    from preflight.probe import pillow

    if found.oddity:
        raise Unmeasured(phrase("how it looks cannot be told: {how}", how=found.oddity))
    image = pillow.open_image(stream, sniffed)
    pillow.load(image)
    alpha = seen.alpha and not pillow.is_opaque(image)
    return msgspec.structs.replace(seen, decoded=True, alpha=alpha, how=f"{seen.how}, its composite decoded")


def _raw(stream: BinaryIO, size: int, sniffed: Sniffed) -> tuple[Seen, Decode]:
    from preflight.probe.raw import NO_PREVIEW, read_raw

    found = read_raw(stream, size, sniffed.format)
    seen = Seen(
        width_px=found.width_px,
        height_px=found.height_px,
        mode="RGB",
        bit_depth=found.bit_depth,
        said=found.said,
        raw=True,
        preview=found.preview,
        obstacle=None if found.preview else NO_PREVIEW,
        how="directories of the raw photograph",
    )
    return seen, partial(_decoded_raw, stream, seen)


def _decoded_raw(stream: BinaryIO, seen: Seen) -> Seen:
    """Decode the preview, which a fix uses; raw data are not developed here."""
    from preflight.probe import jpeg
    from preflight.probe.raw import NO_PREVIEW

    if seen.preview is None:
        return seen
    try:
        jpeg.refuse_damage(stream, jpeg.read_header(stream, seen.preview.at))
    except Unreadable:
        return msgspec.structs.replace(seen, preview=None, obstacle=NO_PREVIEW)
    return msgspec.structs.replace(seen, decoded=True, how=f"{seen.how}, its preview decoded")


def _by_pillow(stream: BinaryIO, size: int, sniffed: Sniffed) -> tuple[Seen, Decode]:
    from preflight.probe.pillow import read

    return read(stream, size, sniffed)


RAW_FORMATS = ("dng", "nef", "cr2", "arw", "orf", "rw2", "raf", "pef", "srw", "raw")
READERS: dict[str, Read] = {"jpeg": _jpeg, "png": _png, "psd": _psd, **dict.fromkeys(RAW_FORMATS, _raw)}
"""Format → its own reader; Pillow for the others."""
