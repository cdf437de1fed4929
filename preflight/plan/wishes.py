"""What a person allows and asks for when something is to be mended."""

from typing import Literal

import msgspec

from preflight.assets import Window
from preflight.findings import Loss
from preflight.plan.steps import Crop, Pad

Keep = Literal["start", "middle", "end"]
Fit = Literal["crop", "pad"]


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """The choices of one run."""

    allow: Loss = "lossy"
    """The most loss that is allowed; "creative" changes what is shown."""
    keep: Keep = "start"
    """Which part of a clip or sound that is too long stays."""
    keep_of: dict[str, Window] = {}
    """Path → the part to keep, where a person marked one."""
    fit: Fit = "crop"
    """How a picture of a refused shape is made to fit, when creative steps are allowed."""


def fit_step(fit: Fit, width_px: int, height_px: int, clears: tuple[str, ...]) -> Crop | Pad:
    """Return the step that crops or pads."""
    if fit == "crop":
        return Crop(width_px=width_px, height_px=height_px, loss="creative", clears=clears)
    return Pad(width_px=width_px, height_px=height_px, loss="creative", clears=clears)
