"""Display of a stored frame: crop, sample aspect ratio and rotation, by container and codec.

Rotation in the container overrides that of the codec: players use it, and few read codec messages.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import BinaryIO

import msgspec

from preflight.probe.aperture import area_of
from preflight.probe.bitstream.bits import Bits, Malformed
from preflight.probe.bitstream.sei import messages
from preflight.probe.container import FrameSize
from preflight.probe.matroska import read_shown
from preflight.probe.movie import Track as BoxedTrack
from preflight.probe.orientation import UPRIGHT, Orientation, of_message
from preflight.values.facts import Area

DISPLAY_ORIENTATION = 47
"""payloadType: H.264, D.1.27; H.265, D.2.17."""
H264_SEI, HEVC_SEI = 6, 39
"""nal_unit_type"""


class Display(msgspec.Struct, frozen=True, kw_only=True):
    """How a stored frame is displayed."""

    area: Area | None = None
    """The displayed part, or None for the whole."""
    pixel_aspect: Fraction = Fraction(1)
    orientation: Orientation = UPRIGHT

    def size_px(self, stored_px: tuple[int, int]) -> tuple[int, int]:
        """Return the displayed size: cropped, with square pixels, rotated."""
        width, height = (self.area.width_px, self.area.height_px) if self.area else stored_px
        wide = width if self.pixel_aspect == 1 else max(1, round(width * self.pixel_aspect))
        return (height, wide) if self.orientation.degrees in (90, 270) else (wide, height)


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """A track of a file."""

    size: int
    """Of the file, in bytes."""
    demuxer: str
    """libav's name of the format."""
    number: int
    """track_ID in MP4 or MOV; elsewhere the index among video tracks, from 0."""
    boxes: BoxedTrack | None = None
    """Its boxes in MP4 or MOV."""


def read_display(stream: BinaryIO, track: Track, stored: FrameSize, turned: Orientation) -> Display:
    """Read how a track's frames are displayed.

    Args:
        stream: the file; its position is kept.
        track: the track.
        stored: size and sample aspect ratio of the stored frame.
        turned: orientation by the container's boxes, or else the codec.
    """
    aspect = stored.pixel_aspect or Fraction(1)
    if track.demuxer == "mov":
        area = area_of(track.boxes, stored.width_px, stored.height_px) if track.boxes else None
        return Display(area=area, pixel_aspect=aspect, orientation=turned)
    if track.demuxer != "matroska":
        return Display(pixel_aspect=aspect, orientation=turned)
    position = stream.tell()
    shown = read_shown(stream, track.size, track.number)
    stream.seek(position)
    area = shown.area(stored.width_px, stored.height_px)
    aspect = (shown.pixel_aspect(area) if area else None) or aspect
    orientation = shown.orientation if shown.orientation != UPRIGHT else turned
    return Display(area=area, pixel_aspect=aspect, orientation=orientation)


def orientation_by_codec(codec: str, units: Iterable[bytes]) -> Orientation:
    """Return the orientation by messages in NAL units, such as those of a first sample."""
    for unit in units:
        if not unit:
            continue
        kind = unit[0] & 31 if codec == "h264" else unit[0] >> 1 & 63
        if kind == (H264_SEI if codec == "h264" else HEVC_SEI):
            for message in messages(unit[1 if codec == "h264" else 2 :]):
                if message.kind == DISPLAY_ORIENTATION:
                    return _message_orientation(message.content)
    return UPRIGHT


def _message_orientation(content: bytes) -> Orientation:
    bits = Bits(content)
    try:
        if bits.flag():  # display_orientation_cancel_flag
            return UPRIGHT
        across, down, turn = bits.flag(), bits.flag(), bits.take(16)
    except Malformed:
        return UPRIGHT
    return of_message(across=across, down=down, anticlockwise=turn)
