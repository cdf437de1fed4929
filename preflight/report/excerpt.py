"""The line of a file at which reading it failed: under it a caret, and the line as it could be read."""

from collections.abc import Iterator
from unicodedata import east_asian_width

from preflight.locale import localized
from preflight.values.assets import printable
from preflight.values.excerpt import Excerpt
from preflight.values.phrase import phrase

WIDE = ("W", "F")
"""East Asian widths of characters that take two columns of a terminal."""


def excerpt_lines(excerpt: Excerpt) -> Iterator[str]:
    """Yield the line, a caret under the place, and, where it is known, the corrected line."""
    around = excerpt.around
    number = str(around.line)
    yield f"  {number} | {printable(around.text)}"
    yield f"  {' ' * len(number)} | {_blank(around.text[: around.column - 1])}^"
    if excerpt.corrected is not None:
        yield localized(phrase("Write: {q}", q=printable(excerpt.corrected)))


def _blank(text: str) -> str:
    """Write blanks as wide as a text is on a terminal."""
    return "".join("\u3000" if east_asian_width(one) in WIDE else " " * len(printable(one)) for one in text)
