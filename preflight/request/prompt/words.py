"""Load the words of the grammar, one file a language: `en.toml` and others in, `Language` values out.

A new word needs a line in one of these files, and one in the tests' table.
"""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from preflight.values.assets import Kind
from preflight.values.ready import ready

LANGUAGES = ("en", "zh", "ko", "ja")
SAME = "|"
"""Separates words for one number: "second|2nd"."""


class Nouns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for references."""

    image: tuple[str, ...]
    video: tuple[str, ...]
    audio: tuple[str, ...]
    headings: tuple[str, ...] = ()
    """Nouns that also begin headings: "Clip 2: the door opens"."""
    weak: tuple[str, ...] = ()
    """Nouns with other common meanings: "figure 3"."""
    plural: str = ""
    """Plural ending."""
    not_before: tuple[str, ...] = ()
    """Characters that form another word with a following one-character noun."""
    not_nouns: tuple[str, ...] = ()
    """Words that only begin like a noun."""

    def by_word(self) -> dict[str, Kind]:
        """Map word → kind."""
        kinds: tuple[tuple[Kind, tuple[str, ...]], ...] = (
            ("image", self.image),
            ("video", self.video),
            ("audio", self.audio),
        )
        return {word: kind for kind, words in kinds for word in words}


class Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Spelled numbers, in order from one."""

    words: tuple[str, ...] = ()
    """"image one", 图一."""
    ordinals: tuple[str, ...] = ()
    """"the first image", 첫 번째 이미지."""


class Grammar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Function words around nouns and numbers."""

    before: str = ""
    """Prefix of an ordinal: 第一张图."""
    counters: tuple[str, ...] = ()
    """Between an ordinal and its noun: 张, 번째, 枚目."""
    bare: bool = False
    """Whether a number with a counter is an ordinal: 1번 이미지."""
    spoken: tuple[str, ...] = ()
    """Counters of spelled ordinals: 첫 번째."""
    between: tuple[str, ...] = ()
    """Allowed before the noun of an ordinal: "the first reference image"."""
    not_after: tuple[str, ...] = ()
    """Change the meaning of a following ordinal: "a second video", 倒数第二张图."""
    first: tuple[str, ...] = ()
    """With a number and a piece, the first of all: 前三张图."""
    first_after: tuple[str, ...] = ()
    """Characters allowed before such words within a sentence."""
    pieces: tuple[str, ...] = ()
    """Pieces counted by such a number: 张, 枚, 장."""
    number_sign: tuple[str, ...] = ()
    """Between noun and number: "image no. 2"."""
    position: tuple[str, ...] = ()
    """Behind the number of a position: 이미지 1번, 图片1号."""
    function: tuple[str, ...] = ()
    """Function words: a number before one is a position, not a count."""
    not_number: tuple[str, ...] = ()
    """Form another word with a preceding spelled number: 图一样, "image one of"."""
    also: tuple[str, ...] = msgspec.field(default=(), name="and")
    to: tuple[str, ...] = ()
    """Join a range before a bare number."""
    through: tuple[str, ...] = ()
    """Join a range before a number or a noun with its number."""
    until: str = ""
    """Behind the last number of a range."""


class Units(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Units that make a size, time or count of the number before."""

    sure: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    """May be a unit, or another word: 图片3只, "video 8 tape"."""
    counting_before: tuple[str, ...] = ()
    """Follow a doubtful unit that does count."""
    singular: tuple[str, ...] = ()
    """Units of one, or behind a hyphen."""
    not_before: tuple[str, ...] = ()
    """Words that only begin like a unit: 秒杀, "second half"."""


class All(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for all of a kind."""

    every: tuple[str, ...] = ()


class Shapes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Aspect ratios as written."""

    ratios: tuple[str, ...] = ()


class Files(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Endings of file and host names."""

    endings: tuple[str, ...] = ()


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one language."""

    nouns: Nouns
    numbers: Numbers
    grammar: Grammar
    units: Units
    all: All
    shapes: Shapes = Shapes()
    files: Files = Files()


@cache
def languages() -> tuple[Language, ...]:
    """Load the words of every language, cached."""
    folder = files(__package__)
    return tuple(
        msgspec.convert(tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8")), ready(Language))
        for name in LANGUAGES
    )


def values(words: tuple[str, ...]) -> dict[str, int]:
    """Map each word of a list → its number."""
    return {word: number for number, some in enumerate(words, 1) for word in some.split(SAME)}
