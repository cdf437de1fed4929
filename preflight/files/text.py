"""Text files from people and programs: bytes in; text, a TOML table or a JSON value out.

Accepts a byte order mark, UTF-16 and any line ends. Bounds numbers, depth and size first: such files come from outside,
also where this program wrote them.
"""

import codecs
import math
import os
import re
import stat
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from preflight.system.files import NO_WAIT, READ
from preflight.values.excerpt import Excerpt
from preflight.values.phrase import error_words, phrase

SAMPLE_BYTES = 512
DEEPEST = 64
"""Nesting depth of tables and lists."""
MOST_PARTS = 200
"""Single words, with a dot between each two, that a line may hold in a row; prose has fewer."""
PART = re.compile(r"""\s*([\w-]+|"[^"]*"|'[^']*')\s*""")
"""A part of a dotted key."""
MOST_DIGITS = 30
"""Digits of a whole number."""
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "an MP4, MOV or HEIC file"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"\x89PNG", "a PNG image"),
    (0, b"GIF8", "a GIF image"),
    (0, b"RIFF", "a WAV, AVI or WebP file"),
    (0, b"\x1aE\xdf\xa3", "a Matroska or WebM clip"),
    (0, b"ID3", "an MP3 file"),
    (0, b"fLaC", "a FLAC file"),
    (0, b"OggS", "an Ogg file"),
    (0, b"PK\x03\x04", "a ZIP archive or office document"),
    (0, b"%PDF", "a PDF document"),
    (0, b"{\\rtf", "an RTF document"),
)
"""Offset and first bytes of files that are no text, and their format."""


class TextError(ValueError):
    """The file is no text, or not of the wanted format; the message says why.

    Args:
        message: why.
        excerpt: the line at which reading failed.
    """

    def __init__(self, message: str, excerpt: Excerpt | None = None) -> None:
        super().__init__(message)
        self.excerpt = excerpt


def bytes_of(path: Path, most: int, *, plain: bool = True) -> bytes:
    """Read a file, or the first `most` + 1 bytes of a larger or endless one.

    Args:
        path: the file.
        most: bytes.
        plain: whether to refuse pipes and devices, which could block.

    Raises:
        OSError: it cannot be read, or is no plain file.
    """
    descriptor = os.open(path, READ | NO_WAIT if plain else READ)
    with os.fdopen(descriptor, "rb") as stream:
        mode = os.fstat(descriptor).st_mode
        if plain and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise OSError(0, "is no plain file", str(path))
        return stream.read(most + 1)


def text_of(content: bytes) -> str:
    """Decode a text file, without its byte order mark.

    Raises:
        TextError: it is neither UTF-8 nor UTF-16, or a medium or document.
    """
    if other := next((name for at, begin, name in SIGNATURES if content.startswith(begin, at)), None):
        raise TextError(phrase("is {what}, and no text", what=other))
    encoding = encoding_of(content[:SAMPLE_BYTES])
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        named = "UTF-8" if encoding.startswith("utf-8") else "UTF-16"
        raise TextError(
            phrase("not {w} text (byte {n}), which it has to be; save it as UTF-8", w=named, n=error.start)
        ) from None


def encoding_of(sample: bytes) -> str:
    """Detect the encoding by a byte order mark, or for UTF-16 without one by alternate zero bytes."""
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = sample[0::2].count(0), sample[1::2].count(0)
    if max(zeros) * 4 <= len(sample) or min(zeros) * 8 > max(zeros):
        return "utf-8"
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


def toml_of(content: bytes, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Parse a TOML file.

    Args:
        content: the bytes.
        names: what people call a key in their own language → the key, for a corrected line.

    Raises:
        TextError: it is no text, no TOML, or exceeds the bounds.
    """
    text = _with_line_feeds(text_of(content))
    _refuse_long_keys(text)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        from preflight.files.toml_faults import fault_of

        fault = fault_of(text, error, names)
        message = phrase(
            "not TOML: line {n1}, column {n2}: {why}",
            n1=fault.excerpt.line,
            n2=fault.excerpt.column,
            why=fault.cause,
        )
        raise TextError(message, fault.excerpt) from None
    except (ValueError, RecursionError) as error:
        raise TextError(phrase("not TOML: {why}", why=_why(error))) from None
    refuse_unbounded(table)
    return table


def _with_line_feeds(text: str) -> str:
    """End lines as TOML wants it, where each ends with a carriage return alone."""
    return text if "\n" in text else text.replace("\r", "\n")


def _refuse_long_keys(text: str) -> None:
    """Refuse dotted keys of very many parts: parsing takes the square of their number."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") < MOST_PARTS:
            continue
        together = 0
        for part in line.split("."):
            together = together + 1 if PART.fullmatch(part) else 0
            if together >= MOST_PARTS:
                raise TextError(phrase("line {n1}: a key nested more than {n2} deep", n1=number, n2=DEEPEST))


def json_of(content: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Parse a JSON file.

    Raises:
        TextError: it is no text, no JSON, or exceeds the bounds.
    """
    return json_of_text(text_of(content))


def json_of_text(text: str, *, unique: bool = False) -> Any:  # noqa: ANN401 - any JSON value
    """Parse JSON text.

    Args:
        text: the text.
        unique: whether to refuse two keys of one name, of which readers take the first or the last (RFC 8259, 4).

    Raises:
        TextError: it is no JSON, or exceeds the bounds.
    """
    import json  # with its patterns, a hundredth of a start

    pairs = _unique if unique else None
    try:
        value = json.loads(text, parse_int=_whole, parse_constant=_refuse_constant, object_pairs_hook=pairs)
    except TextError:
        raise
    except (ValueError, RecursionError) as error:
        raise TextError(phrase("not JSON: {why}", why=_why(error))) from None
    refuse_unbounded(value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise TextError(phrase("{q}: stands there twice", q=twice[:60]))
    return table


def _whole(digits: str) -> int:
    if (count := len(digits.removeprefix("-"))) > MOST_DIGITS:
        raise TextError(phrase("a number of {n} digits", n=f"{count:,}"))
    return int(digits)


def _refuse_constant(name: str) -> float:
    raise TextError(phrase("{q} is no number that JSON knows", q=name))


def _why(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else error_words(error)


def _is_text(key: object) -> bool:
    """Tell whether a key can be encoded; JSON allows half of a surrogate pair, which is no character."""
    text = str(key)
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def refuse_unbounded(value: object) -> None:
    """Raise TextError for nesting that is too deep, and for keys and numbers out of bounds."""
    stack = [("", value, 1)]
    while stack:
        place, one, depth = stack.pop()
        if depth > DEEPEST:
            raise TextError(phrase("{q}...: nested more than {n} deep", q=place[:60], n=DEEPEST))
        if isinstance(one, float) and not math.isfinite(one):
            raise TextError(phrase("{q1}: expected a number, got {q2}", q1=place, q2=one))
        if isinstance(one, int) and abs(one) >= 10**MOST_DIGITS:
            raise TextError(phrase("{q}: a number of more than {n} digits", q=place, n=MOST_DIGITS))
        if isinstance(one, dict) and not all(_is_text(key) for key in one):
            raise TextError(phrase("{q}: a key that is no text", q=place) if place else "a key that is no text")
        inner = one.items() if isinstance(one, dict) else enumerate(one) if isinstance(one, list) else ()
        stack += [(f"{place}.{key}" if place else str(key), part, depth + 1) for key, part in inner]
