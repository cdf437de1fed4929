"""A language's catalogue: the compiled gettext file beside this module in, message → translation out."""

import gettext
import re
from functools import cache
from pathlib import Path

from preflight.locale import Language

FOLDER = Path(__file__).parent
DOMAIN = "preflight"
LOCALES: dict[Language, str] = {"ko": "ko", "zh": "zh_Hans"}
"""Language → the name of its folder."""


PLACEHOLDER = re.compile(r"\{(\w+)\}")
KEPT = re.compile(r"([nwlq])\d*")
"""Names of placeholders whose text is kept."""
APART = "\x04"
"""Stands between context and message in a compiled catalogue."""


def kind_of(name: str) -> str:
    """Read the kind of a placeholder from its name: n, w, l or q; empty for text that is translated."""
    found = KEPT.fullmatch(name)
    return found[1] if found else ""


class Catalogue(gettext.GNUTranslations):
    """A compiled catalogue whose messages can be listed, since those with placeholders are matched against text."""

    def messages(self) -> dict[str, str]:
        """Map each message to its translation; one in a context stands behind it and `APART`."""
        found: dict[object, str] = getattr(self, "_catalog", {})
        return {key: value for key, value in found.items() if isinstance(key, str) and key}


@cache
def messages(language: Language) -> dict[str, str]:
    """Load the catalogue of a language, cached; empty for English."""
    if language not in LOCALES:
        return {}
    return {key: words for key, words in _loaded(language).items() if APART not in key}


def in_context(language: Language, context: str, text: str) -> str:
    """Translate text as it is meant in a context; unknown text stays as it is."""
    return _loaded(language).get(f"{context}{APART}{text}", text) if language in LOCALES else text


@cache
def _loaded(language: Language) -> dict[str, str]:
    """Read the compiled catalogue of a language, cached."""
    path = FOLDER / LOCALES[language] / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with path.open("rb") as file:
        return Catalogue(file).messages()
