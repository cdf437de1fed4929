"""Whether a new clip shows what its source shows, by two decoders that share neither program nor reading.

    source ──┬─ PyAV, our reading ──┐ both alike?     result ──┬─ PyAV, our reading ──┐ both alike?
             └─ the ffmpeg program ─┘                          └─ the ffmpeg program ─┘
                     └──────── first, middle and last frame of both: alike? ─────────┘

Where the two differ about the source nobody knows what it shows, and nothing made of it is called fixed. An ffmpeg that
does not know some way to turn or crop is no witness: the next one is asked.
"""

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TypedDict

from preflight.facts import Facts, VideoFacts
from preflight.fix.ffmpeg import candidates
from preflight.fix.pictures import alike, framed
from preflight.fix.proof import planned_s
from preflight.fix.stills import SUPPOSED_RATE_HZ, Frame, Picture, own_stills, second_stills, shape
from preflight.plan.outlook import held_s
from preflight.plan.steps import Cut, Extend, Plan, Retime, ToneMap, find


class Bounds(TypedDict):
    """How far two pictures may be apart, as `alike` takes it."""

    near: float
    apart: float


LEAST_PX = 16
"""Side below which a picture shows too little to be compared."""
BY_PICTURES = (-1, 0, 1)
"""By how many frames the new file may lie beside what was planned."""
NICE = 5
"""By how much what is done meanwhile stands back: it gets a quarter of a processor that is wanted by others too."""
SHAPE_APART = 0.03
"""Part of width over height by which two decoders may differ: small pictures are whole pixels."""
READ: Bounds = {"near": 8.0, "apart": 0.25}
"""What is allowed between two decoders of one file: each scales and converts colours in its own way."""
ENCODED: Bounds = {"near": 2.5, "apart": 0.15}
MAPPED: Bounds = {"near": 16.0, "apart": 0.5}
"""And between a source and what was encoded of it, without and with its tones mapped."""
Ends = dict[str, tuple[Frame, ...]]
"""Which moment, `first`, `middle` or `last` → the frames of the source that may stand there in the new file."""


def ends_of(plan: Plan, before: Facts) -> Ends:
    """Return the frames of a source that its new file has to show, give or take one.

    They are planned, not read off the new file, so that they can be looked for while it is made.

    Raises:
        Unmeasured: the source could not be looked into.
        Unreadable: it has no frames that can be decoded.
    """
    if not isinstance(before, VideoFacts):
        return {}
    moments = _of_source(plan, before)
    rate = before.frame_rate_hz or SUPPOSED_RATE_HZ
    nearly = [max(moment + by / rate, Fraction(0)) for moment in moments.values() for by in BY_PICTURES]
    frames = own_stills(plan.asset.path, before, nearly)
    parts = range(0, len(frames), len(BY_PICTURES))
    return {name: frames[at : at + len(BY_PICTURES)] for name, at in zip(moments, parts, strict=True)}


def ends_meanwhile(plan: Plan, before: Facts) -> Ends:
    """Do as `ends_of`, in a child of its own, with what the encoder leaves of the processors."""
    os.nice(NICE)
    return ends_of(plan, before)


def unlikeness(plan: Plan, before: Facts, ends: Ends, made: Path, after: Facts) -> str | None:
    """Return what of a new file does not look like its source; None where all does, or nothing can be seen.

    Args:
        plan: by which it was made.
        before: what was measured of the source.
        ends: the frames of the source.
        made: the new file.
        after: what was measured of it.

    Raises:
        Unmeasured: it could not be looked into.
        Unreadable: it has no frames that can be decoded.
    """
    from preflight.look import alone

    if not isinstance(before, VideoFacts) or not isinstance(after, VideoFacts):
        return None
    moments = dict(_moments(plan, after.duration_s, after.frame_rate_hz))
    frames = alone(own_stills, str(made), after, list(moments.values()))
    shown: Ends = {name: (frame,) for name, frame in zip(moments, frames, strict=True) if name in ends}
    for name, (frame,) in shown.items():
        if not any(_alike(plan, one.shown, frame.shown) for one in ends[name]):
            return f"its {name} picture does not look like its source's"
    if not _witnessed(plan.asset.path, before, ends, _of_source(plan, before)):
        return "two decoders show its source differently, so that nobody can say which is right"
    if not _witnessed(str(made), after, shown, moments):
        return "two decoders show it differently"
    return None


def _of_source(plan: Plan, before: VideoFacts) -> dict[str, Fraction]:
    """Return the moments of a source that its new file has to show, in seconds since its first frame."""
    cut, retime = find(plan.steps, Cut), find(plan.steps, Retime)
    rate = retime.frame_rate_hz if retime else before.frame_rate_hz or SUPPOSED_RATE_HZ
    begin = cut.start_s if cut else Fraction(0)
    planned = _moments(plan, planned_s(plan, before), rate)
    return {name: begin + max(moment - held_s(plan), Fraction(0)) for name, moment in planned}


def _moments(plan: Plan, length_s: Fraction | None, rate_hz: Fraction | None) -> Iterator[tuple[str, Fraction]]:
    """Yield the moments of a new file to look at, in seconds; the end of what was made longer is made up."""
    yield "first", Fraction(0)
    if length_s and rate_hz and not find(plan.steps, Extend):
        last = max(length_s - 1 / rate_hz, Fraction(0))
        yield "middle", int(last / 2 * rate_hz) / rate_hz
        yield "last", last


def _alike(plan: Plan, source: Picture, made: Picture) -> bool:
    """Tell whether a frame of a new file shows what a frame of its source does, its plan heeded."""
    if _tiny(source, made):
        return True
    bounds = MAPPED if find(plan.steps, ToneMap) else ENCODED
    return alike(*framed(plan, source.image(), made.image()), **bounds)


def _witnessed(path: str, facts: VideoFacts, own: Ends, moments: dict[str, Fraction]) -> bool:
    """Tell whether any ffmpeg shows the first and the last of some frames as they were read; True where none can."""
    names = [name for name in ("first", "last") if name in own and name in moments]
    plain = all(frame.plain for name in names for frame in own[name])
    asked = 0
    for ffmpeg in candidates():
        seen = second_stills(ffmpeg, path, facts, [moments[name] for name in names], plain=plain)
        asked += seen is not None
        if seen and all(_same(own[name], one, facts) for name, one in zip(names, seen, strict=True)):
            return True
    return not asked


def _same(own: Sequence[Frame], second: Picture, facts: VideoFacts) -> bool:
    """Tell whether a picture is of the shape of some frames, and shows one of them."""
    first = own[0].shown
    if not (facts.fields or _tiny(first, second)) and abs(shape(second) / shape(first) - 1) > SHAPE_APART:
        return False
    return any(_tiny(one, second) or alike(one.image(), second.image(), **READ) for one in map(_read, own))


def _read(frame: Frame) -> Picture:
    return frame.plain or frame.shown


def _tiny(*pictures: Picture) -> bool:
    return any(min(one.width_px, one.height_px) < LEAST_PX for one in pictures)
