"""Text files as people and other programs save them: bytes in; text, a TOML table or a JSON value out.

A byte order mark, UTF-16 and any line ends are understood. Numbers, depth and size are bounded before anything is built
of them: such a file comes from outside, also where this program once wrote it.
"""

import codecs
import json
import math
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from preflight.system.files import NO_WAIT, READ

SAMPLE_BYTES = 512
DEEPEST = 64
"""Tables and lists within one another."""
MOST_DIGITS = 30
"""Of a whole number; none that is meant has more."""
BACKSLASH = re.compile(r'"(?:[A-Za-z]:)?\\|"[^"\\]*\\[A-Za-z]')
LINE = re.compile(r"at line (\d+)")
WRITE_PLAINLY = "a backslash begins an escape between double quotes: write the path as 'C:\\clips\\a.mp4', or with /"


class TextError(ValueError):
    """A file is no text, or not text of the wanted kind; the message says why."""


def bytes_of(path: Path, most: int, *, plain: bool = True) -> bytes:
    """Return what a file holds, or its first `most` + 1 bytes where it is larger, or has no end.

    Args:
        path: the file.
        most: bytes.
        plain: whether nothing but a plain file will do: a pipe that somebody has laid there would be waited for.

    Raises:
        OSError: it cannot be read, or is no plain file where one is wanted.
    """
    descriptor = os.open(path, READ | NO_WAIT if plain else READ)
    with os.fdopen(descriptor, "rb") as stream:
        mode = os.fstat(descriptor).st_mode
        if plain and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise OSError(0, "is no plain file", str(path))
        return stream.read(most + 1)


def text_of(content: bytes) -> str:
    """Return the text of a file, without its byte order mark.

    Raises:
        TextError: it is neither UTF-8 nor UTF-16.
    """
    encoding = encoding_of(content[:SAMPLE_BYTES])
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        named = "UTF-8" if encoding.startswith("utf-8") else "UTF-16"
        raise TextError(f"not {named} text (byte {error.start}), which it has to be; save it as UTF-8") from None


def encoding_of(sample: bytes) -> str:
    """Return the encoding of text by its first bytes: a mark, or for UTF-16 without one every other byte a zero."""
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = sample[0::2].count(0), sample[1::2].count(0)
    if max(zeros) * 4 <= len(sample) or min(zeros) * 8 > max(zeros):
        return "utf-8"
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


def toml_of(content: bytes) -> dict[str, Any]:
    """Return the table that a TOML file holds.

    Raises:
        TextError: it is no text, no TOML, or holds what nothing can be made of.
    """
    text = text_of(content)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TextError(f"not TOML: {error}{_hint(text, str(error))}") from None
    except (ValueError, RecursionError) as error:
        raise TextError(f"not TOML: {_why(error)}") from None
    refuse_unbounded(table)
    return table


def _hint(text: str, said: str) -> str:
    """Return what to write instead where a path on Windows stands between double quotes."""
    found = LINE.search(said)
    lines = text.splitlines()
    line = lines[int(found[1]) - 1] if found and int(found[1]) <= len(lines) else text
    return f"; {WRITE_PLAINLY}" if BACKSLASH.search(line) else ""


def json_of(content: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value that a JSON file holds.

    Raises:
        TextError: it is no text, no JSON, or holds what nothing can be made of.
    """
    return json_of_text(text_of(content))


def json_of_text(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value that JSON text holds.

    Raises:
        TextError: it is no JSON, or holds what nothing can be made of.
    """
    try:
        value = json.loads(text, parse_int=_whole, parse_constant=_refuse_constant)
    except TextError:
        raise
    except (ValueError, RecursionError) as error:
        raise TextError(f"not JSON: {_why(error)}") from None
    refuse_unbounded(value)
    return value


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise TextError(f"a number of {len(digits):,} digits")
    return int(digits)


def _refuse_constant(name: str) -> float:
    raise TextError(f"{name} is no number that JSON knows")


def _why(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def _is_text(key: object) -> bool:
    """Tell whether a key can be written: half of a surrogate pair, which JSON can name, is no character."""
    text = str(key)
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def refuse_unbounded(value: object) -> None:
    """Raise TextError where a value is nested too deeply, or holds a key or number that nothing can be made of."""
    stack = [("", value, 1)]
    while stack:
        place, one, depth = stack.pop()
        if depth > DEEPEST:
            raise TextError(f"{place[:60]}...: nested more than {DEEPEST} deep")
        if isinstance(one, float) and not math.isfinite(one):
            raise TextError(f"{place}: expected a number, got {one}")
        if isinstance(one, int) and abs(one) >= 10**MOST_DIGITS:
            raise TextError(f"{place}: a number of more than {MOST_DIGITS} digits")
        if isinstance(one, dict) and not all(_is_text(key) for key in one):
            raise TextError(f"{place + ': ' if place else ''}a key that is no text")
        inner = one.items() if isinstance(one, dict) else enumerate(one) if isinstance(one, list) else ()
        stack += [(f"{place}.{key}" if place else str(key), part, depth + 1) for key, part in inner]
