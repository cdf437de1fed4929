"""Planning for the sound of a clip: which tracks stay, in which order, and which of them are encoded.

The track that a player plays comes first; the others are kept behind it, since MP4 and MOV hold several.
"""

from collections.abc import Iterator

import msgspec

from preflight.plan.steps import LADDER, DropAudio, Encode, JoinAudio, Plan, Step
from preflight.probe.clip_audio import heard
from preflight.values.facts import AudioTrack, VideoFacts
from preflight.values.findings import Judged
from preflight.values.limits import OneOf

SOUND_BIT_RATE = 192_000
MOST_AAC_HZ = 96_000
"""ISO 14496-3, table 1.18: no higher rate has an index."""
PAIR = STEREO = 2


def kept_tracks(facts: VideoFacts) -> tuple[AudioTrack, ...]:
    """Return the tracks that a new file holds, the one that is played first."""
    first = heard(facts.sounds)
    held = [track for track in facts.sounds if track.known and not track.empty]
    if not facts.sounds and facts.sound_codec:
        return (AudioTrack(place=0, codec=facts.sound_codec),)
    return tuple(sorted(held, key=lambda track: (track != first, track.place)))


def kept_after(facts: VideoFacts, steps: tuple[Step, ...]) -> tuple[AudioTrack, ...]:
    """Return the tracks that a new file holds after all that steps drop and join."""
    gone = {place for step in steps if isinstance(step, DropAudio) for place in step.places}
    joined = {step.right for step in steps if isinstance(step, JoinAudio)}
    return tuple(track for track in kept_tracks(facts) if track.place not in gone | joined)


def audio_steps_of_clip(facts: VideoFacts, allowed: OneOf, *, recut: bool) -> Iterator[Step]:
    """Yield what is done to the sound of a clip.

    Args:
        facts: what was measured.
        allowed: the codecs that may stay.
        recut: whether all of it has to be encoded anew, since its length changes.
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
    """Return the plan that treats the sound otherwise, where an encode failed or lost some of it; None where none does.

    It is encoded where it was copied, then mixed down, and at last left out, each step named; never where a person
    allows no loss.
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
    """Return the tracks that a new file has not, or has without samples; all of them where there is no new file."""
    if judged is None:
        return list(kept)
    if not isinstance(judged.facts, VideoFacts):
        return []
    there = {track.place for track in judged.facts.sounds if not track.empty}
    return [track for at, track in enumerate(kept) if at not in there]


def _placed(plan: Plan, step: Step) -> Plan:
    """Return a plan with one more step for the sound, before the file is written."""
    return msgspec.structs.replace(plan, steps=(*plan.steps[:-1], step, plan.steps[-1]))


def _mixed(step: Step) -> Step:
    stereo = isinstance(step, Encode) and step.codec == "aac"
    return msgspec.structs.replace(step, channels=STEREO) if stereo else step


def _pair(kept: tuple[AudioTrack, ...], allowed: OneOf) -> JoinAudio | None:
    """Return the step that joins left and right, which a camera keeps apart as two tracks of one channel."""
    mono = [t for t in kept if t.channels == 1 and t.codec.startswith("pcm_") and t.codec not in allowed.allowed]
    one_kind = len({(track.codec, track.sample_rate_hz) for track in mono}) == 1
    if len(mono) < PAIR or len(mono) != len(kept) or not one_kind:
        return None
    left, right = sorted(track.place for track in mono)[:PAIR]
    return JoinAudio(left=left, right=right, loss="lossless", clears=()) if kept[0].place == left else None


def _encode(tracks: list[AudioTrack], *, whole: bool) -> Encode:
    """Return the step that encodes tracks as AAC; a rate that it has not is halved until it has."""
    rate = max((track.sample_rate_hz or 0 for track in tracks), default=0)
    lower = rate
    while lower > MOST_AAC_HZ:
        lower //= 2
    return Encode(
        codec="aac",
        max_bit_rate=SOUND_BIT_RATE,
        tracks=() if whole else tuple(track.place for track in tracks),
        sample_rate_hz=lower if lower != rate else None,
        loss="lossy",
        clears=("video/sound-codec",),
    )
