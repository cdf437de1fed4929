"""Parse references: a prompt in, mentions in text order out.

    mention   = [@] [ [ ] noun [sign] numbers            image 1, @图片3, [Video 1], images 1, 2 and 4-6
              | ordinal [counter] noun                   the first image, 第二段视频, 1번 이미지, 2枚目の画像
    numbers   = range { and range }
    range     = number [ dash number | to number | through [noun] number ]
    number    = digits | ① | 一 | one                    none where a unit follows: `after.py`

Nouns and function words are data (`words.py`). The text is read once, left to right.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from preflight.request.prompt.after import PLACEHOLDER, YEARS, Verdict, ends_list, verdict
from preflight.request.prompt.letters import letters_at
from preflight.request.prompt.mention import Doubt, Mention
from preflight.request.prompt.ordinals import Ordinal, ordinal_before
from preflight.request.prompt.text import composed, folded, is_latin
from preflight.request.prompt.words import languages
from preflight.values.assets import Kind

WIDEST = 100
"""Most numbers of a range; a wider one counts as its two ends."""
MOST_SPREAD = 10_000
"""Mentions of a prompt from which ranges count as two ends, to bound memory."""
UNREADABLE = 10**9
"""Stands for numbers of more than nine digits."""
CIRCLED = "\u2460-\u2473"
"""① to ⑳: Unicode, Enclosed Alphanumerics."""
DASH = r"[-\u2010-\u2015\u2212~\u301c\uff5e]"
NUMBER = re.compile(rf"#?(?P<digits>\d+|[{CIRCLED}])")
HEADING = re.compile(r"\s*:")
BRACKETS = {"]": "[", ")": "(", "\uff09": "\uff08"}
SENTENCE_BEGINS = re.compile(r"(?:^|[\n.!?;\u3002\]\)*#>-])\s*$")
WIDE = 16
"""Characters before a noun in which another mention may end: "image1image2"."""
BEHIND = 4
"""Characters before a noun that show whether it begins a sentence."""


class Noun(msgspec.Struct, frozen=True):
    """A word for a kind of reference, with its position."""

    kind: Kind
    word: str
    start: int
    """Start with `@` and brackets."""
    at: int
    """Start of the word."""
    end: int
    tag: bool
    bracket: bool
    many: bool
    """Whether it is a plural."""


class _Read(msgspec.Struct, frozen=True):
    """A number or range."""

    first: int
    last: int
    end: int
    verdict: Verdict


# ---- nouns -----------------------------------------------------------------------------------------------------------


@cache
def kinds() -> dict[str, Kind]:
    """Map every known noun → kind, cached."""
    return {word: kind for language in languages() for word, kind in language.nouns.by_word().items()}


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    nouns = "|".join(map(re.escape, sorted(kinds(), key=len, reverse=True)))
    each = [language.grammar for language in languages()]
    also = [word for grammar in each for word in grammar.also]
    signs = [word for grammar in each for word in grammar.number_sign]
    to, through = ([word for grammar in each for word in getattr(grammar, name)] for name in ("to", "through"))
    until = "|".join(re.escape(grammar.until) for grammar in each if grammar.until)
    position = "|".join(word for grammar in each for word in grammar.position)
    every = [word for language in languages() for word in language.all.every]
    joined, sign, ranged, across = (
        "|".join(map(re.escape, sorted(words, key=len, reverse=True))) for words in (also, signs, to, through)
    )
    weak = {word for language in languages() for word in language.nouns.weak}
    several = "|".join(re.escape(word) for word in kinds() if len(word) > 1 and word not in weak)
    latin = "|".join(word for word in every if word.isascii())
    wide = "|".join(word for word in every if not word.isascii())
    near = r"[^.,;\n\d\u3001\u3002\uff0c]{0,6}?"
    short = r"(?:(?!\bof\b)[^.,;\n]){0,30}?"
    return {
        "noun": re.compile(rf"(?P<mark>(?:@ ?)?\[?@?)(?P<word>{nouns})"),
        "sign": re.compile(rf"[\s_-]*(?:(?:{sign}|№)\s*)?(?P<open>\()?\s*(?:(?:{sign}|№)\s*)?(?P<square>\[)?"),
        "behind": re.compile(rf"(?:{nouns})s?[\s_-]?\d+$"),
        "and": re.compile(rf"(?:{position})?\s*(?:[,&+/\u3001]|(?:{joined}))(?:\s*and(?![a-z]))?\s*(?=[#\d{CIRCLED}])"),
        "again": re.compile(rf"(?:(?:{position})\u306e?)?\s*(?:more |other )?(?:{nouns})"),
        "to": re.compile(rf"(?:{position})?[\s-]*(?:{ranged})[\s-]*(?=[#\d])"),
        "through": re.compile(rf"(?:{position})?[\s-]*(?:{across})[\s-]*(?:@?(?:{nouns})[\s_-]*)?(?=[#\d])"),
        "dash": re.compile(rf"(?:{position})?{DASH}(?:(?:@?(?:{nouns}))[\s_-]*)?(?=[#\d])"),
        "wave": re.compile(rf"(?:{position})?\s*[~\u301c\uff5e]\s*(?=[#\d])"),
        "dashes": re.compile(rf"(?:{position})?(?:\s*{DASH}\s*|{DASH}@?(?:{nouns}))(?=[#\d])"),
        "words": re.compile(rf"\s*(?:[,&+/\u3001]|(?:{joined}|{ranged}|{across})|{DASH})(?:\s*and(?![a-z]))?\s*"),
        "words through": re.compile(rf"\s*(?:{across}|{DASH})\s*@?(?:{nouns})\s*"),
        "words to": re.compile(rf"\s*(?:{ranged}|{across}|{DASH})"),
        "until": re.compile(rf"(?:{position})?\s*(?:{until})"),
        "all": re.compile(
            rf"(?<![a-z])(?:(?:{latin})(?: of)?(?![a-z]){short}({several})s?|the(?![a-z]){short}({several})s"
            rf"|(?:{wide}){near}({several}))(?![a-z])(?![\s_-]*#?\d)"
        ),
    }


def _mentioned(text: str) -> Iterator[tuple[Noun, list[_Read]]]:
    """Yield the nouns of a folded text with the numbers behind them."""
    at = 0
    while match := _patterns()["noun"].search(text, at):
        at = match.end()
        if noun := _noun(text, match):
            read = _numbers(text, noun)
            at = read[-1].end if read else at
            yield noun, read


def _noun(text: str, match: re.Match[str]) -> Noun | None:
    word, at, end = match["word"], match.start("word"), match.end()
    language = next(one for one in languages() if word in one.nouns.by_word())
    nouns, before = language.nouns, text[max(0, at - BEHIND) : at]
    if text.startswith(nouns.not_nouns, at) or (len(word) == 1 and before.endswith(nouns.not_before)):
        return None
    many = bool(nouns.plural) and text.startswith(nouns.plural, end)
    end += len(nouns.plural) if many else 0
    if word.isascii() and not _stands_alone(text, match, end):
        return None
    mark = match["mark"]
    # Chinese and Japanese nouns have no plural: each may mean several.
    several = many or language.nouns.plural == ""
    return Noun(kinds()[word], word, match.start(), at, end, "@" in mark, "[" in mark, several)


def _stands_alone(text: str, match: re.Match[str], end: int) -> bool:
    """Tell whether an English noun is a whole word: not gpt-image-2, not imagery."""
    start = match.start()
    before, earlier = text[start - 1 : start], text[start - 2 : start - 1] if start > 1 else ""
    if match["mark"]:
        return not is_latin(text[end : end + 1])
    hyphen = before == "-" and is_latin(earlier) and not text[:start].endswith(_hyphenated())
    glued = before.isdecimal() and not _patterns()["behind"].search(text[max(0, start - WIDE) : start])
    joined = is_latin(before) or glued or before == "_" or hyphen
    return not joined and not is_latin(text[end : end + 1])


@cache
def _hyphenated() -> tuple[str, ...]:
    """List the prefixes allowed before an English noun: "reference-image 1"."""
    return tuple(f"{word}-" for word in languages()[0].grammar.between)


# ---- numbers ---------------------------------------------------------------------------------------------------------


def _value(digits: str) -> int:
    """Convert digits or a circled number to a position."""
    import unicodedata

    if not digits.isdecimal():
        return round(unicodedata.numeric(digits))
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) < len(str(UNREADABLE)) else UNREADABLE


def _range_at(text: str, at: int, noun: Noun, *, marked: bool = False) -> _Read | None:
    """Read a number or range with its verdict; None where none begins here.

    A mark, `@` or a bracket, covers only the number directly behind it: "@video1, 4K" names one clip.
    """
    first = NUMBER.match(text, at)
    if first is None:
        return None
    number, alone = _value(first["digits"]), verdict(text, first.end(), first["digits"], marked=marked)
    for name in ("through", "to", "wave", "dashes" if noun.many else "dash"):
        joined = _patterns()[name].match(text, first.end())
        last = NUMBER.match(text, joined.end()) if joined else None
        if joined is None or last is None:
            continue
        found = verdict(text, last.end(), last["digits"], marked="@" in joined[0])
        if found in ("certain", "year"):
            until = _patterns()["until"].match(text, last.end())
            if name == "to" and noun.word.isascii() and not (noun.many or ends_list(text, last.end())):
                found = "count"
            return _Read(number, _value(last["digits"]), until.end() if until else last.end(), found)
        if name in ("dash", "dashes", "wave") and not marked and not joined[0].startswith(" "):
            return _Read(number, number, last.end(), "none")
    return _Read(number, number, first.end(), alone)


def _numbers(text: str, noun: Noun) -> list[_Read]:
    """Read the numbers behind a noun."""
    sign = _patterns()["sign"].match(text, noun.end)
    at = sign.end() if sign else noun.end
    opened = bool(sign and (sign["open"] or sign["square"]))
    if opened and YEARS.match(text, at):
        return []
    first = _range_at(text, at, noun, marked=noun.tag or noun.bracket)
    if first is None:
        return _letters(text, at, noun)
    if first.verdict == "none":
        return []
    read = [_as_heading(text, first, noun)]
    while following := _continued(text, read[-1].end, noun):
        read.append(following)
    return [] if opened and not re.compile(r"\s*[)\]]").match(text, read[-1].end) else read


def _letters(text: str, at: int, noun: Noun) -> list[_Read]:
    """Read spelled numbers behind a noun: "image one", 图一, "images two to four"."""
    latin = noun.word.isascii()
    found = letters_at(text, noun.end, at, latin=latin, before=text[: noun.start][-8:])
    read = [_Read(found.number, found.number, found.end, found.verdict)] if found else []
    while read and (joined := _first_of(("words through", "words"), text, read[-1].end)):
        following = letters_at(text, read[-1].end, joined.end(), latin=latin, before="")
        if following is None or _patterns()["again"].match(text, following.end):
            break
        ranged = _patterns()["words to"].match(text, read[-1].end)
        if read[-1].verdict == "name":  # a number follows, not the rest of a word
            read[-1] = msgspec.structs.replace(read[-1], verdict="certain")
        counted = latin and not noun.many and not ends_list(text, following.end)
        first = min(read[-1].last + 1, following.number) if ranged else following.number
        read.append(_Read(first, following.number, following.end, "count" if counted else following.verdict))
    return read


def _first_of(names: tuple[str, ...], text: str, at: int) -> re.Match[str] | None:
    """Match the first pattern that fits."""
    return next(filter(None, (_patterns()[name].match(text, at) for name in names)), None)


def _as_heading(text: str, read: _Read, noun: Noun) -> _Read:
    """Mark a noun that begins a sentence and ends with a colon as doubtful: "Clip 2: the door opens"."""
    weak = any(noun.word in language.nouns.headings for language in languages())
    begins = SENTENCE_BEGINS.search(text[max(0, noun.start - BEHIND) : noun.start])
    if weak and not noun.tag and begins and HEADING.match(text, read.end):
        return msgspec.structs.replace(read, verdict="heading")
    return read


def _continued(text: str, at: int, noun: Noun) -> _Read | None:
    """Read the next number of a list; None where the list ends."""
    joined = _patterns()["and"].match(text, at)
    read = _range_at(text, joined.end(), noun) if joined else None
    if read is None or read.verdict == "none" or _patterns()["again"].match(text, read.end):
        return None
    if read.verdict == "certain" and noun.word.isascii() and not (noun.many or _is_listed(text, read.end)):
        return msgspec.structs.replace(read, verdict="count")
    return read


def _is_listed(text: str, at: int) -> bool:
    """Tell whether a number ends its list or is followed by another."""
    return ends_list(text, at) or bool(_patterns()["and"].match(text, at))


# ---- mentions --------------------------------------------------------------------------------------------------------


def mentions(prompt: str) -> list[Mention]:
    """Find every reference in a prompt, in order, in English, Chinese, Korean and Japanese.

    A range ("images 1-3") mentions each number, or its ends alone (see `WIDEST` and `MOST_SPREAD`).
    """
    prompt = composed(prompt)
    text = folded(prompt)
    if not any(noun in text for noun in kinds()):  # a search for all at once takes a minute of a prompt of 70 MB
        return []
    named: list[Mention] = []
    listed = set[int]()
    for noun, read in _mentioned(text):
        if read:
            named += _named(prompt, noun, read, MOST_SPREAD - len(named))
        elif found := ordinal_before(text, noun.at, latin=noun.word.isascii(), many=noun.many):
            named += _ordered(prompt, noun, found)
            listed |= {noun.end} if len(found.numbers) > 1 else set()
    general = [
        Mention(kinds()[match[1] or match[2] or match[3]], None, prompt[match.start() : match.end()], match.start())
        for match in _patterns()["all"].finditer(text)
        if match[2] is None or match.end() not in listed  # "the second and third images" are not all of them
    ]
    return sorted([*named, *general], key=lambda mention: mention.start)


def _named(prompt: str, noun: Noun, read: list[_Read], room: int) -> list[Mention]:
    """Build a mention for each number of a noun; ranges are expanded while there is room."""
    end = read[-1].end
    if rest := PLACEHOLDER.match(prompt, end):
        end = rest.end("numbers")
    opened = BRACKETS.get(prompt[end : end + 1])
    end += 1 if opened and opened in prompt[noun.start : end] else 0
    words = prompt[noun.start : end]
    weak = not noun.tag and any(noun.word in language.nouns.weak for language in languages())
    spread: list[Mention] = []
    for one in read:
        doubt = _doubt(one.verdict) or ("word" if weak else None)
        numbers = _spread(one.first, one.last, room - len(spread))
        spread += [Mention(noun.kind, number, words, noun.start, tag=noun.tag, doubt=doubt) for number in numbers]
    return spread


def _doubt(found: Verdict) -> Doubt | None:
    return None if found == "certain" or found == "none" else found  # noqa: PLR1714 - a type is narrowed by each


def _ordered(prompt: str, noun: Noun, found: Ordinal) -> list[Mention]:
    words = prompt[found.start : noun.end]
    return [Mention(noun.kind, number, words, found.start) for number in found.numbers]


def _spread(first: int, last: int, room: int) -> Iterable[int]:
    """Expand a range, in either direction; only its ends where it is too wide."""
    if first == last:
        return [first]
    low, high = sorted((first, last))
    return range(low, high + 1) if high - low < min(WIDEST, room) else (low, high)
