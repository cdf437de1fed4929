"""How long a prompt is, on each scale that a document counts by."""

import math
import re
import unicodedata
from fractions import Fraction

import msgspec

from preflight.request.prompt.text import composed

_WORD = r"[^\W_](?:['\u2019\u02bc\u2010\u2011-]?[^\W_]){0,19}"
"""Up to twenty letters and digits of one run; an apostrophe or hyphen between them parts no words."""
_JOINERS = "\u00ad\u200c\u200d\u2060"
"""Format characters that stand inside words."""
WIDE_SCRIPTS = ("CJK UNIFIED", "CJK COMPATIBILITY", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO")
FEWEST, MOST = (Fraction(1, 2), Fraction(1)), (Fraction(2), Fraction(3))
"""Tokens of a wide character and of a word, at least and at most. How the service counts tokens is not published: byte
pair encodings make one of two common characters, and one of a common word; a rare one takes two or three."""


class Length(msgspec.Struct, frozen=True):
    """A prompt's length on both of the document's scales.

    Korean and Chinese characters (and kana) count one each. Every other run of letters and digits is a word, with the
    apostrophes and hyphens inside it: "dark,moody" is two, "well-known" one. Some scripts (Thai, Lao, Khmer) put no
    blanks between words, and few words of any are longer than twenty letters: every started twenty of a run count as
    one. Accents and vowel signs are no letters.
    """

    characters: int
    words: int

    @property
    def fewest_tokens(self) -> int:
        """The tokens that it has by any count."""
        return math.floor(self.characters * FEWEST[0] + self.words * FEWEST[1])

    @property
    def most_tokens(self) -> int:
        """The tokens that it can have."""
        return math.ceil(self.characters * MOST[0] + self.words * MOST[1])


def length(prompt: str) -> Length:
    """Count a prompt: wide characters one by one, the rest by words.

    Nothing is made for each character, so that a hostile prompt of many megabytes takes no memory.
    """
    prompt = composed(prompt)
    used = set(prompt)
    wide = [character for character in used if _is_wide(character)]
    silent = [one for one in used if one in _JOINERS or unicodedata.category(one).startswith("M")]
    rest = prompt.translate({**dict.fromkeys(map(ord, wide), " "), **dict.fromkeys(map(ord, silent))})
    return Length(sum(map(prompt.count, wide)), sum(1 for _ in re.finditer(_WORD, rest)))


def is_blank(prompt: str) -> bool:
    """Tell whether a prompt shows nothing: blanks, control and format characters (U+200B and such) only."""
    return all(one.isspace() or unicodedata.category(one) in {"Cc", "Cf"} for one in set(prompt))


def _is_wide(character: str) -> bool:
    """Tell whether a character is a Korean or Chinese letter (or kana), which the document counts one by one."""
    return character > "\u10ff" and character.isalpha() and unicodedata.name(character, "").startswith(WIDE_SCRIPTS)
