"""How a language joins what a sentence is filled with: Korean particles, and no blanks between Chinese characters.

A translation writes a particle in both forms, `을(를)`; which one stands is told by the sound before it.
"""

import re

from preflight.locale import Language

SYLLABLES = range(0xAC00, 0xD7A4)
"""Hangul syllables (Unicode, 3.12)."""
FINALS = 28
"""Final consonants of a syllable, none among them."""
RIEUL = 8
"""Number of the final consonant that takes 로."""
DIGITS = {"0": 21, "1": RIEUL, "3": 16, "6": 1, "7": RIEUL, "8": RIEUL}
"""Digit → final consonant of its Korean name; 0 for the others."""
LETTERS = {"l": RIEUL, "m": 16, "n": 4, "r": RIEUL}
"""Letter → final consonant of its Korean name, where it has one."""
PARTICLES = re.compile(r"(?P<before>[^\s'\"`)\]]?)(?P<closing>['\"`)\]]*)(?P<both>은\(는\)|이\(가\)|을\(를\)|\(으\)로)")
BLANK = re.compile(r"(?<=[\u4e00-\u9fff，：（]) (?=[\u4e00-\u9fff])")  # noqa: RUF001 - the marks are wide ones


def joined(text: str, language: Language) -> str:
    """Write a filled translation as the language does."""
    return PARTICLES.sub(_particle, text) if language == "ko" else BLANK.sub("", text)


def _particle(match: re.Match[str]) -> str:
    """Choose between the two forms of a particle."""
    final = _final(match["before"])
    if match["both"] == "(으)로":
        said = "로" if final in (0, RIEUL) else "으로"
    else:
        with_final, without = match["both"].removesuffix(")").split("(")
        said = with_final if final else without
    return f"{match['before']}{match['closing']}{said}"


def _final(sign: str) -> int:
    """Tell the final consonant of a syllable, or of the Korean name of a digit or letter; 0 for none."""
    if sign and ord(sign) in SYLLABLES:
        return (ord(sign) - SYLLABLES.start) % FINALS
    return DIGITS.get(sign, LETTERS.get(sign.lower(), 0))
