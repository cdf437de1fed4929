"""What a person allows and asks for when something is to be mended."""

import re

import msgspec

from preflight.plan.steps import BLUR, Crop, Extend, Pad, Step, allowed
from preflight.values.assets import Window
from preflight.values.choices import Bits, Fit, Keep, Lengthen, Strategy, Where
from preflight.values.facts import Area
from preflight.values.findings import Loss

Size = tuple[int, int]
COLOR = re.compile(r"black|white|#[0-9A-Fa-f]{6}")


class FixOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The choices of one run."""

    allow: Loss = "lossy"
    """The most loss that is allowed; "creative" changes what is shown."""
    keep: Keep = "start"
    """Which part of a clip or sound that is too long stays."""
    keep_named: bool = False
    """Whether `keep` was asked for by name."""
    keep_of: dict[str, Window] = {}
    """Path → the part to keep, where a person marked one."""
    fit: Fit = "crop"
    """How a picture of a refused shape is made to fit, when creative steps are allowed."""
    fit_named: bool = False
    """Whether `fit` was asked for by name, which allows that step and no other creative one."""
    pad_color: str = "black"
    """What padding is filled with: black, white or #rrggbb."""
    extend: Lengthen | None = None
    """How what is too short is made longer; asking for it by name allows that step."""
    bits: Bits = "16"
    """How deep a sound that is written as WAV is: 16 bits, or as deep as its source, up to 24."""
    share: Strategy = "proportion"
    """Who gives up seconds where the clips or sounds of a request are together too long."""
    also: tuple[str, ...] = ()
    """Names of warnings that are cleared too, as `plan.also` reads them."""
    crop_of: dict[str, Where | Area] = {}
    """Path → the part of a picture or clip that stays, or from which side a part of an allowed shape is taken."""

    def __post_init__(self) -> None:
        """Refuse a color that is none."""
        if not COLOR.fullmatch(self.pad_color):
            msg = f"expected black, white or #rrggbb, got {self.pad_color!r}"
            raise ValueError(msg)

    def permits(self, step: Step) -> bool:
        """Tell whether a step may be taken: for its loss, or because it was asked for by name."""
        named = isinstance(step, Crop | Pad) if self.fit_named else False
        return named or isinstance(step, Extend) or allowed(step.loss, self.allow)

    def of(self, path: str) -> "FixOptions":
        """Return the choices for one file: a crop that is named for it goes before how all others are made to fit."""
        if path not in self.crop_of:
            return self
        return msgspec.structs.replace(self, fit="crop", fit_named=True, crop_of={path: self.crop_of[path]})

    @property
    def crop(self) -> Where | Area | None:
        """What is cropped, of the choices for one file."""
        return next(iter(self.crop_of.values()), None)


def fit_step(fix_options: FixOptions, size: Size, shaped: Size, clears: tuple[str, ...]) -> Crop | Pad:
    """Return the step that crops or pads.

    Args:
        fix_options: the choices for one file.
        size: width and height in px as it is shown.
        shaped: those that it becomes.
        clears: the rules whose findings that clears.
    """
    width_px, height_px = shaped
    if fix_options.fit == "crop":
        left_px, top_px = _corner(fix_options.crop, size, shaped)
        return Crop(
            left_px=left_px, top_px=top_px, width_px=width_px, height_px=height_px, loss="creative", clears=clears
        )
    fill = BLUR if fix_options.fit == "blur" else fix_options.pad_color
    return Pad(width_px=width_px, height_px=height_px, fill=fill, loss="creative", clears=clears)


def _corner(where: Where | Area | None, size: Size, shaped: Size) -> tuple[int | None, int | None]:
    """Return where a part begins that is taken from a side; None where it lies in the middle."""
    spare_x, spare_y = size[0] - shaped[0], size[1] - shaped[1]
    corners: dict[object, tuple[int, int]] = {
        "top": (spare_x // 2, 0),
        "bottom": (spare_x // 2, spare_y),
        "left": (0, spare_y // 2),
        "right": (spare_x, spare_y // 2),
    }
    return (None, None) if isinstance(where, Area) else corners.get(where, (None, None))
