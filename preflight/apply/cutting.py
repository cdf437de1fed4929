"""Cut a clip between packets without encoding frames: a plan in, the new file out.

MP4, MOV ── cut ──► part ── audio encoded, where planned ──► new file
others ── copied to MP4, with its audio as planned ── cut ──► new file
"""

from pathlib import Path

import msgspec

from preflight.apply.av import DEMUXERS, compile_copy, muxer_of, needs
from preflight.apply.ffmpeg import run_first_able
from preflight.apply.remux import cut_between
from preflight.files.atomic import temporary
from preflight.plan.clip_audio import kept_after, kept_tracks
from preflight.plan.steps import DropAudio, Encode, JoinAudio, Packets, Plan, Step, find
from preflight.values.facts import VideoFacts


def cut_clip(plan: Plan, packets: Packets, facts: VideoFacts, target: Path) -> str | None:
    """Cut a clip between packets and return the version of the ffmpeg that encoded its audio, if any.

    Args:
        plan: the steps.
        packets: the frames kept.
        facts: facts of the clip.
        target: the new file.

    Raises:
        FixFailed: it could not be made.
        NotDone: ffmpeg is needed, and there is none.
    """
    source, demuxer = Path(plan.asset.path), DEMUXERS.get(facts.format, facts.format)
    if demuxer == "mov":
        return _cut_first(packets, target, plan, facts)
    muxer = muxer_of(plan, facts)
    with temporary(target.parent, muxer) as copy:
        version = run_first_able(needs(plan.steps), compile_copy(source, demuxer, copy, plan, facts))
        cut_between(copy, packets, target, muxer, tracks=range(len(kept_after(facts, plan.steps))))
    return version if find(plan.steps, Encode) else None


def _cut_first(packets: Packets, target: Path, plan: Plan, facts: VideoFacts) -> str | None:
    """Cut an MP4 or MOV, then apply the audio steps to the part."""
    source, muxer = Path(plan.asset.path), muxer_of(plan, facts)
    gone = {place for step in plan.steps if isinstance(step, DropAudio) for place in step.places}
    places = [track.place for track in kept_tracks(facts) if track.place not in gone]
    if find(plan.steps, Encode) is None:
        cut_between(source, packets, target, muxer, tracks=places)
        return None
    with temporary(target.parent, muxer) as part:
        cut_between(source, packets, part, muxer, tracks=places)
        now = dict(zip(places, range(len(places)), strict=True))
        steps = tuple(_renumbered(step, now) for step in plan.steps if not isinstance(step, DropAudio))
        there = tuple(msgspec.structs.replace(t, place=now[t.place]) for t in kept_tracks(facts) if t.place in now)
        after = msgspec.structs.replace(plan, steps=steps)
        part_of = msgspec.structs.replace(facts, sounds=there)
        return run_first_able(needs(steps), compile_copy(part, "mov", target, after, part_of))


def _renumbered(step: Step, now: dict[int, int]) -> Step:
    """Renumber the audio tracks of a step."""
    if isinstance(step, JoinAudio):
        return msgspec.structs.replace(step, left=now[step.left], right=now[step.right])
    if isinstance(step, Encode):
        return msgspec.structs.replace(step, tracks=tuple(now[place] for place in step.tracks if place in now))
    return step
