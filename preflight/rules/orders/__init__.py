"""Find orders in a prompt that make the service edit or extend a clip.

The words are data, one file a language; a description of the wanted result is no order.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from preflight.values.ready import ready

Task = Literal["edit", "extend"]
FOLDER = Path(__file__).parent
SENTENCE = re.compile(r"(?<=[.!?])\s+|[\n\u3002\uff01\uff1f\uff1b;]+")
"""Sentence boundary; a decimal point is none."""
EDGES = " ,:;-\uff0c\u3001\uff1a\u2013\u2014"
LONGEST = 20_000
"""Characters of a prompt searched."""


class Order(msgspec.Struct, frozen=True):
    """An order in a prompt."""

    task: Task
    words: str
    """As written in the prompt."""


class _Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: dict[str, str]
    orders: dict[Task, tuple[str, ...]]
    before: str = "(?!)"
    behind: str = "(?!)"
    named: str = ""
    alone: dict[Task, str] = {}


class _Pattern(msgspec.Struct, frozen=True):
    """One pattern of one language."""

    task: Task
    pattern: re.Pattern[str]
    before: re.Pattern[str]
    behind: re.Pattern[str]


def orders(prompt: str) -> list[Order]:
    """Find the orders to edit or extend a clip; the first of each sentence.

    Where a prompt names no reference at all, an order that begins it is meant for the clip that is sent.
    """
    prompt = prompt[:LONGEST]
    return [order for sentence in SENTENCE.split(prompt) for order in _first(sentence)] or list(_alone(prompt))


def _alone(prompt: str) -> Iterator[Order]:
    for known in _languages():
        if known.named and not re.search(known.named, prompt, re.IGNORECASE):
            for task, pattern in known.alone.items():
                if found := re.match(pattern, prompt, re.IGNORECASE):
                    yield Order(task, " ".join(found[0].split()))
                    return


def _first(sentence: str) -> Iterator[Order]:
    for known in _patterns():
        for match in known.pattern.finditer(sentence):
            if not (known.before.search(sentence[: _begin(match)]) or known.behind.match(sentence[match.end() :])):
                yield Order(known.task, " ".join(match[0].strip(EDGES).split()))
                return


def _begin(match: re.Match[str]) -> int:
    """Find where the verb begins, behind a comma or "and"."""
    named = "start" in match.re.groupindex and match["start"] is not None
    return match.end("start") if named else match.start()


@cache
def _languages() -> tuple[_Language, ...]:
    """Load all languages, cached."""
    files = sorted(FOLDER.glob("*.toml"))
    return tuple(msgspec.convert(tomllib.loads(one.read_text(encoding="utf-8")), ready(_Language)) for one in files)


@cache
def _patterns() -> tuple[_Pattern, ...]:
    """Compile the patterns of all languages, cached."""
    found: list[_Pattern] = []
    for language in _languages():
        denied = [re.compile(one, re.IGNORECASE) for one in (language.before, language.behind)]
        for task, patterns in language.orders.items():
            filled = (_filled(one, language.words) for one in patterns)
            found += [_Pattern(task, re.compile(one, re.IGNORECASE), *denied) for one in filled]
    return tuple(found)


def _filled(pattern: str, words: dict[str, str]) -> str:
    """Insert word lists into a pattern by name."""
    for name, inside in words.items():
        group = "(?P<start>" if name == "start" else "(?:"
        pattern = pattern.replace(f"{{{name}}}", f"{group}{inside})")
    return pattern
