"""Images by libav's decoders, which share no code with Pillow's and so reveal its errors.

In: an open image and its sniffed format. Out: stored pixels, without rotation and color profile, or None without a
decoder.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from preflight.probe.heif import Heif, read_heif
from preflight.probe.pillow import by_pillow
from preflight.probe.sniff import Sniffed
from preflight.probe.tiff_samples import PREMULTIPLIED, layout_of, read_samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av import VideoFrame
    from PIL import Image

    from preflight.media.tones import Samples

GIF = Sniffed("gif", "pillow", "GIF")
CODECS = {"jpeg": "mjpeg", "png": "png", "webp": "webp", "tiff": "tiff", "psd": "psd", "bmp": "bmp", "jp2": "jpeg2000"}
"""Sniffed format → libav decoder; the whole file is one packet."""
DEMUXED = {"gif": "gif", "avif": "mov", "heic": "mov"}
"""Sniffed format → libav demuxer."""
WHOLE_PX = 40_000_000
"""Most pixels to convert at full size; larger images are reduced on the way."""
SMALLER_PX = 1536


def seconds(stream: BinaryIO, sniffed: Sniffed) -> "Iterator[Image.Image]":
    """Yield an image as other decoders read it, as far as they can."""
    layout = layout_of(stream) if sniffed.format == "tiff" else None
    if sniffed.format != "tiff" or (layout and layout.is_libavs):
        found = by_libav(stream, sniffed)
        if found and layout and PREMULTIPLIED in layout.extra:
            found = _unpremultiplied(found)
        yield from filter(None, (None if found and sniffed.format == "gif" and _clipped(stream, found) else found,))
    if layout and layout.is_odd:
        yield from filter(None, (by_pillow(stream, sniffed) if layout.is_pillows else None,))
    elif layout:
        with suppress(ValueError):
            yield read_samples(stream, layout)


def _clipped(stream: BinaryIO, found: "Image.Image") -> bool:
    """Tell whether a GIF's first frame exceeds its screen: libav crops it there, and mixes its rows."""
    whole = by_pillow(stream, GIF)
    return whole is not None and whole.size != found.size


def _unpremultiplied(image: "Image.Image") -> "Image.Image":
    """Undo libav's premultiplied alpha."""
    from PIL import Image

    return Image.frombytes("RGBa", image.size, image.convert("RGBA").tobytes()).convert("RGBA")


def by_libav(stream: BinaryIO, sniffed: Sniffed) -> "Image.Image | None":
    """Decode an image or its first frame; HEIF as its properties present it."""
    frame = _frame(stream, sniffed)
    if frame is None or sniffed.format not in ("heic", "avif"):
        return None if frame is None else as_image(frame)
    properties = read_heif(stream)
    image = as_image(frame)
    if properties.aperture:
        image = image.crop(properties.aperture.box)
    # Pillow returns AVIF with its rotation; libheif applies it.
    return image if sniffed.format == "avif" else _turned(image, properties)


def _turned(image: "Image.Image", properties: Heif) -> "Image.Image":
    from PIL.Image import Transpose

    turns = {1: Transpose.ROTATE_90, 2: Transpose.ROTATE_180, 3: Transpose.ROTATE_270}
    mirrors = {0: Transpose.FLIP_TOP_BOTTOM, 1: Transpose.FLIP_LEFT_RIGHT}
    for way in (turns.get(properties.quarters), mirrors.get(-1 if properties.mirror is None else properties.mirror)):
        image = image.transpose(way) if way is not None else image
    return image


def deep_by_libav(stream: BinaryIO, sniffed: Sniffed) -> "Samples | None":
    """Decode an image to rows of RGB in 16 bits."""
    import numpy as np

    frame = _frame(stream, sniffed)
    return None if frame is None else np.asarray(frame.to_ndarray(format="rgb48le"), np.uint16)


def _frame(stream: BinaryIO, sniffed: Sniffed) -> "VideoFrame | None":
    """Decode the first frame, or return None."""
    import av

    av.logging.set_level(None)
    stream.seek(0)
    try:
        if sniffed.format in DEMUXED:
            return _demuxed(stream, sniffed)
        return _whole(CODECS[sniffed.format], stream.read()) if sniffed.format in CODECS else None
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError, OSError, LookupError):
        return None


def _demuxed(stream: BinaryIO, sniffed: Sniffed) -> "VideoFrame | None":
    """Decode a container's first frame, or a HEIF's primary image, which has no frame of its own where tiled."""
    import av

    item = read_heif(stream).item if sniffed.format in ("heic", "avif") else None
    stream.seek(0)
    with av.open(stream, "r", format=DEMUXED[sniffed.format]) as container:
        track = next((one for one in container.streams.video if item in (None, one.id)), None)
        return None if track is None else next(container.decode(track), None)


def _whole(codec: str, content: bytes) -> "VideoFrame | None":
    import av

    decoder = av.CodecContext.create(codec, "r")
    if not isinstance(decoder, av.VideoCodecContext):
        return None
    return next(iter([*decoder.decode(av.Packet(content)), *decoder.decode(None)]), None)


def as_image(frame: "VideoFrame") -> "Image.Image":
    """Convert a frame to RGB, or to RGBA with transparency."""
    from PIL import Image

    clear = frame.format.has_palette or any(part.is_alpha for part in frame.format.components)
    mode, layout = ("RGBA", "rgba") if clear else ("RGB", "rgb24")
    width, height = frame.width, frame.height
    if width * height > WHOLE_PX:
        width, height = min(width, SMALLER_PX), min(height, SMALLER_PX)
    shown = frame.reformat(width=width, height=height, format=layout, interpolation="AREA")
    plane = shown.planes[0]
    return Image.frombytes(mode, (width, height), bytes(plane), "raw", mode, plane.line_size, 1)
