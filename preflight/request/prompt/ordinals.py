"""Read ordinals before a noun: "the first reference image", 第二段视频, 첫 번째 이미지, 2〜6枚目の画像."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

import msgspec

from preflight.request.prompt.letters import chinese_at
from preflight.request.prompt.words import Language, languages, values

WINDOW = 80
"""Characters examined before a noun."""
MOST_TOGETHER = 30
"""Most positions of "the first N images" or a range."""
MOST_LISTED = 8
"""Most ordinals of a list before its last."""
DASH = r"[-\u2010-\u2015~\u301c\uff5e]"


class Ordinal(msgspec.Struct, frozen=True):
    """Positions of an ordinal or list, and its start."""

    numbers: tuple[int, ...]
    start: int


Reader = Callable[[str], Ordinal | None]
"""Text before a noun → ordinals at its end."""
DIGITS = r"\d{1,2}|[\u2460-\u2473]"
Value = Callable[[str], int]


def ordinal_before(text: str, at: int, *, latin: bool, many: bool = False) -> Ordinal | None:
    """Read the ordinals before a noun; None where there are none.

    Args:
        text: the folded prompt.
        at: start of the noun.
        latin: whether it is English.
        many: whether it is a plural, as in "the second of the two images".
    """
    begin = max(0, at - WINDOW)
    readers = (_readers()[0], *([_of_some()] if many else ())) if latin else _readers()[1:]
    for reader in readers:
        if found := reader(text[begin:at]):
            return Ordinal(found.numbers, begin + found.start)
    return None


@cache
def _readers() -> tuple[Reader, ...]:
    english, *others = languages()
    return (_english(english), *map(_counted, others))


@cache
def _of_some() -> Reader:
    """Build the reader of "the second of the two"; without the number it may mean time."""
    english = languages()[0]
    known, counts = values(english.numbers.ordinals), tuple(values(english.numbers.words))
    pattern = re.compile(
        rf"(?:^|[^a-z])the\s+(?P<ordinal>{_any(tuple(known))})\s+of\s+(?:the|these|those|my|our|your|all)\s+"
        rf"(?:\d+|{_any(counts)})\s+(?:(?:{_any(english.grammar.between)})\s+)?$"
    )

    def read(window: str) -> Ordinal | None:
        match = pattern.search(window)
        return Ordinal((known[match["ordinal"]],), match.start("ordinal")) if match else None

    return read


def _any(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True))) or r"(?!)"


def _listed(said: str, number: str, to: str, value: Value) -> tuple[int, ...]:
    """List the positions of ordinals, ranges expanded: "the 2nd to 4th and the 6th"."""
    found: list[int] = []
    end = 0
    for match in re.finditer(number, said):
        one = value(match[0])
        ranged = found and re.search(to, said[end : match.start()])
        far = range(found[-1] + 1, one) if ranged else range(0)
        found += [*(far if len(far) < MOST_TOGETHER else ()), one]
        end = match.end()
    return tuple(found)


def _english(language: Language) -> Reader:
    known, counts = values(language.numbers.ordinals), values(language.numbers.words)
    grammar = language.grammar
    ordinal = rf"(?:{_any(tuple(known))})"
    words = _any((*grammar.to, *grammar.through))
    to = rf"(?:{words})(?![a-z])|{DASH}"
    also = rf"\s+(?:{_any(grammar.also)}|{words})\s+"
    joint = rf"(?:\s*(?:[,&/+]|{DASH})\s*(?:(?:and|or)\s+)?|{also})"
    pattern = re.compile(
        rf"(?:^|(?<=[^a-z0-9-]))(?P<said>(?:{ordinal}{joint}(?:the\s+)?){{0,{MOST_LISTED}}}(?P<ordinal>{ordinal}))"
        rf"(?:[\s-]+(?P<count>\d+|{_any(tuple(counts))}))?(?:\s+(?:{_any(grammar.between)}))?\s+$"
    )
    refused = re.compile(rf"(?:\d|(?:^|[^a-z])(?:{_any((*grammar.not_after, *counts))}))[\s-]*$")

    def read(window: str) -> Ordinal | None:
        match = pattern.search(window)
        if match is None or refused.search(window, 0, match.start()):
            return None
        count = match["count"]
        if count is None:
            return Ordinal(_listed(match["said"], ordinal, to, known.__getitem__), match.start())
        together = counts.get(count) or (int(count) if len(count) < 3 else 0)  # noqa: PLR2004 - up to two digits
        fits = known[match["ordinal"]] == 1 and 1 < together <= MOST_TOGETHER
        return Ordinal(tuple(range(1, together + 1)), match.start()) if fits else None

    return read


def _forms(language: Language) -> Iterator[tuple[str, str, str]]:
    """Yield the forms of ordinals with a counter: prefix, ordinal, and start of a range."""
    grammar, numbers = language.grammar, language.numbers
    counter = rf"\s*(?:{_any(grammar.counters)})"
    if numbers.ordinals:
        spoken = rf"\s*(?:{_any(grammar.spoken)})" if grammar.spoken else ""
        yield "", rf"(?:{_any(tuple(values(numbers.ordinals)))}){spoken}", r"(?!)"
    if grammar.before:
        word = rf"(?:{DIGITS}|(?:{_any(tuple(values(numbers.words)))}){{1,3}})"
        yield rf"(?={grammar.before})", rf"(?:{grammar.before})?\s*{word}(?:{counter})?", r"(?!)"
    if grammar.bare:
        words = _any(tuple(values(numbers.words)))
        yield r"(?<!\d)", rf"(?:{DIGITS}|(?:{words}){{1,3}})(?:{counter})", rf"(?:{DIGITS})"


def _counted(language: Language) -> Reader:
    """Build the reader of a language whose ordinals have counters."""
    grammar, numbers = language.grammar, language.numbers
    known = values(numbers.words) | values(numbers.ordinals)
    to = rf"(?:{_any((*grammar.to, *grammar.through))}|{DASH})"
    joint = rf"\s*(?:[,&/+\u3001]|{_any(grammar.also)}|{to})\s*"
    number = rf"{DIGITS}|(?:{_any(tuple(values(numbers.words)))}){{1,3}}|{_any(tuple(values(numbers.ordinals)))}"
    end = rf"\s*(?:(?:{_any(grammar.between)})\s*)*$"
    patterns = [
        re.compile(rf"{begin}(?P<said>(?:{one}{joint}|{short}\s*{to}\s*){{0,{MOST_LISTED}}}{one}){end}")
        for begin, one, short in _forms(language)
    ]
    nouns = tuple(word for each in languages() for word in each.nouns.by_word())
    lead = "|".join([r"^", r"(?<=\W)", *(rf"(?<={word})" for word in grammar.first_after)])
    some = re.compile(rf"(?:{lead})(?:{_any(grammar.first)})\s*(?P<count>{number})\s*(?:{_any(grammar.pieces)})?{end}")
    refused = re.compile(rf"(?:{_any(grammar.not_after)})\s*$")

    def read(window: str) -> Ordinal | None:
        if together := some.search(window):
            count = known.get(together["count"]) or _number(together["count"])
            return Ordinal(tuple(range(1, count + 1)), together.start()) if 1 < count <= MOST_TOGETHER else None
        match = next(filter(None, (pattern.search(window) for pattern in patterns)), None)
        if match is None or refused.search(window, 0, match.start()):
            return None
        listed = _listed(match["said"], number, to, lambda said: known.get(said) or _number(said))
        if window[: match.start()].rstrip().endswith(nouns):  # the first ones belong to another noun
            listed = listed[-1:]
        return Ordinal(listed, match.start()) if all(listed) else None

    return read


def _number(said: str) -> int:
    """Convert digits, a circled number, or up to three Chinese characters."""
    if said.isdecimal():
        return int(said)
    return chinese_at(said, 0)[0] or round(unicodedata.numeric(said[0], 0))
