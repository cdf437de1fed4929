"""Reports as one self-contained page: findings, measurements and previews.

The page has no scripts and no external resources, and forbids both to the browser.
"""

import os
from collections.abc import Sequence
from typing import NamedTuple, TextIO
from weakref import finalize

from preflight.locale import localized, sentence
from preflight.report import Header, Summary
from preflight.report.html.articles import asset_article, request_article
from preflight.report.html.render import SIGNS, page_begin, render
from preflight.report.spool import pour, spool
from preflight.report.text import INTERRUPTED, Totals, passed_words, signature
from preflight.values.assets import shown
from preflight.values.findings import Judged, Verdict
from preflight.values.phrase import phrase

MARK = "<!DOCTYPE html>\n<!-- preflight report -->\n"
LINKS = 20
"""Most assets linked at the top."""
NAMED = 3
"""Assets that the title names."""
OPEN_WRONG, OPEN_RIGHT = 30, 6
"""Place in the report after which failed and passed assets are folded."""
WRONG, RIGHT = 300, 100
"""Failed and passed assets with an article and preview; the rest are table rows.

A preview takes a child process and up to a second; no browser shows ten thousand."""


class Writer:
    """Writes a page; articles are spooled, since the verdict precedes them."""

    def __init__(self, header: Header, out: TextIO) -> None:
        self._header, self._out, self._totals = header, out, Totals()
        self._planned_fixes = header.planned_fixes
        self._links: list[Link] = []
        self._names: list[str] = []
        self._number = self._wrong = 0
        self._articles: TextIO = spool()
        self._rows: TextIO = spool()
        self._row_count = 0
        for spooled in (self._articles, self._rows):
            finalize(self, spooled.close)

    def begin(self) -> None:
        """Write nothing yet: the title names the verdict."""

    def _begin_page(self, summary: Summary) -> None:
        """Write the head, with the mark of our reports."""
        self._out.write(page_begin(MARK, f"{SIGNS[summary.verdict]} {self._headline(summary)}"))

    def asset(self, judged: Judged) -> None:
        """Spool one asset."""
        self._totals.add(judged.verdict, judged.findings)
        self._number += 1
        if len(self._names) < NAMED:
            self._names.append(shown(judged.asset.path))
        if judged.verdict != "pass":
            self._wrong += 1
            if self._wrong <= LINKS:
                self._links.append(link(judged.verdict, shown(judged.asset.path), f"asset-{self._number}"))
        plan = self._planned_fixes.plan(judged) if self._planned_fixes else None
        right = self._number - self._wrong
        if right <= RIGHT if judged.verdict == "pass" else self._wrong <= WRONG:
            folded = self._number > (OPEN_RIGHT if judged.verdict == "pass" else OPEN_WRONG)
            self._articles.write(asset_article(judged, self._number, self._header, plan, folded=folded))
        else:
            self._row_count += 1
            self._rows.write(render("row", judged=judged, number=self._number))

    def end(self, summary: Summary) -> None:
        """Write the verdict, the articles and the request."""
        if summary.findings is not None:
            self._totals.count(summary.findings)
        self._begin_page(summary)
        self._out.write(f"{self._top(summary)}<main>\n")
        pour(self._articles, self._out)
        if self._row_count:
            self._out.write(render("rows_begin", count=self._row_count))
            pour(self._rows, self._out)
            self._out.write(render("rows_end"))
        if summary.findings is not None:
            planned = self._planned_fixes.whole() if self._planned_fixes else None
            self._out.write(request_article(summary.findings, summary.request_verdict, planned))
        self._out.write(render("end"))

    def _headline(self, summary: Summary) -> str:
        """Word the verdict with the names of failed assets, or of all where none failed."""
        if not self._wrong and summary.request_verdict != "pass":
            return headline(summary.verdict, [localized("the request")], 1)
        names = [one.name for one in self._links] if self._wrong else self._names
        return headline(summary.verdict, names, self._wrong or self._number)

    def _top(self, summary: Summary) -> str:
        """Render the verdict, the counts, and links to failed assets."""
        lines = [Line(sentence(self._totals.words())), Line(sentence(signature(self._header)), "summary")]
        if summary.passed_over:
            lines.append(Line(sentence(passed_words(summary.passed_over))))
        if summary.interrupted:
            lines.append(Line(f"{localized(INTERRUPTED)}.", strong=True))
        links = list(self._links)
        if summary.request_verdict != "pass":
            links.append(link(summary.request_verdict, localized("the request"), "request"))
        return render(
            "top",
            sign=SIGNS[summary.verdict],
            word=self._headline(summary),
            verdict=summary.verdict,
            lines=lines,
            links=links,
            more=max(self._wrong - LINKS, 0),
            label="What did not pass",
        )


def headline(verdict: str, names: Sequence[str], count: int) -> str:
    """Word a verdict with the assets it is about: "fail: a.mp4, b.jpg, c.wav and 2 more"."""
    named = ", ".join(os.path.basename(name) or name for name in names[:NAMED])  # noqa: PTH119 - bytes that are no UTF-8
    more = f" {localized(phrase('and {n} more', n=f'{count - NAMED:,}'))}" if count > NAMED else ""
    return f"{localized(verdict)}: {named}{more}" if named else localized(verdict)


class Line(NamedTuple):
    """A line below the verdict."""

    words: str
    class_: str = ""
    strong: bool = False


class Link(NamedTuple):
    """A link to an article, with its verdict."""

    sign: str
    word: str
    verdict: str
    name: str
    place: str


def link(verdict: Verdict, name: str, place: str) -> Link:
    """Build a link to an article."""
    return Link(SIGNS[verdict], verdict, verdict, name, place)
