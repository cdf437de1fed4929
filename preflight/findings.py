"""Findings and verdicts: what the rules say of an asset, and of the whole set."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

import msgspec

from preflight.assets import Asset, Kind
from preflight.facts import Facts
from preflight.limits import Severity
from preflight.units import Unit

Verdict = Literal["pass", "fail", "unsure"]
Loss = Literal["lossless", "lossy", "creative", "none"]

UNJUDGED = "/unjudged"
"""The last part of the id of a finding that says: this could not be measured."""

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


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One asset after the rules: its facts, where they could be had, and its findings."""

    asset: Asset
    kind: Kind
    facts: Facts | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Fail for any error; unsure when all that is wrong is that something could not be measured."""
        errors = [finding for finding in self.findings if finding.severity == "error"]
        if errors and all(finding.rule.endswith(UNJUDGED) for finding in errors):
            return "unsure"
        return verdict_of(errors)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole verdict: every asset in order, and what the rules say of them together."""

    profile: str
    assets: tuple[Judged, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Unsure outranks fail, fail outranks pass; a report without assets and findings passes."""
        return worst([*(judged.verdict for judged in self.assets), verdict_of(self.findings)])

    @property
    def exit_code(self) -> int:
        """The contracted exit status of the verdict."""
        return EXIT_CODES[self.verdict]


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Return fail when any finding is an error, else pass."""
    return "fail" if any(finding.severity == "error" for finding in findings) else "pass"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that outranks the others."""
    return max(verdicts, key=lambda verdict: EXIT_CODES[verdict], default="pass")
