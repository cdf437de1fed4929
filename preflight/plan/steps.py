"""Steps of a plan: what is done to an asset, why, and at which loss.

A plan is data: printable, storable and testable without ffmpeg. Steps take effect in order; all steps on a clip or
audio become one ffmpeg run.
"""

from fractions import Fraction
from typing import Literal, TypeVar

import msgspec

from preflight.plan.coding import LEFT_OUT, Encode, LeftOut, Write
from preflight.plan.step import LADDER, BaseStep, allowed
from preflight.values.assets import Asset, Kind
from preflight.values.facts import Area, Side
from preflight.values.findings import Finding, Loss
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedies
from preflight.values.units import decimal

__all__ = [
    "BLUR",
    "BLUR_PART",
    "LADDER",
    "LEFT_OUT",
    "Aperture",
    "Crop",
    "Cut",
    "Deinterlace",
    "DropAudio",
    "Encode",
    "Extend",
    "Flatten",
    "JoinAudio",
    "Lead",
    "LeftOut",
    "Packets",
    "Pad",
    "Plan",
    "Resize",
    "Retime",
    "Step",
    "ToneMap",
    "Turn",
    "Write",
    "allowed",
    "find",
]

BLUR = "blur"
BLUR_PART = Fraction(1, 30)
"""Blur radius of a background, as a part of its shorter side."""


class Turn(BaseStep, frozen=True, kw_only=True, tag="turn"):
    """Apply orientation or rotation to the stored frames."""

    degrees: int = 0
    """Clockwise rotation of a clip: 0, 90, 180 or 270."""
    mirrored: bool = False
    """Whether a clip is then flipped horizontally."""

    def words(self) -> str:
        """Say what is done."""
        return "turn upright" + (", mirrored" if self.mirrored else "")


class Aperture(BaseStep, frozen=True, kw_only=True, tag="aperture"):
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


class Cut(BaseStep, frozen=True, kw_only=True, tag="cut"):
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


class Resize(BaseStep, frozen=True, kw_only=True, tag="resize"):
    """Scale to this size in square pixels."""

    width_px: int
    height_px: int
    rounded: bool = False
    """Whether only the encoder's need of even sides requires it."""

    def words(self) -> str:
        """Say what is done."""
        said = phrase("scale to {n1} x {n2} px", n1=self.width_px, n2=self.height_px)
        return phrase("{step}, since sides have to be even", step=said) if self.rounded else said


class Crop(BaseStep, frozen=True, kw_only=True, tag="crop"):
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


class Pad(BaseStep, frozen=True, kw_only=True, tag="pad"):
    """Pad on all sides, in displayed pixels before scaling."""

    width_px: int
    height_px: int
    fill: str = "black"
    """black, white, #rrggbb, or "blur" for a blurred, enlarged copy of the image itself."""

    def words(self) -> str:
        """Say what is done."""
        around = "a blurred copy of the picture" if self.fill == BLUR else self.fill
        return phrase("pad with {color} to {n1} x {n2} px", color=around, n1=self.width_px, n2=self.height_px)


class Flatten(BaseStep, frozen=True, kw_only=True, tag="flatten"):
    """Put what is transparent on a color."""

    color: str = "black"
    """Black, white or #rrggbb."""

    def words(self) -> str:
        """Say what is done."""
        return phrase("put transparent parts on {color}", color=self.color)


class Retime(BaseStep, frozen=True, kw_only=True, tag="retime"):
    """Convert to a constant rate by repeating or dropping frames."""

    frame_rate_hz: Fraction

    def words(self) -> str:
        """Say what is done."""
        return phrase("make {n} fps constant", n=decimal(self.frame_rate_hz))


class Extend(BaseStep, frozen=True, kw_only=True, tag="extend"):
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


class ToneMap(BaseStep, frozen=True, kw_only=True, tag="tone-map"):
    """Map high dynamic range to standard range (BT.709)."""

    def words(self) -> str:
        """Say what is done."""
        return "map HDR tones to standard range"


class Deinterlace(BaseStep, frozen=True, kw_only=True, tag="deinterlace"):
    """Convert fields to frames."""

    weave: Side | None = None
    """First field, where the decoder outputs single fields; pairs are joined first."""

    def words(self) -> str:
        """Say what is done."""
        return "deinterlace"


class Lead(BaseStep, frozen=True, kw_only=True, tag="lead"):
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


class DropAudio(BaseStep, frozen=True, kw_only=True, tag="drop-sound"):
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
            "empty": "leave out {n} sound tracks that hold no samples",
            "unknown": "leave out {n} sound tracks in a codec that no decoder here knows",
            "undecodable": "leave out {n} sound tracks that cannot be decoded",
        }
        return one[self.why] if len(self.places) == 1 else phrase(several[self.why], n=len(self.places))


class JoinAudio(BaseStep, frozen=True, kw_only=True, tag="join-sound"):
    """Join two mono tracks as left and right, as cameras store them."""

    left: int
    right: int

    def words(self) -> str:
        """Say what is done."""
        return "join two sound tracks as left and right"


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
