"""Whether a new sound plays: what it and its source sound like in, words for a miss out.

A file may have the right length and header, and hold nothing that a decoder makes a sound of: both are decoded.
"""

from pathlib import Path

from preflight.media.waveform import envelope
from preflight.plan.steps import Cut, Plan, find
from preflight.values.facts import AudioFacts

PARTS = 200
HEARD = 0.05
"""The highest sample of a source, of 1, from which on its new file has to sound."""
FAINTER = 20
"""How many times quieter it may become where channels are mixed down."""


def unheard(plan: Plan, facts: AudioFacts, made: Path, after: AudioFacts) -> str | None:
    """Return in what a new sound is not heard as its source is, or None.

    Raises:
        Unmeasured: one of the two cannot be opened, or changed.
        Unreadable: nothing of one of them can be decoded.
    """
    heard = max(envelope(str(made), after.format, PARTS))
    if facts.bit_depth is not None and facts.codec == "pcm_s32le" and facts.bit_depth <= 24:  # noqa: PLR2004 - bits
        return None  # libav takes such samples for floats
    before = max(_kept(envelope(plan.asset.path, facts.format, PARTS), plan, facts))
    return "it is silent, its source is not" if before >= HEARD and heard * FAINTER < before else None


def _kept(peaks: tuple[float, ...], plan: Plan, facts: AudioFacts) -> tuple[float, ...]:
    """Return the peaks of the part that is kept."""
    cut = find(plan.steps, Cut)
    if cut is None or not facts.duration_s:
        return peaks
    first, last = (int(at / facts.duration_s * PARTS) for at in (cut.start_s, cut.start_s + cut.length_s))
    return peaks[first:last] or peaks
