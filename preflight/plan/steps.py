"""Steps of a plan: what is done to an asset, why, and at which loss.

A plan is data: printable, storable and testable without ffmpeg. Steps take effect in order; all steps on a clip or
audio become one ffmpeg run.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, TypeVar

import msgspec

from preflight.values.assets import Asset, Kind
from preflight.values.facts import Area, Side
from preflight.values.findings import Finding, Loss
from preflight.values.phrase import joined, phrase
from preflight.values.remedy import Remedies
from preflight.values.units import decimal

LADDER: tuple[Loss, ...] = ("none", "lossless", "lossy", "creative")
"""From no loss to the most."""
BLUR = "blur"
BLUR_PART = Fraction(1, 30)
"""Blur radius of a background, as a part of its shorter side."""


class _Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="do"):
    """Fields of every step."""

    loss: Loss
    clears: tuple[str, ...]
    """Ids of the rules it clears; empty for steps that the user or other steps need."""


class Turn(_Step, frozen=True, kw_only=True, tag="turn"):
    """Apply orientation or rotation to the stored frames."""

    degrees: int = 0
    """Clockwise rotation of a clip: 0, 90, 180 or 270."""
    mirrored: bool = False
    """Whether a clip is then flipped horizontally."""

    def words(self) -> str:
        """Say what is done."""
        return "turn upright" + (", mirrored" if self.mirrored else "")


class Aperture(_Step, frozen=True, kw_only=True, tag="aperture"):
    """Crop stored frames to their displayed area."""

    area: Area
    stored_width_px: int
    stored_height_px: int
    """Size of the stored frame; tells whether an ffmpeg has cropped already."""

    def words(self) -> str:
        """Say what is done."""
        return phrase(
            "leave out what is not shown around {n1} x {n2} px", n1=self.area.width_px, n2=self.area.height_px
        )


class Packets(msgspec.Struct, frozen=True):
    """Frames of a cut between packets, in stored order."""

    first: int
    """Frames before it."""
    count: int


class Cut(_Step, frozen=True, kw_only=True, tag="cut"):
    """Keep a part of a clip or audio."""

    start_s: Fraction
    length_s: Fraction
    packets: Packets | None = None
    """Frames of a clip cut without encoding."""
    drops_s: Fraction | None = None
    """How much of it is left out, in seconds; None where that is not known."""
    cut_off: bool | None = None
    """Whether what is left out was cut off before, and cannot be decoded."""

    def words(self) -> str:
        """Say what is done: how, and apart from that, what is lost of the content."""
        part = phrase("keep {n1} to {n2} s", n1=decimal(self.start_s), n2=decimal(self.start_s + self.length_s))
        if self.drops_s:
            whole = decimal(self.length_s + self.drops_s)
            part = phrase("{part} (drops {n1} s of {n2} s)", part=part, n1=decimal(self.drops_s), n2=whole)
        part = phrase("{part}, no re-encoding", part=part) if self.packets else part
        return phrase("{part}; what follows is cut off and cannot be decoded", part=part) if self.cut_off else part


class Resize(_Step, frozen=True, kw_only=True, tag="resize"):
    """Scale to this size in square pixels."""

    width_px: int
    height_px: int
    rounded: bool = False
    """Whether only the encoder's need of even sides requires it."""

    def words(self) -> str:
        """Say what is done."""
        said = phrase("scale to {n1} x {n2} px", n1=self.width_px, n2=self.height_px)
        return phrase("{step}, since sides have to be even", step=said) if self.rounded else said


class Crop(_Step, frozen=True, kw_only=True, tag="crop"):
    """Crop to the middle, in displayed pixels before scaling."""

    width_px: int
    height_px: int
    left_px: int | None = None
    top_px: int | None = None
    """How far it lies from the left and the upper edge; in the middle when None."""

    def words(self) -> str:
        """Say what is done."""
        width, height = self.width_px, self.height_px
        if self.left_px is None or self.top_px is None:
            return phrase("crop to the middle {n1} x {n2} px", n1=width, n2=height)
        return phrase("crop to {n1} x {n2} px at {n3}, {n4}", n1=width, n2=height, n3=self.left_px, n4=self.top_px)


class Pad(_Step, frozen=True, kw_only=True, tag="pad"):
    """Pad on all sides, in displayed pixels before scaling."""

    width_px: int
    height_px: int
    fill: str = "black"
    """black, white, #rrggbb, or "blur" for a blurred, enlarged copy of the image itself."""

    def words(self) -> str:
        """Say what is done."""
        around = "a blurred copy of the picture" if self.fill == BLUR else self.fill
        return phrase("pad with {color} to {n1} x {n2} px", color=around, n1=self.width_px, n2=self.height_px)


class Flatten(_Step, frozen=True, kw_only=True, tag="flatten"):
    """Put what is transparent on a color."""

    color: str = "black"
    """Black, white or #rrggbb."""

    def words(self) -> str:
        """Say what is done."""
        return phrase("put transparent parts on {color}", color=self.color)


class Retime(_Step, frozen=True, kw_only=True, tag="retime"):
    """Convert to a constant rate by repeating or dropping frames."""

    frame_rate_hz: Fraction

    def words(self) -> str:
        """Say what is done."""
        return phrase("make {n} fps constant", n=decimal(self.frame_rate_hz))


class Extend(_Step, frozen=True, kw_only=True, tag="extend"):
    """Extend a clip or audio that is too short."""

    how: Literal["loop", "freeze", "silence", "slow"]
    """Repeat from the start, hold the last frame, add silence, or slow down."""
    from_s: Fraction
    """Duration before, in seconds."""
    length_s: Fraction
    """Duration after, in seconds; whole frames for a clip."""
    frame_rate_hz: Fraction | None = None
    """Constant rate of the video; None for audio."""

    def words(self) -> str:
        """Say what is done."""
        times = self.length_s / self.from_s if self.from_s else Fraction(0)
        if self.how == "slow":
            return phrase("slow it down {n1} times until {n2} s", n1=decimal(times), n2=decimal(self.length_s))
        done = {
            "loop": "repeat it from the beginning until {n} s",
            "freeze": "hold the last frame until {n} s",
            "silence": "add silence until {n} s",
        }
        return phrase(done[self.how], n=decimal(self.length_s))


class ToneMap(_Step, frozen=True, kw_only=True, tag="tone-map"):
    """Map high dynamic range to standard range (BT.709)."""

    def words(self) -> str:
        """Say what is done."""
        return "map HDR tones to standard range"


class Deinterlace(_Step, frozen=True, kw_only=True, tag="deinterlace"):
    """Convert fields to frames."""

    weave: Side | None = None
    """First field, where the decoder outputs single fields; pairs are joined first."""

    def words(self) -> str:
        """Say what is done."""
        return "deinterlace"


class Lead(_Step, frozen=True, kw_only=True, tag="lead"):
    """Fill the time between a clip's first audio and its first frame, to keep them in sync."""

    how: Literal["hold", "drop", "silence"]
    """Hold the first frame, drop the audio before it, or add silence before the audio."""
    length_s: Fraction

    def words(self) -> str:
        """Say what is done."""
        done = {
            "hold": "hold the first frame for {n} s, while the audio alone is heard",
            "drop": "leave out {n} s of audio before the first frame",
            "silence": "keep {n} s of silence until the audio begins",
        }
        return phrase(done[self.how], n=decimal(self.length_s))


class DropAudio(_Step, frozen=True, kw_only=True, tag="drop-sound"):
    """Drop audio tracks that cannot be kept."""

    places: tuple[int, ...]
    """Audio tracks, from 0."""
    why: Literal["empty", "unknown", "undecodable"]

    def words(self) -> str:
        """Say what is done."""
        one = {
            "empty": "leave out a sound track that holds no samples",
            "unknown": "leave out a sound track in a codec that no decoder here knows",
            "undecodable": "leave out a sound track that cannot be decoded",
        }
        several = {
            "empty": "leave out {n} sound tracks that holds no samples",
            "unknown": "leave out {n} sound tracks in a codec that no decoder here knows",
            "undecodable": "leave out {n} sound tracks that cannot be decoded",
        }
        return one[self.why] if len(self.places) == 1 else phrase(several[self.why], n=len(self.places))


class JoinAudio(_Step, frozen=True, kw_only=True, tag="join-sound"):
    """Join two mono tracks as left and right, as cameras store them."""

    left: int
    right: int

    def words(self) -> str:
        """Say what is done."""
        return "join two sound tracks as left and right"


class Encode(_Step, frozen=True, kw_only=True, tag="encode"):
    """Encode video or audio."""

    codec: str
    """ffmpeg's encoder: libx264, aac, pcm_s24le, libmp3lame, ..."""
    max_bit_rate: int | None = None
    """Greatest bit rate in bit/s, so that the file fits."""
    dither: bool = False
    """Whether deeper samples are rounded with dither."""
    tracks: tuple[int, ...] = ()
    """Audio tracks of a clip, from 0; all kept ones when empty."""
    sample_rate_hz: int | None = None
    """New sample rate; None where it stays."""
    channels: int | None = None
    """Number of channels after mixing down; None where it stays."""
    bits_from: int | None = None
    rate_from_hz: int | None = None
    channels_from: int | None = None
    """Bits, rate and channels before, where reduced and known."""

    def words(self) -> str:
        """Say what is done."""
        said = phrase("encode with {w}", w=self.codec)
        more = list(self._losses())
        if self.max_bit_rate:
            more.insert(0, phrase("at most {n} Mbit/s", n=f"{self.max_bit_rate / 1_000_000:.1f}"))
        return joined([said, *more])

    def _losses(self) -> Iterator[str]:
        """Yield the reductions of audio in words."""
        if self.dither:
            deeper = phrase("{n}-bit samples rounded with dither", n=self.bits_from)
            yield deeper if self.bits_from else "deeper samples rounded with dither"
        if self.sample_rate_hz and self.rate_from_hz:
            before, after = (decimal(Fraction(rate, 1000)) for rate in (self.rate_from_hz, self.sample_rate_hz))
            yield phrase("{n1} kHz resampled to {n2} kHz", n1=before, n2=after)
        elif self.sample_rate_hz:
            yield phrase("{n} samples a second", n=decimal(Fraction(self.sample_rate_hz)))
        if self.channels:
            if self.channels_from:
                yield phrase("{n1} channels mixed down to {n2}", n1=self.channels_from, n2=self.channels)
            else:
                several = "mixed down to {n} channels"
                yield phrase("mixed down to {n} channel" if self.channels == 1 else several, n=self.channels)


LeftOut = Literal["depth", "ink", "frames", "raw"]
LEFT_OUT: dict[LeftOut, str] = {
    "depth": "rounded to 8 bits a sample",
    "ink": "its colors converted to RGB",
    "frames": "its first frame alone",
    "raw": "the camera's own picture of the raw photograph",
}


class Write(_Step, frozen=True, kw_only=True, tag="write"):
    """Write the file in a format, without metadata about place or device."""

    format: str
    max_bytes: int | None = None
    min_side_px: int = 1
    """Shortest side to which an image may be shrunk to fit."""
    left_out: tuple[LeftOut, ...] = ()
    """Parts of an image not written."""
    kept: bool = False
    """Whether the coded image is kept and only stripped."""
    lossless: bool = False
    """Whether WebP is coded losslessly."""

    def words(self) -> str:
        """Say what is done."""
        how = "write as {w} without loss" if self.lossless else "write as {w}"
        said = phrase("write as {w}, the coded picture as it is" if self.kept else how, w=self.format)
        if not self.left_out:
            return said
        return phrase("{step} ({what})", step=said, what=joined(LEFT_OUT[what] for what in self.left_out))


Step = (
    Turn
    | Aperture
    | Cut
    | Resize
    | Crop
    | Pad
    | Flatten
    | Retime
    | Extend
    | ToneMap
    | Deinterlace
    | Lead
    | DropAudio
    | JoinAudio
    | Encode
    | Write
)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Steps for one asset; none means nothing to do."""

    asset: Asset
    kind: Kind
    steps: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = ()
    """Alternative steps if those fail; empty for none."""
    beyond_mending: tuple[Finding, ...] = ()
    """Errors that no allowed step clears."""
    remedies: Remedies = ()
    """What the user can do about those."""
    also: tuple[str, ...] = ()
    """Ids of rules whose warnings are cleared too, as was asked for."""
    left: tuple[Finding, ...] = ()
    """Warnings that were to be cleared, and cannot be within the allowed loss."""
    cut_asked: bool = False
    """Whether a person asked for the cut: by marking a part, or by saying which stays."""
    fault: str = ""
    """Program error that ended planning, if any."""

    @property
    def advice(self) -> str:
        """What the user can do about what cannot be fixed, as sentences; may be empty."""
        return " ".join(map(str, self.remedies))

    @property
    def loss(self) -> Loss:
        """Greatest loss of any step."""
        return max((step.loss for step in self.steps), key=LADDER.index, default="none")

    @property
    def drops_s(self) -> Fraction:
        """How much of the content is left out, in seconds."""
        cut = find(self.steps, Cut)
        return (cut.drops_s or Fraction(0)) if cut else Fraction(0)

    @property
    def keeps_all(self) -> bool:
        """Whether the samples stay the same, and nothing is left out that nobody asked for."""
        return allowed(self.loss, "lossless") and (self.cut_asked or not self.drops_s)


S = TypeVar("S")


def find(steps: tuple[Step, ...], wanted: type[S]) -> S | None:
    """Find the first step of a type."""
    return next((step for step in steps if isinstance(step, wanted)), None)


def allowed(loss: Loss, most: Loss) -> bool:
    """Tell whether a loss is within the user's limit."""
    return LADDER.index(loss) <= LADDER.index(most)
