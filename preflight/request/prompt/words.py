"""The words of the grammar, a language a file: `en.toml` and its sisters in, `Language` values out.

A word that is new to the grammar is a line in one of these files, and a line in the table of the tests.
"""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from preflight.values.assets import Kind

LANGUAGES = ("en", "zh", "ko", "ja")
SAME = "|"
"""Stands between words for the same number: "second|2nd"."""


class Nouns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words for a reference."""

    image: tuple[str, ...]
    video: tuple[str, ...]
    audio: tuple[str, ...]
    headings: tuple[str, ...] = ()
    """Those that as often head a paragraph: "Clip 2: the door opens"."""
    weak: tuple[str, ...] = ()
    """Those that mean something else as often: "figure 3"."""
    plural: str = ""
    """What a noun takes where several are meant."""
    not_before: tuple[str, ...] = ()
    """What makes another word of a noun of one character that follows."""
    not_nouns: tuple[str, ...] = ()
    """Words that only begin like a noun."""

    def by_word(self) -> dict[str, Kind]:
        """Return the kind that each word means."""
        kinds: tuple[tuple[Kind, tuple[str, ...]], ...] = (
            ("image", self.image),
            ("video", self.video),
            ("audio", self.audio),
        )
        return {word: kind for kind, words in kinds for word in words}


class Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Numbers in letters, each at its place in the list."""

    words: tuple[str, ...] = ()
    """"image one", 图一."""
    ordinals: tuple[str, ...] = ()
    """"the first image", 첫 번째 이미지."""


class Grammar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The small words around nouns and numbers."""

    before: str = ""
    """Stands before an ordinal: 第一张图."""
    counters: tuple[str, ...] = ()
    """Stand between an ordinal and its noun: 张, 번째, 枚目."""
    bare: bool = False
    """Whether a number with a counter is an ordinal by itself: 1번 이미지."""
    spoken: tuple[str, ...] = ()
    """The counters that go with an ordinal in letters: 첫 번째."""
    between: tuple[str, ...] = ()
    """May stand directly before the noun of an ordinal: "the first reference image"."""
    not_after: tuple[str, ...] = ()
    """Make something else of an ordinal that follows: "a second video", 倒数第二张图."""
    first: tuple[str, ...] = ()
    """With a number and a piece, the first of all: 前三张图."""
    first_after: tuple[str, ...] = ()
    """The characters that such words may follow within a sentence."""
    pieces: tuple[str, ...] = ()
    """What is counted by such a number: 张, 枚, 장."""
    number_sign: tuple[str, ...] = ()
    """Stand between noun and number: "image no. 2"."""
    position: tuple[str, ...] = ()
    """Stand behind the number of a position: 이미지 1번, 图片1号."""
    function: tuple[str, ...] = ()
    """Words that nothing is counted by: after them a number is sure to be a position."""
    not_number: tuple[str, ...] = ()
    """Make another word of a number in letters that they follow: 图一样, "image one of"."""
    also: tuple[str, ...] = msgspec.field(default=(), name="and")
    to: tuple[str, ...] = ()
    """Join a range where a bare number follows."""
    through: tuple[str, ...] = ()
    """Join a range where a noun with its number follows, too."""
    until: str = ""
    """Stands behind the last number of a range."""


class Units(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What makes a size, a time or a count of the number before it."""

    sure: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    """May count, and may begin something else: 图片3只, "video 8 tape"."""
    counting_before: tuple[str, ...] = ()
    """What follows a doubtful unit that does count."""
    singular: tuple[str, ...] = ()
    """Count only one, or behind a hyphen."""
    not_before: tuple[str, ...] = ()
    """Words, or words to follow, that only begin like a unit: 秒杀, "second half"."""


class All(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words for all of a kind."""

    every: tuple[str, ...] = ()


class Shapes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ratios as they are written."""

    ratios: tuple[str, ...] = ()


class Files(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Endings of names of files and servers."""

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
    """Read the words of every language that is known."""
    folder = files(__package__)
    return tuple(
        msgspec.convert(tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8")), Language)
        for name in LANGUAGES
    )


def values(words: tuple[str, ...]) -> dict[str, int]:
    """Return the number that each word of a list stands for."""
    return {word: number for number, some in enumerate(words, 1) for word in some.split(SAME)}
