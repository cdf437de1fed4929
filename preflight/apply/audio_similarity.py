"""Compare new audio with its source: peaks of both in, a fault out.

A file may have the right length and header and still decode to silence: both are decoded.
"""

import math
from fractions import Fraction
from pathlib import Path

from preflight.media.waveform import envelope
from preflight.plan.steps import Cut, Plan, find
from preflight.values.facts import AudioFacts

PARTS = 200
HEARD = 0.05
"""Peak of a source, of 1, from which its new file must not be silent."""
FAINTER = 20
"""Factor by which mixing channels down may lower the peak."""
EDGE_S = Fraction(1, 10)
"""Seconds at each end of a part that are not heard of its source: decoders begin by up to 0.05 s apart, and the peak of
a moment is that of all of it."""


def audio_dissimilarity(plan: Plan, facts: AudioFacts, made: Path, after: AudioFacts) -> str | None:
    """Say whether new audio lost the sound of its source; None where it did not.

    Raises:
        Unmeasured: one of the two cannot be opened, or changed.
        Unreadable: one of them cannot be decoded.
    """
    heard = max(envelope(str(made), after.format, PARTS))
    if facts.bit_depth is not None and facts.codec == "pcm_s32le" and facts.bit_depth <= 24:  # noqa: PLR2004 - bits
        return None  # libav takes such samples for floats
    before = max(_kept(envelope(plan.asset.path, facts.format, PARTS), plan, facts), default=0.0)
    return "it is silent, its source is not" if before >= HEARD and heard * FAINTER < before else None


def _kept(peaks: tuple[float, ...], plan: Plan, facts: AudioFacts) -> tuple[float, ...]:
    """Select the peaks of the part kept, without its edges."""
    cut = find(plan.steps, Cut)
    if cut is None or not facts.duration_s or cut.start_s >= facts.duration_s:
        return peaks
    a_second = PARTS / facts.duration_s
    first = math.ceil((cut.start_s + EDGE_S) * a_second) if cut.start_s else 0
    end_s = cut.start_s + cut.length_s
    last = math.floor((end_s - EDGE_S) * a_second) if end_s < facts.duration_s else PARTS
    return peaks[first:last]
