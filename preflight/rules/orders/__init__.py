"""A prompt → the orders in it that make the service take a request for an edit or an extension of a clip.

The words are data, a file a language; what describes the wanted result is no order.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

Task = Literal["edit", "extend"]
FOLDER = Path(__file__).parent
SENTENCE = re.compile(r"(?<=[.!?])\s+|[\n\u3002\uff01\uff1f\uff1b;]+")
"""Between two sentences; a point within a number ends none."""
EDGES = " ,:;-\uff0c\u3001\uff1a\u2013\u2014"
LONGEST = 20_000
"""How many characters of a prompt are looked at."""


class Order(msgspec.Struct, frozen=True):
    """An order in a prompt."""

    task: Task
    words: str
    """As they stand in the prompt."""


class _Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: dict[str, str]
    orders: dict[Task, tuple[str, ...]]
    before: str = "(?!)"
    behind: str = "(?!)"


class _Way(msgspec.Struct, frozen=True):
    """One pattern of one language."""

    task: Task
    pattern: re.Pattern[str]
    before: re.Pattern[str]
    behind: re.Pattern[str]


def orders(prompt: str) -> list[Order]:
    """Return the orders in a prompt to edit or extend a clip; of each sentence the first that is found."""
    return [order for sentence in SENTENCE.split(prompt[:LONGEST]) for order in _first(sentence)]


def _first(sentence: str) -> Iterator[Order]:
    for way in _ways():
        for match in way.pattern.finditer(sentence):
            if not (way.before.search(sentence[: _begin(match)]) or way.behind.match(sentence[match.end() :])):
                yield Order(way.task, " ".join(match[0].strip(EDGES).split()))
                return


def _begin(match: re.Match[str]) -> int:
    """Return where the verb begins: what stands before it, such as a comma or "and", is no part of the order."""
    named = "start" in match.re.groupindex and match["start"] is not None
    return match.end("start") if named else match.start()


@cache
def _ways() -> tuple[_Way, ...]:
    """Read the words of all languages, once."""
    found: list[_Way] = []
    for path in sorted(FOLDER.glob("*.toml")):
        language = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Language)
        denied = [re.compile(one, re.IGNORECASE) for one in (language.before, language.behind)]
        for task, patterns in language.orders.items():
            filled = (_filled(one, language.words) for one in patterns)
            found += [_Way(task, re.compile(one, re.IGNORECASE), *denied) for one in filled]
    return tuple(found)


def _filled(pattern: str, words: dict[str, str]) -> str:
    """Put words into a pattern where it names them."""
    for name, inside in words.items():
        group = "(?P<start>" if name == "start" else "(?:"
        pattern = pattern.replace(f"{{{name}}}", f"{group}{inside})")
    return pattern
