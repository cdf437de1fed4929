"""Audio of a clip: plan and facts in, ffmpeg's stream mapping and options out."""

from typing import Any

from preflight.plan.clip_audio import kept_after
from preflight.plan.steps import Encode, JoinAudio, Step, find
from preflight.values.facts import AudioTrack, VideoFacts


def joined_with(track: AudioTrack, steps: tuple[Step, ...]) -> int | None:
    """Find the track joined to this one as right channel; None where there is none."""
    join = find(steps, JoinAudio)
    return join.right if join and join.left == track.place else None


def audio_options(facts: VideoFacts, steps: tuple[Step, ...], encode: Encode | None) -> dict[str, Any]:
    """Build the options of each audio track; the first is the default one."""
    options: dict[str, Any] = {}
    for at, track in enumerate(kept_after(facts, steps)):
        options[f"disposition:a:{at}"] = "0" if at else "default"
        if encode is None or (encode.tracks and track.place not in encode.tracks):
            options[f"c:a:{at}"] = "copy"
            continue
        told = {"c": encode.codec, "b": encode.max_bit_rate, "ar": encode.sample_rate_hz, "ac": encode.channels}
        options |= {f"{name}:a:{at}": value for name, value in told.items() if value}
    return options
