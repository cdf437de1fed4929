"""Text as the grammar reads it: of the same length as what was written, lower case, half-width."""

import unicodedata

IDEOGRAPHIC_SPACE = "\u3000"
FULL_WIDTH = range(0xFF01, 0xFF5F)
FULL_WIDTH_TO_ASCII = 0xFEE0
"""Unicode, block FF00: full-width forms stand in the order of ASCII."""


def composed(prompt: str) -> str:
    """Return the text with each Korean syllable as one character; some systems write its letters one by one."""
    return unicodedata.normalize("NFC", prompt)


def folded(text: str) -> str:
    """Return the text in lower case and half width, character for character, so that offsets stay."""
    return text.translate({ord(one): _folded(one) for one in set(text)})


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
    """Tell whether a folded character is a letter as English words are made of."""
    return "a" <= character <= "z" or ("\u00df" <= character <= "\u024f" and character.isalpha())
