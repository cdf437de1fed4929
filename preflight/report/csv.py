"""Reports as CSV: a row a finding, one for an asset without any. UTF-8, comma, one header row."""

import csv
from fractions import Fraction
from typing import TextIO

from preflight.locale import localized
from preflight.report import Header, Summary
from preflight.report.text import INTERRUPTED, path_of
from preflight.values.assets import printable
from preflight.values.findings import UNJUDGED, Finding, Judged
from preflight.values.units import number

ASSET = ("path", "role", "kind", "verdict")
FOUND = ("rule", "severity", "message", "measured", "unit", "limit", "margin", "fix", "how", "source")
RUN = ("profile", "preflight")
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets take the wide signs, too
Cell = str | int | float


class Writer:
    """Writes CSV. Findings on a request have kind "request" and no path."""

    def __init__(self, header: Header, out: TextIO) -> None:
        self._rows = csv.writer(out, lineterminator="\n")
        self._last = (text_cell(header.profile), text_cell(header.version))

    def begin(self) -> None:
        """Write the column names."""
        self._rows.writerow((*ASSET, *FOUND, *RUN))

    def asset(self, judged: Judged) -> None:
        """Write the rows of one asset."""
        role = str(judged.asset.role) if judged.asset.role else ""
        first = (text_cell(path_of(judged.asset)), role, judged.kind, judged.verdict)
        for finding in judged.findings or (None,):
            self._write(first, finding)

    def end(self, summary: Summary) -> None:
        """Write the rows of the request, and one for an interrupted run."""
        for finding in summary.findings or ():
            self._write(("", "", "request", summary.request_verdict), finding)
        if summary.interrupted:
            stop = Finding(rule=f"run{UNJUDGED}", severity="error", message=INTERRUPTED)
            self._write(("", "", "run", summary.verdict), stop)

    def _write(self, first: tuple[Cell, ...], finding: Finding | None) -> None:
        middle = finding_cells(finding) if finding else ("",) * len(FOUND)
        self._rows.writerow((*first, *middle, *self._last))


def finding_cells(finding: Finding) -> tuple[Cell, ...]:
    """Format a finding's cells, from rule to source."""
    return (
        text_cell(finding.rule),
        finding.severity,
        text_cell(localized(finding.message)),
        _cell(finding.measured),
        finding.unit,
        text_cell(finding.limit or ""),
        _cell(finding.margin),
        finding.fix,
        text_cell(finding.how or ""),
        text_cell(finding.source or ""),
    )


def text_cell(words: str) -> str:
    """Escape words that a spreadsheet would read as a formula, with an apostrophe in front.

    Tabs and line breaks, which some skip before a formula, are escaped.
    """
    cell = printable(words)
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _cell(value: Fraction | int | str | None) -> Cell:
    if value is None:
        return ""
    return text_cell(value) if isinstance(value, str) else number(value)
