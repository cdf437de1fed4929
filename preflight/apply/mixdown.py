"""Sounds that become less: an `Encode` step in, ffmpeg's filters for channels, rate and depth out."""

from preflight.apply.extend import Filter
from preflight.plan.steps import Encode

MOST_USUAL_CHANNELS = 8
"""More than these ffmpeg has no rule for to make two of."""


def simpler(encode: Encode) -> list[Filter]:
    """Return what leaves fewer channels and samples, and rounds samples to sixteen bits.

    By itself ffmpeg rounds without a noise, and would mix and resample what is rounded already.
    """
    found: list[Filter] = []
    before = encode.channels_from or 0
    if encode.channels and before > MOST_USUAL_CHANNELS:
        sides = (range(side, before, 2) for side in (0, 1))
        left, right = ("+".join(f"c{place}" for place in side) for side in sides)
        found.append(("pan", {"": [f"stereo|c0<{left}|c1<{right}"]}))
    elif encode.channels and before:
        found.append(("aformat", {"channel_layouts": "stereo"}))
    rate = {"osr": encode.sample_rate_hz} if encode.sample_rate_hz and encode.rate_from_hz else {}
    depth = {"osf": "s16", "dither_method": "triangular"} if encode.dither else {}
    return [*found, ("aresample", rate | depth)] if rate or depth else found
