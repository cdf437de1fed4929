"""Reports as GitHub workflow commands: an annotation a finding, and one for the summary.

Source: GitHub's documentation of workflow commands; the runner undoes the escapes.
"""

from typing import TextIO

from preflight.locale import localized
from preflight.report import Header, Summary
from preflight.report.text import INTERRUPTED, Totals, name_of, passed_words, signature
from preflight.values.assets import Asset, printable
from preflight.values.findings import Finding, Judged
from preflight.values.limits import Severity

COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}
DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY = DATA | str.maketrans({":": "%3A", ",": "%2C"})


class Writer:
    """Writes annotations. GitHub shows ten of a kind a step; the log has all."""

    def __init__(self, header: Header, out: TextIO) -> None:
        self._header, self._out, self._totals = header, out, Totals()

    def begin(self) -> None:
        """Write nothing."""

    def asset(self, judged: Judged) -> None:
        """Write the annotations of one asset."""
        self._totals.add(judged.verdict, judged.findings)
        for finding in judged.findings:
            self._out.write(annotation(finding, name_of(judged.asset), judged.asset))

    def end(self, summary: Summary) -> None:
        """Write the annotations of the request, and the summary as a notice."""
        findings = summary.findings or ()
        self._totals.count(findings)
        for finding in findings:
            self._out.write(annotation(finding, "request"))
        words = f"{localized(summary.verdict.upper())} {self._totals.words()}. {signature(self._header)}."
        words += f" {passed_words(summary.passed_over)}." if summary.passed_over else ""
        words += f" {localized(INTERRUPTED)}." if summary.interrupted else ""
        self._out.write(f"::notice title=preflight::{words.translate(DATA)}\n")


def annotation(finding: Finding, name: str, asset: Asset | None = None) -> str:
    """Format a finding; URLs are no files of the repository."""
    file = f"file={printable(asset.path).translate(PROPERTY)}," if asset and not asset.is_url else ""
    said = f"{name}: {printable(localized(finding.message))}"
    title = finding.rule.translate(PROPERTY)
    return f"::{COMMANDS[finding.severity]} {file}title={title}::{said.translate(DATA)}\n"
