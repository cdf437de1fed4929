"""Read spelled numbers behind a noun ("image one", 图十二), with a verdict."""

import re
from functools import cache

import msgspec

from preflight.request.prompt.after import Verdict, units
from preflight.request.prompt.words import languages, values

TEN = 10
DETERMINER = re.compile(r"(?:^|[^a-z])(?:the|an?|this|that|any|no|each)\s+$")


class Letters(msgspec.Struct, frozen=True):
    """A spelled number."""

    number: int
    end: int
    verdict: Verdict


@cache
def _words(index: int) -> tuple[dict[str, int], re.Pattern[str]]:
    """Map one language's spelled numbers, and compile a pattern for them."""
    known = values(languages()[index].numbers.words)
    longest = sorted(known, key=len, reverse=True)
    return known, re.compile("|".join(map(re.escape, longest)) or r"(?!)")


def letters_at(text: str, noun_end: int, at: int, *, latin: bool, before: str) -> Letters | None:
    """Read a spelled number.

    Args:
        text: the folded prompt.
        noun_end: end of the noun.
        at: where the number would begin, behind blanks and signs.
        latin: whether the noun is English.
        before: text before the noun.
    """
    if latin:
        return _english(text, at, before) if at > noun_end else None
    return _chinese(text, at)


def _english(text: str, at: int, before: str) -> Letters | None:
    known, pattern = _words(0)
    match = pattern.match(text, at)
    if match is None or re.compile(r"[a-z-]").match(text, match.end()):
        return None
    number = known[match[0]]
    if units().sure.match(text, match.end()) or units().one.match(text, match.end()):
        return None
    following = re.compile(r"\s+([a-z]+)").match(text, match.end())
    if following and following[1] in languages()[0].grammar.not_number:
        return None
    doubtful = number == 1 and DETERMINER.search(before)
    return Letters(number, match.end(), "count" if doubtful or units().doubtful.match(text, match.end()) else "certain")


def chinese_at(text: str, at: int) -> tuple[int, int]:
    """Read a Chinese number up to 99, and its end; 0 where there is none."""
    known, pattern = _words(1)
    digits, end = [], at
    while match := pattern.match(text, end):
        digits.append(known[match[0]])
        end = match.end()
    return _put_together(digits), end


def _chinese(text: str, at: int) -> Letters | None:
    number, end = chinese_at(text, at)
    grammar = languages()[1].grammar
    counts = units().sure.match(text, end) or units().doubtful.match(text, end)
    if not number or counts or text.startswith(grammar.not_number, end):
        return None
    ends = not text[end : end + 1].isalpha() or text.startswith(grammar.function, end)
    return Letters(number, end, "certain" if ends else "name")


def _put_together(digits: list[int]) -> int:
    """Combine digits: 十二 (10, 2), 二十 (2, 10), 三 (3); 0 for an invalid sequence."""
    match digits:
        case [number]:
            return number
        case [10, ones] if ones < TEN:
            return TEN + ones
        case [tens, 10] if tens < TEN:
            return tens * TEN
        case [tens, 10, ones] if max(tens, ones) < TEN:
            return tens * TEN + ones
        case _:
            return 0
