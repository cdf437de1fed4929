"""Files as ffmpeg is told of them: arguments with two names left open in, arguments with addresses out."""

from pathlib import Path

SOURCE, TARGET = "file:<source>", "file:<target>"
"""What stands for the two files until the arguments are compiled."""


def address(path: Path) -> str:
    """Return an address that ffmpeg can take for nothing else: not an option, a pattern or a protocol."""
    return f"file:{path.absolute()}"


def named(arguments: list[str], source: Path, target: Path) -> list[str]:
    """Return arguments with the files' names in their places; ffmpeg-python takes no name that is not UTF-8."""
    names = {SOURCE: address(source), TARGET: address(target)}
    return [names.get(argument, argument) for argument in arguments]
