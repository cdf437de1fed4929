"""Options of a fix: what the user allows and asks for."""

import re

import msgspec

from preflight.plan.steps import BLUR, Crop, Extend, Pad, Step, allowed
from preflight.values.assets import Window
from preflight.values.choices import Bits, Fit, Keep, Lengthen, Strategy, Where
from preflight.values.facts import Area
from preflight.values.findings import Loss
from preflight.values.phrase import phrase

Size = tuple[int, int]
COLOR = re.compile(r"black|white|#[0-9A-Fa-f]{6}")


class FixOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of one run."""

    allow: Loss = "lossy"
    """Greatest loss; "creative" changes what is shown."""
    keep: Keep = "start"
    """Part kept of a clip or audio that is too long."""
    keep_named: bool = False
    """Whether `keep` was asked for by name."""
    keep_of: dict[str, Window] = {}
    """Path → marked part to keep."""
    best_of: dict[str, Window] = {}
    """Path → best part found; marked parts take precedence."""
    fit: Fit = "crop"
    """How a refused aspect ratio is fixed, where creative steps are allowed."""
    fit_named: bool = False
    """Whether `fit` was given, which allows that creative step alone."""
    pad_color: str = "black"
    """Padding: black, white or #rrggbb."""
    extend: Lengthen | None = None
    """How short media are extended; giving it allows that step."""
    bits: Bits = "16"
    """Bits a sample of WAV: 16, or the source's up to 24."""
    share: Strategy = "proportion"
    """Which assets give up seconds where a request is too long."""
    also: tuple[str, ...] = ()
    """Names of warnings to clear too, from `plan.also`."""
    crop_of: dict[str, Where | Area] = {}
    """Path → part kept of an image or clip, or the side where an allowed aspect ratio is taken."""

    def __post_init__(self) -> None:
        """Refuse an invalid color."""
        if not COLOR.fullmatch(self.pad_color):
            msg = phrase("expected black, white or #rrggbb, got {q}", q=repr(self.pad_color))
            raise ValueError(msg)

    def permits(self, step: Step) -> bool:
        """Tell whether a step is allowed, by its loss or its option."""
        named = isinstance(step, Crop | Pad) if self.fit_named else False
        return named or isinstance(step, Extend) or allowed(step.loss, self.allow)

    def of(self, path: str) -> "FixOptions":
        """Select the options for one file: its own crop replaces `fit`."""
        if path not in self.crop_of:
            return msgspec.structs.replace(self, crop_of={}) if self.crop_of else self
        return msgspec.structs.replace(self, fit="crop", fit_named=True, crop_of={path: self.crop_of[path]})

    @property
    def crop(self) -> Where | Area | None:
        """Crop of the file selected by `of`."""
        return next(iter(self.crop_of.values()), None)


def fit_step(fix_options: FixOptions, size: Size, shaped: Size, clears: tuple[str, ...]) -> Crop | Pad:
    """Build the step that crops or pads."""
    width_px, height_px = shaped
    if fix_options.fit == "crop":
        left_px, top_px = _corner(fix_options.crop, size, shaped)
        return Crop(
            left_px=left_px, top_px=top_px, width_px=width_px, height_px=height_px, loss="creative", clears=clears
        )
    fill = BLUR if fix_options.fit == "blur" else fix_options.pad_color
    return Pad(width_px=width_px, height_px=height_px, fill=fill, loss="creative", clears=clears)


def area_at(where: Where | None, size: Size, shaped: Size) -> Area:
    """Compute the part of an image or clip that a crop to `shaped` keeps at a side; in the middle when None."""
    left, top = _corner(where, size, shaped)
    spare = (size[0] - shaped[0]) // 2, (size[1] - shaped[1]) // 2
    left_px, top_px = spare[0] if left is None else left, spare[1] if top is None else top
    return Area(left_px=left_px, top_px=top_px, width_px=shaped[0], height_px=shaped[1])


def _corner(where: Where | Area | None, size: Size, shaped: Size) -> tuple[int | None, int | None]:
    """Compute the corner of a part at a side; None for the middle."""
    spare_x, spare_y = size[0] - shaped[0], size[1] - shaped[1]
    corners: dict[object, tuple[int, int]] = {
        "top": (spare_x // 2, 0),
        "bottom": (spare_x // 2, spare_y),
        "left": (0, spare_y // 2),
        "right": (spare_x, spare_y // 2),
    }
    return (None, None) if isinstance(where, Area) else corners.get(where, (None, None))
