"""Reports as JSON Lines, to be read while they are written: an asset a line, then the request, then the sum.

Each line is an object with `line`: "asset" with the fields that `preflight.report/1` has for one, "request" with the
findings of the request as a whole, "summary" with the verdict. A report without a summary was cut short.
"""

from typing import TextIO

from preflight.report import Ending, Heading
from preflight.report.json import Json, asset_line, finding_json, line, remarks_json, tool_json
from preflight.report.text import Totals
from preflight.values.findings import EXIT_CODES, Judged

SCHEMA = "preflight.lines/1"


class Sheet:
    """A report as lines of JSON."""

    def __init__(self, heading: Heading, out: TextIO) -> None:
        self._heading, self._out, self._totals = heading, out, Totals()

    def begin(self) -> None:
        """Write nothing: the first asset is the first line."""

    def asset(self, judged: Judged) -> None:
        """Write one asset."""
        self._totals.add(judged.verdict, judged.findings)
        self._out.write(f'{{"line":"asset",{asset_line(judged).removeprefix("{")}\n')

    def end(self, ending: Ending) -> None:
        """Write what is said of the request, and the sum."""
        self._write({"line": "request", "findings": [finding_json(finding) for finding in ending.findings or ()]})
        self._write(
            {
                "line": "summary",
                "schema": SCHEMA,
                "tool": tool_json(self._heading),
                "profile": self._heading.edition,
                "verdict": ending.verdict,
                "assets": {verdict: self._totals.verdicts[verdict] for verdict in EXIT_CODES},
                "passed_over": ending.passed_over,
                **({"interrupted": True} if ending.interrupted else {}),
                **({"policy": remarks_json(ending.remarks)} if ending.remarks else {}),
            }
        )

    def _write(self, value: Json) -> None:
        self._out.write(line(value) + "\n")
