"""Reports as one page that a browser shows alone: what was found, what it was measured by, and what there is to see.

It holds everything it shows. It runs nothing, asks nobody, and says to the browser that it must not.
"""

from typing import NamedTuple, TextIO
from weakref import finalize

from preflight.report import Header, Summary
from preflight.report.html.articles import asset_article, request_article
from preflight.report.html.render import SIGNS, page_begin, render
from preflight.report.spool import pour, spool
from preflight.report.text import INTERRUPTED, Totals, passed_words, signature
from preflight.values.assets import shown
from preflight.values.findings import Judged, Verdict

MARK = "<!DOCTYPE html>\n<!-- preflight report -->\n"
LINKS = 20
"""How many assets that did not pass, or were not made ready, are named at the top."""
WRONG, RIGHT = 300, 100
"""How many assets that did not pass, and that did, get an article with a picture; the others are rows of a table.

A picture takes a child and up to a second; ten thousand of them no browser shows.
"""


class Writer:
    """A report as a page: its articles wait aside, since the verdict stands above them."""

    def __init__(self, header: Header, out: TextIO) -> None:
        self._header, self._out, self._totals = header, out, Totals()
        self._planned_fixes = header.planned_fixes
        self._links: list[Link] = []
        self._number = self._wrong = 0
        self._waiting: TextIO = spool()
        self._rows: TextIO = spool()
        self._in_rows = 0
        for spooled in (self._waiting, self._rows):
            finalize(self, spooled.close)

    def begin(self) -> None:
        """Write the mark by which a later run knows the report, and the page's head."""
        self._out.write(page_begin(MARK, signature(self._header)))

    def asset(self, judged: Judged) -> None:
        """Write one asset aside."""
        self._totals.add(judged.verdict, judged.findings)
        self._number += 1
        if judged.verdict != "pass":
            self._wrong += 1
            if self._wrong <= LINKS:
                self._links.append(link(judged.verdict, shown(judged.asset.path), f"asset-{self._number}"))
        plan = self._planned_fixes.plan(judged) if self._planned_fixes else None
        right = self._number - self._wrong
        if right <= RIGHT if judged.verdict == "pass" else self._wrong <= WRONG:
            self._waiting.write(asset_article(judged, self._number, self._header, plan))
        else:
            self._in_rows += 1
            self._rows.write(render("row", judged=judged, number=self._number))

    def end(self, summary: Summary) -> None:
        """Write the verdict, the articles and what is said of the request."""
        if summary.findings is not None:
            self._totals.count(summary.findings)
        self._out.write(f"{self._top(summary)}<main>\n")
        pour(self._waiting, self._out)
        if self._in_rows:
            self._out.write(render("rows_begin", count=self._in_rows))
            pour(self._rows, self._out)
            self._out.write(render("rows_end"))
        if summary.findings is not None:
            planned = self._planned_fixes.whole() if self._planned_fixes else None
            self._out.write(request_article(summary.findings, summary.request_verdict, planned))
        self._out.write(render("end"))

    def _top(self, summary: Summary) -> str:
        """Return the verdict, what it counts, and the way to what did not pass."""
        lines = [Line(f"{self._totals.words()}."), Line(f"{signature(self._header)}.", "summary")]
        if summary.passed_over:
            lines.append(Line(f"{passed_words(summary.passed_over)}."))
        if summary.interrupted:
            lines.append(Line(f"{INTERRUPTED}.", strong=True))
        links = list(self._links)
        if summary.request_verdict != "pass":
            links.append(link(summary.request_verdict, "the request", "request"))
        return render(
            "top",
            sign=SIGNS[summary.verdict],
            word=summary.verdict,
            verdict=summary.verdict,
            lines=lines,
            links=links,
            more=max(self._wrong - LINKS, 0),
            label="What did not pass",
        )


class Line(NamedTuple):
    """A line below a verdict."""

    words: str
    class_: str = ""
    strong: bool = False


class Link(NamedTuple):
    """The way to an article, and its verdict."""

    sign: str
    word: str
    verdict: str
    name: str
    place: str


def link(verdict: Verdict, name: str, place: str) -> Link:
    """Return the way to an article."""
    return Link(SIGNS[verdict], verdict, verdict, name, place)
