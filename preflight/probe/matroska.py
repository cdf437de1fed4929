"""Display properties of a Matroska or WebM track: an open file in, `Shown` out.

Source: RFC 9559, 5.1.4.1.28 (Video): PixelCrop, Display and Projection.
"""

import struct
from fractions import Fraction
from itertools import islice
from typing import BinaryIO

import msgspec

from preflight.probe.ebml import Element, elements, tracks_of
from preflight.probe.orientation import UPRIGHT, Orientation, of_projection
from preflight.probe.reading import read_at
from preflight.values.facts import Area

VIDEO, KIND = 0xE0, 0x83
VIDEO_TYPE = 1
"""The TrackType of video."""
CROPS = 0x54CC, 0x54BB, 0x54DD, 0x54AA
"""Left, top, right, bottom."""
DISPLAYED, UNIT = (0x54B0, 0x54BA), 0x54B2
UNKNOWN_UNIT = 4
PROJECTION, PROJECTION_TYPE, POSE = 0x7670, 0x7671, (0x7673, 0x7674, 0x7675)
"""Of the pose: yaw, pitch, roll."""
LONGEST = 8
"""Bytes of a number."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """How a track's frames are displayed."""

    margins: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Cropped pixels: left, top, right, bottom."""
    displayed: tuple[int, int] | None = None
    """Display width and height of the rest, in one unit; None if not stated."""
    orientation: Orientation = UPRIGHT

    def area(self, width_px: int, height_px: int) -> Area | None:
        """Return the displayed part of a stored frame; None for the whole, or nothing."""
        left, top, right, bottom = self.margins
        wide, high = width_px - left - right, height_px - top - bottom
        if not any(self.margins) or wide < 1 or high < 1:
            return None
        return Area(left_px=left, top_px=top, width_px=wide, height_px=high)

    def pixel_aspect(self, area: Area) -> Fraction | None:
        """Return the sample aspect ratio for a displayed part, or None."""
        if self.displayed is None:
            return None
        return Fraction(self.displayed[0] * area.height_px, self.displayed[1] * area.width_px)


def read_shown(stream: BinaryIO, size: int, place: int) -> Shown:
    """Read the display properties of a video track; the position changes.

    Args:
        stream: the file.
        size: in bytes.
        place: index among the video tracks, from 0.
    """
    tracks = (_inside(stream, track, size) for track in tracks_of(stream, size))
    videos = (track[VIDEO] for track in tracks if VIDEO in track and _unsigned(stream, track.get(KIND)) == VIDEO_TYPE)
    video = next(islice(videos, place, None), None)
    return Shown() if video is None else _shown(stream, _inside(stream, video, size), size)


def _inside(stream: BinaryIO, outer: Element, size: int) -> dict[int, Element]:
    """Return child elements by identifier, the first of each."""
    found: dict[int, Element] = {}
    for one in elements(stream, outer.start, size if outer.end is None else min(outer.end, size)):
        found.setdefault(one.id, one)
    return found


def _shown(stream: BinaryIO, video: dict[int, Element], size: int) -> Shown:
    left, top, right, bottom = (_unsigned(stream, video.get(name)) for name in CROPS)
    across, down = (_unsigned(stream, video.get(name)) for name in DISPLAYED)
    told = across and down and _unsigned(stream, video.get(UNIT)) != UNKNOWN_UNIT
    return Shown(
        margins=(left, top, right, bottom),
        displayed=(across, down) if told else None,
        orientation=_orientation(stream, video.get(PROJECTION), size),
    )


def _orientation(stream: BinaryIO, projection: Element | None, size: int) -> Orientation:
    if projection is None:
        return UPRIGHT
    inside = _inside(stream, projection, size)
    if _unsigned(stream, inside.get(PROJECTION_TYPE)):  # 0 is rectangular
        return UPRIGHT
    yaw, pitch, roll = (_float(stream, inside.get(name)) for name in POSE)
    return of_projection(yaw, pitch, roll)


def _payload(stream: BinaryIO, element: Element | None) -> bytes:
    if element is None or element.end is None or element.end - element.start > LONGEST:
        return b""
    return read_at(stream, element.start, element.end - element.start)


def _unsigned(stream: BinaryIO, element: Element | None) -> int:
    return int.from_bytes(_payload(stream, element), "big")


def _float(stream: BinaryIO, element: Element | None) -> float:
    content = _payload(stream, element)
    layout = {4: ">f", 8: ">d"}.get(len(content))
    return float(struct.unpack(layout, content)[0]) if layout else 0.0
