"""Findings and verdicts: what the rules say of an asset, and of the whole set."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

import msgspec

from preflight.values.assets import Asset, Kind
from preflight.values.facts import Facts, Identity
from preflight.values.limits import Severity
from preflight.values.units import Unit

FailOn = Literal["error", "warning"]
Verdict = Literal["pass", "fail", "unsure"]
Loss = Literal["lossless", "lossy", "creative", "none"]

UNJUDGED = "/unjudged"
"""The last part of the id of a finding that says: this could not be measured."""
NOT_TAKEN = "/not-taken"
"""The last part of the id of a finding that says: nothing of this kind is taken, so no other limit was asked."""
IN_BASELINE = "in the baseline"

EXIT_CODES: dict[Verdict, int] = {"pass": 0, "fail": 1, "unsure": 3}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that one rule says of one asset, or of the whole set."""

    rule: str
    severity: Severity
    message: str
    """Measured, against allowed, in words; the asset and the rule are named beside it."""
    measured: Fraction | int | str | None = None
    limit: str | None = None
    unit: Unit = ""
    margin: Fraction | None = None
    """Distance to the nearest bound in `unit`: negative outside."""
    how: str | None = None
    """Which reader measured it, from which field."""
    source: str | None = None
    fix: Loss = "none"
    """The least loss that would clear the finding; "none" when no fix is known."""
    severity_before: Severity | None = None
    """What the rule says, where a policy or a baseline says otherwise."""
    ignored: str | None = None
    """Why it does not count, and until when; None when it counts."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One asset after the rules: its facts, where they could be had, and its findings."""

    asset: Asset
    kind: Kind
    facts: Facts | None = None
    findings: tuple[Finding, ...] = ()
    untold: tuple[Finding, ...] = ()
    """What could not be measured, and was passed over because what was measured condemns the asset already."""
    fail_on: FailOn = "error"
    """The least severity that fails the asset."""
    identity: Identity | None = None
    """The state of the file that was measured; None where there was none."""

    @property
    def verdict(self) -> Verdict:
        """Fail for any finding that counts; unsure when all that is wrong is that something could not be measured."""
        if not self.findings:
            return "pass"
        wrong = [finding for finding in self.findings if counts(finding, self.fail_on)]
        if wrong and all(finding.rule.endswith(UNJUDGED) for finding in wrong):
            return "unsure"
        return verdict_of(wrong, self.fail_on)

    def with_findings(self, findings: Iterable[Finding]) -> "Judged":
        """Return the asset with other findings; what could not be measured counts again when no error is left."""
        found = tuple(findings)
        if any(finding.severity == "error" and not finding.rule.endswith(UNJUDGED) for finding in found):
            return msgspec.structs.replace(self, findings=found)
        return msgspec.structs.replace(self, findings=(*found, *self.untold), untold=())


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole verdict: every asset in order, and what the rules say of them together."""

    profile: str
    assets: tuple[Judged, ...]
    findings: tuple[Finding, ...] = ()
    fail_on: FailOn = "error"
    """The least severity that fails the set; each asset has its own."""
    passed_over: int = 0
    """How many files of folders were no media."""

    @property
    def verdict(self) -> Verdict:
        """Unsure outranks fail, fail outranks pass; a report without assets and findings passes."""
        return worst([*(judged.verdict for judged in self.assets), verdict_of(self.findings, self.fail_on)])

    @property
    def exit_code(self) -> int:
        """The contracted exit status of the verdict."""
        return EXIT_CODES[self.verdict]


def verdict_of(findings: Iterable[Finding], fail_on: FailOn = "error") -> Verdict:
    """Return fail when any finding counts, else pass."""
    return "fail" if any(counts(finding, fail_on) for finding in findings) else "pass"


def counts(finding: Finding, fail_on: FailOn) -> bool:
    """Tell whether a finding is as severe as what fails."""
    return finding.severity in ("error", fail_on)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that outranks the others."""
    return max(verdicts, key=lambda verdict: EXIT_CODES[verdict], default="pass")
