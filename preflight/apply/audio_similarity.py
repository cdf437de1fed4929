"""Compare new audio with its source: peaks of both in, a fault out.

A file may have the right length and header and still decode to silence: both are decoded.
"""

from pathlib import Path

from preflight.media.waveform import envelope
from preflight.plan.steps import Cut, Plan, find
from preflight.values.facts import AudioFacts

PARTS = 200
HEARD = 0.05
"""Peak of a source, of 1, from which its new file must not be silent."""
FAINTER = 20
"""Factor by which mixing channels down may lower the peak."""


def audio_dissimilarity(plan: Plan, facts: AudioFacts, made: Path, after: AudioFacts) -> str | None:
    """Say whether new audio lost the sound of its source; None where it did not.

    Raises:
        Unmeasured: one of the two cannot be opened, or changed.
        Unreadable: one of them cannot be decoded.
    """
    heard = max(envelope(str(made), after.format, PARTS))
    if facts.bit_depth is not None and facts.codec == "pcm_s32le" and facts.bit_depth <= 24:  # noqa: PLR2004 - bits
        return None  # libav takes such samples for floats
    before = max(_kept(envelope(plan.asset.path, facts.format, PARTS), plan, facts))
    return "it is silent, its source is not" if before >= HEARD and heard * FAINTER < before else None


def _kept(peaks: tuple[float, ...], plan: Plan, facts: AudioFacts) -> tuple[float, ...]:
    """Select the peaks of the part kept."""
    cut = find(plan.steps, Cut)
    if cut is None or not facts.duration_s:
        return peaks
    first, last = (int(at / facts.duration_s * PARTS) for at in (cut.start_s, cut.start_s + cut.length_s))
    return peaks[first:last] or peaks
