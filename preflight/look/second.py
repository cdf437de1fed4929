"""A picture by libav's decoders, which share no code with Pillow's: what one of them makes wrong, the other shows.

In: an open picture and its sniffed format. Out: its stored pixels, neither turned nor converted by a color profile, or
None where libav has no decoder for it.
"""

from typing import TYPE_CHECKING, BinaryIO

from preflight.probe.sniff import Sniffed

if TYPE_CHECKING:
    from av import VideoFrame
    from PIL import Image

CODECS = {"jpeg": "mjpeg", "png": "png", "webp": "webp", "psd": "psd", "bmp": "bmp", "jp2": "jpeg2000"}
"""Sniffed format → libav's decoder, which takes the whole file as one packet."""
WHOLE_PX = 40_000_000
"""Pixels up to which a picture is converted as it is; a larger one is made smaller on the way."""
SMALLER_PX = 1536


def by_libav(stream: BinaryIO, sniffed: Sniffed) -> "Image.Image | None":
    """Decode a picture, or its first frame where it has several."""
    import av

    av.logging.set_level(None)
    try:
        frame = _frame(stream, sniffed)
        return None if frame is None else as_picture(frame)
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError, OSError, LookupError):
        return None


def _frame(stream: BinaryIO, sniffed: Sniffed) -> "VideoFrame | None":
    import av

    stream.seek(0)
    if sniffed.format == "gif":
        with av.open(stream, "r", format="gif") as container:
            return next(container.decode(video=0), None)
    if sniffed.format not in CODECS:
        return None
    decoder = av.CodecContext.create(CODECS[sniffed.format], "r")
    if not isinstance(decoder, av.VideoCodecContext):
        return None
    return next(iter([*decoder.decode(av.Packet(stream.read())), *decoder.decode(None)]), None)


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
