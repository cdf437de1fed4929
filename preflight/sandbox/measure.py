"""Measure assets: an open file and its media type in, facts out.

Images are decoded completely. Of videos every packet is read and one frame decoded; of audio every sample is decoded.
Containers are opened with a fixed format, so no playlist can redirect the reader.
"""

from __future__ import annotations

from fractions import Fraction
from typing import IO, TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_PILLOW_FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
"""A camera's MPO opens as JPEG."""
_HEIF = ("image/heic", "image/heif")
_PIXELS_TO_DECODE = 8000 * 8000
"""Larger images exceed the limit of their sides, and are not decoded."""
_AUDIO_ENOUGH_S = 120
"""Longer audio exceeds every limit; the rest is not decoded."""
_EXIF_ORIENTATION = 0x0112
_EXIF_SIDEWAYS = (5, 6, 7, 8)
_CONTAINER = {"audio/wav": "wav", "audio/mpeg": "mp3"}


class MeasureError(Exception):
    """The file could not be read completely, or holds no image, video or audio."""


class ImageFacts(msgspec.Struct, frozen=True):
    """An image as displayed, in pixels."""

    width_px: int
    height_px: int
    transparent: bool = False
    """Whether it has transparency, be it in no pixel."""


class VideoFacts(msgspec.Struct, frozen=True):
    """A video as displayed: size in pixels, duration in seconds, mean frame rate in Hz."""

    width_px: int
    height_px: int
    duration_s: Fraction
    frame_rate_hz: Fraction
    codec: str
    sound_codecs: tuple[str, ...]


class AudioFacts(msgspec.Struct, frozen=True):
    """Played duration of audio in seconds."""

    duration_s: Fraction
    codec: str


def measure(kind: str, file: IO[bytes], media_type: str) -> ImageFacts | VideoFacts | AudioFacts:
    """Measure an image, video or audio file.

    Raises:
        MeasureError: it cannot be read.
    """
    if kind == "image":
        return measure_heif(file) if media_type in _HEIF else measure_image(file)
    return measure_video(file) if kind == "video" else measure_audio(file, media_type)


def measure_image(file: IO[bytes]) -> ImageFacts:
    """Decode an image and measure it, EXIF orientation applied.

    Raises:
        MeasureError: it cannot be decoded.
    """
    from PIL import Image

    try:
        with Image.open(file, formats=_PILLOW_FORMATS) as image:
            if image.width * image.height <= _PIXELS_TO_DECODE:
                image.load()
            width_px, height_px = image.size
            sideways = image.getexif().get(_EXIF_ORIENTATION) in _EXIF_SIDEWAYS
            transparent = image.has_transparency_data
    except Exception as error:  # Pillow raises many exceptions without a common base
        raise MeasureError(type(error).__name__) from error
    if sideways:
        width_px, height_px = height_px, width_px
    return ImageFacts(width_px, height_px, transparent)


def measure_heif(file: IO[bytes]) -> ImageFacts:
    """Measure a HEIC or HEIF image, turned as it says.

    Raises:
        MeasureError: it cannot be read.
    """
    import pillow_heif

    try:
        image = pillow_heif.open_heif(file, convert_hdr_to_8bit=False)
        width_px, height_px = image.size
        if width_px * height_px <= _PIXELS_TO_DECODE:
            _ = image.data  # decodes
        return ImageFacts(width_px, height_px, image.has_alpha)
    except Exception as error:  # libheif raises several kinds without a common base
        raise MeasureError(type(error).__name__) from error


def measure_video(file: IO[bytes]) -> VideoFacts:
    """Measure an MP4 or MOV file.

    Raises:
        MeasureError: it cannot be read, or has no video.
    """
    import av

    try:
        with av.open(file, format="mov", mode="r") as container:
            return _video_facts(container)
    except (av.FFmpegError, ValueError, OSError) as error:
        raise MeasureError(type(error).__name__) from error


def _video_facts(container: InputContainer) -> VideoFacts:
    from av.stream import Disposition

    stream = next(
        (video for video in container.streams.video if not video.disposition & Disposition.attached_pic), None
    )
    if stream is None:
        raise MeasureError("no video stream")
    frames, duration_s = _frames_and_length(container, stream)
    width_px, height_px = _displayed_size(container, stream)
    return VideoFacts(
        width_px=width_px,
        height_px=height_px,
        duration_s=duration_s,
        frame_rate_hz=frames / duration_s,
        codec=stream.codec_context.name,
        sound_codecs=tuple(sound.codec_context.name for sound in container.streams.audio),
    )


def _frames_and_length(container: InputContainer, stream: VideoStream) -> tuple[int, Fraction]:
    """Count the displayed packets, and measure from first start to last end, in seconds."""
    times = [
        (packet.pts, packet.pts + (packet.duration or 0))
        for packet in container.demux(stream)
        if packet.size and packet.pts is not None and not packet.is_discard
    ]
    if not times or stream.time_base is None:
        raise MeasureError("no frames")
    length = max(end for _, end in times) - min(start for start, _ in times)
    if length <= 0:
        raise MeasureError("no length")
    return len(times), length * stream.time_base


def _displayed_size(container: InputContainer, stream: VideoStream) -> tuple[int, int]:
    """Decode one frame and measure it in square pixels, rotated."""
    container.seek(0)
    frame: VideoFrame | None = next(container.decode(stream), None)
    if frame is None:
        raise MeasureError("no frame can be decoded")
    aspect = stream.sample_aspect_ratio or Fraction(1)
    width_px, height_px = round(frame.width * aspect), frame.height
    return (height_px, width_px) if frame.rotation % 180 else (width_px, height_px)


def measure_audio(file: IO[bytes], kind: str) -> AudioFacts:
    """Decode a WAV or MP3 file and measure it.

    Args:
        file: the open file.
        kind: `audio/wav` or `audio/mpeg`.

    Raises:
        MeasureError: it cannot be decoded, or holds no audio.
    """
    import av

    try:
        with av.open(file, format=_CONTAINER[kind], mode="r") as container:
            if not container.streams.audio:
                raise MeasureError("no sound")
            return AudioFacts(_played(container), container.streams.audio[0].codec_context.name)
    except (av.FFmpegError, ValueError, OSError) as error:
        raise MeasureError(type(error).__name__) from error


def _played(container: InputContainer) -> Fraction:
    duration_s = Fraction(0)
    for frame in container.decode(audio=0):
        duration_s += Fraction(frame.samples, frame.sample_rate)
        if duration_s > _AUDIO_ENOUGH_S:
            break
    if not duration_s:
        raise MeasureError("no samples")
    return duration_s
