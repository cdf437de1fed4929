"""What a person allows and asks for when something is to be mended."""

import re

import msgspec

from preflight.plan.steps import BLUR, Crop, Extend, Pad, Step, allowed
from preflight.values.assets import Window
from preflight.values.choices import Bits, Fit, Keep, Lengthen, Strategy
from preflight.values.findings import Loss

COLOR = re.compile(r"black|white|#[0-9A-Fa-f]{6}")


class FixOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The choices of one run."""

    allow: Loss = "lossy"
    """The most loss that is allowed; "creative" changes what is shown."""
    keep: Keep = "start"
    """Which part of a clip or sound that is too long stays."""
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

    def __post_init__(self) -> None:
        """Refuse a color that is none."""
        if not COLOR.fullmatch(self.pad_color):
            msg = f"expected black, white or #rrggbb, got {self.pad_color!r}"
            raise ValueError(msg)

    def permits(self, step: Step) -> bool:
        """Tell whether a step may be taken: for its loss, or because it was asked for by name."""
        named = isinstance(step, Crop | Pad) if self.fit_named else False
        return named or isinstance(step, Extend) or allowed(step.loss, self.allow)


def fit_step(fix_options: FixOptions, width_px: int, height_px: int, clears: tuple[str, ...]) -> Crop | Pad:
    """Return the step that crops or pads."""
    if fix_options.fit == "crop":
        return Crop(width_px=width_px, height_px=height_px, loss="creative", clears=clears)
    fill = BLUR if fix_options.fit == "blur" else fix_options.pad_color
    return Pad(width_px=width_px, height_px=height_px, fill=fill, loss="creative", clears=clears)
