"""Articles: one judged asset, or the findings of a request, in; its part of the page out."""

from collections.abc import Iterable, Iterator

from preflight.plan import Plan
from preflight.plan.request import RequestPlan
from preflight.profiles.schema import Profile
from preflight.report.html.drawings import bar
from preflight.report.html.markup import Markup, block, joined, prose, tag
from preflight.report.html.measures import Measure, measures_found, measures_of
from preflight.report.html.pictures import pictures
from preflight.report.html.plans import foreseen, shares
from preflight.report.text import summary
from preflight.rules import RULES
from preflight.values.assets import shown
from preflight.values.findings import Finding, Judged, Loss, Verdict
from preflight.values.units import told_apart, with_unit

SIGNS: dict[str, str] = {"pass": "✓", "fail": "✗", "unsure": "?", "error": "✗", "warning": "!", "info": "i"}
MENDS: dict[Loss, str] = {
    "lossless": "`preflight fix` can mend it without loss.",
    "lossy": "`preflight fix` can mend it, with a loss of quality.",
    "creative": "`preflight fix --allow creative` can mend it; that changes what is shown.",
    "none": "",
}


def badge(verdict: Verdict) -> Markup:
    """Return a verdict as a word with a sign and a colour."""
    return tag("span", f"{SIGNS[verdict]} {verdict}", class_=f"badge {verdict}")


def asset_article(judged: Judged, number: int, limits: Profile | None, plan: Plan | None = None) -> Markup:
    """Return the article of one asset, and what would be done to it where that is known."""
    asset = judged.asset
    role = tag("span", f" ({asset.role})", class_="role") if asset.role else Markup()
    head = block("h2", badge(judged.verdict), Markup(" "), tag("span", shown(asset.path), class_="name"), role)
    parts = [head, block("p", summary(judged.facts), class_="summary"), pictures(judged)]
    parts += [_measures(measures_of(judged, limits)), _findings(judged.findings, mendable=not asset.is_url)]
    parts += [foreseen(plan)] if plan else []
    return block("article", *parts, id=f"asset-{number}", class_=judged.verdict)


def request_article(findings: tuple[Finding, ...], verdict: Verdict, planned: RequestPlan | None = None) -> Markup:
    """Return what is said of the request as a whole."""
    head = block("h2", badge(verdict), Markup(" "), tag("span", "The request", class_="name"))
    parts = [head, _measures(list(measures_found(findings))), _findings(findings, mendable=True)]
    parts.append(shares(planned))
    return block("article", *parts, id="request", class_=verdict)


def _measures(measures: list[Measure]) -> Markup:
    if not measures:
        return Markup()
    title = tag("h3", "Measured, and what is allowed")
    return joined(title, block("ul", *map(_measure, measures), class_="measures"))


def _measure(measure: Measure) -> Markup:
    """Return one quantity: its name and value, how it stands to its limit, and a picture of that."""
    sign = SIGNS[measure.state or "pass"]
    said = f"{sign} {measure.said}" if measure.said else sign
    parts = [tag("span", measure.title, class_="title"), tag("strong", measure.value, class_="value")]
    if measure.scale:
        parts.append(gauge(measure))
    parts.append(tag("span", f"{measure.allowed} allowed", class_="limit"))
    parts.append(tag("span", said, class_=f"said {measure.state or 'within'}"))
    if measure.how:
        parts.append(tag("small", f"by {measure.how}", class_="how"))
    return block("li", *parts)


def gauge(measure: Measure, beside: Measure | None = None) -> Markup:
    """Return the bar of a number, with its words; nothing for what is no number."""
    if measure.scale is None:
        return Markup()
    words = f"{measure.title}: {measure.value}; allowed {measure.allowed}; {measure.said}"
    return bar(measure.scale, measure.state, words, beside.scale if beside else None)


def _findings(findings: Iterable[Finding], *, mendable: bool) -> Markup:
    rows = [_finding(finding, mendable=mendable) for finding in findings]
    if not rows:
        return block("p", "Nothing was found.", class_="summary")
    return joined(tag("h3", "Findings"), block("ul", *rows, class_="findings"))


def _finding(finding: Finding, *, mendable: bool) -> Markup:
    """Return one finding: what was found, and what that stands on."""
    head = tag("p", *_head(finding))
    grounds = [part for title, said in _grounds(finding, mendable=mendable) for part in (tag("dt", title), said)]
    return block("li", head, tag("dl", *grounds) if grounds else Markup(), class_=finding.severity)


def short_finding(finding: Finding) -> Markup:
    """Return one finding in a line."""
    return block("li", *_head(finding), class_=finding.severity)


def _head(finding: Finding) -> tuple[Markup, ...]:
    severity = tag("strong", f"{SIGNS[finding.severity]} {finding.severity}", class_=f"severity {finding.severity}")
    message = tag("span", finding.message, class_="message")
    return severity, Markup(" "), tag("code", finding.rule), Markup(" "), message


def _grounds(finding: Finding, *, mendable: bool) -> Iterator[tuple[str, Markup]]:
    """Yield what a finding stands on, and what to do about it; nothing is said where nothing is known."""
    margin = None if finding.margin is None else with_unit(told_apart(finding.margin, 0), finding.unit)
    limit = with_unit(finding.limit, finding.unit) if finding.limit else None
    known = {"Measured by": finding.how, "Limit": limit, "Margin": margin, "Source": finding.source}
    yield from ((title, tag("dd", said)) for title, said in known.items() if said)
    rule = RULES.get(finding.rule)
    advice = " ".join(part for part in (rule.fix if rule else "", MENDS[finding.fix] if mendable else "") if part)
    if advice:
        yield "What to do", tag("dd", prose(advice))
