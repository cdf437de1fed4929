"""Whether a new clip shows what its source shows, by two decoders that share neither program nor reading.

    source ──┬─ PyAV, our reading ──┐ both alike?     result ──┬─ PyAV, our reading ──┐ both alike?
             └─ the ffmpeg program ─┘                          └─ the ffmpeg program ─┘
                     └──────── first, middle and last frame of both: alike? ─────────┘

All of the source is looked for while the result is made.

Where the two differ about the source nobody knows what it shows, and nothing made of it is called fixed. An ffmpeg that
does not know some way to turn or crop is no witness: the next one is asked.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

import msgspec

from preflight.apply.alike import alike, framed
from preflight.apply.av import encodes_pictures
from preflight.apply.ffmpeg import candidates
from preflight.apply.stills import (
    SUPPOSED_RATE_HZ,
    Frame,
    Picture,
    Seek,
    Viewer,
    own_stills,
    second_stills,
    seeks,
    shape,
    sought_early_s,
    viewed,
)
from preflight.apply.verification import planned_s
from preflight.plan.estimate import held_s
from preflight.plan.steps import Cut, Extend, Flatten, Plan, Retime, ToneMap, find
from preflight.system.processes import lower_priority
from preflight.values.facts import Facts, VideoFacts
from preflight.workers.isolated import call_isolated
from preflight.workers.session import within


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
OF_SOURCE, OF_MADE = ("first", "middle"), ("first", "last")
"""The moments of which another decoder is asked. What one makes of a source's end is seen in the new file: an ffmpeg
decoded and encoded it."""
ASIDE = Fraction(1, 4)
"""Which part of its length the middle moment may be earlier, where a keyframe lies before it: all frames since the last
keyframe have to be decoded, by both decoders."""
Ends = dict[str, tuple[Frame, ...]]
"""Which moment, `first`, `middle` or `last` → the frames that may stand there."""
Call = Callable[..., Any]
"""Calls a function of a module with its arguments, and returns what it returns."""
Pictures = tuple[Picture, ...] | None
"""What an ffmpeg shows; None where that is nothing."""
Taken = dict[str, Pictures]
"""Path of an ffmpeg → what it shows of a file."""
Asked = Callable[[str], Pictures]
"""Asks an ffmpeg, by its path, what it shows."""


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What a new file has to show of its source."""

    frames: Ends = {}
    middle_s: Fraction | None = None
    """Where the middle moment lies in the new file; None where there is none."""
    places: tuple[Seek, ...] = ()
    """Where others find the source's frames of the moments `OF_SOURCE`."""
    shown_px: tuple[int, int] = (1, 1)
    """Width and height of the source as it is shown."""

    @property
    def plain(self) -> bool:
        """Whether others are to show only how light its frames are."""
        return _are_plain(self.frames)


def ends_of(plan: Plan, before: Facts) -> Sought:
    """Return the frames of a source that its new file has to show, give or take one.

    They are planned, not read off the new file, so that they can be looked for while it is made.

    Raises:
        Unmeasured: the source could not be looked into.
        Unreadable: it has no frames that can be decoded.
    """
    if not isinstance(before, VideoFacts):
        return Sought()
    moments = dict(_planned(plan, before))
    rate = before.frame_rate_hz or SUPPOSED_RATE_HZ
    around = [by / rate for by in (BY_PARTS if before.frame_rate_constant is False else BY_PICTURES)]
    frames: Ends = {}
    flatten = find(plan.steps, Flatten)
    with viewed(plan.asset.path, before, flatten.color if flatten else None) as viewer:
        for name, moment in moments.items():
            if name == "middle":
                moments[name] = _behind_keyframe(viewer, plan, before, moment, around)
            at = _in_source(plan, moments[name])
            nearly = [max(at + by, Fraction(0)) for by in around]
            found = viewer.shown(nearly)
            frames[name] = tuple(found[one] for one in nearly)
    seen = [_in_source(plan, moments[name]) for name in OF_SOURCE if name in moments]
    return Sought(
        frames=frames,
        middle_s=moments.get("middle"),
        places=seeks(plan.asset.path, before, seen),
        shown_px=(before.width_px, before.height_px),
    )


def _behind_keyframe(
    viewer: Viewer, plan: Plan, before: VideoFacts, middle_s: Fraction, around_s: Sequence[Fraction]
) -> Fraction:
    """Return the moment of a new file right behind the last keyframe of its source before the middle, or the middle.

    Args:
        viewer: the source.
        plan: by which the file is made.
        before: what was measured of the source.
        middle_s: the middle, in seconds since the first frame of the new file is shown.
        around_s: how far from a moment its frame may lie.
    """
    at = _in_source(plan, middle_s)
    ahead = sought_early_s(before) - around_s[0]
    keyframe = viewer.keyframe(at - ahead, at - 2 * ASIDE * middle_s)
    if keyframe is None:
        return middle_s
    behind = keyframe + ahead - _in_source(plan, Fraction(0)) + held_s(plan)
    rate = _rate(plan, before)
    return math.ceil(behind * rate) / rate


def ends_meanwhile(plan: Plan, before: Facts) -> Sought:
    """Do as `ends_of`, with what the encoder leaves of the processors.

    It is a thread that stands back: on Linux what is done in this process later is not slowed.
    """
    with ThreadPoolExecutor(1, initializer=lower_priority, initargs=(NICE,)) as aside:
        return aside.submit(ends_of, plan, before).result()


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What our own reading tells of a new file."""

    unlike: str | None
    """What of it does not look like its source."""
    frames: Ends

    @property
    def plain(self) -> bool:
        """Whether others are to show only how light its frames are."""
        return _are_plain(self.frames)


def dissimilarity(  # noqa: PLR0913 - two files with what is known of each, and what was done already
    plan: Plan,
    before: Facts,
    sought: Sought,
    made: Path,
    after: Facts,
    *,
    call: Call = call_isolated,
    taken: Taken | None = None,
) -> str | None:
    """Return what of a new file does not look like its source; None where all does, or nothing can be seen.

    Args:
        plan: by which it was made.
        before: what was measured of the source.
        sought: what it has to show.
        made: the new file.
        after: what was measured of it.
        call: calls a function in a child.
        taken: what some ffmpeg shows of the source, where one was asked already.

    Raises:
        Unmeasured: it could not be looked into.
        Unreadable: it has no frames that can be decoded.
    """
    if not isinstance(before, VideoFacts) or not isinstance(after, VideoFacts):
        return None
    places = call(places_of, plan, sought, str(made), after)
    show = partial(second_stills, path=str(made), facts=after, places=places)
    plain = sought.plain and not encodes_pictures(plan)
    with ThreadPoolExecutor(1) as aside:
        asked = {ffmpeg: aside.submit(within(partial(show, ffmpeg, plain=plain))) for ffmpeg in candidates()[:1]}
        own: Compared = call(compared, plan, sought, str(made), after)
    if own.unlike:
        return own.unlike
    known = {ffmpeg: one.result() for ffmpeg, one in asked.items()} if own.plain == plain else {}
    of_source = _known_or(taken or {}, partial(second_of_source, plan=plan, before=before, sought=sought))
    of_made = _known_or(known, partial(show, plain=own.plain))
    return _contradicted(before, of_source, of_made, partial(call, witnessed, sought.frames, own.frames))


def _contradicted(
    before: VideoFacts, of_source: Asked, of_made: Asked, compare: Callable[[Pictures, Pictures, bool], set[str]]
) -> str | None:
    """Return which file no ffmpeg shows as we read it, though one shows it; None where each has its witness.

    Args:
        before: what was measured of the source.
        of_source: asks an ffmpeg what it shows of the source.
        of_made: asks one what it shows of the new file.
        compare: does as `witnessed`.
    """
    unseen = {"source": 0, "made": 0}
    open_ = set(unseen)
    for ffmpeg in candidates():
        source, made = of_source(ffmpeg), of_made(ffmpeg)
        open_ -= compare(source, made, bool(before.fields))
        unseen["source"] += source is not None and not _ignores_crop(before, source)
        unseen["made"] += made is not None
        if not open_:
            return None
    if "source" in open_ and unseen["source"]:
        return "two decoders show its source differently, so that nobody can say which is right"
    return "two decoders show it differently" if "made" in open_ and unseen["made"] else None


def _known_or(known: Taken, ask: Asked) -> Asked:
    """Return what asks an ffmpeg what it shows, where that is not known."""
    return lambda ffmpeg: known[ffmpeg] if ffmpeg in known else ask(ffmpeg)


def second_of_source(ffmpeg: str, plan: Plan, before: VideoFacts, sought: Sought) -> Pictures:
    """Return a source's frames of the moments `OF_SOURCE` as an ffmpeg shows them; None where it shows none.

    Args:
        ffmpeg: the program.
        plan: what is to be done.
        before: what was measured of the source.
        sought: where the frames are.
    """
    return second_stills(ffmpeg, plan.asset.path, before, sought.places, plain=sought.plain)


def compared(plan: Plan, sought: Sought, made: str, after: VideoFacts) -> Compared:
    """Look into a new file and hold its frames against those of its source, by our own reading.

    Args:
        plan: by which it was made.
        sought: what it has to show.
        made: the new file.
        after: what was measured of it.
    """
    moments = _in_made(plan, sought, after)
    frames = own_stills(made, after, list(moments.values()))
    shown = dict(zip(moments, frames, strict=True))
    unlike = (
        f"its {name} picture does not look like its source's"
        for name, frame in shown.items()
        if not any(_alike(plan, one.flat or one.shown, frame.shown, sought.shown_px) for one in sought.frames[name])
    )
    return Compared(unlike=next(unlike, None), frames={name: (frame,) for name, frame in shown.items()})


def places_of(plan: Plan, sought: Sought, made: str, after: VideoFacts) -> tuple[Seek, ...]:
    """Return where others find the frames of a new file at the moments `OF_MADE`; it is opened in this process.

    Args:
        plan: by which it was made.
        sought: what it has to show.
        made: the new file.
        after: what was measured of it.
    """
    moments = _in_made(plan, sought, after)
    return seeks(made, after, [moments[name] for name in OF_MADE if name in moments])


def _in_made(plan: Plan, sought: Sought, after: VideoFacts) -> dict[str, Fraction]:
    """Return the moments of a new file to look at."""
    moments = dict(_moments(plan, after.duration_s, after.frame_rate_hz))
    if "middle" in moments and sought.middle_s is not None:
        moments["middle"] = sought.middle_s
    return {name: moment for name, moment in moments.items() if name in sought.frames}


def _ignores_crop(before: VideoFacts, source: tuple[Picture, ...]) -> bool:
    """Tell whether a decoder shows all that is stored of a clip of which a part is to be shown: it is no witness."""
    if before.aperture is None:
        return False
    stored = Fraction(before.coded_width_px, before.coded_height_px) * before.pixel_aspect
    whole = 1 / stored if before.rotation_deg % 180 else stored
    shown = before.aspect_ratio
    return abs(whole / shown - 1) > SHAPE_APART and all(abs(shape(one) / whole - 1) <= SHAPE_APART for one in source)


def witnessed(
    sought: Ends,
    shown: Ends,
    source: Pictures,
    made: Pictures,
    fields: bool,  # noqa: FBT001 - a call in a child takes no names
) -> set[str]:
    """Return of which, `source` or `made`, another decoder shows the frames that we read.

    Args:
        sought: our own reading of the source.
        shown: our own reading of the new file.
        source: the source's frames of the moments `OF_SOURCE` as the other shows them.
        made: the new file's frames of the moments `OF_MADE` as the other shows them.
        fields: whether the source is coded in single fields, which have another shape.
    """
    pairs = (("source", sought, OF_SOURCE, source), ("made", shown, OF_MADE, made))
    return {
        name
        for name, ends, moments, seen in pairs
        if seen is not None
        and all(
            _same(ends[moment], one, shaped=not (fields and name == "source"))
            for moment, one in zip([one for one in moments if one in ends], seen, strict=True)
        )
    }


def _are_plain(ends: Ends) -> bool:
    return all(frame.plain for frames in ends.values() for frame in frames)


def _planned(plan: Plan, before: VideoFacts) -> Iterator[tuple[str, Fraction]]:
    """Yield the moments of a new file to look at, as it is planned."""
    return _moments(plan, planned_s(plan, before), _rate(plan, before))


def _rate(plan: Plan, before: VideoFacts) -> Fraction:
    """Return how many frames a second a new file is to have."""
    retime = find(plan.steps, Retime)
    return retime.frame_rate_hz if retime else before.frame_rate_hz or SUPPOSED_RATE_HZ


def _in_source(plan: Plan, moment_s: Fraction) -> Fraction:
    """Return which moment of a source one of its new file shows, in seconds since the first frame of each."""
    cut = find(plan.steps, Cut)
    return (cut.start_s if cut else Fraction(0)) + max(moment_s - held_s(plan), Fraction(0))


def _moments(plan: Plan, length_s: Fraction | None, rate_hz: Fraction | None) -> Iterator[tuple[str, Fraction]]:
    """Yield the moments of a new file to look at, in seconds; the end of what was made longer is made up."""
    yield "first", Fraction(0)
    if length_s and rate_hz and not find(plan.steps, Extend):
        last = max(length_s - 1 / rate_hz, Fraction(0))
        yield "middle", int(last / 2 * rate_hz) / rate_hz
        yield "last", last


def _alike(plan: Plan, source: Picture, made: Picture, shown_px: tuple[int, int]) -> bool:
    """Tell whether a frame of a new file shows what a frame of its source does, its plan heeded."""
    if _tiny(source, made):
        return True
    bounds = MAPPED if find(plan.steps, ToneMap) else ENCODED
    return alike(*framed(plan, source.image(), made.image(), shown_px), **bounds)


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
