"""Facts: what was measured of an asset, in exact units, and how.

What the file does not say is None. Sizes are what a viewer sees: orientation, rotation and pixel shape applied.
"""

from fractions import Fraction
from typing import Literal

import msgspec

UNKNOWN = "unknown"
"""The name of a codec that has none here."""
Side = Literal["top", "bottom"]
SampleType = Literal["integer", "float", "coded"]


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What every kind has."""

    format: str
    """The container or picture format by content: jpeg, png, mp4, mov, wav, mp3, ..."""
    bytes: int
    measured_by: dict[str, str] = {}
    """Field → the reader and the place in the file that gave it."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """A camera's own JPEG of a raw photograph: what is shown of it, and can be taken in its place."""

    at: int
    """Where it lies in the file."""
    bytes: int
    width_px: int
    """Before the photograph's orientation is applied."""
    height_px: int


TURNED = range(5, 9)
"""Orientations that change width and height."""


class ImageFacts(_Facts, frozen=True, kw_only=True, tag="image"):
    """A still picture, or the first frame of an animated one."""

    width_px: int
    height_px: int
    stored_width_px: int
    stored_height_px: int
    orientation: int = 1
    """EXIF orientation, 1 to 8."""
    mode: str
    """Pillow's mode: RGB, RGBA, CMYK, I;16, ..."""
    bit_depth: int = 8
    """Bits a sample as stored."""
    frames: int = 1
    alpha: bool = False
    """Whether parts are transparent; of a header alone, whether they may be."""
    location: bool = False
    """Whether the metadata names a place or a device's serial number."""
    coding: str | None = None
    """What makes its coding rare, in words: "lossless", "arithmetic coding"; None where every decoder knows it."""
    transfer: str | None = None
    """Transfer characteristics of high dynamic range, where tagged: smpte2084 (PQ) or arib-std-b67 (HLG)."""
    lossless: bool | None = None
    """Whether its samples are stored without loss, where its format knows both."""
    own_bytes: int | None = None
    """What the picture takes of the file, without metadata and what lies behind its end, where that is known."""
    raw: bool = False
    """Whether it is a raw photograph, whose size is that of what the camera saw."""
    preview: Preview | None = None
    """The largest whole JPEG within a raw photograph."""
    obstacle: str | None = None
    """What keeps anybody but its own program from showing it, in words."""
    decoded: bool = False
    """Whether the whole picture was decoded; a header alone proves little."""

    @property
    def given_px(self) -> tuple[int, int]:
        """Width and height, as displayed, of what a repair starts from: of a raw photograph its preview."""
        if self.preview is None:
            return self.width_px, self.height_px
        sides = self.preview.width_px, self.preview.height_px
        return sides[::-1] if self.orientation in TURNED else sides

    @property
    def aspect_ratio(self) -> Fraction:
        """Width over height as displayed."""
        return Fraction(self.width_px, self.height_px)


class AudioTrack(msgspec.Struct, frozen=True, kw_only=True):
    """A sound track of a clip."""

    place: int
    """Which of the sound tracks it is, from 0."""
    codec: str
    channels: int | None = None
    """Told where a clip has several tracks of PCM, of which a camera may keep left and right apart."""
    sample_rate_hz: int | None = None
    default: bool = False
    """Whether it is marked as the one to be played."""
    empty: bool = False
    """Whether it holds no samples."""

    @property
    def known(self) -> bool:
        """Whether a decoder for it is known here."""
        return self.codec != UNKNOWN


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a stored picture, in its pixels."""

    left_px: int
    top_px: int
    width_px: int
    height_px: int


class VideoFacts(_Facts, frozen=True, kw_only=True, tag="video"):
    """A clip: its first picture stream that is not cover art, and its sound if it has one."""

    width_px: int
    height_px: int
    coded_width_px: int
    coded_height_px: int
    pixel_aspect: Fraction = Fraction(1)
    aperture: Area | None = None
    """The part of the stored frame that is shown, where that is not all of it."""
    rotation_deg: int = 0
    """Clockwise turn a player applies: 0, 90, 180 or 270."""
    mirrored: bool = False
    """Whether it exchanges left and right, after the turn."""
    duration_s: Fraction | None = None
    """End of the last frame minus start of the first, as presented."""
    header_duration_s: Fraction | None = None
    """What the container claims for the whole file."""
    start_offset_s: Fraction = Fraction(0)
    """How much later than its audio the first frame is shown; negative where the audio begins later."""
    frames: int | None = None
    frame_rate_hz: Fraction | None = None
    """Mean rate: frames over duration; where every frame lies within half a tick of a constant rate, that rate."""
    frame_rate_constant: bool | None = None
    """Whether every frame lies on the grid of that rate."""
    codec: str | None = None
    bit_depth: int | None = None
    transfer: str | None = None
    """Transfer characteristics, where tagged: bt709, smpte2084 (PQ), arib-std-b67 (HLG), ..."""
    dolby_vision: str | None = None
    """Profile, and behind a point by what others can show it: 8.1 by HDR10, 8.4 by HLG, 5 by nothing."""
    alpha: bool = False
    interlaced: bool | None = None
    fields: Side | None = None
    """Which field comes first, where packets hold single fields; frames are counted, and sizes are those of a frame."""
    video_streams: int = 1
    sound_codec: str | None = None
    """Of the sound track that a player plays, as is its length."""
    sound_duration_s: Fraction | None = None
    sounds: tuple[AudioTrack, ...] = ()
    """Every sound track."""
    location: bool = False

    @property
    def pixels(self) -> int:
        """Width times height as displayed."""
        return self.width_px * self.height_px

    @property
    def aspect_ratio(self) -> Fraction:
        """Width over height as displayed."""
        return Fraction(self.width_px, self.height_px)

    @property
    def only_dolby_vision(self) -> bool:
        """Whether only a decoder of Dolby Vision shows its colors."""
        return self.dolby_vision is not None and "." not in self.dolby_vision


class AudioFacts(_Facts, frozen=True, kw_only=True, tag="audio"):
    """A sound."""

    duration_s: Fraction | None = None
    """What is played: samples present, less an encoder's priming and padding where they are declared."""
    stored_duration_s: Fraction | None = None
    """All samples that the packets hold, priming and padding included."""
    header_duration_s: Fraction | None = None
    """What the header claims; None when no header claims a length."""
    header_placeholder: int | None = None
    """The bytes of samples that a header claims where that number only stands in for one that was not known."""
    obstacle: str | None = None
    """What of its header keeps common readers from playing it, in words."""
    lead_bytes: int = 0
    """Bytes of a tag before the header that a file of its format begins with."""
    codec: str | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    sample_type: SampleType | None = None
    """What its samples are stored as; "coded" where none are stored, as in AAC: a decoder makes them, as floats."""
    bit_depth: int | None = None
    """Bits a sample as stored; None where none are stored, or it is not told."""


Facts = ImageFacts | VideoFacts | AudioFacts

Identity = tuple[int, int, int, int, int]
"""The state of a file: device, inode, size in bytes, modification and change time in ns."""
