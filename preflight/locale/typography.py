"""How a language joins what a sentence is filled with: Korean particles, and no blanks between Chinese characters.

A translation writes a particle in both forms, `을(를)`; which one stands is told by the sound before it. What fills a
sentence is never changed.
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
PARTICLES = re.compile(r"은\(는\)|이\(가\)|을\(를\)|과\(와\)|\(으\)로|\(이\)(?=[가-힣])")
CLOSING = "'\"`)]"
"""Signs that are not spoken."""
BLANK = re.compile(r"(?<=[\u4e00-\u9fff，：（]) (?=[\u4e00-\u9fff])")  # noqa: RUF001 - the marks are wide ones
BETWEEN: dict[Language, dict[str, str]] = {
    "ko": {" or ": ", ", " and ": ", ", ", or ": ", ", ", and ": ", "},
    "zh": {", ": "、", " or ": "、", " and ": "、", "; ": "；", ": ": "：", ". ": "。", " ": ""},  # noqa: RUF001 - the marks are wide ones
}
"""Language → how items are joined in English → how in the language, where it differs."""


def between(english: str, language: Language) -> str:
    """Translate the sign that joins items."""
    return BETWEEN.get(language, {}).get(english, english)


def filled(literal: list[str], values: list[str], language: Language) -> str:
    """Join the parts of a translation and what stands between them, as the language does."""
    out = ""
    for at, part in enumerate(literal):
        after = values[at] if at < len(values) else ""
        out += (_with_particles(out, part) if language == "ko" else _without_blanks(out, part, after)) + after
    return out


def _without_blanks(before: str, part: str, after: str) -> str:
    """Leave out blanks between Chinese characters."""
    left, right = before[-1:], after[:1]
    found = BLANK.sub("", f"{left}{part}{right}")
    return found[len(left) : len(found) - len(right)]


def _with_particles(before: str, part: str) -> str:
    """Choose between the two forms of each particle."""
    return PARTICLES.sub(lambda match: _particle(match[0], (before + part[: match.start()]).rstrip(CLOSING)), part)


def _particle(both: str, before: str) -> str:
    """Choose a form by the sound that ends the text before it."""
    final = _final(before[-1:])
    if both == "(으)로":
        return "로" if final in (0, RIEUL) else "으로"
    if both == "(이)":
        return "이" if final else ""
    with_final, without = both.removesuffix(")").split("(")
    return with_final if final else without


def _final(sign: str) -> int:
    """Tell the final consonant of a syllable, or of the Korean name of a digit or letter; 0 for none."""
    if sign and ord(sign) in SYLLABLES:
        return (ord(sign) - SYLLABLES.start) % FINALS
    return DIGITS.get(sign, LETTERS.get(sign.lower(), 0))
