"""Reduce channels, rate and depth of audio: an `Encode` step in, ffmpeg's filters out."""

from preflight.apply.extend import Filter
from preflight.plan.steps import Encode

MOST_USUAL_CHANNELS = 8
"""ffmpeg has no downmix matrix for more."""


def simpler(encode: Encode) -> list[Filter]:
    """List the filters for fewer channels, a lower rate and 16 bits.

    ffmpeg's own conversion rounds without dither, and before it mixes and resamples.
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
