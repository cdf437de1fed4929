"""Judge a number by the text behind it: a position, a size, a count, or doubtful."""

import re
from functools import cache
from typing import Literal

from preflight.request.prompt.mention import Doubt
from preflight.request.prompt.words import languages

Verdict = Literal["none", "certain"] | Doubt
"""`none`: a size, time, ratio or file name; no reference."""
YEARS = re.compile(r"(?:19|20)\d\d")
SHORT = 2
"""Digits of two numbers that are as likely a list as a ratio: "image 1/2"."""
PLACEHOLDER = re.compile(r"(?P<numbers>_\d+)>>")
"""Rest of <<<image_2_5>>>, as in published prompts: the second image, the fifth of all references."""
FRACTION = re.compile(r"\s?[\u00bc-\u00be\u2150-\u215e]|/\d+\s+of(?![a-z])")
"""Part of a whole, such as "1/3 of the frame"."""
NOTHING_MORE = re.compile(r"\s*(?:$|[^\w\s])")


def _any(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True))) or r"(?!)"


def _split(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split words into Latin ones, separated by blanks, and others."""
    latin = tuple(word for word in words if word.isascii())
    return latin, tuple(word for word in words if not word.isascii())


class _Units:
    """Patterns for the units of all languages."""

    def __init__(self) -> None:
        every = [language.units for language in languages()]
        latin, wide = _split(tuple(word for units in every for word in units.sure))
        glued = tuple(word for word in latin if len(word) == 1 and word != "s")
        spaced = tuple(word for word in latin if word not in glued)
        singular = tuple(word for units in every for word in units.singular)
        blocked = tuple(word for units in every for word in units.not_before)
        not_latin, not_wide = _split(blocked)
        end = r"(?![a-z0-9])"
        self.sure = re.compile(
            rf"(?:{_any(glued)}){end}|[\s-]{{0,3}}(?:{_any(spaced)}){end}|-(?:{_any(singular)}){end}"
            rf"|\s?(?!{_any(not_wide)})(?:{_any(wide)})"
        )
        self.one = re.compile(rf"\s(?:{_any(singular)}){end}(?!\s+(?:\d|{_any(not_latin)}))")
        doubtful_latin, doubtful_wide = _split(tuple(word for units in every for word in units.doubtful))
        self.doubtful = re.compile(
            rf"\s+(?:{_any(doubtful_latin)}){end}|\s?(?!{_any(not_wide)})(?:{_any(doubtful_wide)})"
        )


@cache
def units() -> _Units:
    """Compile the units, cached."""
    return _Units()


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    english = languages()[0]
    function = tuple(word for language in languages() for word in language.grammar.function if word.isascii())
    return {
        "file": re.compile(rf"\.(?:{_any(english.files.endings)})(?![a-z0-9])"),
        "function": re.compile(rf"(?:{_any(function)})(?![a-z])"),
        "glued": re.compile(rf"(?=[a-z]{{2}})(?:{_any(function)})(?![a-z])"),
        "noun": re.compile(rf"(?:{_any(tuple(english.nouns.by_word()))})s?(?![a-z]|[\s_-]?\d)"),
        "next": re.compile(rf"(?:{_any(tuple(english.nouns.by_word()))})[\s_-]?\d"),
    }


def is_shape(text: str, at: int, digits: str) -> bool:
    """Tell whether a number begins a ratio, size or time: 16:9, 1920x1080, 16比9, 0:05."""
    if re.compile(r"\s?[x\u00d7*]\s?\d|\s?比\s?\d|x(?![a-z])").match(text, at):
        return True
    if FRACTION.match(text, at):
        return True
    second = re.compile(r"(?::| : |/)(\d+)").match(text, at)
    if second is None or _is_counted(text, second.end()):
        return False
    if text[at] == "/":
        return f"{digits}:{second[1]}" in languages()[0].shapes.ratios and len(digits + second[1]) > SHORT
    timecode = text[at] == ":" and len(second[1]) == 2  # noqa: PLR2004 - minutes and seconds
    return timecode or f"{digits}:{second[1]}" in languages()[0].shapes.ratios


def _is_counted(text: str, at: int) -> bool:
    """Tell whether the number ending here counts something: 图1:9岁, "Image 1:25-year-old"."""
    return bool(units().sure.match(text, at) or units().doubtful.match(text, at))


def is_name_of_file(text: str, at: int) -> bool:
    """Tell whether a number is part of a name: clip_03.mov, image_1_final."""
    return bool(_patterns()["file"].match(text, at) or re.compile(r"_+[a-z0-9]").match(text, at))


def verdict(text: str, at: int, digits: str, *, marked: bool) -> Verdict:
    """Judge a number by the text behind it.

    Args:
        text: the folded prompt.
        at: end of the number.
        digits: the number as written, folded.
        marked: whether it is a tag or in brackets, so that units are ignored.
    """
    if PLACEHOLDER.match(text, at):
        return "name"
    if re.compile(r"\.\d").match(text, at) or is_name_of_file(text, at):
        return "none"
    if is_shape(text, at, digits):
        return "none"
    if marked:
        return "certain"
    return _by_units(text, at, digits) or ("year" if YEARS.fullmatch(digits) else "certain")


def _by_units(text: str, at: int, digits: str) -> Verdict | None:
    """Judge a number by the unit or letters behind it (video2video, "image 1a"); None where there are none."""
    if units().sure.match(text, at):
        return "none"
    if digits.lstrip("0") == "1" and units().one.match(text, at):
        return "count"
    if found := units().doubtful.match(text, at):
        return "none" if not found[0].isascii() and _does_count(text, found.end()) else "count"
    if not re.compile(r"[a-z]").match(text, at) or _patterns()["glued"].match(text, at):
        return None
    if _patterns()["noun"].match(text, at):
        return "none"
    return None if _patterns()["next"].match(text, at) else "name"


def _does_count(text: str, at: int) -> bool:
    """Tell whether a doubtful unit ending here does count: nothing follows, or what is counted."""
    counted = tuple(word for language in languages() for word in language.units.counting_before)
    return bool(NOTHING_MORE.match(text, at)) or text.startswith(counted, at)


def ends_list(text: str, at: int) -> bool:
    """Tell whether the last number of a list counts nothing: the sentence ends, or goes on."""
    if NOTHING_MORE.match(text, at):
        return True
    word = re.compile(r"\s+(?=[a-z])").match(text, at)
    return bool(_patterns()["function"].match(text, word.end())) if word else True
