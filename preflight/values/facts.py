"""Facts: the measurements of an asset, in exact units, with their source.

A value the file does not state is None. Sizes are as displayed: orientation, rotation and sample aspect ratio applied.
"""

from fractions import Fraction
from typing import Literal

import msgspec

UNKNOWN = "unknown"
"""Codec name where this program has none."""
Side = Literal["top", "bottom"]
SampleType = Literal["integer", "float", "coded"]


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of every kind."""

    format: str
    """The container or image format by content: jpeg, png, mp4, mov, wav, mp3, ..."""
    bytes: int
    measured_by: dict[str, str] = {}
    """Field → the reader, and the place in the file."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The camera's JPEG inside a raw photograph; a fix can use it in place of the raw data."""

    at: int
    """Byte offset in the file."""
    bytes: int
    width_px: int
    """Before the photograph's orientation."""
    height_px: int


TURNED = range(5, 9)
"""Orientations that swap width and height."""


class ImageFacts(_Facts, frozen=True, kw_only=True, tag="image"):
    """An image, or the first frame of an animated one."""

    width_px: int
    height_px: int
    stored_width_px: int
    stored_height_px: int
    orientation: int = 1
    """EXIF orientation, 1 to 8."""
    mode: str
    """Pillow's mode: RGB, RGBA, CMYK, I;16, ..."""
    bit_depth: int = 8
    """Bits per sample, as stored."""
    frames: int = 1
    alpha: bool = False
    """Whether some pixels are transparent; from a header alone, whether they may be."""
    location: bool = False
    """Whether the metadata holds a location or a device serial number."""
    coding: str | None = None
    """A rare coding, in words: "lossless", "arithmetic coding"; None where every decoder reads it."""
    transfer: str | None = None
    """Transfer characteristics of HDR, where tagged: smpte2084 (PQ) or arib-std-b67 (HLG)."""
    lossless: bool | None = None
    """Whether the samples are stored without loss; None where the format has one way only."""
    own_bytes: int | None = None
    """Bytes of the image itself, without metadata and trailing data, where known."""
    raw: bool = False
    """Whether it is a raw photograph; its size is that of the sensor image."""
    preview: Preview | None = None
    """The largest complete JPEG inside a raw photograph."""
    obstacle: str | None = None
    """Why only its own program can show it, in words."""
    decoded: bool = False
    """Whether every pixel was decoded; a header alone proves little."""

    @property
    def given_px(self) -> tuple[int, int]:
        """Displayed width and height of the source of a fix: the preview of a raw photograph, else the image."""
        if self.preview is None:
            return self.width_px, self.height_px
        sides = self.preview.width_px, self.preview.height_px
        return sides[::-1] if self.orientation in TURNED else sides

    @property
    def aspect_ratio(self) -> Fraction:
        """Displayed width over height."""
        return Fraction(self.width_px, self.height_px)


class AudioTrack(msgspec.Struct, frozen=True, kw_only=True):
    """An audio track of a clip."""

    place: int
    """Index among the audio tracks, from 0."""
    codec: str
    channels: int | None = None
    """Known where a clip has several PCM tracks: a camera may store left and right in two of them."""
    sample_rate_hz: int | None = None
    default: bool = False
    """Whether it is flagged as the default track."""
    empty: bool = False
    """Whether it holds no samples."""

    @property
    def known(self) -> bool:
        """Whether this program knows a decoder for it."""
        return self.codec != UNKNOWN


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A rectangle of a stored image or frame, in its pixels."""

    left_px: int
    top_px: int
    width_px: int
    height_px: int


class VideoFacts(_Facts, frozen=True, kw_only=True, tag="video"):
    """A clip: its first video stream that is not cover art, and its audio if any."""

    width_px: int
    height_px: int
    coded_width_px: int
    coded_height_px: int
    pixel_aspect: Fraction = Fraction(1)
    aperture: Area | None = None
    """The displayed part of the stored frame, where it is smaller than the frame."""
    rotation_deg: int = 0
    """Clockwise rotation by the player: 0, 90, 180 or 270."""
    mirrored: bool = False
    """Whether the player mirrors left and right, after the rotation."""
    duration_s: Fraction | None = None
    """End of the last frame minus start of the first, as presented."""
    header_duration_s: Fraction | None = None
    """Duration of the whole file by the container."""
    start_offset_s: Fraction = Fraction(0)
    """Start of the first frame after the start of the audio; negative where the audio starts later."""
    frames: int | None = None
    frame_rate_hz: Fraction | None = None
    """Mean rate, frames over duration; the constant rate where each frame is within half a tick of it."""
    frame_rate_constant: bool | None = None
    """Whether every frame lies on the grid of that rate."""
    codec: str | None = None
    bit_depth: int | None = None
    transfer: str | None = None
    """Transfer characteristics, where tagged: bt709, smpte2084 (PQ), arib-std-b67 (HLG), ..."""
    dolby_vision: str | None = None
    """Profile, then compatibility after the point: 8.1 plays as HDR10, 8.4 as HLG, 5 only as Dolby Vision."""
    alpha: bool = False
    interlaced: bool | None = None
    fields: Side | None = None
    """The first field in time, where each packet holds one field; counts and sizes are of whole frames."""
    reordered: bool = False
    """Whether frames are shown in another order than stored, and the container does not say which."""
    video_streams: int = 1
    sound_codec: str | None = None
    """Codec of the audio track that players select; durations below are of it too."""
    sound_duration_s: Fraction | None = None
    sounds: tuple[AudioTrack, ...] = ()
    """All audio tracks."""
    location: bool = False

    @property
    def pixels(self) -> int:
        """Displayed width times height."""
        return self.width_px * self.height_px

    @property
    def aspect_ratio(self) -> Fraction:
        """Displayed width over height."""
        return Fraction(self.width_px, self.height_px)

    @property
    def only_dolby_vision(self) -> bool:
        """Whether only a Dolby Vision decoder shows the right colors."""
        return self.dolby_vision is not None and "." not in self.dolby_vision

    @property
    def alpha_layer(self) -> bool:
        """Whether transparency is a layer of its own, without which most decoders show the frames: HEVC's."""
        return self.alpha and self.codec == "hevc"


class AudioFacts(_Facts, frozen=True, kw_only=True, tag="audio"):
    """An audio file."""

    duration_s: Fraction | None = None
    """Played duration: samples present, less declared encoder priming and padding."""
    stored_duration_s: Fraction | None = None
    """All samples in the packets, priming and padding included."""
    header_duration_s: Fraction | None = None
    """Duration by the header; None without one."""
    header_placeholder: int | None = None
    """Bytes of samples by the header, where that number is a placeholder for an unknown length."""
    obstacle: str | None = None
    """Why common players reject the header, in words."""
    lead_bytes: int = 0
    """Bytes of a tag before the header, which the format puts first."""
    codec: str | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    sample_type: SampleType | None = None
    """Type of the stored samples; "coded" where the codec stores none, such as AAC."""
    bit_depth: int | None = None
    """Bits per sample as stored; None where the codec stores none, or the file does not state it."""
    location: bool = False
    """Whether the metadata holds a location."""


Facts = ImageFacts | VideoFacts | AudioFacts

Identity = tuple[int, int, int, int, int]
"""File state: device, inode, size in bytes, modification and change time in ns."""
