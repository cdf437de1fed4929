"""Measure a prompt on each documented scale."""

import math
import re
import unicodedata
from fractions import Fraction

import msgspec

from preflight.request.prompt.text import characters_of, composed

_WORD = r"[^\W_](?:['\u2019\u02bc\u2010\u2011-]?[^\W_]){0,19}"
"""Up to twenty letters and digits, with apostrophes and hyphens inside."""
_JOINERS = "\u00ad\u200c\u200d\u2060"
"""Format characters inside words."""
_UNSEEN = re.compile(r"[\s\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]*")
"""Blanks, and letters and marks that show nothing: fillers, variation selectors (Unicode, DerivedCoreProperties:
Default_Ignorable_Code_Point), the empty Braille cell."""
WIDE_SCRIPTS = ("CJK UNIFIED", "CJK COMPATIBILITY", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO")
FEWEST, MOST = (Fraction(1, 2), Fraction(1)), (Fraction(2), Fraction(3))
"""Tokens per wide character and per word, least and most. The service's tokeniser is not published: byte pair encodings
make one token of two common characters or of a common word, and two or three of a rare one."""


class Length(msgspec.Struct, frozen=True):
    """A prompt's length on both documented scales.

    Korean and Chinese characters (and kana) count one each. Every other run of letters and digits is a word, with
    apostrophes and hyphens inside: "dark,moody" is two, "well-known" one. Scripts without blanks (Thai, Lao, Khmer)
    count one word per twenty letters begun. Accents and vowel signs do not count.
    """

    characters: int
    words: int

    @property
    def fewest_tokens(self) -> int:
        """Fewest tokens by any tokeniser."""
        return math.floor(self.characters * FEWEST[0] + self.words * FEWEST[1])

    @property
    def most_tokens(self) -> int:
        """Most tokens by any tokeniser."""
        return math.ceil(self.characters * MOST[0] + self.words * MOST[1])


def length(prompt: str) -> Length:
    """Count wide characters and words of a prompt.

    Allocates nothing per character: prompts of many megabytes are safe.
    """
    prompt = composed(prompt)
    used = characters_of(prompt)
    wide = [character for character in used if _is_wide(character)]
    silent = [one for one in used if one in _JOINERS or unicodedata.category(one).startswith("M")]
    rest = prompt.translate({**dict.fromkeys(map(ord, wide), " "), **dict.fromkeys(map(ord, silent))})
    return Length(sum(map(prompt.count, wide)), sum(map(bool, re.finditer(_WORD, rest))))


def is_blank(prompt: str) -> bool:
    """Tell whether a prompt shows nothing: only blanks, fillers, control and format characters."""
    return all(_UNSEEN.fullmatch(one) or unicodedata.category(one) in {"Cc", "Cf"} for one in characters_of(prompt))


def _is_wide(character: str) -> bool:
    """Tell whether a character is Korean, Chinese or kana."""
    return character > "\u10ff" and character.isalpha() and unicodedata.name(character, "").startswith(WIDE_SCRIPTS)
