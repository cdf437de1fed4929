"""File names for ffmpeg: arguments with placeholders in, arguments with `file:` addresses out."""

from pathlib import Path

SOURCE, TARGET = "file:<source>", "file:<target>"
"""Placeholders until arguments are compiled."""


def address(path: Path) -> str:
    """Build a `file:` address, which ffmpeg cannot take for an option, pattern or other protocol."""
    return f"file:{path.absolute()}"


def named(arguments: list[str], source: Path, target: Path) -> list[str]:
    """Replace placeholders by addresses; ffmpeg-python itself refuses names that are not UTF-8."""
    names = {SOURCE: address(source), TARGET: address(target)}
    return [names.get(argument, argument) for argument in arguments]
