"""File names: the next free one, and names of companion files, within the length limit of file systems."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from preflight.system.files import ANY_NAME

MAX_NAMES = 10_000
LONGEST_NAME = 255
"""Bytes of a name in nearly every file system."""
LONGEST_ENDING = 32
"""Bytes up to which a suffix counts as an extension."""
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$) *(?:\.|$)", re.IGNORECASE
)
"""Device names on Windows, with any extension."""
_NO_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
"""Characters forbidden on Windows: `:` leads to another drive, or to an alternate stream."""


def can_be_a_path(text: str) -> bool:
    """Tell whether a file could have a path: no zero byte, no surrogate but those that stand for undecodable bytes."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def storable(name: str) -> str:
    """Return a name that every system stores unchanged; replace what Windows would change by an underscore.

    On Windows `aux.mp4` is a device, `a.mp4.` is stored as `a.mp4`, `a:b` is a stream of `a`, and `C:` begins a path.
    """
    name = _NO_NAME.sub("_", name)
    kept = name.rstrip(". ")
    name = kept + "_" * (len(name) - len(kept))
    return f"_{name}" if _DEVICE.match(name) else name or "_"


def names(wanted: Path) -> Iterator[Path]:
    """Yield candidate names: the wanted one, then `name-2.mp4` and so on; cut a stem that is too long."""
    return map(Path, names_of(os.fspath(wanted)))


def names_of(wanted: str, *, any_name: bool = ANY_NAME) -> Iterator[str]:
    """Yield candidate names as `names` does, as text.

    Args:
        wanted: the path.
        any_name: whether the system stores any name; else yield the nearest one that it stores.
    """
    folder, name = os.path.split(wanted)
    if not any_name:
        name = storable(name)
        wanted = os.path.join(folder, name)  # noqa: PTH118 - any bytes may be a name
    yield wanted
    stem, ending = os.path.splitext(name)  # noqa: PTH122 - any bytes may be a name
    if len(os.fsencode(ending)) > LONGEST_ENDING:
        stem, ending = name, ""
    for number in range(2, MAX_NAMES):
        rest = f"-{number}{ending}"
        yield _join(folder, cut(stem, LONGEST_NAME - len(os.fsencode(rest))) + rest)


def beside(path: str, ending: str) -> str:
    """Return the path of a companion file: the name, cut where too long, plus an extension."""
    folder, name = os.path.split(path)
    encoded = os.fsencode(name)
    if len(encoded) + len(ending) > LONGEST_NAME:
        from hashlib import blake2b

        mark = f".{blake2b(encoded, digest_size=8).hexdigest()}"
        name = cut(name, LONGEST_NAME - len(ending) - len(mark)) + mark
    return _join(folder, name + ending)


def cut(text: str, most_bytes: int) -> str:
    """Cut a name to a number of bytes, between characters."""
    encoded = os.fsencode(text)
    end = min(most_bytes, len(encoded))
    while 0 < end < len(encoded) and encoded[end] & 0xC0 == 0x80:  # noqa: PLR2004 - a byte within a character of UTF-8
        end -= 1
    return os.fsdecode(encoded[:end])


def _join(folder: str, name: str) -> str:
    return os.path.join(folder, name)  # noqa: PTH118 - any bytes may be a name
