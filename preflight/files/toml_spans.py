"""TOML errors that lines share: a list, a text or a key in more than one of them.

    lines, the number of the wrong one, the message of tomllib ──► the lines to replace, and what by

A line ends a list or a text that another line begins, or repeats its key.
"""

import re
import unicodedata
from collections.abc import Iterator

import msgspec

from preflight.values.phrase import phrase

GIVEN = re.compile(r"(\s*)([\w\-]+|\"[^\"]+\"|'[^']+')(\s*=\s*)(.*)")
"""A line that gives a key a value: what indents it, the key, = and the value."""
TABLE = re.compile(r"\s*\[")
OPEN_TEXT = re.compile(r"(\s*(?:[\w\-]+|\"[^\"]+\"|'[^']+')\s*=\s*)(\"|')([^\"']+)")
"""A key and a text that does not end in its line."""
THREE = ('"' * 3, "'" * 3)
MOST_LINES = 50
"""Most lines that one text is looked for in."""


class Span(msgspec.Struct, frozen=True):
    """Lines that one line is to replace."""

    first: int
    """Number of the first line, from 1."""
    last: int
    corrected: str
    cause: str


def span_of(lines: list[str], number: int, said: str) -> Span | None:
    """Find what several lines share of a fault.

    Args:
        lines: the file, its quotes straight.
        number: of the line at which parsing fails, from 1.
        said: why, as `tomllib` words it.
    """
    if "overwrite" in said or "twice" in said:
        return _given_twice(lines, number)
    if "Unclosed array" in said:
        return _unclosed_list(lines, number)
    return _unclosed_text(lines) or _broken_text(lines, number)


def _given_twice(lines: list[str], number: int) -> Span | None:
    """Make a comment of a line whose key has a value already."""
    found = GIVEN.match(lines[number - 1])
    if not found:
        return None
    above = (at for at, line in enumerate(lines[: number - 1], 1) if _key_of(line) == plain_key(found[2]))
    first = next(above, None)
    if first is None:
        return None
    cause = phrase("{q} is given twice, first in line {n}", q=plain_key(found[2]), n=first)
    return Span(number, number, f"# {lines[number - 1].strip()}", cause)


def _key_of(line: str) -> str:
    found = GIVEN.match(line)
    return plain_key(found[2]) if found else ""


def plain_key(key: str) -> str:
    """Normalize a key: composed characters, no quotes."""
    return unicodedata.normalize("NFC", key).strip("\"'")


def _unclosed_list(lines: list[str], number: int) -> Span | None:
    """Close a list at its last entry, or put a comma where another entry follows."""
    ended = bool(GIVEN.match(lines[number - 1]) or TABLE.match(lines[number - 1]))
    above = number - 1 if ended else number
    last = next((at for at in range(above, 0, -1) if _holds(lines[at - 1])), 0)
    if not last:
        return None
    if ended or not any(map(_holds, lines[number:])):
        return Span(last, last, f"{lines[last - 1].rstrip()}]", unclosed(lines, last))
    before = next((at for at in range(number - 1, 0, -1) if _holds(lines[at - 1])), 0)
    if not before or lines[before - 1].rstrip().endswith((",", "[")):
        return None
    cause = "a comma is missing between two entries of a list"
    return Span(before, before, f"{lines[before - 1].rstrip()},", cause)


def unclosed(lines: list[str], number: int) -> str:
    """Word that a list stays open, which begins in a line, or above it."""
    opened = next((at for at in range(number, 0, -1) if "[" in lines[at - 1]), number)
    return phrase("the list that begins in line {q} is not closed with ], or a comma is missing", q=opened)


def _holds(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _unclosed_text(lines: list[str]) -> Span | None:
    """Close a text between three quotes, where it begins in a line that other keys follow."""
    for quotes in THREE:
        opened = [at for at, line in enumerate(lines, 1) if line.count(quotes) % 2]
        if len(opened) % 2:
            return _closed_with(lines, opened[-1], quotes)
    return None


def _closed_with(lines: list[str], number: int, quotes: str) -> Span:
    cause = phrase("the text that begins in line {n} is not closed with three quotes", n=number)
    return Span(number, number, f"{lines[number - 1].rstrip()}{quotes}", cause)


def _broken_text(lines: list[str], number: int) -> Span | None:
    """Join the lines of a text that stands between single quotes or double ones."""
    found = OPEN_TEXT.fullmatch(lines[number - 1])
    if not found:
        return None
    parts = [found[3].strip()]
    for at, line in _until_a_key(lines, number):
        parts.append(line.strip().removesuffix(found[2]).rstrip())
        if line.rstrip().endswith(found[2]):
            cause = "text of several lines stands between three quotes, or in one line"
            return Span(number, at, f"{found[1]}{found[2]}{' '.join(filter(None, parts))}{found[2]}", cause)
    return None


def _until_a_key(lines: list[str], number: int) -> Iterator[tuple[int, str]]:
    """Yield the lines below one, with their numbers, up to the next that gives a key a value."""
    for at, line in enumerate(lines[number : number + MOST_LINES], number + 1):
        if GIVEN.match(line) or TABLE.match(line):
            return
        yield at, line
