"""Pictures of any mode in, the same in a mode that a screen shows out: one way, for looking and for mending.

Deep gray becomes shallow first, so that what is scaled cannot overshoot its range; transparency goes last.
"""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

INKS = ("CMYK", "LAB")
"""Modes of colors that are converted, by the profile where there is one."""
SHOWN = ("RGB", "RGBA", "L", "LA", "P", "1")
HIGHLIGHT = 16
"""Up to where floating numbers above white are highlights of fractions; beyond, they are counted in levels."""
LEVELS = (255, 65535)
"""White, where samples are counted in levels of eight or of sixteen bits."""
DEEPEST = (1 << 31) - 1
UNDERSHOOT = -0.5
"""How far below black floating numbers may lie that a filter has sharpened, as a part of white."""


def eight_bits(picture: "Image.Image") -> "Image.Image":
    """Return deep gray in eight bits, by what its samples count in; any other picture as it is.

    Whole numbers are of sixteen bits, or of as many as they need. Floating numbers go from 0 to 1, else to 255, else to
    65,535, by the brightest of them; where that would show nothing, from the darkest to the brightest.
    """
    if picture.mode not in ("F", "I") and not picture.mode.startswith("I;16"):
        return picture
    numbers = picture.convert("I") if picture.mode.startswith("I;16") else picture
    black, white = _floating(numbers) if numbers.mode == "F" else _whole(numbers)
    scale = 255 / (white - black)
    gray = numbers.convert("F").point(lambda sample: sample * scale + (0.5 - black * scale)).convert("L")
    gray.info = {key: value for key, value in picture.info.items() if key != "transparency"}
    clear = picture.info.get("transparency")
    return _without(gray, numbers, clear) if isinstance(clear, int) else gray


def _without(gray: "Image.Image", numbers: "Image.Image", clear: int) -> "Image.Image":
    """Return a gray picture whose parts of one deep sample are transparent."""
    import numpy as np
    from PIL import Image

    mask = Image.fromarray(np.where(np.asarray(numbers) == clear, 0, 255).astype(np.uint8))
    shown = Image.merge("LA", (gray, mask))
    shown.info = gray.info
    return shown


def smooth(picture: "Image.Image") -> "Image.Image":
    """Return a picture whose samples can be averaged: a palette's numbers cannot, nor a color that means nothing."""
    if picture.mode in ("P", "PA", "1") or (picture.mode in ("RGB", "L") and picture.has_transparency_data):
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture


def on_screen(picture: "Image.Image") -> "Image.Image":
    """Return a picture in a mode that a screen shows, with its colors unchanged; a profile that was applied is gone."""
    if picture.mode in INKS:
        return in_srgb(picture)
    picture = smooth(eight_bits(picture)) if picture.mode == "PA" else eight_bits(picture)
    return picture if picture.mode in SHOWN else picture.convert("RGB")


def flat(picture: "Image.Image") -> "Image.Image":
    """Return a picture as RGB or gray, its transparency put on white, as a viewer on a light page shows it."""
    from PIL import Image

    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        shown = Image.alpha_composite(white, seen).convert("RGB")
        shown.info = {key: value for key, value in picture.info.items() if key != "transparency"}
        return shown
    return picture if picture.mode in ("RGB", "L") else picture.convert("RGB")


def in_srgb(picture: "Image.Image") -> "Image.Image":
    """Return a picture as a screen without a profile of its own shows it: RGB or RGBA, its profile applied."""
    clear = picture.has_transparency_data
    seen = picture.convert("RGB") if picture.mode in ("P", "1", "LA", "RGBA") else picture
    shown = _applied(seen, picture.info.get("icc_profile") or b"")
    shown.info.pop("icc_profile", None)
    shown.info.pop("transparency", None)
    if clear:
        shown.putalpha(picture.convert("RGBA").getchannel("A"))
    return shown


def _applied(picture: "Image.Image", profile: bytes) -> "Image.Image":
    """Return a picture in RGB, by its profile where that can be read, else plainly."""
    from PIL import ImageCms

    if not profile and picture.mode == "LAB":
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    if profile:
        try:
            srgb = ImageCms.createProfile("sRGB")
            shown = ImageCms.profileToProfile(picture, io.BytesIO(profile), srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            shown = None
        if shown is not None:
            return shown
    return picture.convert("RGB")


def _whole(picture: "Image.Image") -> tuple[float, float]:
    """Return black and white of whole numbers."""
    _, highest = _extremes(picture)
    return 0.0, LEVELS[-1] if highest <= LEVELS[-1] else DEEPEST


def _floating(picture: "Image.Image") -> tuple[float, float]:
    """Return black and white of floating numbers."""
    lowest, highest = _extremes(picture)
    white = 1 if highest < HIGHLIGHT else next((level for level in LEVELS if highest <= level), 0)
    if white and lowest >= UNDERSHOOT * white:
        return 0.0, white
    return (lowest, highest) if lowest < highest else (0.0, 1.0)


def _extremes(picture: "Image.Image") -> tuple[float, float]:
    """Return the lowest and the highest sample of a picture with one band."""
    lowest, highest = (float(bound) for bound in picture.getextrema() if isinstance(bound, int | float))
    return lowest, highest
