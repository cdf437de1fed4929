"""Render articles: an asset, or the findings on a request."""

from collections.abc import Iterable, Iterator

from preflight.locale import localized
from preflight.plan import Plan
from preflight.plan.request import RequestPlan
from preflight.report import Header
from preflight.report.citations import cited, reading
from preflight.report.html.measures import measures_found, measures_of
from preflight.report.html.previews import preview
from preflight.report.html.render import ADVICE, render
from preflight.report.text import share_lines
from preflight.rules import RULES
from preflight.values.findings import Finding, Judged, Loss, Verdict
from preflight.values.phrase import joined
from preflight.values.units import distinct_decimal, with_unit

FIXES: dict[Loss, str] = {
    "lossless": "`preflight fix` can mend it without loss.",
    "lossy": "`preflight fix` can mend it, with a loss of quality.",
    "creative": "`preflight fix --allow creative` can mend it; that changes what is shown.",
    "none": "",
}
Grounds = list[tuple[Finding, list[tuple[str, str]]]]
"""Findings with titled details."""


def asset_article(
    judged: Judged, number: int, header: Header, plan: Plan | None = None, *, folded: bool = False
) -> str:
    """Render an asset's article, with its planned fix if known; folded, its head alone shows."""
    return render(
        "asset",
        judged=judged,
        number=number,
        folded=folded,
        preview=preview(judged, header.thumbnails),
        measures=measures_of(judged, header.limits),
        findings=grounds(judged.findings, fixable=not judged.asset.is_url),
        plan=plan,
    )


def request_article(findings: tuple[Finding, ...], verdict: Verdict | None, planned: RequestPlan | None = None) -> str:
    """Render the findings on a request; without a verdict only how seconds are shared."""
    return render(
        "request",
        verdict=verdict,
        measures=list(measures_found(findings)),
        findings=grounds(findings, fixable=True),
        shares=shares(planned),
    )


def shares(planned: RequestPlan | None) -> list[str]:
    """Format how the seconds of a request are shared, with alternatives; empty where they need not be."""
    lines = ["".join(words for words, _ in line).strip() for line in share_lines(planned)] if planned else []
    return [line.removeprefix(f"{localized('the request')}: ") for line in lines]


def grounds(findings: Iterable[Finding], *, fixable: bool) -> Grounds:
    """Add to each finding its titled details."""
    return [(finding, list(_stands_on(finding, fixable=fixable))) for finding in findings]


def _stands_on(finding: Finding, *, fixable: bool) -> Iterator[tuple[str, str]]:
    """Yield the known details of a finding, and what to do about it."""
    margin = None if finding.margin is None else with_unit(distinct_decimal(finding.margin, 0), finding.unit)
    limit = with_unit(finding.limit, finding.unit) if finding.limit else None
    how, source = reading(finding.how or ""), cited(finding.source or "")
    known = {"Measured by": how, "Limit": limit, "Margin": margin, "Source": source}
    yield from ((title, said) for title, said in known.items() if said)
    rule = RULES.get(finding.rule)
    advice = joined(filter(None, (rule.fix if rule else "", FIXES[finding.fix] if fixable else "")), " ")
    if advice:
        yield ADVICE, advice
