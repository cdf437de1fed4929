"""Templates and values in, markup out, in which words can do nothing: Jinja escapes all that is not markup already.

What is written is HTML and well-formed XML at once, so that any strict reader can check it.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.report.html.drawings import gauge
from preflight.report.remedies import said
from preflight.report.text import summary
from preflight.values.assets import printable, shown

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
COLORS = TEMPLATES / "colors.css"
"""The colours of every page of ours, light and dark."""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What the browser is told: nothing is run, and nobody is asked."""
SIGNS: dict[str, str] = {"pass": "✓", "fail": "✗", "unsure": "?", "error": "✗", "warning": "!", "info": "i"}
ADVICE = "What to do"
DONE = {"fixed": "What was done", "declined": "What would be done; it was declined"}


def render(template: str, **values: object) -> str:
    """Return a template filled with values."""
    return _environment().get_template(f"{template}.html").render(values)


def page_begin(mark: str, title: str) -> str:
    """Return all that stands before the header.

    Args:
        mark: how its files begin, by which a later run knows them.
        title: what the browser calls it.
    """
    from markupsafe import Markup

    sheets = (COLORS, TEMPLATES / "page.css")
    style = Markup("".join(sheet.read_text(encoding="utf-8") for sheet in sheets))  # noqa: S704 - files of this package
    return render("begin", mark=Markup(mark), title=title, STYLE=style)  # noqa: S704 - a constant of this package


@cache
def _environment() -> "Environment":
    """Return what renders; it holds templates alone, and none of a caller's values."""
    import jinja2

    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.globals.update(SIGNS=SIGNS, ADVICE=ADVICE, DONE=DONE, POLICY=POLICY)
    found.globals.update(shown=shown, summary=summary, gauge=gauge, advice=said)
    found.filters["pieces"] = _pieces
    return found


def _shown(value: object) -> object:
    """Return a value as it is shown: a character that acts on a screen or a reader, by its code."""
    return printable(value) if type(value) is str else value


def _pieces(words: str) -> list[str]:
    """Return words of this program in pieces, every second of which stood between `` ` ``."""
    return re.split(r"`([^`]+)`", words)
