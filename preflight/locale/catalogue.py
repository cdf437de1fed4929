"""A language's catalogue: the compiled gettext file beside this module in, message → translation out."""

import gettext
from functools import cache
from pathlib import Path

from preflight.locale import Language

FOLDER = Path(__file__).parent
DOMAIN = "preflight"
LOCALES: dict[Language, str] = {"ko": "ko", "zh": "zh_Hans"}
"""Language → the name of its folder."""


class Catalogue(gettext.GNUTranslations):
    """A compiled catalogue whose messages can be listed, since those with placeholders are matched against text."""

    def messages(self) -> dict[str, str]:
        """Map each message to its translation."""
        found: dict[object, str] = getattr(self, "_catalog", {})
        return {key: value for key, value in found.items() if isinstance(key, str) and key}


@cache
def messages(language: Language) -> dict[str, str]:
    """Load the catalogue of a language, cached; empty for English."""
    if language not in LOCALES:
        return {}
    path = FOLDER / LOCALES[language] / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with path.open("rb") as file:
        return Catalogue(file).messages()
