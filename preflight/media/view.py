"""Decoded frames as a viewer sees them: cropped, with square pixels, rotated and scaled down, as an image."""

from functools import partial
from typing import TYPE_CHECKING

from preflight.media.footage import found
from preflight.probe.faults import Unreadable
from preflight.values.facts import VideoFacts
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from av import VideoFrame
    from PIL import Image

    Draw = Callable[[tuple[int, int]], Image.Image]
    """Draws a whole stored frame in a size."""


def shown_as(path: str, format_name: str) -> VideoFacts:
    """Read from a clip's headers how frames are displayed.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: it has no frames.
    """
    import os

    from preflight.probe.video import probe_video

    with found(path, format_name) as (stream, sniffed):
        size = os.fstat(stream.fileno()).st_size
        facts = probe_video(stream, size, sniffed, measure=False) if sniffed.reader == "av" else None
    if facts is None:
        raise Unreadable(phrase("a {q} without frames is no clip", q=format_name))
    return facts


def as_seen(frame: "VideoFrame", facts: VideoFacts, max_side_px: int, draw: "Draw | None" = None) -> "Image.Image":
    """Return a frame as a viewer sees it.

    Args:
        frame: a decoded frame.
        facts: the clip's facts.
        max_side_px: longest side; smaller frames keep their size.
        draw: draws the whole stored frame in a size; libav with its own colors by default.
    """
    across, down = facts.width_px, facts.height_px
    lying = facts.rotation_deg in (90, 270)
    width, height = fitting(*((down, across) if lying else (across, down)), max_side_px)
    return _upright(_part(draw or partial(_image, frame), facts, width, height), facts)


def fitting(width: int, height: int, max_side_px: int) -> tuple[int, int]:
    """Fit a size within a side length, keeping its aspect ratio; never enlarge it."""
    longest = max(width, height, max_side_px)
    return max(1, round(width * max_side_px / longest)), max(1, round(height * max_side_px / longest))


def _part(draw: "Draw", facts: VideoFacts, width: int, height: int) -> "Image.Image":
    """Draw the displayed part of a frame in a size."""
    area = facts.aperture
    if area is None:
        return draw((width, height))
    across, down = width / area.width_px, height / area.height_px
    whole = draw((round(facts.coded_width_px * across), round(facts.coded_height_px * down)))
    left, top = round(area.left_px * across), round(area.top_px * down)
    return whole.crop((left, top, left + width, top + height))


def _image(frame: "VideoFrame", size_px: tuple[int, int]) -> "Image.Image":
    """Draw a whole frame as an image of a size."""
    import av
    from PIL import Image

    width, height = size_px
    try:
        small = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
    except (av.FFmpegError, ValueError) as error:
        raise Unreadable(phrase("a picture cannot be converted: {why}", why=str(error))) from None
    plane = small.planes[0]
    return Image.frombytes("RGB", (width, height), bytes(plane), "raw", "RGB", plane.line_size, 1)


def _upright(image: "Image.Image", facts: VideoFacts) -> "Image.Image":
    """Rotate an image clockwise, then mirror it, as players do."""
    from PIL.Image import Transpose

    turns = {90: Transpose.ROTATE_270, 180: Transpose.ROTATE_180, 270: Transpose.ROTATE_90}
    if facts.rotation_deg in turns:
        image = image.transpose(turns[facts.rotation_deg])
    return image.transpose(Transpose.FLIP_LEFT_RIGHT) if facts.mirrored else image
