"""Plan clips that were cut off within a frame: a copy would keep what cannot be decoded."""

from collections.abc import Callable
from fractions import Fraction

import msgspec

from preflight.plan.steps import Cut, Packets
from preflight.probe.cut_points import INDEXED_FORMATS, WHOLE, CutPoint, Wanted
from preflight.values.facts import VideoFacts


def undamaged_part(facts: VideoFacts, points: Callable[[Wanted], CutPoint | None]) -> CutPoint | None:
    """Find the part of a clip that can be copied; None where that is not known, or nothing can be.

    Args:
        facts: facts of the clip.
        points: finds cut points of the clip.
    """
    if facts.format in INDEXED_FORMATS:
        return WHOLE
    found = points(Wanted(start_s=Fraction(0), end_s=facts.duration_s or Fraction(0), all_but_damage=True))
    return None if found and not found.is_whole and facts.fields else found


def cut_to(part: CutPoint, cut: Cut | None) -> Cut | None:
    """Leave out what is damaged at the end, beside what a cut between packets leaves out."""
    if part.is_whole:
        return cut
    packets = Packets(part.first, part.frames)
    if cut is None:
        return Cut(
            start_s=part.start_s, length_s=part.length_s, packets=packets, cut_off=True, loss="lossless", clears=()
        )
    return msgspec.structs.replace(cut, length_s=part.length_s, packets=packets, cut_off=True)
