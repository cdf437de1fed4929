"""Render templates; Jinja escapes all that is no markup.

The output is HTML and well-formed XML at once, so that strict parsers can check it.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.locale import language, localized
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
"""Content security policy: no scripts, no requests."""
SIGNS: dict[str, str] = {"pass": "✓", "fail": "✗", "unsure": "?", "error": "✗", "warning": "!", "info": "i"}
ADVICE = "What to do"
DONE = {"fixed": "What was done", "declined": "What would be done; it was declined"}


def render(template: str, **values: object) -> str:
    """Render a template with values."""
    return _environment().get_template(f"{template}.html").render(values)


def page_begin(mark: str, title: str) -> str:
    """Render everything before the header.

    Args:
        mark: first line of the file, by which later runs recognise it.
        title: the page's title.
    """
    from markupsafe import Markup

    sheets = (COLORS, TEMPLATES / "page.css")
    style = Markup("".join(sheet.read_text(encoding="utf-8") for sheet in sheets))  # noqa: S704 - files of this package
    return render("begin", mark=Markup(mark), title=title, STYLE=style)  # noqa: S704 - a constant of this package


@cache
def _environment() -> "Environment":
    """Build the Jinja environment; it holds templates only."""
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
    found.globals.update(shown=shown, summary=summary, gauge=gauge, advice=said, lang=language)
    found.filters["pieces"] = _pieces
    found.filters["t"] = _translated
    return found


def _shown(value: object) -> object:
    """Escape control characters of a value."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _translated(words: str) -> str:
    """Translate words; what Jinja has escaped already stays."""
    return words if hasattr(words, "__html__") else localized(words)


def _pieces(words: str) -> list[str]:
    """Split words at backticks; every second piece was between them."""
    return re.split(r"`([^`]+)`", words)
