"""A picture by libav's decoders, which share no code with Pillow's: what one of them makes wrong, the other shows.

In: an open picture and its sniffed format. Out: its stored pixels, neither turned nor converted by a color profile, or
None where libav has no decoder for it.
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
"""Sniffed format → libav's decoder, which takes the whole file as one packet."""
DEMUXED = {"gif": "gif", "avif": "mov", "heic": "mov"}
"""Sniffed format → libav's demuxer."""
WHOLE_PX = 40_000_000
"""Pixels up to which a picture is converted as it is; a larger one is made smaller on the way."""
SMALLER_PX = 1536


def seconds(stream: BinaryIO, sniffed: Sniffed) -> "Iterator[Image.Image]":
    """Yield a picture as other decoders see it than the one that it is opened with, those that can."""
    layout = layout_of(stream) if sniffed.format == "tiff" else None
    if sniffed.format != "tiff" or (layout and layout.is_libavs):
        found = by_libav(stream, sniffed)
        if found and layout and PREMULTIPLIED in layout.extra:
            found = _straight(found)
        yield from filter(None, (None if found and sniffed.format == "gif" and _clipped(stream, found) else found,))
    if layout and layout.is_odd:
        yield from filter(None, (by_pillow(stream, sniffed) if layout.is_pillows else None,))
    elif layout:
        with suppress(ValueError):
            yield read_samples(stream, layout)


def _clipped(stream: BinaryIO, found: "Image.Image") -> bool:
    """Tell whether the first frame of a GIF lies beyond its screen, to which libav cuts it, and mixes its rows."""
    whole = by_pillow(stream, GIF)
    return whole is not None and whole.size != found.size


def _straight(picture: "Image.Image") -> "Image.Image":
    """Return a picture whose colors were multiplied by their opacity, which libav gives on, as others are."""
    from PIL import Image

    return Image.frombytes("RGBa", picture.size, picture.convert("RGBA").tobytes()).convert("RGBA")


def by_libav(stream: BinaryIO, sniffed: Sniffed) -> "Image.Image | None":
    """Decode a picture, or its first frame where it has several; of HEIF as its properties say that it is shown."""
    frame = _frame(stream, sniffed)
    if frame is None or sniffed.format not in ("heic", "avif"):
        return None if frame is None else as_picture(frame)
    properties = read_heif(stream)
    picture = as_picture(frame)
    if properties.aperture:
        picture = picture.crop(properties.aperture.box)
    # Of AVIF Pillow gives turns on, and libheif applies them.
    return picture if sniffed.format == "avif" else _turned(picture, properties)


def _turned(picture: "Image.Image", properties: Heif) -> "Image.Image":
    from PIL.Image import Transpose

    turns = {1: Transpose.ROTATE_90, 2: Transpose.ROTATE_180, 3: Transpose.ROTATE_270}
    mirrors = {0: Transpose.FLIP_TOP_BOTTOM, 1: Transpose.FLIP_LEFT_RIGHT}
    for way in (turns.get(properties.quarters), mirrors.get(-1 if properties.mirror is None else properties.mirror)):
        picture = picture.transpose(way) if way is not None else picture
    return picture


def deep_by_libav(stream: BinaryIO, sniffed: Sniffed) -> "Samples | None":
    """Decode a picture to rows of red, green and blue in sixteen bits."""
    import numpy as np

    frame = _frame(stream, sniffed)
    return None if frame is None else np.asarray(frame.to_ndarray(format="rgb48le"), np.uint16)


def _frame(stream: BinaryIO, sniffed: Sniffed) -> "VideoFrame | None":
    """Decode the first frame; None where libav cannot."""
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
    """Decode the first picture of a container, or the primary one of a HEIF, which is none of its own where tiled."""
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


def as_picture(frame: "VideoFrame") -> "Image.Image":
    """Return a frame as RGB, or as RGBA where it has transparency."""
    from PIL import Image

    clear = frame.format.has_palette or any(part.is_alpha for part in frame.format.components)
    mode, layout = ("RGBA", "rgba") if clear else ("RGB", "rgb24")
    width, height = frame.width, frame.height
    if width * height > WHOLE_PX:
        width, height = min(width, SMALLER_PX), min(height, SMALLER_PX)
    shown = frame.reformat(width=width, height=height, format=layout, interpolation="AREA")
    plane = shown.planes[0]
    return Image.frombytes(mode, (width, height), bytes(plane), "raw", mode, plane.line_size, 1)
