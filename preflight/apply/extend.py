"""Making what is too short longer: an `Extend` step in, ffmpeg's filters for the pictures and for the sound out.

Both are counted, not timed: so many frames, so many samples. What one filter makes too little of is filled up by the
next, and what is too much is cut off, so that pictures and sound end together.
"""

import math
from fractions import Fraction
from typing import Any

from preflight.plan.steps import Cut, Extend

Filter = tuple[str, dict[str, Any]]
"""A filter's name and its arguments."""

SOUND_RATE_HZ = 48_000
"""What a clip's sound is brought to before its samples are counted."""
SPARE_FRAMES = 2
"""How many more frames are made than are written: a filter that changes times may round one away."""
SLOWEST = Fraction(1, 2)
"""The least tempo of one `atempo` filter."""

PICTURE_FILTERS = frozenset({"fps", "trim", "setpts", "tpad", "loop"})
SOUND_FILTERS = frozenset({"aresample", "atrim", "asetpts", "apad", "aloop", "atempo"})


def picture_filters(step: Extend, cut: Cut | None) -> list[Filter]:
    """Return what makes a stream of pictures long enough, at the step's constant rate.

    It gives a few frames more than are needed; whoever writes them counts.
    """
    rate = step.frame_rate_hz or Fraction(1)
    there, wanted = _frames(step), math.ceil(step.length_s * rate)
    constant = [("fps", {"fps": str(rate), "start_time": 0})]
    spare = ("tpad", {"stop_mode": "clone", "stop": SPARE_FRAMES})
    match step.how:
        case "loop":
            times = math.ceil(Fraction(wanted, there))
            made = [*constant, _first(there), ("loop", {"loop": times, "size": there, "start": 0})]
        case "slow":
            part = [("trim", {"end": f"{math.floor(cut.length_s * 1_000_000)}us"})] if cut else []
            slower = ("setpts", {"": [f"(PTS-STARTPTS)*{step.length_s / step.from_s}"]})
            made = [*part, slower, *constant, spare]
        case _:
            hold = ("tpad", {"stop_mode": "clone", "stop": wanted - there + SPARE_FRAMES})
            made = [*constant, _first(there), hold]
    return [*made, ("setpts", {"": ["N"]}), *constant]


def audio_filters(step: Extend, cut: Cut | None, rate_hz: int | None) -> list[Filter]:
    """Return what makes a sound as long as the step says, to the sample.

    Args:
        step: what is to be done.
        cut: what is cut first.
        rate_hz: samples a second; None where it is not known, and the sound is then brought to `SOUND_RATE_HZ`.
    """
    rate = rate_hz or SOUND_RATE_HZ
    ready: list[Filter] = [] if rate_hz else [("aresample", {"": [rate], "async": 1, "first_pts": 0})]
    if cut:
        ready.append(("atrim", {"end_sample": math.floor(cut.length_s * rate)}))
    wanted = math.ceil(step.length_s * rate)
    whole: list[Filter] = [("apad", {"whole_len": wanted}), ("atrim", {"end_sample": wanted})]
    match step.how:
        case "loop":
            return [*ready, *_looped(_samples(step, rate), wanted), *whole]
        case "slow":
            return [*ready, *_tempo(step.from_s / step.length_s), *whole]
        case _:
            return [*ready, *whole]


def _looped(there: int, wanted: int) -> list[Filter]:
    """Return what repeats the first samples; a sound shorter than its pictures is silent until they begin again."""
    same = [("apad", {"whole_len": there}), ("atrim", {"end_sample": there})]
    loop = ("aloop", {"loop": math.ceil(Fraction(wanted, there)), "size": there, "start": 0})
    return [*same, loop, ("asetpts", {"": ["round(N/SR/TB)"]})]


def _tempo(tempo: Fraction) -> list[Filter]:
    """Return as many filters as a tempo takes, each within what one can do."""
    count = 1
    while float(tempo) ** (1 / count) < SLOWEST:
        count += 1
    return [("atempo", {"": [f"{float(tempo) ** (1 / count):.9f}"]})] * count


def _first(frames: int) -> Filter:
    return ("trim", {"end_frame": frames})


def _frames(step: Extend) -> int:
    """Return how many whole frames are there to begin with; one at least."""
    return max(1, math.floor(step.from_s * (step.frame_rate_hz or 1)))


def _samples(step: Extend, rate_hz: int) -> int:
    """Return how many samples are repeated: those that go with the frames, or all of a sound without pictures."""
    part = Fraction(_frames(step)) / step.frame_rate_hz if step.frame_rate_hz else step.from_s
    return max(1, round(part * rate_hz))
