"""Plan clips whose video and audio do not start together."""

import math
from collections.abc import Iterator
from fractions import Fraction

from preflight.plan.steps import Cut, Lead, Retime, Step
from preflight.values.facts import VideoFacts


def gap_s(facts: VideoFacts) -> Fraction:
    """Compute by how many seconds the video starts after the audio; 0 for less than a frame.

    Negative where the audio starts later.
    """
    frame_s = 1 / facts.frame_rate_hz if facts.frame_rate_hz else Fraction(1)
    return facts.start_offset_s if abs(facts.start_offset_s) >= frame_s else Fraction(0)


def frame_steps(facts: VideoFacts, cut: Cut | None, rate: Fraction, *, steady: bool) -> Iterator[Step]:
    """Yield the steps that fill the time before the first frame of an encoded clip.

    A cut begins with a frame. Holding counts frames, so the rate must be constant.

    Args:
        facts: facts of the clip.
        cut: the part kept.
        rate: frame rate of the new file in Hz.
        steady: whether it is constant already.
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
    """Yield the steps that fill the time before a clip's audio."""
    silent = -gap_s(facts) - (cut.start_s if cut else 0)
    if silent > 0:
        yield Lead(how="silence", length_s=silent, loss="lossless", clears=())
