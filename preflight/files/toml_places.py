"""Where a value stands in a TOML text: a dotted place in, its line and column out.

    text, place ──► every key and value that may be meant ──► the one whose replacement is seen at the place

`tomllib` keeps no places. Whether a key or a value is the one that is meant is told by parsing the text with another in
its stead, so that all ways to write a table are known: `[[videos]]`, `{ ... }` in a line or in several, dotted keys.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import msgspec

from preflight.files.text import TextError, text_of
from preflight.files.toml_spans import plain_key
from preflight.values.excerpt import Excerpt

TEXT = r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'"
KEY = re.compile(rf"([\w\-]+|{TEXT})[ \t]*=[ \t]*")
HEADER = re.compile(rf"^[ \t]*\[\[?[ \t]*(?:[\w\-]+[ \t]*\.[ \t]*)*([\w\-]+|{TEXT})[ \t]*\]", re.MULTILINE)
VALUE = re.compile(rf"({TEXT}|[^\s,\[\]{{}}\"'#=]+)")
STAND_IN = "preflight-stand-in"
MOST_CHARACTERS = 1 << 16
"""Longest text that is searched: each try parses all of it."""
MOST_TRIES = 200
NOT_THERE = (tomllib.TOMLDecodeError, RecursionError, LookupError, TypeError, ValueError)


class Spot(msgspec.Struct, frozen=True):
    """Offsets in a text, or in a line of it."""

    begin: int
    """Where the key begins, or an entry of a list."""
    end: int
    """Where it ends."""
    value: int
    """Where the value begins."""


Correct = Callable[[str, Spot], str | None]
"""Writes a line anew, given what is wrong in it; None where it cannot."""


def spot_of(text: str, place: Sequence[str]) -> Spot | None:
    """Find a key, or an entry of a list, in a text; None where it is not there, or cannot be told.

    Args:
        text: TOML that parses.
        place: the keys and positions that lead there, such as ("videos", "0", "keep").
    """
    try:
        there = _at(tomllib.loads(text), place) if len(text) <= MOST_CHARACTERS else None
    except NOT_THERE:
        return None
    if there is None:
        return None
    if not place[-1].isdigit():
        keys = (_spots(text, kind, STAND_IN, _names(place[-1]), _is_key(place)) for kind in (KEY, HEADER))
        return next(chain.from_iterable(keys), None)
    if isinstance(there, dict):
        return spot_of(text, (*place, next(iter(there)))) if there else None
    return next(_spots(text, VALUE, f'"{STAND_IN}"', lambda value: _read(value) == there, _is_entry(place)), None)


def excerpt_at(content: bytes, fault: str, correct: Correct | None = None, *, above: bool = True) -> Excerpt | None:
    """Cut out the line of a TOML file that a fault is in; None where none is found.

    Args:
        content: a TOML file that parses.
        fault: `place: why`, as a `TableError` words it.
        correct: writes the line anew.
        above: whether the table is shown that the place would be in, where it is not there itself.
    """
    place, _, why = fault.partition(": ")
    try:
        text = text_of(content).replace("\r\n", "\n")
    except TextError:
        return None
    steps = place.split(".")
    for depth in range(len(steps), 0 if above else len(steps) - 1, -1):
        if spot := spot_of(text, steps[:depth]):
            is_whole = depth == len(steps)
            at_value = is_whole and "unknown key" not in why
            return _excerpt(text, spot, correct if is_whole else None, spot.value if at_value else spot.begin)
    return None


def _excerpt(text: str, spot: Spot, correct: Correct | None, at: int) -> Excerpt:
    """Cut out the line of a spot, with a caret at an offset of the text."""
    begin = text.rfind("\n", 0, spot.begin) + 1
    line = text[begin:].partition("\n")[0]
    corrected = correct(line, Spot(spot.begin - begin, spot.end - begin, spot.value - begin)) if correct else None
    return Excerpt(line=text.count("\n", 0, begin) + 1, column=at - begin + 1, text=line, corrected=corrected)


def _spots(
    text: str, kind: re.Pattern[str], instead: str, may_be: Callable[[str], bool], is_meant: Callable[[str], bool]
) -> Iterator[Spot]:
    """Yield the tokens of a kind that are meant, seen by what the text is with another instead."""
    likely = (found for found in kind.finditer(text) if may_be(found[1]))
    for found in islice(likely, MOST_TRIES):
        if is_meant(f"{text[: found.start(1)]}{instead}{text[found.end(1) :]}"):
            yield Spot(found.start(1), found.end(1), found.end() if kind is KEY else found.start(1))


def _names(key: str) -> Callable[[str], bool]:
    """Build the test whether a token is a key, in quotes or not."""
    return lambda token: plain_key(token) == plain_key(key)


def _is_key(place: Sequence[str]) -> Callable[[str], bool]:
    """Build the test whether the stand-in is a key of the table that the place is in."""

    def is_meant(text: str) -> bool:
        try:
            table = _at(tomllib.loads(text), place[:-1])
        except NOT_THERE:
            return False
        return STAND_IN in table

    return is_meant


def _is_entry(place: Sequence[str]) -> Callable[[str], bool]:
    """Build the test whether the stand-in is what stands at the place."""

    def is_meant(text: str) -> bool:
        try:
            return bool(_at(tomllib.loads(text), place) == STAND_IN)
        except NOT_THERE:
            return False

    return is_meant


def _at(table: Any, place: Sequence[str]) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Follow the steps of a place to its value; raise one of `NOT_THERE` where there is none."""
    for step in place:
        table = table[int(step)] if isinstance(table, list) else table[step]
    return table


def _read(value: str) -> object:
    """Read a value; None where it is none."""
    try:
        return tomllib.loads(f"v = {value}").get("v")
    except NOT_THERE:
        return None
