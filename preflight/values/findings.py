"""Findings and verdicts for one asset and for the whole set."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

import msgspec

from preflight.values.assets import Asset, Kind
from preflight.values.choices import FailOn
from preflight.values.facts import Facts, Identity
from preflight.values.limits import Severity
from preflight.values.units import Unit

Verdict = Literal["pass", "fail", "unsure"]
Loss = Literal["lossless", "lossy", "creative", "none"]

UNJUDGED = "/unjudged"
"""Suffix of the rule id of a finding: the value could not be measured."""
NOT_TAKEN = "/not-taken"
"""Suffix of the rule id of a finding: this kind is not accepted, so no other limit applies."""
IN_BASELINE = "in the baseline"

EXIT_CODES: dict[Verdict, int] = {"pass": 0, "fail": 1, "unsure": 3}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of one rule about an asset, or about the whole set."""

    rule: str
    severity: Severity
    message: str
    """The measured value against the allowed one, in words, without asset and rule."""
    measured: Fraction | int | str | None = None
    limit: str | None = None
    unit: Unit = ""
    margin: Fraction | None = None
    """Distance to the nearest bound in `unit`; negative outside."""
    how: str | None = None
    """The reader and the field that gave the value."""
    source: str | None = None
    fix: Loss = "none"
    """The least loss that fixes the finding; "none" when no fix is known."""
    severity_before: Severity | None = None
    """The rule's own severity, where a policy or baseline changed it."""
    ignored: str | None = None
    """Why the finding does not count, and until when; None when it counts."""
    doubtful: bool = False
    """Whether the service may refuse it or take it: the documents do not settle which."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One asset after the rules: its facts, if any, and its findings."""

    asset: Asset
    kind: Kind
    facts: Facts | None = None
    findings: tuple[Finding, ...] = ()
    untold: tuple[Finding, ...] = ()
    """Unmeasured findings left out because the asset fails already."""
    fail_on: FailOn = "error"
    """The least severity that fails the asset."""
    identity: Identity | None = None
    """The state of the measured file; None without a file."""

    @property
    def verdict(self) -> Verdict:
        """Fail for any finding that counts; unsure when all of them are about values that could not be measured."""
        if not self.findings:
            return "pass"
        wrong = [finding for finding in self.findings if counts(finding, self.fail_on)]
        if wrong and all(finding.rule.endswith(UNJUDGED) for finding in wrong):
            return "unsure"
        return verdict_of(wrong, self.fail_on)

    def with_findings(self, findings: Iterable[Finding]) -> "Judged":
        """Copy with other findings; restore the unmeasured ones when no error is left."""
        found = tuple(findings)
        if any(finding.severity == "error" and not finding.rule.endswith(UNJUDGED) for finding in found):
            return msgspec.structs.replace(self, findings=found)
        return msgspec.structs.replace(self, findings=(*found, *self.untold), untold=())


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All assets in order, and the findings about them together."""

    profile: str
    assets: tuple[Judged, ...]
    findings: tuple[Finding, ...] = ()
    fail_on: FailOn = "error"
    """The least severity that fails the set; each asset has its own."""
    passed_over: int = 0
    """Number of skipped files that are no media."""

    @property
    def verdict(self) -> Verdict:
        """Unsure before fail before pass; a report without assets and findings passes."""
        return worst([*(judged.verdict for judged in self.assets), verdict_of(self.findings, self.fail_on)])

    @property
    def exit_code(self) -> int:
        """The exit status for the verdict."""
        return EXIT_CODES[self.verdict]


def verdict_of(findings: Iterable[Finding], fail_on: FailOn = "error") -> Verdict:
    """Return fail when any finding counts, else pass."""
    return "fail" if any(counts(finding, fail_on) for finding in findings) else "pass"


def counts(finding: Finding, fail_on: FailOn) -> bool:
    """Tell whether a finding is severe enough to fail."""
    return finding.severity in ("error", fail_on)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of highest rank."""
    return max(verdicts, key=lambda verdict: EXIT_CODES[verdict], default="pass")
