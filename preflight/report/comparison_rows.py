"""Compare editions as CSV and Markdown; rows are written once the last is known."""

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO
from weakref import finalize

from preflight.policy.policy import UnusedIgnore
from preflight.report.csv import text_cell
from preflight.report.markdown import escaped, name_cell
from preflight.report.spool import pour, spool
from preflight.report.text import path_of
from preflight.values.assets import printable
from preflight.values.choices import FailOn
from preflight.values.findings import Finding, Verdict, counts, verdict_of
from preflight.values.standing import Row, Standing

MARK = "<!-- preflight comparison -->"
COLUMNS = ("path", "role", "kind", "profile", "verdict", "rules")


def broken(findings: Iterable[Finding], fail_on: FailOn) -> list[str]:
    """List the rules that count, each once."""
    return list(dict.fromkeys(one.rule for one in findings if counts(one, fail_on)))


class Rows:
    """A row per asset and edition; findings on a request have kind "request" and no path."""

    def __init__(self, editions: Sequence[str], out: TextIO) -> None:
        self._editions, self._out, self._spool = editions, out, spool()
        finalize(self, self._spool.close)
        self._rows = csv.writer(self._spool, lineterminator="\n")
        self._rows.writerow(COLUMNS)

    def row(self, row: Row) -> None:
        """Spool one asset for each edition."""
        for edition, one in zip(self._editions, row, strict=True):
            role = str(one.asset.role) if one.asset.role else ""
            rules = " ".join(broken(one.findings, one.fail_on))
            cells = (text_cell(path_of(one.asset)), role, one.kind, text_cell(edition), one.verdict, text_cell(rules))
            self._rows.writerow(cells)

    def end(self, standing: Standing, unused_ignores: Sequence[UnusedIgnore] = ()) -> None:  # noqa: ARG002 - said in words elsewhere
        """Write everything."""
        for one in standing.reports or ():
            verdict, rules = verdict_of(one.findings, one.fail_on), " ".join(broken(one.findings, one.fail_on))
            self._rows.writerow(("", "", "request", text_cell(one.profile), verdict, text_cell(rules)))
        pour(self._spool, self._out)


class Markdown:
    """A row an asset, a column an edition, for GitHub."""

    def __init__(self, editions: Sequence[str], out: TextIO) -> None:
        self._editions, self._out, self._spool = editions, out, spool()
        finalize(self, self._spool.close)

    def row(self, row: Row) -> None:
        """Spool one asset."""
        self._keep(name_cell(row[0].asset), [_cell(one.verdict, broken(one.findings, one.fail_on)) for one in row])

    def _keep(self, name: str, cells: Iterable[str]) -> None:
        self._spool.write(f"| {' | '.join([name, *cells])} |\n")

    def end(self, standing: Standing, unused_ignores: Sequence[UnusedIgnore] = ()) -> None:  # noqa: ARG002 - said in words elsewhere
        """Write which editions take everything, and the table."""
        if standing.reports is not None:
            found = ((verdict_of(one.findings, one.fail_on), one) for one in standing.reports)
            self._keep("the request", [_cell(verdict, broken(one.findings, one.fail_on)) for verdict, one in found])
        taking = " and ".join(escaped(printable(name)) for name in standing.taking) or "no edition"
        self._out.write(f"{MARK}\n**preflight: {standing.verdict}**: everything as it is is taken by {taking}\n\n")
        names = " | ".join(["asset", *map(escaped, self._editions)])
        self._out.write(f"| {names} |\n|{'---|' * (len(self._editions) + 1)}\n")
        pour(self._spool, self._out)


def _cell(verdict: Verdict, rules: Sequence[str]) -> str:
    return " ".join([verdict, *(f"`{rule}`" for rule in rules)])
