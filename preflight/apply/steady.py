"""Keep frames at their constant rate and in sync with audio: facts and steps in, ffmpeg's filters out."""

import math
from fractions import Fraction
from typing import Any

from preflight.apply.extend import Filter
from preflight.plan.start_offset import gap_s
from preflight.plan.steps import Cut, Extend, Lead, Retime, Step, find
from preflight.values.facts import VideoFacts

FINE_HZ = 90_000
"""Least time base of a copy, in ticks a second; a multiple of the frame rate."""
ROUNDING = {"matroska", "webm", "flv", "mpegts", "avi"}
"""Formats that round timestamps to their own ticks, or count finer than frames; others do not, or have none."""


def constant_rate(steps: tuple[Step, ...], facts: VideoFacts) -> list[Filter]:
    """List the filters that give an encode its measured constant rate.

    Without them ffmpeg doubles frames sent as single fields, and keeps rounded timestamps.
    """
    if not facts.frame_rate_constant or any(isinstance(step, Retime | Extend) for step in steps):
        return []
    begun = {"start_time": 0} if find(steps, Cut) else {}
    return [*placed(steps, facts), ("fps", {"fps": str(facts.frame_rate_hz), **begun})]


def placed(steps: tuple[Step, ...], facts: VideoFacts) -> list[Filter]:
    """List the filters that begin an AVI with its first frame.

    Its frames have places in stored order; where they are reordered, libav begins by as many frames late.
    """
    at_start = facts.format == "avi" and not gap_s(facts) and not find(steps, Cut)
    return [("setpts", {"": ["PTS-STARTPTS"]})] if at_start else []


def held(steps: tuple[Step, ...], facts: VideoFacts) -> list[Filter]:
    """List the filters that hold the first frame while audio plays alone."""
    lead = find(steps, Lead)
    retime = find(steps, Retime)
    rate = retime.frame_rate_hz if retime else facts.frame_rate_hz
    if lead is None or lead.how != "hold" or rate is None:
        return []
    frames = round(lead.length_s * rate)
    return [("setpts", {"": ["PTS-STARTPTS"]}), ("tpad", {"start": frames, "start_mode": "clone"})]


def silent(steps: tuple[Step, ...]) -> list[Filter]:
    """List the filters that pad the start of audio with silence."""
    lead = find(steps, Lead)
    return [("aresample", {"async": 1, "first_pts": 0})] if lead and lead.how == "silence" else []


def copied_times(facts: VideoFacts) -> dict[str, Any]:
    """Build the option that sets the timestamps of a copy, where they are not right as they stand."""
    return on_grid(facts) or from_first_frame(facts)


def on_grid(facts: VideoFacts) -> dict[str, Any]:
    """Build the option that restores exact timestamps of a constant rate in a copy."""
    rate = facts.frame_rate_hz
    if not facts.frame_rate_constant or facts.fields or rate is None or facts.format not in ROUNDING:
        return {}
    base = Fraction(1, rate.numerator * math.ceil(Fraction(FINE_HZ, rate.numerator)))
    step = 1 / rate / base
    # Without audio to keep in step with, a copy begins with its first frame: those before a keyframe are left out.
    origin = "STARTPTS+" if facts.sounds else ""
    pts = "DTS" if facts.format == "avi" else "PTS"  # frames of an AVI have no others; reordered ones are not copied
    times = {name: f"{origin}round(({name.upper()}-STARTPTS)/{step})*{step}" for name in ("pts", "dts")}
    exact = ":".join(f"{name}={value}" for name, value in times.items())
    # The first filter changes the time base alone: expressions count in the incoming one.
    return {"bsf:v": f"setts=pts={pts}:dts=DTS:time_base={base},setts={exact}:duration={step}"}


def from_first_frame(facts: VideoFacts) -> dict[str, Any]:
    """Build the option that begins a silent copy with its first frame, where its header claims time before it."""
    claimed, shown = facts.header_duration_s, facts.duration_s
    if facts.sounds or facts.format == "avi" or claimed is None or shown is None or claimed <= shown:
        return {}
    return {"bsf:v": "setts=pts=PTS-STARTPTS:dts=DTS-STARTPTS"}
