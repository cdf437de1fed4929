"""Frames at their constant rate, and together with their audio: facts and steps in, ffmpeg's filters out."""

import math
from fractions import Fraction
from typing import Any

from preflight.apply.extend import Filter
from preflight.plan.steps import Cut, Extend, Lead, Retime, Step, find
from preflight.values.facts import VideoFacts

FINE_HZ = 90_000
"""Ticks a second, at least, in which a copy counts the times of frames: their rate is a whole part of it."""
ROUNDING = {"matroska", "webm", "flv", "mpegts"}
"""Formats that round times to ticks of their own; others do not, or do not tell when frames are shown."""


def constant_rate(steps: tuple[Step, ...], facts: VideoFacts) -> list[Filter]:
    """Return what gives an encode the constant rate that was measured.

    An ffmpeg doubles frames whose fields it was told of one by one, and keeps the ticks of a container that rounds.
    """
    if not facts.frame_rate_constant or any(isinstance(step, Retime | Extend) for step in steps):
        return []
    begun = {"start_time": 0} if find(steps, Cut) else {}
    return [("fps", {"fps": str(facts.frame_rate_hz), **begun})]


def held(steps: tuple[Step, ...], facts: VideoFacts) -> list[Filter]:
    """Return what holds the first frame while the audio alone is heard."""
    lead = find(steps, Lead)
    retime = find(steps, Retime)
    rate = retime.frame_rate_hz if retime else facts.frame_rate_hz
    if lead is None or lead.how != "hold" or rate is None:
        return []
    frames = round(lead.length_s * rate)
    return [("setpts", {"": ["PTS-STARTPTS"]}), ("tpad", {"start": frames, "start_mode": "clone"})]


def silent(steps: tuple[Step, ...]) -> list[Filter]:
    """Return what makes an encode of the audio silent until it begins."""
    lead = find(steps, Lead)
    return [("aresample", {"async": 1, "first_pts": 0})] if lead and lead.how == "silence" else []


def on_grid(facts: VideoFacts) -> dict[str, Any]:
    """Return the option that gives a copy of frames the exact times of their constant rate, where they were rounded."""
    rate = facts.frame_rate_hz
    if not facts.frame_rate_constant or facts.fields or rate is None or facts.format not in ROUNDING:
        return {}
    base = Fraction(1, rate.numerator * math.ceil(Fraction(FINE_HZ, rate.numerator)))
    step = 1 / rate / base
    times = {name: f"STARTPTS+round(({name.upper()}-STARTPTS)/{step})*{step}" for name in ("pts", "dts")}
    exact = ":".join(f"{name}={value}" for name, value in times.items())
    # The first changes the ticks alone: an expression counts in those that come in.
    return {"bsf:v": f"setts=pts=PTS:dts=DTS:time_base={base},setts={exact}:duration={step}"}
