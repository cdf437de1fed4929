"""Reports as SARIF 2.1.0, for code scanning: all rules with help, a result a finding.

Code scanning shows results only at files, relative to the working directory: findings on a request or URL stand at the
request file.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import TextIO

from preflight.locale import localized
from preflight.report import Header, Summary
from preflight.report.address import uri_of
from preflight.report.json import Json, finding_json, line
from preflight.report.spool import spool
from preflight.rules import RULES
from preflight.values.assets import Asset, shown
from preflight.values.findings import EXIT_CODES, Finding, Judged
from preflight.values.limits import Severity
from preflight.values.phrase import phrase

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
INTERRUPTED_EXIT = 130
STAND_IN = "request.toml"
"""Stands for the file of a request made of options."""
REQUEST: Json = {"name": "request", "kind": "object"}
WHOLE: Json = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
"""Media have no lines, but code scanning requires one."""
MOST_RESULTS = 25_000
MOST_PACKED_BYTES = 9_000_000
"""GitHub's "SARIF support for code scanning", limits: 25,000 results a run, 10 MB an upload, gzipped; rules and
envelope take a few kilobytes."""
BESIDE = ("measured", "limit", "unit", "margin", "how", "source", "fix")
"""Fields of a finding without a place in SARIF; written as properties."""


class Writer:
    """Writes SARIF; results come at the end, most severe first."""

    def __init__(self, header: Header, out: TextIO) -> None:
        self._header, self._out = header, out
        self._results = Results()
        self._assets = 0

    def begin(self) -> None:
        """Write the program and its rules."""
        driver = line(driver_json(self._header))
        self._out.write(
            f'{{\n"$schema": "{SCHEMA}",\n"version": "2.1.0",\n"runs": [{{\n"tool": {{"driver": {driver}}},\n'
            '"columnKind": "unicodeCodePoints",\n"results": ['
        )

    def asset(self, judged: Judged) -> None:
        """Keep the findings of one asset."""
        self._assets += 1
        place = place_of(judged.asset, self._header.request) if judged.findings else {}
        for finding in judged.findings:
            self._results.add(finding.severity, line(result_json(finding, place, judged.asset)))

    def end(self, summary: Summary) -> None:
        """Write all findings, and how the run ended."""
        for finding in summary.findings or ():
            place = {**located(self._header.request or STAND_IN), "logicalLocations": [REQUEST]}
            self._results.add(finding.severity, line(result_json(finding, place)))
        between = "\n"
        for result in self._results.fit():
            self._out.write(between + result)
            between = ",\n"
        sums = {
            "profile": self._header.edition,
            "verdict": summary.verdict,
            "assets": self._assets,
            "passed_over": summary.passed_over,
        }
        ran = self._ran(summary)
        self._out.write(f'\n],\n"invocations": {line([ran])},\n"properties": {line(sums)}\n}}]\n}}\n')

    def _ran(self, summary: Summary) -> Json:
        """Convert how the run ended, and what the report leaves out."""
        code = INTERRUPTED_EXIT if summary.interrupted else EXIT_CODES[summary.verdict]
        ran: Json = {"executionSuccessful": summary.verdict != "unsure", "exitCode": code}
        if notes := [
            {"level": "note", "message": {"text": text_of(localized(one.words()))}} for one in summary.unused_ignores
        ]:
            ran["toolConfigurationNotifications"] = notes
        if left := self._results.left_out:
            words = localized(
                phrase(
                    "{n} more findings, none of them more severe, are left out: code scanning takes no more",
                    n=f"{left:,}",
                )
            )
            ran["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": words}}]
        return ran


class Results:
    """Results by severity, limited to what code scanning takes."""

    def __init__(self) -> None:
        self._kept: dict[Severity, TextIO] = {}
        self._count: Counter[Severity] = Counter()
        self.left_out = 0
        """Results that did not fit."""

    def add(self, severity: Severity, result: str) -> None:
        """Keep a result, if it may fit."""
        self._count[severity] += 1
        if self._count[severity] <= MOST_RESULTS:
            if severity not in self._kept:
                self._kept[severity] = spool()
            self._kept[severity].write(result + "\n")
        else:
            self.left_out += 1

    def fit(self) -> Iterator[str]:
        """Yield the results that fit, most severe first, and count the rest."""
        import zlib

        packed, size, written = zlib.compressobj(level=1, wbits=9, memLevel=1), 0, 0
        for result in self._waiting():
            size += len(packed.compress(result.encode("utf-8", "surrogateescape")))
            if written < MOST_RESULTS and size < MOST_PACKED_BYTES:
                written += 1
                yield result
            else:
                self.left_out += 1

    def _waiting(self) -> Iterator[str]:
        for spooled in (self._kept[severity] for severity in LEVELS if severity in self._kept):
            spooled.seek(0)
            yield from map(str.rstrip, spooled)
            spooled.close()


def place_of(asset: Asset, request: str | None) -> Json:
    """Locate an asset's findings: its file; for a URL the request."""
    return located((request or STAND_IN) if asset.is_url else asset.path)


def located(path: str) -> Json:
    """Build a physical location, relative to the working directory.

    Paths outside are written without their leading part, since code scanning refuses them.
    """
    odd = os.path.isabs(path) or {os.pardir, os.curdir} & set(path.split("/"))  # noqa: PTH117 - any bytes may be a name
    here = os.path.relpath(path) if odd else path
    if here == os.pardir or here.startswith(os.pardir + os.sep):
        here = os.path.abspath(path).lstrip(os.sep)  # noqa: PTH100 - as above
    uri = uri_of(Asset(path=here.replace(os.sep, "/")))
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": WHOLE}}


def driver_json(header: Header) -> Json:
    """Convert the program and all rules."""
    rules = [
        {
            "id": rule.id,
            "shortDescription": {"text": text_of(rule.what)},
            "fullDescription": {"text": text_of(f"{rule.what} {rule.why}")},
            "help": {"text": text_of(rule.fix)},
        }
        for rule in RULES.values()
    ]
    return {"name": "preflight", "version": header.version, "rules": rules}


INDEX = {rule_id: index for index, rule_id in enumerate(RULES)}


def result_json(finding: Finding, place: Json, asset: Asset | None = None) -> Json:
    """Convert one finding; its possible fix is said in words and in properties."""
    found = finding_json(finding)
    address = f" ({shown(asset.path)})" if asset and asset.is_url else ""
    fixes = (
        localized(phrase(" Would be mended by `preflight fix` ({loss}).", loss=finding.fix))
        if finding.fix != "none"
        else ""
    )
    return {
        "ruleId": finding.rule,
        **({"ruleIndex": INDEX[finding.rule]} if finding.rule in INDEX else {}),
        "level": LEVELS[finding.severity],
        "message": {"text": text_of(f"{found['message']}{address}.{fixes}")},
        "locations": [place],
        **({"suppressions": [{"kind": "external", "justification": finding.ignored}]} if finding.ignored else {}),
        "properties": {
            **({"role": str(asset.role)} if asset and asset.role else {}),
            **{key: found[key] for key in BESIDE if found[key] not in (None, "")},
        },
    }


def text_of(words: str) -> str:
    """Escape a message: braces are placeholders and `[words](address)` a link."""
    return re.sub(r"\[(?=[^\[\]]*\]\()", r"\\[", words.replace("{", "{{").replace("}", "}}"))
