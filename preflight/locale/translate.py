"""A message in English in, its translation out, by its template; text without one is looked up as a whole."""

from preflight.locale import Language
from preflight.locale.catalogue import PLACEHOLDER, kind_of, messages
from preflight.locale.typography import between, filled
from preflight.values.phrase import Listing, Phrase


def translated(text: str, language: Language) -> str:
    """Translate a message; what the catalogue does not hold stays English."""
    if isinstance(text, Phrase):
        return _phrase(text, language)
    if isinstance(text, Listing):
        parts = [translated(part, language) for part in text.items]
        return Listing(parts, between(text.between, language), between(text.last, language))
    return messages(language).get(text, text)


def _phrase(text: Phrase, language: Language) -> str:
    """Fill the translation of a template; names stand in it unchanged."""
    parts = PLACEHOLDER.split(messages(language).get(text.template, text.template))
    values = [_argument(name, text.arguments[name], language) for name in parts[1::2]]
    return filled(parts[::2], values, language)


def _argument(name: str, value: object, language: Language) -> str:
    """Translate an argument, unless it is to be kept."""
    if not isinstance(value, str):
        return str(value)
    if isinstance(value, Phrase | Listing) or not kind_of(name):
        return translated(value, language)
    return value
