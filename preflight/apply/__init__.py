"""Apply a plan: write a new file, measure and compare it before it takes its name. Sources are never written.

    Plan ── apply ──► temporary file ── measured, judged, compared with plan and source ──► final name, with a record
                          ▲                        │ fails
                          └──── next strategy ─────┘          (or FixFailed, and nothing is left)

A result of the same source and plan is found by its record and reused.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from preflight.apply.ffmpeg import pause
from preflight.apply.record import Content, Origin, claiming, content_of, find_made, identity, is_still, settled_state
from preflight.apply.verification import mismatches, planned_s
from preflight.errors import FixFailed
from preflight.files.atomic import clean_up, commit, in_turn, temporary
from preflight.plan import Plan
from preflight.plan.adapt import next_strategy, other_way
from preflight.plan.steps import Cut, DropAudio, Encode, Write, find
from preflight.values.assets import Asset, ending_of
from preflight.values.doing import Doing
from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts
from preflight.values.findings import Judged
from preflight.values.phrase import joined, phrase

if TYPE_CHECKING:
    from preflight.apply.source_reading import SourceReading
    from preflight.media.reading import Colors

MAX_STRATEGIES = 6
"""Plans tried for one file."""

Judge = Callable[[Asset], Judged]
Progress = Callable[[Fraction, Doing], None]
ENCODED = Fraction(9, 10)
"""Part done when a file is encoded; checking follows."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Where new files go, and what they must pass."""

    folder: Path
    profile: str
    """Edition of the limits."""
    judge: Judge
    """Measures and judges a file; must return "pass" for the result."""
    threads: int | None = None
    """Threads per ffmpeg; its own choice when None."""


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """A new file and its verdict."""

    path: str
    judged: Judged
    plan: Plan
    """Plan that made it; not the first one where that failed."""
    found: bool = False
    """Whether it was reused from an earlier run."""
    missed: str = ""
    """Why the first strategy failed, if another one was used."""


def apply_plan(plan: Plan, facts: Facts, order: Order, progress: Progress | None = None) -> Applied:
    """Apply a plan to its source.

    Args:
        plan: the steps.
        facts: facts of the source.
        order: where the new file goes, and what it must pass.
        progress: called with the part done, 0 to 1, and the step.

    Raises:
        FixFailed: the file could not be made, or is not clean; nothing was left behind.
        NotDone: the folder cannot be written, or no ffmpeg can do it.
    """
    _write(plan)
    _tell(progress, Fraction(0), "looking")
    path = Path(plan.asset.path)
    state, source = settled_state(path), content_of(path)
    clean_up(order.folder)
    with in_turn(order.folder, identity(Origin(source=source, profile=order.profile, steps=plan.steps)), wait=pause):
        if found := _found(plan, source, order):
            return found
        with temporary(order.folder, _wanted(plan, order).suffix[1:]) as draft:
            made = _made(plan, facts, draft, order, progress)
            if not is_still(path, source, state):
                raise FixFailed("it changed while it was mended; still being written?")
            return _finished(plan, made, source, draft, order)


def find_applied(plan: Plan, order: Order) -> Applied | None:
    """Find the result of an earlier run of a plan, if it still passes; nothing is made.

    Raises:
        NotDone: the source cannot be read.
    """
    if not order.folder.is_dir():
        return None
    source = content_of(Path(plan.asset.path))
    with in_turn(order.folder, identity(Origin(source=source, profile=order.profile, steps=plan.steps)), wait=pause):
        return _found(plan, source, order)


def _tell(progress: Progress | None, part: Fraction, doing: Doing) -> None:
    if progress:
        progress(part, doing)


def _found(plan: Plan, source: Content, order: Order) -> Applied | None:
    """Find the result of an earlier run, if it still passes."""
    for strategy in _strategies(plan):
        found = find_made(_wanted(strategy, order), Origin(source=source, profile=order.profile, steps=strategy.steps))
        if found is None:
            continue
        judged = order.judge(_at(plan, found))
        if judged.verdict == "pass":
            return Applied(path=str(found), judged=_named(plan, judged, found), plan=strategy, found=True)
    return None


def _finished(plan: Plan, made: "_Made", source: Content, draft: Path, order: Order) -> Applied:
    """Commit a new file with its record."""
    origin = Origin(source=source, profile=order.profile, steps=made.plan.steps)
    claim = claiming(order.folder, origin, content_of(draft), _measures(made.judged), made.ffmpeg)
    path = commit(draft, _wanted(made.plan, order), claim=claim)
    return Applied(path=str(path), judged=_named(plan, made.judged, path), plan=made.plan, missed=made.missed)


def _wanted(plan: Plan, order: Order) -> Path:
    """Build the path of the new file."""
    return order.folder / f"{Path(plan.asset.path).stem}.{ending_of(_write(plan).format)}"


def _write(plan: Plan) -> Write:
    write = find(plan.steps, Write)
    if write is None:
        msg = "a plan that writes nothing cannot be carried out"
        raise ValueError(msg)
    return write


def _strategies(plan: Plan) -> Iterator[Plan]:
    """Yield a plan and its alternative."""
    yield plan
    if plan.otherwise:
        yield other_way(plan)


class _Made(msgspec.Struct, frozen=True):
    """A new file as planned, under its temporary name."""

    plan: Plan
    """Plan that made it."""
    judged: Judged
    ffmpeg: str | None
    """Version of the ffmpeg that encoded, if any."""
    missed: str
    """Why the first strategy failed, if another one was used."""


def _made(plan: Plan, facts: Facts, target: Path, order: Order, progress: Progress | None) -> _Made:
    """Make the file, with another strategy where one fails."""
    first = missed = ""
    for _ in range(MAX_STRATEGIES):
        judged: Judged | None = None
        version: str | None = None
        try:
            with _reading_source(plan, facts) as reading:
                version = _make(plan, facts, target, order, progress)
                _tell(progress, ENCODED, "checking")
                judged = order.judge(_at(plan, target))
                missed = _fault(plan, facts, target, judged, reading)
        except FixFailed as error:
            missed = error.message
        if not missed and judged is not None:
            return _Made(plan, judged, version if find(plan.steps, Encode) else None, first)
        following = next_strategy(plan, facts, judged)
        first = first or _with_losses(missed, plan, following)
        if following is None:
            break
        plan = following
    raise FixFailed(phrase("{why}; it was removed", why=missed))


def _with_losses(missed: str, plan: Plan, following: Plan | None) -> str:
    """Join why a strategy failed with the audio that the next one drops."""
    now = [step for step in following.steps if step not in plan.steps] if following else []
    lost = [step.words() for step in now if isinstance(step, DropAudio)]
    return joined((missed, *lost), "; ")


@contextmanager
def _reading_source(plan: Plan, facts: Facts) -> "Iterator[SourceReading | None]":
    """Read the source frames of a clip while its new file is made."""
    if not isinstance(facts, VideoFacts):
        yield None
        return
    from preflight.apply.source_reading import reading_source

    with reading_source(plan, facts) as reading:
        yield reading


def _fault(plan: Plan, facts: Facts, target: Path, judged: Judged, reading: "SourceReading | None") -> str:
    """Say how a new file differs from its plan; empty where it does not."""
    if judged.verdict != "pass" or judged.facts is None:
        said = joined(
            (phrase("{q}: {fault}", q=f.rule, fault=f.message) for f in judged.findings if f.severity == "error"), "; "
        )
        return phrase("the new file is not clean ({why})", why=said)
    if still := sorted({finding.rule for finding in judged.findings} & set(plan.also)):
        return phrase("the new file is still warned of by {l}", l=joined(still))
    if wrong := joined(mismatches(plan, facts, judged.facts), "; "):
        return phrase("the new file is not as planned: {why}", why=wrong)
    return _dissimilarity(plan, facts, target, judged.facts, reading)


def _dissimilarity(plan: Plan, facts: Facts, target: Path, after: Facts, reading: "SourceReading | None") -> str:
    """Say how a new file looks or sounds different from its source; empty where it does not."""
    from preflight.probe.faults import Unmeasured, Unreadable
    from preflight.workers.isolated import call_isolated

    try:
        if isinstance(facts, AudioFacts) and isinstance(after, AudioFacts):
            from preflight.apply.audio_similarity import audio_dissimilarity

            return call_isolated(audio_dissimilarity, plan, facts, target, after) or ""
        if isinstance(facts, ImageFacts):
            from preflight.apply.image_similarity import image_dissimilarity

            return call_isolated(image_dissimilarity, plan, facts, target, after) or ""
        return (reading.dissimilarity(target, after) or "") if reading else ""
    except (Unmeasured, Unreadable) as fault:
        return phrase("the new file could not be compared with its source: {why}", why=fault)


def _at(plan: Plan, path: Path) -> Asset:
    return Asset(path=os.fspath(path), role=plan.asset.role)


def _named(plan: Plan, judged: Judged, path: Path) -> Judged:
    asset = msgspec.structs.replace(plan.asset, path=os.fspath(path), keep=None, walked=False)
    return msgspec.structs.replace(judged, asset=asset)


def _measures(judged: Judged) -> dict[str, object]:
    """Convert the facts of the new file for its record."""
    measured: dict[str, object] = msgspec.to_builtins(judged.facts, enc_hook=str)
    return measured


def _make(plan: Plan, facts: Facts, target: Path, order: Order, progress: Progress | None) -> str | None:
    """Write the new file and return the version of the ffmpeg used, if any."""
    if isinstance(facts, ImageFacts):
        from preflight.apply.image import make_image

        _tell(progress, Fraction(0), "encoding")
        make_image(plan, facts, target)
        return None
    from preflight.apply.audio import make_audio
    from preflight.apply.av import compile_job, encodes_video
    from preflight.apply.cutting import cut_clip
    from preflight.apply.ffmpeg import run_first_able
    from preflight.apply.upright import set_upright

    cut, length = find(plan.steps, Cut), planned_s(plan, facts) or Fraction(1)
    if cut and cut.packets and isinstance(facts, VideoFacts):
        return cut_clip(plan, cut.packets, facts, target)

    def done(seconds: Fraction) -> None:
        _tell(progress, min(seconds / length, Fraction(1)) * ENCODED, "encoding")

    if isinstance(facts, AudioFacts):
        return make_audio(plan, facts, target, threads=order.threads, progress=done)
    colors = _colors(plan, facts) if encodes_video(plan) else None
    job = compile_job(plan, facts, target, threads=order.threads, colors=colors)
    version = run_first_able(job.needs, job.arguments, progress=done)
    if encodes_video(plan):
        set_upright(target)
    return version


def _colors(plan: Plan, facts: VideoFacts) -> "Colors":
    """Read the colours of a clip in a child process."""
    from preflight.apply.color import seen_colors
    from preflight.probe.faults import Unmeasured, Unreadable
    from preflight.workers.isolated import call_isolated

    try:
        return call_isolated(seen_colors, plan.asset.path, facts)
    except (Unmeasured, Unreadable) as fault:
        raise FixFailed(phrase("its colors cannot be told: {fault}", fault=fault)) from None
