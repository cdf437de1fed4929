"""Plan the audio of a clip: which tracks stay, in which order, and which are encoded.

The default track comes first; the others follow.
"""

from collections.abc import Iterator

import msgspec

from preflight.plan.steps import LADDER, DropAudio, Encode, JoinAudio, Plan, Step
from preflight.probe.clip_audio import heard
from preflight.values.facts import AudioTrack, VideoFacts
from preflight.values.findings import Judged
from preflight.values.limits import OneOf

AUDIO_BIT_RATE = 192_000
MOST_AAC_HZ = 96_000
"""ISO 14496-3, table 1.18: the highest rate with an index."""
PAIR = STEREO = 2


def kept_tracks(facts: VideoFacts) -> tuple[AudioTrack, ...]:
    """List the tracks that a new file can hold, default first."""
    first = heard(facts.sounds)
    held = [track for track in facts.sounds if track.known and not track.empty]
    if not facts.sounds and facts.sound_codec:
        return (AudioTrack(place=0, codec=facts.sound_codec),)
    return tuple(sorted(held, key=lambda track: (track != first, track.place)))


def kept_after(facts: VideoFacts, steps: tuple[Step, ...]) -> tuple[AudioTrack, ...]:
    """List the tracks kept after steps that drop and join."""
    gone = {place for step in steps if isinstance(step, DropAudio) for place in step.places}
    joined = {step.right for step in steps if isinstance(step, JoinAudio)}
    return tuple(track for track in kept_tracks(facts) if track.place not in gone | joined)


def audio_steps_of_clip(facts: VideoFacts, allowed: OneOf, *, recut: bool) -> Iterator[Step]:
    """Yield the audio steps of a clip.

    Args:
        facts: facts of the clip.
        allowed: codecs that may stay.
        recut: whether all audio must be encoded, since its length changes.
    """
    empty = tuple(track.place for track in facts.sounds if track.empty)
    unknown = tuple(track.place for track in facts.sounds if not track.known and not track.empty)
    if empty:
        yield DropAudio(places=empty, why="empty", loss="lossless", clears=())
    if unknown:
        yield DropAudio(places=unknown, why="unknown", loss="lossy", clears=("video/sound-codec",))
    kept = kept_tracks(facts)
    if joined := _pair(kept, allowed):
        yield joined
    encoded = [track for track in kept if recut or track.codec not in allowed.allowed]
    if encoded:
        yield _encode(encoded, whole=len(encoded) == len(kept))


def other_audio(plan: Plan, facts: VideoFacts, judged: Judged | None) -> Plan | None:
    """Change the audio steps where an encode failed or lost tracks; None where nothing is left to try.

    Audio is encoded instead of copied, then mixed down, at last dropped; never where no loss is allowed.
    """
    kept = kept_after(facts, plan.steps)
    lost = _lost(kept, judged)
    if not lost or LADDER.index(plan.loss) < LADDER.index("lossy"):
        return None
    encode = next((s for s in plan.steps if isinstance(s, Encode) and s.codec == "aac"), None)
    if judged is None and encode is None:
        return _placed(plan, _encode(list(kept), whole=True))
    if judged is None and encode and encode.channels is None:
        return msgspec.structs.replace(plan, steps=tuple(_mixed(step) for step in plan.steps))
    dropped = DropAudio(places=tuple(t.place for t in lost), why="undecodable", loss="lossy", clears=())
    silent = len(lost) == len(kept)
    rest = tuple(s for s in plan.steps if not (isinstance(s, JoinAudio) or (silent and s is encode)))
    return _placed(msgspec.structs.replace(plan, steps=rest), dropped)


def _lost(kept: tuple[AudioTrack, ...], judged: Judged | None) -> list[AudioTrack]:
    """List the tracks missing or empty in a new file; all without a new file."""
    if judged is None:
        return list(kept)
    if not isinstance(judged.facts, VideoFacts):
        return []
    there = {track.place for track in judged.facts.sounds if not track.empty}
    return [track for at, track in enumerate(kept) if at not in there]


def _placed(plan: Plan, step: Step) -> Plan:
    """Add an audio step before the write."""
    return msgspec.structs.replace(plan, steps=(*plan.steps[:-1], step, plan.steps[-1]))


def _mixed(step: Step) -> Step:
    stereo = isinstance(step, Encode) and step.codec == "aac"
    return msgspec.structs.replace(step, channels=STEREO) if stereo else step


def _pair(kept: tuple[AudioTrack, ...], allowed: OneOf) -> JoinAudio | None:
    """Join the mono tracks in which a camera stores left and right."""
    mono = [t for t in kept if t.channels == 1 and t.codec.startswith("pcm_") and t.codec not in allowed.allowed]
    one_kind = len({(track.codec, track.sample_rate_hz) for track in mono}) == 1
    if len(mono) < PAIR or len(mono) != len(kept) or not one_kind:
        return None
    left, right = sorted(track.place for track in mono)[:PAIR]
    return JoinAudio(left=left, right=right, loss="lossless", clears=()) if kept[0].place == left else None


def _encode(tracks: list[AudioTrack], *, whole: bool) -> Encode:
    """Build the AAC encode; a rate that AAC lacks is halved."""
    rate = max((track.sample_rate_hz or 0 for track in tracks), default=0)
    lower = rate
    while lower > MOST_AAC_HZ:
        lower //= 2
    return Encode(
        codec="aac",
        max_bit_rate=AUDIO_BIT_RATE,
        tracks=() if whole else tuple(track.place for track in tracks),
        sample_rate_hz=lower if lower != rate else None,
        loss="lossy",
        clears=("video/sound-codec",),
    )
