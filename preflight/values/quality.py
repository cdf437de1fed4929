"""Similarity of a new clip to its source."""

import msgspec


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """VMAF, 0 to 100, pooled over the frames by libvmaf; 93 and above is hardly distinguishable from the source."""

    vmaf_mean: float
    vmaf_min: float
    """VMAF of the worst frame."""
    vmaf_harmonic_mean: float
    """Mean that weighs bad frames more."""
    frames: int
    """Number of compared frames."""
