"""Normalise text for the grammar: lower case, half-width, same length."""

import unicodedata

IDEOGRAPHIC_SPACE = "\u3000"
FULL_WIDTH = range(0xFF01, 0xFF5F)
FULL_WIDTH_TO_ASCII = 0xFEE0
"""Unicode, block FF00: full-width forms are in the order of ASCII."""


MANY = 1 << 16
"""Characters from which on a text is searched for others than those seen already."""


def characters_of(text: str) -> set[str]:
    """Collect the characters that a text holds.

    Same as `set`, which takes a second for 70 MB: of a long ASCII text what was seen is deleted, thirteen times faster.
    """
    found = set(text[:MANY])
    if not text.isascii():
        return found.union(text[MANY:])
    text = text[MANY:]
    while text:
        text = text.translate(dict.fromkeys(map(ord, found)))
        found |= set(text[:MANY])
    return found


def composed(prompt: str) -> str:
    """Compose Korean syllables, which some systems store as single letters."""
    return unicodedata.normalize("NFC", prompt)


def folded(text: str) -> str:
    """Convert to lower case and half width, character by character, so that offsets stay."""
    return text.translate({ord(one): _folded(one) for one in characters_of(text)})


def _folded(character: str) -> str:
    code = ord(character)
    if code in FULL_WIDTH:
        character = chr(code - FULL_WIDTH_TO_ASCII)
    elif character == IDEOGRAPHIC_SPACE or (character.isspace() and character != "\n"):
        return " "
    elif character.isdecimal():
        return str(unicodedata.decimal(character))
    lower = character.lower()
    return lower if len(lower) == 1 else character


def is_latin(character: str) -> bool:
    """Tell whether a folded character is a Latin letter."""
    return "a" <= character <= "z" or ("\u00df" <= character <= "\u024f" and character.isalpha())
