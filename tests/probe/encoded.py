"""Clips encoded for a test."""

from pathlib import Path

from preflight.apply.ffmpeg import find_tool, run

SOURCE = "testsrc2=size={}:rate=25:duration={}"


def encoded(folder: Path, name: str, *options: str, size: str = "854x480", seconds: float = 2) -> Path:
    path = folder / name
    run(
        find_tool().path,
        ["-f", "lavfi", "-i", SOURCE.format(size, seconds), *options, "-threads", "1", f"file:{path}"],
    )
    return path
