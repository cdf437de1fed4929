"""Reports as JSON Lines, readable while written: an asset a line, then the request, then the summary.

Each line is an object with `line`: "asset" with the fields of `preflight.report/1`, "request" with the findings on the
request, "summary" with the verdict. A report without a summary was cut short.
"""

from typing import TextIO

from preflight.report import Header, Summary
from preflight.report.json import Json, asset_line, finding_json, line, tool_json, unused_ignores_json
from preflight.report.text import Totals
from preflight.values.findings import EXIT_CODES, Judged

SCHEMA = "preflight.lines/1"


class Writer:
    """Writes JSON Lines."""

    def __init__(self, header: Header, out: TextIO) -> None:
        self._header, self._out, self._totals = header, out, Totals()

    def begin(self) -> None:
        """Write nothing."""

    def asset(self, judged: Judged) -> None:
        """Write one asset."""
        self._totals.add(judged.verdict, judged.findings)
        self._out.write(f'{{"line":"asset",{asset_line(judged).removeprefix("{")}\n')

    def end(self, summary: Summary) -> None:
        """Write the request, and the summary."""
        self._write({"line": "request", "findings": [finding_json(finding) for finding in summary.findings or ()]})
        self._write(
            {
                "line": "summary",
                "schema": SCHEMA,
                "tool": tool_json(self._header),
                "profile": self._header.edition,
                "verdict": summary.verdict,
                "assets": {verdict: self._totals.verdicts[verdict] for verdict in EXIT_CODES},
                "passed_over": summary.passed_over,
                **({"interrupted": True} if summary.interrupted else {}),
                **({"policy": unused_ignores_json(summary.unused_ignores)} if summary.unused_ignores else {}),
            }
        )

    def _write(self, value: Json) -> None:
        self._out.write(line(value) + "\n")
