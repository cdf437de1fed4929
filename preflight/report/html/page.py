"""What every page begins and ends with: its mark, and what the browser must not do."""

from preflight.report.html.markup import Markup, block, tag
from preflight.report.html.style import STYLE

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
PAGE_END = "</main>\n</body>\n</html>\n"


def page_begin(mark: str, title: str) -> str:
    """Return all that stands before the header.

    Args:
        mark: how its files begin, by which a later run knows them.
        title: what the browser calls it.
    """
    about = [tag("meta", charset="utf-8"), tag("meta", http_equiv="Content-Security-Policy", content=POLICY)]
    about.append(tag("meta", name="viewport", content="width=device-width, initial-scale=1"))
    about += [tag("title", title), tag("style", Markup(STYLE))]
    return f'{mark}<html lang="en">\n{block("head", *about)}<body>\n'
