"""Format where files can be sent: a table for people, `preflight.where/1` for programs, CSV, and a page.

In: places in their order, and what was asked about. Out: characters.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import msgspec

from preflight.locale import localized
from preflight.locale.columns import columns, filled
from preflight.report import Header
from preflight.report.citations import cited
from preflight.report.csv import text_cell
from preflight.report.json import dump, tool_json
from preflight.report.text import Line
from preflight.values.assets import printable
from preflight.values.phrase import joined, phrase
from preflight.values.places import WAYS, Answer, Place, Way
from preflight.values.units import number

WHERE_SCHEMA = "preflight.where/1"
SAID: dict[Way, str] = {
    "as it is": "as it is",
    "doubtful": "perhaps as it is",
    "lossless": "after a lossless fix",
    "lossy": "after a lossy fix",
    "never": "never",
    "unsure": "cannot be told",
}
STYLES: dict[Way, str] = {
    "as it is": "green",
    "doubtful": "magenta",
    "lossless": "green",
    "lossy": "yellow",
    "never": "red",
    "unsure": "magenta",
}
COLUMNS = (
    "model",
    "edition",
    *(way.replace(" ", "_") for way in WAYS if way != "doubtful"),
    "way",
    "usd",
    "service",
    "rule",
    "why",
    "source",
    "doubtful",
    "doubts",
)
"""New columns come last, for those who read by position."""


class WhereQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked about."""

    files: int
    request: str | None = None
    """The request file; None where files were asked about, each by itself."""

    @property
    def unit(self) -> str:
        """What the price is for."""
        return "" if self.request else "/s"


def table_lines(places: Sequence[Place], asked: WhereQuestion, *, sources: bool = False) -> Iterable[Line]:
    """Format a line a model, and beneath it what stands in the way."""
    width = max((len(place.model) for place in places), default=0)
    way_width = max(columns(localized(said)) for said in SAID.values())
    for place in places:
        cost = "" if place.usd is None else f"  {localized(_cost(place.usd, asked))}"
        other = (
            f"  {localized(phrase('only checked for: {q}', q=printable(place.check_only)))}" if place.check_only else ""
        )
        yield (
            (filled(localized(SAID[place.way]), way_width), STYLES[place.way]),
            (f"  {printable(place.model):<{width}}", "bold"),
            (f"{_counted(place, asked)}{cost}{other}".rstrip(), ""),
        )
        for answer in place.why:
            source = f"  [{localized(cited(answer.source))}]" if sources and answer.source else ""
            yield (
                (f"    {localized(_stands(answer))}: ", STYLES[answer.way]),
                (printable(_reason(answer)), ""),
                (printable(source), "dim"),
            )
        if sources and place.unsaid and place.way != "never":
            yield ((f"    {localized('not told by its documents')}: ", "dim"), (", ".join(place.unsaid), "dim"))


def _counted(place: Place, asked: WhereQuestion) -> str:
    """Format how many files need what, where they do not all need the same, or some stay in doubt after a fix."""
    found: list[str] = [phrase("{n} {way}", n=n, way=SAID[way]) for way, n in place.counts.items() if n]
    parts = found if asked.request is None and len(found) > 1 else []
    return f"  {localized(joined([*parts, *_unsettled(place, asked), *_not_told(place)]))}".rstrip()


def _cost(usd: Fraction, asked: WhereQuestion) -> str:
    """Word what a second costs, or the request."""
    if asked.request:
        return phrase("about {n} USD", n=_usd(usd))
    return phrase("about {n} USD/s", n=_usd(usd))


def _not_told(place: Place) -> list[str]:
    """Format how many limits no document gives, where it is not refused anyway."""
    many = len(place.unsaid)
    if not many or place.way in ("never", "unsure"):
        return []
    return [phrase("{n} limit not told" if many == 1 else "{n} limits not told", n=many)]


def _unsettled(place: Place, asked: WhereQuestion) -> list[str]:
    """Format how many files a limit in doubt may still refuse after their fix."""
    count = place.doubts - place.counts["doubtful"]
    if count <= 0 or place.way not in ("lossless", "lossy"):
        return []
    return ["in doubt then" if asked.request else phrase("{n} in doubt then", n=count)]


def _stands(answer: Answer) -> str:
    return "perhaps" if answer.way == "doubtful" else SAID[answer.way]


def _reason(answer: Answer) -> str:
    return f"{answer.rule}: {localized(answer.why)}" if answer.rule else localized(answer.why)


def _usd(usd: Fraction) -> str:
    return f"{float(usd):.3g}"


def where_json(places: Sequence[Place], asked: WhereQuestion) -> str:
    """Format as `preflight.where/1`."""
    return dump(where_report(places, asked))


def where_report(places: Sequence[Place], asked: WhereQuestion) -> dict[str, Any]:
    """Convert to `preflight.where/1`."""
    return {
        "schema": WHERE_SCHEMA,
        "tool": tool_json(Header(profile="")),
        "request": asked.request,
        "files": asked.files,
        "places": [place_json(place) for place in places],
    }


def place_json(place: Place) -> dict[str, Any]:
    """Convert one place."""
    return {
        "model": place.model,
        "edition": place.edition,
        "way": place.way,
        "counts": place.counts,
        "doubts": place.doubts,
        "usd": None if place.usd is None else number(place.usd),
        "unsaid": list(place.unsaid),
        "service": place.check_only,
        "why": [{"way": a.way, "rule": a.rule, "message": a.why, "source": a.source or None} for a in place.why],
    }


def where_csv(places: Sequence[Place]) -> str:
    """Format as CSV: a row for each thing in the way, one for a model without any."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for place in places:
        usd = "" if place.usd is None else number(place.usd)
        counts = [place.counts[way] for way in WAYS if way != "doubtful"]
        first = (text_cell(place.model), text_cell(place.edition), *counts, place.way, usd)
        for answer in place.why or (None,):
            cells = (answer.rule, answer.why, answer.source) if answer else ("", "", "")
            last = (place.counts["doubtful"], place.doubts)
            rows.writerow((*first, text_cell(place.check_only or ""), *map(text_cell, cells), *last))
    return out.getvalue()


def where_html(places: Sequence[Place], asked: WhereQuestion) -> str:
    """Format as a page that stands alone."""
    from preflight.report.html.render import page_begin, render

    title = localized(phrase("Where {n} files can be sent", n=asked.files))
    if asked.request:
        title = localized(phrase("Where {q} can be sent", q=printable(asked.request)))
    ways = [localized(joined([SAID[place.way], *_unsettled(place, asked), *_not_told(place)])) for place in places]
    prices = ["" if place.usd is None else _usd(place.usd) for place in places]
    rows = zip(places, ways, prices, strict=True)
    begin = page_begin("<!DOCTYPE html>\n", title)
    unit = localized("USD" if asked.request else "USD/s")
    body = render("where", title=title, rows=rows, stands=_stands, unit=unit, cited=cited)
    return f"{begin}<main>\n{body}{render('end')}"
