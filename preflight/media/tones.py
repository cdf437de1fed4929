"""HDR to SDR: PQ or HLG samples in, sRGB in 8 bits out.

SDR white is at 203 cd/m2 (ITU-R BT.2408); brighter light rolls off into the last quarter.

Source: ITU-R BT.2100, tables 4 (PQ) and 5 (HLG).
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from preflight.media.icc import to_xyz
from preflight.probe.described import BT709, Described

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

    Samples = np.ndarray[tuple[int, int, int], np.dtype[np.uint16]]
    Shown = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
    Light = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

WHITE_NITS, PQ_NITS, HLG_NITS = 203.0, 10_000.0, 1_000.0
KNEE = 0.75
"""Part of white up to which light is unchanged."""
BRIGHTEST = 5.0
"""Multiple of white at which highlights reach white."""
HLG_GAMMA = 1.2
LEVELS = 65536
ROWS = 256
"""Rows converted at once, to bound memory."""


def standard_range(samples: "Samples", colors: Described) -> "Image.Image":
    """Convert an HDR image to sRGB.

    Args:
        samples: rows of RGB, 0 to 65,535.
        colors: their primaries and transfer.
    """
    import numpy as np
    from PIL import Image

    shown = np.empty(samples.shape, np.uint8)
    for top in range(0, len(samples), ROWS):
        shown[top : top + ROWS] = _converted(samples[top : top + ROWS], colors)
    return Image.fromarray(shown)


def _converted(rows: "Samples", colors: Described) -> "Shown":
    import numpy as np

    light = _light(colors)[rows]
    if colors.transfer == "hlg":
        # The display's gamma follows the luminance of the whole pixel (BT.2100, OOTF).
        bright = light @ to_xyz(colors)[1].astype(np.float32)
        light *= np.maximum(bright, 1e-6)[..., None] ** (HLG_GAMMA - 1) * (HLG_NITS / WHITE_NITS)
    matrix = np.linalg.solve(to_xyz(Described(BT709, "srgb")), to_xyz(colors)).astype(np.float32)
    light = np.maximum(light @ matrix.T, 0)
    most = light.max(axis=-1, keepdims=True)
    light *= _rolled(most) / np.maximum(most, 1e-6)
    shown: Shown = _srgb()[np.rint(np.clip(light, 0, 1) * (LEVELS - 1)).astype(np.uint16)]
    return shown


def _rolled(most: "Light") -> "Light":
    """Roll off each pixel's brightest component above the knee."""
    import numpy as np

    over = np.maximum(most - KNEE, 0) / (1 - KNEE)
    span = (BRIGHTEST - KNEE) / (1 - KNEE)
    # Reinhard's curve with a white point: slope one at the knee, one at the brightest.
    rolled: Light = np.where(most <= KNEE, most, KNEE + (1 - KNEE) * over * (1 + over / span**2) / (1 + over))
    return rolled


@lru_cache(maxsize=4)
def _light(colors: Described) -> "Light":
    """Decode samples to light: PQ relative to white, HLG relative to the scene."""
    import numpy as np

    sample = np.linspace(0, 1, LEVELS)
    if colors.transfer == "pq":
        power = sample ** (32 / 2523)
        low, high, scale = 3424 / 4096, 2413 / 128, 2392 / 128
        light = (np.maximum(power - low, 0) / (high - scale * power)) ** (16384 / 2610) * (PQ_NITS / WHITE_NITS)
    else:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        light = np.where(sample <= 0.5, sample**2 / 3, (np.exp((sample - c) / a) + b) / 12)  # noqa: PLR2004 - table 5
    return light.astype(np.float32)


@lru_cache(maxsize=1)
def _srgb() -> "Shown":
    """Return sRGB's sample for each level of light (IEC 61966-2-1)."""
    import numpy as np

    light = np.linspace(0, 1, LEVELS)
    sample = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)  # noqa: PLR2004 - standard
    shown: Shown = np.rint(sample * 255).astype(np.uint8)
    return shown
