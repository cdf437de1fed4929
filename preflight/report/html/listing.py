"""Assets of which there are too many for an article each: a judged one in, a row of a table out."""

from preflight.report.html.articles import badge, short_finding
from preflight.report.html.markup import Markup, block, joined, tag
from preflight.report.text import summary
from preflight.values.assets import shown
from preflight.values.findings import Judged

ROWS_END = "</tbody></table></section>\n"


def rows_begin(count: int) -> str:
    """Return what stands above the rows."""
    files = f"{count:,} {'file' if count == 1 else 'files'} more"
    heads = [tag("th", name, scope="col") for name in ("Verdict", "File", "What was found")]
    head = tag("thead", tag("tr", *heads))
    return f'<section class="more">{tag("h2", files)}<table>{head}<tbody>\n'


def asset_row(judged: Judged, number: int) -> Markup:
    """Return the row of one asset: its verdict, its name and what it is, and what was found."""
    asset = judged.asset
    role = f" ({asset.role})" if asset.role else ""
    name = joined(
        tag("span", f"{shown(asset.path)}{role}", class_="name"), tag("div", summary(judged.facts), class_="summary")
    )
    rows = list(map(short_finding, judged.findings))
    found = block("ul", *rows, class_="findings short") if rows else Markup()
    return block("tr", tag("td", badge(judged.verdict)), tag("td", name), tag("td", found), id=f"asset-{number}")
