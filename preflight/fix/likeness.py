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

import msgspec

from preflight.facts import Facts, VideoFacts
from preflight.fix.ffmpeg import candidates
from preflight.fix.pictures import alike, framed
from preflight.fix.proof import planned_s
from preflight.fix.stills import SUPPOSED_RATE_HZ, Frame, Picture, Seek, own_stills, second_stills, seeks, shape
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
BY_PARTS = tuple(Fraction(quarters, 4) for quarters in range(-8, 9))
"""The same where the rate varies: frames may stand closer than their mean, and be held for longer."""
NICE = 5
"""By how much what is done meanwhile stands back: it gets a quarter of a processor that is wanted by others too."""
SHAPE_APART = 0.03
"""Part of width over height by which two decoders may differ: small pictures are whole pixels."""
READ: Bounds = {"near": 8.0, "apart": 0.25}
"""What is allowed between two decoders of one file: each scales and converts colours in its own way."""
ENCODED: Bounds = {"near": 2.5, "apart": 0.15}
MAPPED: Bounds = {"near": 16.0, "apart": 0.5}
"""And between a source and what was encoded of it, without and with its tones mapped."""
WITNESSED = ("first", "last")
"""The moments of which another decoder is asked."""
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
    around = BY_PARTS if before.frame_rate_constant is False else BY_PICTURES
    nearly = [max(moment + by / rate, Fraction(0)) for moment in moments.values() for by in around]
    frames = own_stills(plan.asset.path, before, nearly)
    parts = range(0, len(frames), len(around))
    return {name: frames[at : at + len(around)] for name, at in zip(moments, parts, strict=True)}


def ends_meanwhile(plan: Plan, before: Facts) -> Ends:
    """Do as `ends_of`, in a child of its own, with what the encoder leaves of the processors."""
    os.nice(NICE)
    return ends_of(plan, before)


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What our own reading tells of a source and a new file."""

    unlike: str | None
    """What of the new file does not look like its source."""
    source: Ends
    made: Ends
    in_source: tuple[Seek, ...]
    in_made: tuple[Seek, ...]
    """Where others find the frames."""

    @property
    def plain(self) -> tuple[bool, bool]:
        """Whether others are to show of the source, and of the new file, only how light they are."""
        both = (self.source, self.made)
        source, made = (all(frame.plain for frames in ends.values() for frame in frames) for ends in both)
        return source, made


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
    from preflight.workers.isolated import alone

    if not isinstance(before, VideoFacts) or not isinstance(after, VideoFacts):
        return None
    own = alone(compared, plan, before, ends, str(made), after)
    if own.unlike:
        return own.unlike
    unseen = {"source": 0, "made": 0}
    open_ = set(unseen)
    for ffmpeg in candidates():
        source = second_stills(ffmpeg, plan.asset.path, before, own.in_source, plain=own.plain[0])
        result = second_stills(ffmpeg, str(made), after, own.in_made, plain=own.plain[1])
        found = alone(witnessed, own, source, result, bool(before.fields))
        open_ -= found
        unseen["source"] += source is not None and not _ignores_crop(before, source)
        unseen["made"] += result is not None
        if not open_:
            return None
    if "source" in open_ and unseen["source"]:
        return "two decoders show its source differently, so that nobody can say which is right"
    return "two decoders show it differently" if "made" in open_ and unseen["made"] else None


def compared(plan: Plan, before: VideoFacts, ends: Ends, made: str, after: VideoFacts) -> Compared:
    """Look into a new file and hold its frames against those of its source, by our own reading.

    Args:
        plan: by which it was made.
        before: what was measured of the source.
        ends: the frames of the source.
        made: the new file.
        after: what was measured of it.
    """
    moments = dict(_moments(plan, after.duration_s, after.frame_rate_hz))
    frames = own_stills(made, after, list(moments.values()))
    shown: Ends = {name: (frame,) for name, frame in zip(moments, frames, strict=True) if name in ends}
    unlike = (
        f"its {name} picture does not look like its source's"
        for name, (frame,) in shown.items()
        if not any(_alike(plan, one.shown, frame.shown) for one in ends[name])
    )
    of_source = _of_source(plan, before)
    names = [name for name in WITNESSED if name in shown and name in of_source]
    return Compared(
        unlike=next(unlike, None),
        source={name: ends[name] for name in names},
        made={name: shown[name] for name in names},
        in_source=seeks(plan.asset.path, before, [of_source[name] for name in names]),
        in_made=seeks(made, after, [moments[name] for name in names]),
    )


def _ignores_crop(before: VideoFacts, source: tuple[Picture, ...]) -> bool:
    """Tell whether a decoder shows all that is stored of a clip of which a part is to be shown: it is no witness."""
    if before.aperture is None:
        return False
    stored = Fraction(before.coded_width_px, before.coded_height_px) * before.pixel_aspect
    whole = 1 / stored if before.rotation_deg % 180 else stored
    shown = before.aspect_ratio
    return abs(whole / shown - 1) > SHAPE_APART and all(abs(shape(one) / whole - 1) <= SHAPE_APART for one in source)


def witnessed(
    own: Compared,
    source: tuple[Picture, ...] | None,
    made: tuple[Picture, ...] | None,
    fields: bool,  # noqa: FBT001 - a call in a child takes no names
) -> set[str]:
    """Return of which, `source` or `made`, another decoder shows the frames that we read.

    Args:
        own: our own reading.
        source: the frames of the source as the other shows them.
        made: those of the new file.
        fields: whether the source is coded in single fields, which have another shape.
    """
    pairs = (("source", own.source, source), ("made", own.made, made))
    return {
        name
        for name, ends, seen in pairs
        if seen is not None
        and all(
            _same(frames, one, shaped=not (fields and name == "source"))
            for frames, one in zip(ends.values(), seen, strict=True)
        )
    }


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


def _same(own: Sequence[Frame], second: Picture, *, shaped: bool) -> bool:
    """Tell whether a picture is of the shape of some frames, where that is asked for, and shows one of them."""
    first = own[0].shown
    if shaped and not _tiny(first, second) and abs(shape(second) / shape(first) - 1) > SHAPE_APART:
        return False
    return any(_tiny(one, second) or alike(one.image(), second.image(), **READ) for one in map(_read, own))


def _read(frame: Frame) -> Picture:
    return frame.plain or frame.shown


def _tiny(*pictures: Picture) -> bool:
    return any(min(one.width_px, one.height_px) < LEAST_PX for one in pictures)
