"""Make a short clip or audio longer: an `Extend` step in, ffmpeg's video and audio filters out.

Filters count frames and samples, not seconds. Shortfalls are padded and excess is trimmed, so that video and audio end
together.
"""

import math
from fractions import Fraction
from typing import Any

from preflight.plan.steps import Cut, Extend

Filter = tuple[str, dict[str, Any]]
"""Name and arguments of a filter."""

AUDIO_RATE_HZ = 48_000
"""Rate to which a clip's audio is resampled before samples are counted."""
SPARE_FRAMES = 2
"""Extra frames made before trimming: a filter that changes times may round one away."""
SLOWEST = Fraction(1, 2)
"""Least tempo of one `atempo` filter."""

VIDEO_FILTERS = frozenset({"fps", "trim", "setpts", "tpad", "loop"})
AUDIO_FILTERS = frozenset({"aresample", "atrim", "asetpts", "apad", "aloop", "atempo"})


def video_filters(step: Extend, cut: Cut | None) -> list[Filter]:
    """List the filters that extend video at the step's constant rate.

    They give a few frames more than needed; the caller trims.
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
    """List the filters that extend audio, exact to the sample.

    Args:
        step: the extension.
        cut: the cut before it, if any.
        rate_hz: samples a second; resampled to `AUDIO_RATE_HZ` when None.
    """
    rate = rate_hz or AUDIO_RATE_HZ
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
    """List the filters that repeat the first samples; audio shorter than its video is padded with silence."""
    same = [("apad", {"whole_len": there}), ("atrim", {"end_sample": there})]
    loop = ("aloop", {"loop": math.ceil(Fraction(wanted, there)), "size": there, "start": 0})
    return [*same, loop, ("asetpts", {"": ["round(N/SR/TB)"]})]


def _tempo(tempo: Fraction) -> list[Filter]:
    """Split a tempo into `atempo` filters, each within its range."""
    count = 1
    while float(tempo) ** (1 / count) < SLOWEST:
        count += 1
    return [("atempo", {"": [f"{float(tempo) ** (1 / count):.9f}"]})] * count


def _first(frames: int) -> Filter:
    return ("trim", {"end_frame": frames})


def _frames(step: Extend) -> int:
    """Count whole source frames; at least one."""
    return max(1, math.floor(step.from_s * (step.frame_rate_hz or 1)))


def _samples(step: Extend, rate_hz: int) -> int:
    """Count the samples repeated: those of the source frames, or all of an audio file."""
    part = Fraction(_frames(step)) / step.frame_rate_hz if step.frame_rate_hz else step.from_s
    return max(1, round(part * rate_hz))
