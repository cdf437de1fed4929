"""Make results: small real MP4 files, by one ffmpeg child."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

FRAME_RATE_HZ = 24
"""Frame rate of every result."""

_SOURCE_SHRINK = 4


class RenderError(Exception):
    """ffmpeg failed; the text holds the end of its output."""


def frame_size(frames: dict[str, tuple[int, int]], aspect_ratio: str, shape: tuple[int, int] | None) -> tuple[int, int]:
    """Choose width and height of a result, in pixels.

    Args:
        frames: the sizes of the quality by aspect ratio.
        aspect_ratio: such as `16:9`, or `adaptive`.
        shape: width and height in pixels for `adaptive`; None for 16:9.
    """
    if aspect_ratio != "adaptive":
        return frames[aspect_ratio]
    width_px, height_px = shape or frames["16:9"]
    wanted = math.log(width_px / height_px)
    return min(frames.values(), key=lambda frame: abs(math.log(frame[0] / frame[1]) - wanted))


def render(target: Path, *, size: tuple[int, int], duration_s: int, audio: bool, timeout_s: float) -> None:
    """Make one result; blocks until it is complete.

    The last few are remembered: all of one size, duration and audio hold the same bytes.

    Args:
        target: absolute path of the file.
        size: width and height in pixels, both even.
        duration_s: duration in seconds.
        audio: whether it has an audio track.
        timeout_s: seconds for ffmpeg.

    Raises:
        RenderError: ffmpeg failed or took too long.
    """
    try:
        target.write_bytes(_drawn((_ffmpeg(), *_arguments(size, duration_s, audio=audio)), timeout_s))
    except subprocess.CalledProcessError as error:
        raise RenderError(error.stderr.decode(errors="replace")[-500:]) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RenderError(f"ffmpeg: {type(error).__name__}") from error


@lru_cache(maxsize=8)
def _drawn(command: tuple[str, ...], timeout_s: float) -> bytes:
    """Run ffmpeg and return the file that it makes; raise what `subprocess.run` raises."""
    with tempfile.TemporaryDirectory(prefix="preflight-result-") as folder:
        target = Path(folder) / "result.mp4"
        subprocess.run(  # noqa: S603 - an argument list of numbers and our own path
            [*command, f"file:{target}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=timeout_s,
        )
        return target.read_bytes()


def _ffmpeg() -> str:
    """Choose the ffmpeg that is named, else the one in the wheel, else the one on PATH."""
    if named := os.environ.get("PREFLIGHT_FFMPEG"):
        return named
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return shutil.which("ffmpeg") or "ffmpeg"


def _arguments(size: tuple[int, int], duration_s: int, *, audio: bool) -> list[str]:
    """Draw a small test pattern and enlarge it: half the time, a fifth of the bytes."""
    width_px, height_px = size
    drawn = f"{width_px // _SOURCE_SHRINK}x{height_px // _SOURCE_SHRINK}"
    picture = f"testsrc2=size={drawn}:rate={FRAME_RATE_HZ},scale={width_px}:{height_px}:flags=neighbor,setsar=1"
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"] if audio else []
    return [
        *("-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", picture, *tone),
        *("-t", str(duration_s), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-pix_fmt", "yuv420p"),
        *(("-c:a", "aac", "-b:a", "96k") if audio else ("-an",)),
        *("-movflags", "+faststart", "-f", "mp4"),
    ]
