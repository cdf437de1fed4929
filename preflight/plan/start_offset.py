"""Clips whose frames and audio do not begin together: what was measured in, the step that keeps them together out."""

import math
from collections.abc import Iterator
from fractions import Fraction

from preflight.plan.steps import Cut, Lead, Retime, Step
from preflight.values.facts import VideoFacts


def gap_s(facts: VideoFacts) -> Fraction:
    """Return how much later than the audio the first frame is shown, in seconds; 0 where that is less than a frame.

    Negative where the audio begins later.
    """
    frame_s = 1 / facts.frame_rate_hz if facts.frame_rate_hz else Fraction(1)
    return facts.start_offset_s if abs(facts.start_offset_s) >= frame_s else Fraction(0)


def frame_steps(facts: VideoFacts, cut: Cut | None, rate: Fraction, *, steady: bool) -> Iterator[Step]:
    """Yield what fills the time before the first frame of a clip that is encoded.

    A cut begins with a frame. What is held is counted in frames, so the rate has to be constant.

    Args:
        facts: what was measured.
        cut: the part that is kept.
        rate: frames a second of the new file.
        steady: whether it is made constant already.
    """
    gap = gap_s(facts)
    if gap <= 0:
        return
    if cut is not None:
        if cut.start_s < 1 / rate:
            yield Lead(how="drop", length_s=gap, loss="lossy", clears=())
        return
    if not steady:
        yield Retime(frame_rate_hz=rate, loss="lossy", clears=())
    yield Lead(how="hold", length_s=Fraction(math.floor(gap * rate + Fraction(1, 2))) / rate, loss="lossy", clears=())


def audio_steps(facts: VideoFacts, cut: Cut | None) -> Iterator[Step]:
    """Yield what fills the time before the audio of a clip."""
    silent = -gap_s(facts) - (cut.start_s if cut else 0)
    if silent > 0:
        yield Lead(how="silence", length_s=silent, loss="lossless", clears=())
