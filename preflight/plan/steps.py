"""The steps of a plan: what is done to an asset, why, and what it costs.

A plan is data: it can be printed, saved and tested without ffmpeg. Steps stand in the order in which they take effect;
all steps on a clip or sound become one ffmpeg run.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, TypeVar

import msgspec

from preflight.values.assets import Asset, Kind
from preflight.values.facts import Area, Side
from preflight.values.findings import Finding, Loss
from preflight.values.remedy import Remedies
from preflight.values.units import decimal

LADDER: tuple[Loss, ...] = ("none", "lossless", "lossy", "creative")
"""From no loss to the most."""
BLUR = "blur"
BLUR_PART = Fraction(1, 30)
"""How far a blurred ground is blurred, as a part of its shorter side."""


class _Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="do"):
    """What every step has."""

    loss: Loss
    clears: tuple[str, ...]
    """Ids of the rules whose findings it clears; empty for a step that a person asked for or that others need."""


class Turn(_Step, frozen=True, kw_only=True, tag="turn"):
    """Apply the orientation or rotation, so that the stored picture is what a viewer sees."""

    degrees: int = 0
    """Of a clip: clockwise, 0, 90, 180 or 270."""
    mirrored: bool = False
    """Of a clip: whether left and right are exchanged afterwards."""

    def words(self) -> str:
        """Say what is done."""
        return "turn upright" + (", mirrored" if self.mirrored else "")


class Aperture(_Step, frozen=True, kw_only=True, tag="aperture"):
    """Keep the part of a stored frame that its file says is shown."""

    area: Area
    stored_width_px: int
    stored_height_px: int
    """The size of the whole stored frame, by which an ffmpeg is known that leaves the rest out by itself."""

    def words(self) -> str:
        """Say what is done."""
        return f"leave out what is not shown around {self.area.width_px} x {self.area.height_px} px"


class Packets(msgspec.Struct, frozen=True):
    """Where a clip is cut between its packets, so that nothing is encoded: those of its pictures, as they lie there."""

    first: int
    """How many come before."""
    count: int


class Cut(_Step, frozen=True, kw_only=True, tag="cut"):
    """Keep a part of a clip or sound."""

    start_s: Fraction
    length_s: Fraction
    packets: Packets | None = None
    """The pictures of a clip that is not encoded."""
    drops_s: Fraction | None = None
    """How much of it is left out, in seconds; None where that is not known."""

    def words(self) -> str:
        """Say what is done: how, and apart from that, what is lost of the content."""
        way = ", no re-encoding" if self.packets else ""
        whole = decimal(self.length_s + (self.drops_s or 0))
        lost = f" (drops {decimal(self.drops_s)} s of {whole} s)" if self.drops_s else ""
        return f"keep {decimal(self.start_s)} to {decimal(self.start_s + self.length_s)} s{lost}{way}"


class Resize(_Step, frozen=True, kw_only=True, tag="resize"):
    """Scale to square pixels of this size."""

    width_px: int
    height_px: int
    rounded: bool = False
    """Whether it is done only because the encoder takes no odd side."""

    def words(self) -> str:
        """Say what is done."""
        why = ", since sides have to be even" if self.rounded else ""
        return f"scale to {self.width_px} x {self.height_px} px{why}"


class Crop(_Step, frozen=True, kw_only=True, tag="crop"):
    """Keep a part of the picture, in displayed pixels before scaling."""

    width_px: int
    height_px: int
    left_px: int | None = None
    top_px: int | None = None
    """How far it lies from the left and the upper edge; in the middle when None."""

    def words(self) -> str:
        """Say what is done."""
        size = f"{self.width_px} x {self.height_px} px"
        if self.left_px is None or self.top_px is None:
            return f"crop to the middle {size}"
        return f"crop to {size} at {self.left_px}, {self.top_px}"


class Pad(_Step, frozen=True, kw_only=True, tag="pad"):
    """Put the picture in the middle of a larger one, in displayed pixels before scaling."""

    width_px: int
    height_px: int
    fill: str = "black"
    """What lies around it: black, white, #rrggbb, or "blur" for a blurred, enlarged copy of the picture itself."""

    def words(self) -> str:
        """Say what is done."""
        around = "a blurred copy of the picture" if self.fill == BLUR else self.fill
        return f"pad with {around} to {self.width_px} x {self.height_px} px"


class Flatten(_Step, frozen=True, kw_only=True, tag="flatten"):
    """Put what is transparent on a color."""

    color: str = "black"
    """Black, white or #rrggbb."""

    def words(self) -> str:
        """Say what is done."""
        return f"put transparent parts on {self.color}"


class Retime(_Step, frozen=True, kw_only=True, tag="retime"):
    """Show at a constant rate, frames repeated or dropped."""

    frame_rate_hz: Fraction

    def words(self) -> str:
        """Say what is done."""
        return f"make {decimal(self.frame_rate_hz)} fps constant"


class Extend(_Step, frozen=True, kw_only=True, tag="extend"):
    """Make a clip or sound that is too short last as long as it must."""

    how: Literal["loop", "freeze", "silence", "slow"]
    """Repeat it from the beginning, hold its last frame, add silence, or slow it down."""
    from_s: Fraction
    """How long it is by then."""
    length_s: Fraction
    """How long it becomes: a whole number of frames of a clip."""
    frame_rate_hz: Fraction | None = None
    """The constant rate that the pictures are given; None for a sound."""

    def words(self) -> str:
        """Say what is done."""
        done = {
            "loop": "repeat it from the beginning",
            "freeze": "hold the last frame",
            "silence": "add silence",
            "slow": f"slow it down {decimal(self.length_s / self.from_s)} times",
        }
        return f"{done[self.how]} until {decimal(self.length_s)} s"


class ToneMap(_Step, frozen=True, kw_only=True, tag="tone-map"):
    """Map high dynamic range to standard range (BT.709)."""

    def words(self) -> str:
        """Say what is done."""
        return "map HDR tones to standard range"


class Deinterlace(_Step, frozen=True, kw_only=True, tag="deinterlace"):
    """Make whole frames of half-frames."""

    weave: Side | None = None
    """Which field comes first, where each comes from the decoder as a frame of its own; two are then put together."""

    def words(self) -> str:
        """Say what is done."""
        return "deinterlace"


class Lead(_Step, frozen=True, kw_only=True, tag="lead"):
    """Fill the time between the first sound of a clip and its first frame, so that they stay together."""

    how: Literal["hold", "drop", "silence"]
    """Hold the first frame until then, leave out what is heard before, or be silent until the audio begins."""
    length_s: Fraction

    def words(self) -> str:
        """Say what is done."""
        done = {
            "hold": "hold the first frame for {} s, while the audio alone is heard",
            "drop": "leave out {} s of audio before the first frame",
            "silence": "keep {} s of silence until the audio begins",
        }
        return done[self.how].format(decimal(self.length_s))


class DropAudio(_Step, frozen=True, kw_only=True, tag="drop-sound"):
    """Leave out sound tracks that cannot be kept."""

    places: tuple[int, ...]
    """Which of the sound tracks, from 0."""
    why: Literal["empty", "unknown", "undecodable"]

    def words(self) -> str:
        """Say what is done."""
        what = "a sound track" if len(self.places) == 1 else f"{len(self.places)} sound tracks"
        why = {
            "empty": "that holds no samples",
            "unknown": "in a codec that no decoder here knows",
            "undecodable": "that cannot be decoded",
        }
        return f"leave out {what} {why[self.why]}"


class JoinAudio(_Step, frozen=True, kw_only=True, tag="join-sound"):
    """Make one track with two channels of two tracks with one, as cameras keep left and right."""

    left: int
    right: int

    def words(self) -> str:
        """Say what is done."""
        return "join two sound tracks as left and right"


class Encode(_Step, frozen=True, kw_only=True, tag="encode"):
    """Encode the pictures or the sound."""

    codec: str
    """ffmpeg's encoder: libx264, aac, pcm_s24le, libmp3lame, ..."""
    max_bit_rate: int | None = None
    """Upper bound in bit/s, so that the file fits."""
    dither: bool = False
    """Whether samples that are deeper are rounded to the encoder's, with a noise that hides the steps."""
    tracks: tuple[int, ...] = ()
    """Which sound tracks of a clip, from 0; all that are kept when empty."""
    sample_rate_hz: int | None = None
    """What the samples of a sound are brought to, where they cannot stay as they are."""
    channels: int | None = None
    """To how many channels a sound is mixed down."""
    bits_from: int | None = None
    rate_from_hz: int | None = None
    channels_from: int | None = None
    """What a sound has before, where it becomes less and that is known."""

    def words(self) -> str:
        """Say what is done."""
        bound = f", at most {self.max_bit_rate / 1_000_000:.1f} Mbit/s" if self.max_bit_rate else ""
        return f"encode with {self.codec}{bound}{''.join(f', {loss}' for loss in self._losses())}"

    def _losses(self) -> Iterator[str]:
        """Yield in words what of a sound becomes less."""
        if self.dither:
            deeper = f"{self.bits_from}-bit" if self.bits_from else "deeper"
            yield f"{deeper} samples rounded with dither"
        if self.sample_rate_hz and self.rate_from_hz:
            before, after = (decimal(Fraction(rate, 1000)) for rate in (self.rate_from_hz, self.sample_rate_hz))
            yield f"{before} kHz resampled to {after} kHz"
        elif self.sample_rate_hz:
            yield f"{decimal(Fraction(self.sample_rate_hz))} samples a second"
        if self.channels:
            before = f"{self.channels_from} channels " if self.channels_from else ""
            after = "" if before else f" channel{'s'[: self.channels - 1]}"
            yield f"{before}mixed down to {self.channels}{after}"


LeftOut = Literal["depth", "ink", "frames", "raw"]
LEFT_OUT: dict[LeftOut, str] = {
    "depth": "rounded to 8 bits a sample",
    "ink": "its colors converted to RGB",
    "frames": "its first frame alone",
    "raw": "the camera's own picture of the raw photograph",
}


class Write(_Step, frozen=True, kw_only=True, tag="write"):
    """Write the file in this format, without the metadata that tells place or device."""

    format: str
    max_bytes: int | None = None
    min_side_px: int = 1
    """No side may be made shorter than this to make a picture fit."""
    left_out: tuple[LeftOut, ...] = ()
    """What of a picture the new file does not hold."""
    kept: bool = False
    """Whether the coded picture stays as it is, and what lies beside it is left out."""
    lossless: bool = False
    """Whether a WebP is coded without loss."""

    def words(self) -> str:
        """Say what is done."""
        without = f" ({', '.join(LEFT_OUT[what] for what in self.left_out)})" if self.left_out else ""
        how = ", the coded picture as it is" if self.kept else " without loss" if self.lossless else ""
        return f"write as {self.format}{how}{without}"


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
    """What is to be done to one asset; no steps means nothing."""

    asset: Asset
    kind: Kind
    steps: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = ()
    """The steps to take where those lead to no clean file; empty where there is no other way."""
    beyond_mending: tuple[Finding, ...] = ()
    """Errors that no step within the allowed loss clears."""
    remedies: Remedies = ()
    """What a person can do about those."""
    also: tuple[str, ...] = ()
    """Ids of rules whose warnings are cleared too, as was asked for."""
    left: tuple[Finding, ...] = ()
    """Warnings that were to be cleared, and cannot be within the allowed loss."""
    cut_asked: bool = False
    """Whether a person asked for the cut: by marking a part, or by saying which stays."""
    fault: str = ""
    """The fault of the program at which planning ended, where one was met."""

    @property
    def advice(self) -> str:
        """What a person can do about what cannot be mended, as sentences; may be empty."""
        return " ".join(map(str, self.remedies))

    @property
    def loss(self) -> Loss:
        """The greatest loss of any step."""
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
    """Return the first step of a type."""
    return next((step for step in steps if isinstance(step, wanted)), None)


def allowed(loss: Loss, most: Loss) -> bool:
    """Tell whether a loss is within what a person allows."""
    return LADDER.index(loss) <= LADDER.index(most)
