"""How near a new clip comes to its source."""

import msgspec


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """VMAF, from 0 to 100, as libvmaf pools it over the frames; 93 and more is hardly told from the source."""

    vmaf_mean: float
    vmaf_min: float
    """That of the worst frame."""
    vmaf_harmonic_mean: float
    """The mean in which bad frames weigh more."""
    frames: int
    """How many were compared."""
