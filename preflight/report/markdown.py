"""Reports as GitHub Markdown: a summary, then tables; long ones are folded.

Names and messages are escaped: no link, image, HTML, @mention or table cell of theirs takes effect.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TextIO

from preflight.locale import localized
from preflight.report import Header, Summary
from preflight.report.text import INTERRUPTED, Totals, passed_words, path_of, signature, summary
from preflight.values.assets import Asset, printable
from preflight.values.findings import Finding, Judged, Verdict
from preflight.values.phrase import phrase

MARK = "<!-- preflight report -->"
OPEN_ROWS = 20
"""Rows shown before the rest is folded."""
FOUND = ("| asset | verdict | findings |", "|---|---|---|")
CLEAN = ("| asset | measured |", "|---|---|")
ACTIVE = re.compile(r"[&<>|`*\[\]\\~$@#]|(?<![^\W_])_|_(?![^\W_])|:(?=\S)|(?<=www)\.", re.IGNORECASE)
"""Characters that begin markup, HTML, a cell, a link, an emoji or a formula."""
QUIET = re.compile(r"[^&<>|`*\[\]\\~$@#_:]*")
"""Text without such characters; a fast test."""
APART = "<!-- -->"
"""Follows characters that GitHub links or turns into emoji even as references."""


class Writer:
    """Writes Markdown; rows are kept, since the summary precedes them."""

    def __init__(self, header: Header, out: TextIO) -> None:
        self._header, self._out, self._totals = header, out, Totals()
        self._found: list[str] = []
        self._clean: list[str] = []

    def begin(self) -> None:
        """Write the mark by which later runs and bots recognise the report."""
        self._out.write(f"{MARK}\n")

    def asset(self, judged: Judged) -> None:
        """Keep the row of one asset."""
        self._totals.add(judged.verdict, judged.findings)
        name = name_cell(judged.asset)
        if judged.findings:
            self._found.append(row(name, judged.verdict, judged.findings))
        else:
            self._clean.append(f"| {name} | {escaped(summary(judged.facts))} |\n")

    def end(self, summary: Summary) -> None:
        """Write the summary and the tables."""
        if summary.findings:
            self._totals.count(summary.findings)
            self._found.append(row(localized("the request"), summary.request_verdict, summary.findings))
        words = f"{self._totals.words()}. {signature(self._header)}."
        words += f" {passed_words(summary.passed_over)}." if summary.passed_over else ""
        words += f" {localized(INTERRUPTED)}." if summary.interrupted else ""
        self._out.write(f"**preflight: {localized(summary.verdict)}**: {escaped(words)}\n")
        self._out.writelines(table(FOUND, self._found[:OPEN_ROWS]))
        self._out.writelines(
            folded(localized(phrase("{n} more", n=len(self._found) - OPEN_ROWS)), FOUND, self._found[OPEN_ROWS:])
        )
        self._out.writelines(folded(localized(phrase("{n} without findings", n=len(self._clean))), CLEAN, self._clean))


def row(name: str, verdict: Verdict, findings: Iterable[Finding]) -> str:
    """Format the row of one asset."""
    said = "<br>".join(f"{localized(one.severity)} `{one.rule}`: {escaped(localized(one.message))}" for one in findings)
    return f"| {name} | {localized(verdict)} | {said} |\n"


def table(head: tuple[str, ...], rows: list[str]) -> Iterator[str]:
    """Yield a table, if there are rows."""
    if rows:
        yield "\n" + "".join(f"{_headed(one)}\n" for one in head)
        yield from rows


def _headed(line: str) -> str:
    """Translate the titles of a table's first line."""
    return " | ".join(localized(title.strip()) for title in line.split("|")).strip() if "-" not in line else line


def folded(title: str, head: tuple[str, ...], rows: list[str]) -> Iterator[str]:
    """Yield a folded table, if there are rows."""
    if rows:
        yield f"\n<details><summary>{title}</summary>\n"
        yield from table(head, rows)
        yield "\n</details>\n"


def name_cell(asset: Asset) -> str:
    """Format an asset's name and role."""
    return f"<code>{escaped(path_of(asset))}</code>{f' ({asset.role})' if asset.role else ''}"


def escaped(words: str) -> str:
    """Replace active characters by references."""
    said = printable(words)
    if QUIET.fullmatch(said) and "www" not in said.lower():
        return said
    return ACTIVE.sub(_reference, said)


def _reference(sign: re.Match[str]) -> str:
    return f"&#{ord(sign[0])};{APART if sign[0] in '@#:' else ''}"
