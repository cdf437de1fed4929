"""The sound of a clip for ffmpeg: a plan and facts in, which streams are mapped, and each with its options, out."""

from typing import Any

from preflight.plan.clip_audio import kept_after
from preflight.plan.steps import Encode, JoinAudio, Step, find
from preflight.values.facts import AudioTrack, VideoFacts


def joined_with(track: AudioTrack, steps: tuple[Step, ...]) -> int | None:
    """Return the place of the track that becomes the right channel beside this one; None where none does."""
    join = find(steps, JoinAudio)
    return join.right if join and join.left == track.place else None


def audio_options(facts: VideoFacts, steps: tuple[Step, ...], encode: Encode | None) -> dict[str, Any]:
    """Return the options of every sound track in the new file; the first is the one to be played."""
    options: dict[str, Any] = {}
    for at, track in enumerate(kept_after(facts, steps)):
        options[f"disposition:a:{at}"] = "0" if at else "default"
        if encode is None or (encode.tracks and track.place not in encode.tracks):
            options[f"c:a:{at}"] = "copy"
            continue
        told = {"c": encode.codec, "b": encode.max_bit_rate, "ar": encode.sample_rate_hz, "ac": encode.channels}
        options |= {f"{name}:a:{at}": value for name, value in told.items() if value}
    return options
