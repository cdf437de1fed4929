"""Text → lines of a terminal, counted in columns: an East Asian wide character takes two."""

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

WIDE = ("W", "F")
"""East Asian widths (UAX #11) that take two columns."""
NEVER_FIRST = "，。、；：！？）」』】》%”’…,.;:!?)]}"  # noqa: RUF001 - the marks are wide ones
"""Marks that begin no line."""
NEVER_LAST = "（「『【《“‘([{"  # noqa: RUF001 - the marks are wide ones
"""Marks that end no line."""
LEAST = 10
"""Columns that text has at least, however narrow the terminal is."""


def columns(text: str) -> int:
    """Count the columns that text takes."""
    return sum(2 if east_asian_width(sign) in WIDE else 1 for sign in text)


def wrapped(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width` columns: at blanks, and between Chinese characters."""
    lines, line = list[str](), ""
    for piece in _pieces(text):
        if line.strip() and columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()]


def _pieces(text: str) -> Iterator[str]:
    """Yield what is not to be broken: words with the blanks before them, and single Chinese characters with marks."""
    piece = ""
    for at, sign in enumerate(text):
        before = text[at - 1] if at else ""
        apart = sign == " " or _is_ideograph(sign) or (_is_ideograph(before) and sign not in NEVER_FIRST)
        if piece and apart and sign not in NEVER_FIRST and before not in NEVER_LAST:
            yield piece
            piece = ""
        piece += sign
    yield piece


def _is_ideograph(sign: str) -> bool:
    """Tell whether text may be broken beside a character: Chinese yes, Hangul syllables no."""
    return "\u3000" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef"


def definitions(
    rows: Sequence[tuple[str, str]], width: int, indent: int, most: int = 30, apart: int = 2
) -> Iterator[str]:
    """Yield terms, and what they mean in a column beside them; below a term that is too wide."""
    first = min(max((columns(term) for term, _ in rows), default=0), most) + apart
    lead, room = " " * indent, max(width - first - 2 - indent, LEAST)
    for term, words in rows:
        lines = wrapped(words, room) if words else []
        if not lines:
            yield f"{lead}{term}"
            continue
        if columns(term) <= first - apart:
            yield f"{lead}{term}{' ' * (first - columns(term))}{lines.pop(0)}"
        else:
            yield f"{lead}{term}"
        yield from (f"{lead}{' ' * first}{line}" for line in lines)


def filled(text: str, width: int) -> str:
    """Fill text up with blanks to a width in columns."""
    return text + " " * (width - columns(text))
