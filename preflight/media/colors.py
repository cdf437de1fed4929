"""Conversion of images of any mode to one that screens show; shared by analysis and fixes.

High bit depth is reduced first, so that scaling cannot overshoot; transparency is removed last.
"""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

INKS = ("CMYK", "LAB")
"""Modes converted by the color profile, where there is one."""
SHOWN = ("RGB", "RGBA", "L", "LA", "P", "1")
HIGHLIGHT = 16
"""Largest float sample read as a highlight above a white of 1; larger ones mean a white of 255 or 65,535."""
LEVELS = (255, 65535)
"""White in levels of 8 and 16 bits."""
DEEPEST = (1 << 31) - 1
UNDERSHOOT = -0.5
"""Undershoot below black left by sharpening, as a fraction of white."""


def eight_bits(image: "Image.Image") -> "Image.Image":
    """Convert gray of high bit depth to 8 bits; return other images unchanged.

    Integers have 16 bits, or as many as they need. Floats range to 1, 255 or 65,535, by the brightest; where all would
    be black or white, from darkest to brightest.
    """
    if image.mode not in ("F", "I") and not image.mode.startswith("I;16"):
        return image
    numbers = image.convert("I") if image.mode.startswith("I;16") else image
    black, white = _floating(numbers) if numbers.mode == "F" else _whole(numbers)
    scale = 255 / (white - black)
    gray = numbers.convert("F").point(lambda sample: sample * scale + (0.5 - black * scale)).convert("L")
    gray.info = {key: value for key, value in image.info.items() if key != "transparency"}
    clear = image.info.get("transparency")
    return _without(gray, numbers, clear) if isinstance(clear, int) else gray


def _without(gray: "Image.Image", numbers: "Image.Image", clear: int) -> "Image.Image":
    """Make pixels of one 16-bit value transparent in a gray image."""
    import numpy as np
    from PIL import Image

    mask = Image.fromarray(np.where(np.asarray(numbers) == clear, 0, 255).astype(np.uint8))
    shown = Image.merge("LA", (gray, mask))
    shown.info = gray.info
    return shown


def smooth(image: "Image.Image") -> "Image.Image":
    """Convert to a mode whose samples can be averaged: no palette, no colors under full transparency."""
    if image.mode in ("P", "PA", "1") or (image.mode in ("RGB", "L") and image.has_transparency_data):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def on_screen(image: "Image.Image") -> "Image.Image":
    """Convert to a mode for screens with the same colors; drop an applied profile."""
    if image.mode in INKS:
        return in_srgb(image)
    image = smooth(eight_bits(image)) if image.mode == "PA" else eight_bits(image)
    return image if image.mode in SHOWN else image.convert("RGB")


def flat(image: "Image.Image", color: str = "white") -> "Image.Image":
    """Convert to RGB or gray on a color: white, as a viewer with a light page shows it."""
    from PIL import Image

    if image.has_transparency_data:
        seen = image.convert("RGBA")
        ground = Image.new("RGBA", seen.size, color)
        shown = Image.alpha_composite(ground, seen).convert("RGB")
        shown.info = {key: value for key, value in image.info.items() if key != "transparency"}
        return shown
    return image if image.mode in ("RGB", "L") else image.convert("RGB")


def in_srgb(image: "Image.Image") -> "Image.Image":
    """Convert to sRGB, as RGB or RGBA, by the color profile."""
    clear = image.has_transparency_data
    seen = image.convert("RGB") if image.mode in ("P", "1", "LA", "RGBA") else image
    shown = _applied(seen, image.info.get("icc_profile") or b"")
    shown.info.pop("icc_profile", None)
    shown.info.pop("transparency", None)
    if clear:
        shown.putalpha(image.convert("RGBA").getchannel("A"))
    return shown


def _applied(image: "Image.Image", profile: bytes) -> "Image.Image":
    """Convert to RGB by the profile, or plainly where it cannot be read."""
    from PIL import ImageCms

    if not profile and image.mode == "LAB":
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    if profile:
        try:
            srgb = ImageCms.createProfile("sRGB")
            shown = ImageCms.profileToProfile(image, io.BytesIO(profile), srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            shown = None
        if shown is not None:
            return shown
    return image.convert("RGB")


def _whole(image: "Image.Image") -> tuple[float, float]:
    """Return black and white for integer samples."""
    _, highest = _extremes(image)
    return 0.0, LEVELS[-1] if highest <= LEVELS[-1] else DEEPEST


def _floating(image: "Image.Image") -> tuple[float, float]:
    """Return black and white for float samples."""
    lowest, highest = _extremes(image)
    white = 1 if highest < HIGHLIGHT else next((level for level in LEVELS if highest <= level), 0)
    if white and lowest >= UNDERSHOOT * white:
        return 0.0, white
    return (lowest, highest) if lowest < highest else (0.0, 1.0)


def _extremes(image: "Image.Image") -> tuple[float, float]:
    """Return the extremes of a single-band image, infinite samples left out."""
    import numpy as np

    lowest, highest = (float(bound) for bound in image.getextrema() if isinstance(bound, int | float))
    if np.isfinite([lowest, highest]).all():
        return lowest, highest
    samples = np.asarray(image)
    finite = samples[np.isfinite(samples)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
