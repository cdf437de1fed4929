"""Articles: one judged asset, or the findings of a request, in; its part of the page out."""

from collections.abc import Iterable, Iterator

from preflight.plan import Plan
from preflight.plan.request import RequestPlan
from preflight.report import Header
from preflight.report.html.measures import measures_found, measures_of
from preflight.report.html.pictures import pictures
from preflight.report.html.render import ADVICE, render
from preflight.report.text import share_lines
from preflight.rules import RULES
from preflight.values.findings import Finding, Judged, Loss, Verdict
from preflight.values.units import distinct_decimal, with_unit

MENDS: dict[Loss, str] = {
    "lossless": "`preflight fix` can mend it without loss.",
    "lossy": "`preflight fix` can mend it, with a loss of quality.",
    "creative": "`preflight fix --allow creative` can mend it; that changes what is shown.",
    "none": "",
}
Grounds = list[tuple[Finding, list[tuple[str, str]]]]
"""Findings, each with what it stands on: a title and what is said."""


def asset_article(judged: Judged, number: int, header: Header, plan: Plan | None = None) -> str:
    """Return the article of one asset, and what would be done to it where that is known."""
    return render(
        "asset",
        judged=judged,
        number=number,
        see=pictures(judged, header.thumbnails),
        measures=measures_of(judged, header.limits),
        findings=grounds(judged.findings, mendable=not judged.asset.is_url),
        plan=plan,
    )


def request_article(findings: tuple[Finding, ...], verdict: Verdict | None, planned: RequestPlan | None = None) -> str:
    """Return what is said of the request as a whole; without a verdict, of how its seconds are shared alone."""
    return render(
        "request",
        verdict=verdict,
        measures=list(measures_found(findings)),
        findings=grounds(findings, mendable=True),
        shares=shares(planned),
    )


def shares(planned: RequestPlan | None) -> list[str]:
    """Return how the seconds of a request are shared, and how else they could be; nothing where they need not be."""
    lines = ["".join(words for words, _ in line).strip() for line in share_lines(planned)] if planned else []
    return [line.removeprefix("the request: ") for line in lines]


def grounds(findings: Iterable[Finding], *, mendable: bool) -> Grounds:
    """Return findings, each with what it stands on."""
    return [(finding, list(_stands_on(finding, mendable=mendable))) for finding in findings]


def _stands_on(finding: Finding, *, mendable: bool) -> Iterator[tuple[str, str]]:
    """Yield what a finding stands on, and what to do about it; nothing is said where nothing is known."""
    margin = None if finding.margin is None else with_unit(distinct_decimal(finding.margin, 0), finding.unit)
    limit = with_unit(finding.limit, finding.unit) if finding.limit else None
    known = {"Measured by": finding.how, "Limit": limit, "Margin": margin, "Source": finding.source}
    yield from ((title, said) for title, said in known.items() if said)
    rule = RULES.get(finding.rule)
    advice = " ".join(part for part in (rule.fix if rule else "", MENDS[finding.fix] if mendable else "") if part)
    if advice:
        yield ADVICE, advice
