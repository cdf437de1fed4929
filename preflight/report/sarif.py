"""Reports as SARIF 2.1.0, for code scanning: every rule with its help, a result for each finding.

Addresses are relative to where the program was run, unless a path was given in full. A request has no file: its
results name it as a logical location.
"""

import re
from typing import TextIO

from preflight.assets import Asset
from preflight.findings import EXIT_CODES, Finding, Judged
from preflight.limits import Severity
from preflight.report import Ending, Heading
from preflight.report.address import uri_of
from preflight.report.json import Json, finding_json, line
from preflight.rules import RULES

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
INTERRUPTED_EXIT = 130
BESIDE = ("measured", "limit", "unit", "margin", "how", "source", "fix")
"""Fields of a finding that SARIF has no place for; they are the result's properties."""


class Sheet:
    """A report as SARIF has it; results are written when they are known."""

    def __init__(self, heading: Heading, out: TextIO) -> None:
        self._heading, self._out = heading, out
        self._between = "\n"
        self._assets = 0

    def begin(self) -> None:
        """Write the program and its rules."""
        driver = line(driver_json(self._heading))
        self._out.write(
            f'{{\n"$schema": "{SCHEMA}",\n"version": "2.1.0",\n"runs": [{{\n"tool": {{"driver": {driver}}},\n'
            '"columnKind": "unicodeCodePoints",\n"results": ['
        )

    def asset(self, judged: Judged) -> None:
        """Write the findings of one asset."""
        self._assets += 1
        if judged.findings:
            place = {"physicalLocation": {"artifactLocation": {"uri": uri_of(judged.asset)}}}
            for finding in judged.findings:
                self._write(result_json(finding, place, judged.asset))

    def end(self, ending: Ending) -> None:
        """Write the findings of the request, and how the run ended."""
        for finding in ending.findings or ():
            self._write(result_json(finding, {"logicalLocations": [{"name": "request", "kind": "object"}]}))
        done = ending.verdict != "unsure"
        code = INTERRUPTED_EXIT if ending.interrupted else EXIT_CODES[ending.verdict]
        ran: Json = {"executionSuccessful": done, "exitCode": code}
        if notes := [{"level": "note", "message": {"text": text_of(one.words())}} for one in ending.remarks]:
            ran["toolConfigurationNotifications"] = notes
        sums = {"profile": self._heading.edition, "verdict": ending.verdict, "assets": self._assets}
        self._out.write(f'\n],\n"invocations": {line([ran])},\n"properties": {line(sums)}\n}}]\n}}\n')

    def _write(self, result: Json) -> None:
        before, self._between = self._between, ",\n"
        self._out.write(before + line(result))


def driver_json(heading: Heading) -> Json:
    """Return the program with all its rules."""
    rules = [
        {
            "id": rule.id,
            "shortDescription": {"text": text_of(rule.what)},
            "fullDescription": {"text": text_of(f"{rule.what} {rule.why}")},
            "help": {"text": text_of(rule.fix)},
        }
        for rule in RULES.values()
    ]
    return {"name": "preflight", "version": heading.version, "rules": rules}


INDEX = {rule_id: index for index, rule_id in enumerate(RULES)}


def result_json(finding: Finding, place: Json, asset: Asset | None = None) -> Json:
    """Return one finding; what would mend it is said in words and stands among the properties."""
    found = finding_json(finding)
    mends = f" Would be mended by `preflight fix` ({finding.fix})." if finding.fix != "none" else ""
    return {
        "ruleId": finding.rule,
        **({"ruleIndex": INDEX[finding.rule]} if finding.rule in INDEX else {}),
        "level": LEVELS[finding.severity],
        "message": {"text": text_of(f"{found['message']}.{mends}")},
        "locations": [place],
        **({"suppressions": [{"kind": "external", "justification": finding.ignored}]} if finding.ignored else {}),
        "properties": {
            **({"role": str(asset.role)} if asset and asset.role else {}),
            **{key: found[key] for key in BESIDE if found[key] not in (None, "")},
        },
    }


def text_of(words: str) -> str:
    """Return words as the text of a message, where braces are places to fill in and `[words](address)` is a link."""
    return re.sub(r"\[(?=[^\[\]]*\]\()", r"\\[", words.replace("{", "{{").replace("}", "}}"))
