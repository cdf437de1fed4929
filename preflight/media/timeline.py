"""Features of a clip or audio file over time, as one frozen value.

    file ──► audio.. ──► loudness, onsets, pauses, beats ──┐
         └─► frames ──► shots, motion, sharpness, black ───┴──► Timeline ──► windows, best first

A feature has one value per step; it is empty where there is nothing to measure, as audio of a mute clip.
"""

from fractions import Fraction

import msgspec

from preflight.values.assets import Window

STEP_S = Fraction(1, 10)


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """Features of a clip or audio file, in steps of `STEP_S` from its start."""

    duration_s: Fraction
    loudness_db: tuple[float, ...] = ()
    """K-weighted level of each step (ITU-R BS.1770), in dB of full scale."""
    onset_strength: tuple[float, ...] = ()
    """Spectral flux of each step."""
    is_silent: tuple[bool, ...] = ()
    motion: tuple[float, ...] = ()
    """Mean absolute difference to the previous step's frame, of 255."""
    sharpness: tuple[float, ...] = ()
    """Variance of the Laplacian of each step's frame."""
    is_black: tuple[bool, ...] = ()
    shots: tuple[Window, ...] = ()
    """In order; dissolves and fades lie between two, nothing at a cut."""
    pauses: tuple[Window, ...] = ()
    """Gaps in speech or between notes."""
    beats_s: tuple[Fraction, ...] = ()
    """Beats, where the tempo is steady."""

    @property
    def steps(self) -> int:
        """Number of steps."""
        return max(-(-self.duration_s // STEP_S), 0)
