"""Ordinals before a noun: "the first reference image", 第二段视频, 첫 번째 이미지, 2枚目の画像."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

import msgspec

from preflight.prompt.letters import chinese_at
from preflight.prompt.words import Language, languages, values

WINDOW = 48
"""Characters before a noun that are looked at."""
MOST_TOGETHER = 30
"""The most that "the first N images" is read as."""


class Ordinal(msgspec.Struct, frozen=True):
    """The positions that an ordinal means, and where it begins."""

    first: int
    last: int
    start: int


Reader = Callable[[str], tuple[int, int, int] | None]
"""Text that ends where a noun begins → first and last position, and where in it the ordinal begins."""


def ordinal_before(text: str, at: int, *, latin: bool) -> Ordinal | None:
    """Read the ordinal that stands before a noun; None where there is none.

    Args:
        text: the folded prompt.
        at: where the noun begins.
        latin: whether it is an English one.
    """
    begin = max(0, at - WINDOW)
    window = text[begin:at]
    for reader in _readers()[:1] if latin else _readers()[1:]:
        if found := reader(window):
            return Ordinal(found[0], found[1], begin + found[2])
    return None


@cache
def _readers() -> tuple[Reader, ...]:
    english, *others = languages()
    return (_english(english), *map(_counted, others))


def _any(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True))) or r"(?!)"


def _english(language: Language) -> Reader:
    known, counts = values(language.numbers.ordinals), values(language.numbers.words)
    grammar = language.grammar
    pattern = re.compile(
        rf"(?:^|(?<=[^a-z0-9-]))(?P<ordinal>{_any(tuple(known))})"
        rf"(?:[\s-]+(?P<count>\d+|{_any(tuple(counts))}))?(?:\s+(?:{_any(grammar.between)}))?\s+$"
    )
    refused = re.compile(rf"(?:\d|(?:^|[^a-z])(?:{_any((*grammar.not_after, *counts))}))[\s-]*$")

    def read(window: str) -> tuple[int, int, int] | None:
        match = pattern.search(window)
        if match is None or refused.search(window, 0, match.start()):
            return None
        number, count = known[match["ordinal"]], match["count"]
        if count is None:
            return number, number, match.start()
        together = counts.get(count) or (int(count) if len(count) < 3 else 0)  # noqa: PLR2004 - up to two digits
        fits = number == 1 and 1 < together <= MOST_TOGETHER
        return (1, together, match.start()) if fits else None

    return read


def _counted(language: Language) -> Reader:
    """Return the reader of a language whose ordinals carry a counter."""
    grammar, numbers = language.grammar, language.numbers
    known = values(numbers.words) | values(numbers.ordinals)
    digits = r"\d{1,2}|[\u2460-\u2473]"
    end = rf"\s*(?:(?:{_any(grammar.between)})\s*)*$"
    forms = [rf"(?P<number>{_any(tuple(values(numbers.ordinals)))})\s*(?:{'|'.join(grammar.spoken)}){end}"]
    if grammar.before:
        number = rf"(?P<number>{digits}|(?:{_any(tuple(values(numbers.words)))}){{1,3}})"
        forms.append(rf"{grammar.before}\s*{number}\s*(?:{_any(grammar.counters)})?{end}")
    if grammar.bare:
        forms.append(rf"(?<!\d)(?P<number>{digits})\s*(?:{_any(grammar.counters)}){end}")
    patterns = [re.compile(form) for form in forms]

    def read(window: str) -> tuple[int, int, int] | None:
        match = next(filter(None, (pattern.search(window) for pattern in patterns)), None)
        if match is None:
            return None
        number = known.get(match["number"]) or _number(match["number"])
        return (number, number, match.start()) if number else None

    return read


def _number(said: str) -> int:
    """Return the number that digits, a circled number, or two or three Chinese characters stand for."""
    if said.isdecimal():
        return int(said)
    return chinese_at(said, 0)[0] or round(unicodedata.numeric(said[0], 0))
