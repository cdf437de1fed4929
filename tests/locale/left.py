"""What of a translated message is still English."""

import re

from preflight.locale import localized, speaking
from preflight.locale.catalogue import LOCALES

QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|“[^”]*”")
ENGLISH = re.compile(r"(?<![\w/-])[a-z]{2,} [a-z]{2,}(?![\w:/-])")
"""Two words of prose; a unit, a codec, a format or a product stands alone or in capitals."""


def english_left(message: str) -> list[str]:
    """Return the translations of a message that are as it was, or that hold English prose outside quotes."""
    found = []
    for language in LOCALES:
        with speaking(language):
            words = localized(message)
        if words == message or ENGLISH.search(QUOTED.sub("", words)):
            found.append(words)
    return found
