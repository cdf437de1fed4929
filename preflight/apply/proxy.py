"""Make small copies of clips and audio that every browser plays; for viewing only."""

from pathlib import Path

from preflight.apply.addresses import address
from preflight.apply.av import DEMUXERS
from preflight.apply.ffmpeg import run_first_able
from preflight.values.facts import AudioFacts, VideoFacts

LONGER_SIDE_PX = 640
LIMIT_S = 600.0
KEY_EVERY_FRAMES = 12
"""Frames between two keyframes, so that seeking is immediate."""


def make_proxy(path: str, facts: VideoFacts | AudioFacts, target: Path) -> None:
    """Write a small copy in H.264 and AAC, in MP4.

    Raises:
        NotDone: no ffmpeg can make it.
    """
    side = f"scale=w='min({LONGER_SIDE_PX},iw)':h='min({LONGER_SIDE_PX},ih)':force_original_aspect_ratio=decrease"
    frames = [
        *("-map", "0:V:0", "-vf", f"{side},scale=trunc(iw/2)*2:trunc(ih/2)*2,setsar=1,format=yuv420p"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "28", "-g", str(KEY_EVERY_FRAMES)),
    ]
    arguments = [
        *("-protocol_whitelist", "file", "-f", DEMUXERS.get(facts.format, facts.format), "-i", address(Path(path))),
        *(frames if isinstance(facts, VideoFacts) else []),
        *("-map", "0:a:0?", "-c:a", "aac", "-b:a", "96k", "-ac", "2", "-map_metadata", "-1"),
        *("-movflags", "+faststart", "-f", "mp4", "-y", address(target)),
    ]
    run_first_able({"libx264", "aac"}, arguments, limit_s=LIMIT_S)
