"""Translate a sentence by the messages of a catalogue: English in, with its numbers and names; the translation out.

A message holds placeholders. The first letter of a placeholder's name, alone or before digits, says what it stands for:

    {n} {n1}    a number, kept            {w}    one word, kept       {l}  a list of words, its "or" and "and" replaced
    {q}         any text, kept            {rest} any other name: text that is translated in turn

So "16.016 s long; 2 to 15 s allowed" is "{said}; {limit} allowed" around "{n} s long" and "{n1} to {n2} s".
"""

import re
from functools import cache, lru_cache

import msgspec

from preflight.locale import Language
from preflight.locale.catalogue import PLACEHOLDER, kind_of, messages
from preflight.locale.typography import filled

NUMBER = r"[-+]?\d[\d,]*(?:\.\d+)?(?:/\d+)?"
WORD = r"[^\s,;]+"
PATTERNS = {"n": NUMBER, "w": WORD, "l": rf"{WORD}(?:(?:, |,? (?:or|and) ){WORD})*", "q": ".+"}
ANY = ".+"
JOINERS: dict[Language, str] = {"ko": ", ", "zh": "、"}
JOINED = re.compile(r",? (?:or|and) |, ")
SENTENCES = re.compile(r"(?<=[.?!])\s+")
DEEPEST = 8
"""Nested translations; no sentence of ours has more."""


class Template(msgspec.Struct, frozen=True):
    """A message with placeholders, ready to be matched."""

    pattern: re.Pattern[str]
    words: str
    """The translation."""
    literal: int
    """Characters outside placeholders: of two that match, the one with more is meant."""


def template(message: str, words: str) -> Template:
    """Compile a message."""
    parts = PLACEHOLDER.split(message)
    pattern = "".join(
        (f"(?P={part})" if part in parts[1:at:2] else f"(?P<{part}>{PATTERNS.get(kind_of(part), ANY)})")
        if at % 2
        else re.escape(part)
        for at, part in enumerate(parts)
    )
    return Template(re.compile(pattern, re.DOTALL), words, sum(map(len, parts[::2])))


@cache
def templates(language: Language) -> tuple[Template, ...]:
    """Compile the messages of a language that hold placeholders, the most specific first, cached."""
    held = {key: value for key, value in messages(language).items() if PLACEHOLDER.search(key)}
    worded = {
        key: value for key, value in held.items() if re.search("[a-z]", PLACEHOLDER.sub("", key)) and key != "{l} s"
    }
    names = {key: PLACEHOLDER.findall(key) for key in worded}
    found = [template(key, worded[key]) for key, those in names.items() if len(those) == len(set(those))]
    return tuple(sorted(found, key=lambda one: -one.literal))


def translated(text: str, language: Language) -> str:
    """Translate text; what no message matches stays as it is."""
    found = attempt(text, language)
    return text if found is None else found


@lru_cache(4096)
def attempt(text: str, language: Language, depth: int = 0) -> str | None:
    """Translate text, or return None where no message matches it."""
    if (known := messages(language).get(text)) is not None:
        return known
    if depth > DEEPEST:
        return None
    for one in templates(language):
        if match := one.pattern.fullmatch(text):
            return _filled(one.words, match.groupdict(), language, depth)
    return _sentences(text, language, depth)


def _filled(words: str, found: dict[str, str], language: Language, depth: int) -> str:
    """Fill a translation with what its placeholders stand for."""
    parts = PLACEHOLDER.split(words)
    return filled(parts[::2], [_value(name, found[name], language, depth) for name in parts[1::2]], language)


def _value(name: str, value: str, language: Language, depth: int) -> str:
    """Translate what a placeholder stands for, unless it is kept."""
    kind = kind_of(name)
    if kind == "l":
        return JOINED.sub(JOINERS[language], value)
    return value if kind else attempt(value, language, depth + 1) or value


def _sentences(text: str, language: Language, depth: int) -> str | None:
    """Translate sentence by sentence, where every one is known."""
    parts = SENTENCES.split(text)
    if len(parts) == 1:
        return None
    found = [attempt(part, language, depth + 1) for part in parts]
    known = [one for one in found if one is not None]
    return ("" if language == "zh" else " ").join(known) if len(known) == len(found) else None
