"""Compare a new clip with its source, by two independent decoders.

    source ──┬─ PyAV, our reading ──┐ both alike?     result ──┬─ PyAV, our reading ──┐ both alike?
             └─ the ffmpeg program ─┘                          └─ the ffmpeg program ─┘
                     └──────── first, middle and last frame of both: alike? ─────────┘

The source's frames are read while the result is made.

Where decoders disagree about the source, nothing made from it is called fixed. An ffmpeg that lacks a rotation or crop
is no witness: the next one is asked.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypedDict

import msgspec

from preflight.apply.alike import alike, framed
from preflight.apply.av import encodes_video
from preflight.apply.ffmpeg import candidates
from preflight.apply.stills import (
    SUPPOSED_RATE_HZ,
    Frame,
    Seek,
    Still,
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
from preflight.values.phrase import phrase
from preflight.workers.isolated import call_isolated
from preflight.workers.session import within


class Bounds(TypedDict):
    """Tolerances for `alike`."""

    near: float
    apart: float


LEAST_PX = 16
"""Images with a shorter side are not compared."""
BY_FRAMES = (-1, 0, 1)
"""Offsets allowed in the new file, in frames."""
BY_PARTS = tuple(Fraction(quarters, 4) for quarters in range(-8, 9))
"""Offsets in frames where the rate varies: frames may lie closer than their mean interval, and last longer."""
NICE = 5
"""Niceness of the background reading: it gets a quarter of a contended processor."""
SHAPE_APART = 0.03
"""Relative tolerance of the aspect ratio between decoders: small images have whole pixels."""
READ: Bounds = {"near": 8.0, "apart": 0.25}
"""Tolerances between two decoders of one file, which scale and convert colours differently."""
ENCODED: Bounds = {"near": 2.5, "apart": 0.15}
MAPPED: Bounds = {"near": 16.0, "apart": 0.5}
"""Tolerances between source and encode; `MAPPED` after tone mapping."""
OF_SOURCE, OF_MADE = ("first", "middle"), ("first", "last")
"""Moments for which a second decoder is asked. The source's end is tested by the new file: an ffmpeg decoded and
encoded it."""
ASIDE = Fraction(1, 4)
"""Part of the length by which the middle moment may be earlier, to stand behind a keyframe: both decoders decode every
frame since that."""
Ends = dict[str, tuple[Frame, ...]]
"""Moment, `first`, `middle` or `last` → frames that may stand there."""
Call = Callable[..., Any]
"""Calls a module's function with arguments and returns its result."""
Stills = tuple[Still, ...] | None
"""Frames shown by an ffmpeg; None where it shows none."""
Taken = dict[str, Stills]
"""Path of an ffmpeg → frames it shows."""
Asked = Callable[[str], Stills]
"""Asks an ffmpeg, by its path, for its frames."""


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Source frames that a new file must show."""

    frames: Ends = {}
    middle_s: Fraction | None = None
    """Middle moment in the new file, in seconds; None where there is none."""
    places: tuple[Seek, ...] = ()
    """Seek positions of the source frames of `OF_SOURCE`, for ffmpeg."""
    shown_px: tuple[int, int] = (1, 1)
    """Displayed width and height of the source."""

    @property
    def plain(self) -> bool:
        """Whether ffmpeg is to show lightness only."""
        return _are_plain(self.frames)


def ends_of(plan: Plan, before: Facts) -> Sought:
    """Read the source frames that a new file must show, with their neighbours.

    Moments come from the plan, so that frames can be read while the file is made.

    Raises:
        Unmeasured: the source could not be opened.
        Unreadable: it has no decodable frames.
    """
    if not isinstance(before, VideoFacts):
        return Sought()
    moments = dict(_planned(plan, before))
    rate = before.frame_rate_hz or SUPPOSED_RATE_HZ
    around = [by / rate for by in (BY_PARTS if before.frame_rate_constant is False else BY_FRAMES)]
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
    if before.frame_rate_constant is False:
        # What is sought there is the first frame behind a moment: a frame that is held long begins well before it.
        seen = [frames[name][around.index(Fraction(0))].at_s for name in OF_SOURCE if name in moments]
    return Sought(
        frames=frames,
        middle_s=moments.get("middle"),
        places=seeks(plan.asset.path, before, seen),
        shown_px=(before.width_px, before.height_px),
    )


def _behind_keyframe(
    viewer: Viewer, plan: Plan, before: VideoFacts, middle_s: Fraction, around_s: Sequence[Fraction]
) -> Fraction:
    """Find the moment right behind the last keyframe before the middle; else the middle.

    Args:
        viewer: the source.
        plan: the steps.
        before: facts of the source.
        middle_s: the middle, in seconds since the first frame of the new file.
        around_s: offsets at which a frame may lie.
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
    """Run `ends_of` in a thread of low priority; on Linux the rest of the process keeps its own."""
    with ThreadPoolExecutor(1, initializer=lower_priority, initargs=(NICE,)) as aside:
        return aside.submit(ends_of, plan, before).result()


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Comparison of a new file by PyAV."""

    unlike: str | None
    """How it looks different from its source."""
    frames: Ends

    @property
    def plain(self) -> bool:
        """Whether ffmpeg is to show lightness only."""
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
    """Say how a new file looks different from its source; None where it does not, or cannot be seen.

    Args:
        plan: the plan applied.
        before: facts of the source.
        sought: frames it must show.
        made: the new file.
        after: its facts.
        call: calls a function in a child process.
        taken: source frames already read by an ffmpeg.

    Raises:
        Unmeasured: it could not be read.
        Unreadable: it has no decodable frames.
    """
    if not isinstance(before, VideoFacts) or not isinstance(after, VideoFacts):
        return None
    places = call(places_of, plan, sought, str(made), after)
    show = partial(second_stills, path=str(made), facts=after, places=places)
    plain = sought.plain and not encodes_video(plan)
    with ThreadPoolExecutor(1) as aside:
        asked = {ffmpeg: aside.submit(within(partial(show, ffmpeg, plain=plain))) for ffmpeg in islice(candidates(), 1)}
        own: Compared = call(compared, plan, sought, str(made), after)
    if own.unlike:
        return own.unlike
    known = {ffmpeg: one.result() for ffmpeg, one in asked.items()} if own.plain == plain else {}
    of_source = _known_or(taken or {}, partial(second_of_source, plan=plan, before=before, sought=sought))
    of_made = _known_or(known, partial(show, plain=own.plain))
    in_fields = frozenset(name for name, one in (("source", before), ("made", after)) if one.fields)
    return _contradicted(before, of_source, of_made, partial(call, witnessed, sought.frames, own.frames, in_fields))


def _contradicted(
    before: VideoFacts, of_source: Asked, of_made: Asked, compare: Callable[[Stills, Stills], set[str]]
) -> str | None:
    """Say which file no ffmpeg shows as PyAV does; None where each has a witness, or none can show it.

    Args:
        before: facts of the source.
        of_source: asks an ffmpeg for frames of the source.
        of_made: asks one for frames of the new file.
        compare: same as `witnessed`.
    """
    unseen = {"source": 0, "made": 0}
    open_ = set(unseen)
    for ffmpeg in candidates():
        source, made = of_source(ffmpeg), of_made(ffmpeg)
        open_ -= compare(source, made)
        unseen["source"] += source is not None and not _ignores_crop(before, source)
        unseen["made"] += made is not None
        if not open_:
            return None
    if "source" in open_ and unseen["source"]:
        return "two decoders show its source differently, so that nobody can say which is right"
    return "two decoders show it differently" if "made" in open_ and unseen["made"] else None


def _known_or(known: Taken, ask: Asked) -> Asked:
    """Build a lookup that asks an ffmpeg only for unknown frames."""
    return lambda ffmpeg: known[ffmpeg] if ffmpeg in known else ask(ffmpeg)


def second_of_source(ffmpeg: str, plan: Plan, before: VideoFacts, sought: Sought) -> Stills:
    """Read the source frames of `OF_SOURCE` by an ffmpeg; None where it shows none."""
    return second_stills(ffmpeg, plan.asset.path, before, sought.places, plain=sought.plain)


UNLIKE = {
    "first": "its first picture does not look like its source's",
    "middle": "its middle picture does not look like its source's",
    "last": "its last picture does not look like its source's",
}
"""Frame that is compared → words for one that is another."""


def compared(plan: Plan, sought: Sought, made: str, after: VideoFacts) -> Compared:
    """Compare the frames of a new file with those of its source, by PyAV."""
    moments = _in_made(plan, sought, after)
    frames = own_stills(made, after, list(moments.values()))
    shown = dict(zip(moments, frames, strict=True))
    unlike = (
        phrase(UNLIKE[name])
        for name, frame in shown.items()
        if not any(_alike(plan, one.flat or one.shown, frame.shown, sought.shown_px) for one in sought.frames[name])
    )
    return Compared(unlike=next(unlike, None), frames={name: (frame,) for name, frame in shown.items()})


def places_of(plan: Plan, sought: Sought, made: str, after: VideoFacts) -> tuple[Seek, ...]:
    """Find the seek positions of a new file's frames of `OF_MADE`; opens it in this process."""
    moments = _in_made(plan, sought, after)
    return seeks(made, after, [moments[name] for name in OF_MADE if name in moments])


def _in_made(plan: Plan, sought: Sought, after: VideoFacts) -> dict[str, Fraction]:
    """List the moments to compare in a new file, in seconds."""
    moments = dict(_moments(plan, after.duration_s, after.frame_rate_hz))
    if "middle" in moments and sought.middle_s is not None:
        moments["middle"] = sought.middle_s
    return {name: moment for name, moment in moments.items() if name in sought.frames}


def _ignores_crop(before: VideoFacts, source: tuple[Still, ...]) -> bool:
    """Tell whether a decoder shows the whole stored frame instead of its aperture: it is no witness."""
    if before.aperture is None:
        return False
    stored = Fraction(before.coded_width_px, before.coded_height_px) * before.pixel_aspect
    whole = 1 / stored if before.rotation_deg % 180 else stored
    shown = before.aspect_ratio
    return abs(whole / shown - 1) > SHAPE_APART and all(abs(shape(one) / whole - 1) <= SHAPE_APART for one in source)


def witnessed(
    sought: Ends,
    shown: Ends,
    in_fields: frozenset[str],
    source: Stills,
    made: Stills,
) -> set[str]:
    """Name the files, `source` and `made`, whose frames a second decoder shows as PyAV does.

    Args:
        sought: source frames by PyAV.
        shown: frames of the new file by PyAV.
        in_fields: the files that are coded in single fields, which have another shape.
        source: source frames of `OF_SOURCE` by the second decoder.
        made: new frames of `OF_MADE` by the second decoder.
    """
    pairs = (("source", sought, OF_SOURCE, source), ("made", shown, OF_MADE, made))
    return {
        name
        for name, ends, moments, seen in pairs
        if seen is not None
        and all(
            _same(ends[moment], one, shaped=name not in in_fields)
            for moment, one in zip([one for one in moments if one in ends], seen, strict=True)
        )
    }


def _are_plain(ends: Ends) -> bool:
    return all(frame.plain for frames in ends.values() for frame in frames)


def _planned(plan: Plan, before: VideoFacts) -> Iterator[tuple[str, Fraction]]:
    """Yield the planned moments of a new file."""
    return _moments(plan, planned_s(plan, before), _rate(plan, before))


def _rate(plan: Plan, before: VideoFacts) -> Fraction:
    """Compute the planned frame rate in Hz."""
    retime = find(plan.steps, Retime)
    return retime.frame_rate_hz if retime else before.frame_rate_hz or SUPPOSED_RATE_HZ


def _in_source(plan: Plan, moment_s: Fraction) -> Fraction:
    """Convert a moment of the new file to the source; seconds since each one's first frame."""
    cut = find(plan.steps, Cut)
    return (cut.start_s if cut else Fraction(0)) + max(moment_s - held_s(plan), Fraction(0))


def _moments(plan: Plan, length_s: Fraction | None, rate_hz: Fraction | None) -> Iterator[tuple[str, Fraction]]:
    """Yield the moments to compare, in seconds; the end of an extended clip is not from its source."""
    yield "first", Fraction(0)
    if length_s and rate_hz and not find(plan.steps, Extend):
        last = max(length_s - 1 / rate_hz, Fraction(0))
        yield "middle", int(last / 2 * rate_hz) / rate_hz
        yield "last", last


def _alike(plan: Plan, source: Still, made: Still, shown_px: tuple[int, int]) -> bool:
    """Tell whether a new frame shows its source frame, after the planned changes."""
    if _tiny(source, made):
        return True
    bounds = MAPPED if find(plan.steps, ToneMap) else ENCODED
    return alike(*framed(plan, source.image(), made.image(), shown_px), **bounds)


def _same(own: Sequence[Frame], second: Still, *, shaped: bool) -> bool:
    """Tell whether a second decoder's image matches one of the frames, also in shape where asked."""
    first = own[0].shown
    if shaped and not _tiny(first, second) and abs(shape(second) / shape(first) - 1) > SHAPE_APART:
        return False
    return any(_tiny(one, second) or alike(one.image(), second.image(), **READ) for one in map(_read, own))


def _read(frame: Frame) -> Still:
    return frame.plain or frame.shown


def _tiny(*stills: Still) -> bool:
    return any(min(one.width_px, one.height_px) < LEAST_PX for one in stills)
