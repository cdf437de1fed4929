"""Tools that look and change nothing: facts, verdicts, which models take files, and what a rule says."""

import difflib
from collections.abc import Iterable, Iterator

import msgspec

from preflight.errors import CallError
from preflight.flow.check import check_assets, check_request, measure, media
from preflight.flow.paths import nothing
from preflight.flow.where import where_files, where_request
from preflight.mcp.arguments import CheckMedia, CheckRequest, ExplainRule, ProbeMedia, WhereAccepted
from preflight.mcp.calls import Call, Json, ToolResult, badness, most, one_of, plain
from preflight.mcp.words import DATA, brief, quoted, sentence
from preflight.profiles import load_all
from preflight.profiles import names as editions
from preflight.report.estimate import rule_json
from preflight.report.json import facts_report, report_json
from preflight.report.text import Totals, passed_words, summary
from preflight.report.where import SAID, WhereQuestion, where_report
from preflight.rules import RULES
from preflight.values.findings import Finding, Judged, Report, counts
from preflight.values.places import Place
from preflight.values.probed import Probed

FEW = 3
"""Files of which each is told, although it passes."""


def probe_media(call: Call, asked: ProbeMedia) -> ToolResult:
    """Measure files."""
    assets = list(call.shared.roots.media(asked.paths))
    with call.measuring(asked.depth, len(assets)) as how:
        probed = list(media(assets, how))
    if not probed:
        nothing(how.passed.files)
    probed.sort(key=lambda one: one.fault is None)
    head = [f"{len(probed):,} measured, {sum(one.fault is not None for one in probed):,} with a fault. {DATA}"]
    rows = (f"{call.shared.roots.shown(one.asset.path)}: {one.kind}: {_measured(one)}" for one in probed)
    found = facts_report(probed[: most(verbose=asked.verbose)])
    return ToolResult(json=plain(found | {"assets_in_all": len(probed)}), text=brief(head, rows, verbose=asked.verbose))


def _measured(probed: Probed) -> str:
    return sentence(f"{probed.fault.kind}: {probed.fault.message}" if probed.fault else summary(probed.facts))


def check_media(call: Call, asked: CheckMedia) -> ToolResult:
    """Judge files one by one."""
    profile = call.edition(asked.profile)
    assets = list(call.shared.roots.media(asked.paths))
    with call.measuring(asked.depth, len(assets)) as how:
        judged = tuple(check_assets(assets, profile, how))
    if not judged:
        nothing(how.passed.files)
    report = Report(profile=profile.name, assets=judged, passed_over=how.passed.files)
    return told_of(call, report, verbose=asked.verbose, next_tool="plan_fix with the same paths plans a fix.")


def judge_request(call: Call, asked: CheckRequest) -> ToolResult:
    """Judge one request."""
    spec = call.spec(asked.request, asked.profile)
    profile = call.edition(asked.profile, spec.model)
    with call.measuring(asked.depth, len(spec.assets)) as how:
        report = check_request(spec, profile, how, call.run.meter.ended)
    return told_of(call, report, verbose=asked.verbose, next_tool="plan_fix with the same request plans a fix.")


def told_of(call: Call, report: Report, *, verbose: bool, next_tool: str) -> ToolResult:
    """Tell a report: the findings first, the worst files before others.

    Args:
        call: the call.
        report: what was found.
        verbose: whether all is told.
        next_tool: what to do where something can be fixed.
    """
    totals = Totals()
    for judged in report.assets:
        totals.add(judged.verdict, judged.findings)
    totals.count(report.findings)
    head = [f"{report.verdict.upper()} by {report.profile}: {totals.words()}. {DATA}"]
    head += [next_tool] if any(one.fix != "none" for one in _counting(report)) else []
    head += [f"{passed_words(report.passed_over)}."] if report.passed_over else []
    text = brief(head, finding_rows(call, report, verbose=verbose), verbose=verbose)
    return ToolResult(json=shown_report(report, verbose=verbose), text=text)


def _counting(report: Report) -> Iterator[Finding]:
    """Yield the errors of a report."""
    found = [*report.findings, *(one for judged in report.assets for one in judged.findings)]
    return (one for one in found if counts(one, "error"))


def shown_report(report: Report, *, verbose: bool = False) -> Json:
    """Convert a report, with the worst files alone where there are many."""
    assets = report.assets
    if len(assets) > most(verbose=verbose):
        assets = tuple(sorted(assets, key=badness)[: most(verbose=verbose)])
    found = report_json(msgspec.structs.replace(report, assets=assets))
    return plain(found | {"assets_in_all": len(report.assets), "verdict": report.verdict})


def finding_rows(call: Call, report: Report, *, verbose: bool = False) -> Iterator[str]:
    """Yield a line a finding, errors first; then what passes, where that is few or all is asked for."""
    yield from (_row("the request", one) for one in _worst_first(report.findings))
    ranked = sorted(report.assets, key=badness)
    for judged in ranked:
        yield from (_row(_name(call, judged), one) for one in _worst_first(judged.findings))
    if verbose or len(ranked) <= FEW:
        passing = (judged for judged in ranked if judged.verdict == "pass")
        yield from (f"{_name(call, judged)}: pass: {sentence(summary(judged.facts))}" for judged in passing)


def _name(call: Call, judged: Judged) -> str:
    shown = call.shared.roots.shown(judged.asset.path)
    return f"{judged.asset.role} {shown}" if judged.asset.role else shown


def _worst_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: not counts(one, "error"))


def _row(name: str, finding: Finding) -> str:
    fix = f" [{finding.fix} fix]" if finding.fix != "none" else ""
    return f"{name}: {finding.severity} {finding.rule}: {sentence(finding.message)}{fix}"


def where_accepted(call: Call, asked: WhereAccepted) -> ToolResult:
    """Say which models take files, or a request."""
    one_of(asked.paths, asked.request)
    if asked.request is not None:
        spec = call.spec(asked.request, None)
        with call.measuring(expected=len(spec.assets)) as how:
            probed = tuple(measure(spec.assets, how))
        found = where_request(spec, probed, load_all(editions()))
    else:
        assets = list(call.shared.roots.media(asked.paths or ()))
        with call.measuring(expected=len(assets)) as how:
            probed = tuple(media(assets, how))
        if not probed:
            nothing(how.passed.files)
        found = where_files(probed, load_all(editions()))
    places = [one for one in found if not asked.models or any(word in one.model for word in asked.models)]
    about = WhereQuestion(files=len(probed), request="request" if asked.request is not None else None)
    head = [f"{len(places):,} models, the least loss first, then the price:"]
    shown = where_report(places[: most(verbose=asked.verbose)], about)
    return ToolResult(
        json=plain(shown | {"places_in_all": len(places)}),
        text=brief(head, (_place(one, about) for one in places), verbose=asked.verbose),
    )


def _place(place: Place, about: WhereQuestion) -> str:
    cost = "" if place.usd is None else f", about {float(place.usd):.3g} USD{about.unit}"
    other = f", only checked for: {place.check_only}" if place.check_only else ""
    why = f": {sentence(f'{place.why[0].rule}: {place.why[0].why}')}" if place.why else ""
    return f"{SAID[place.way]}: {place.model}{cost}{other}{why}"


def explain_rule(call: Call, asked: ExplainRule) -> ToolResult:
    """Say what a rule checks, why, and what to do."""
    rule, profile = RULES.get(asked.rule), call.edition(asked.profile)
    if rule is None:
        near = difflib.get_close_matches(asked.rule, RULES, n=3, cutoff=0.4)
        advice = f"Did you mean {' or '.join(near)}?" if near else "A check names the rules that it found broken."
        raise CallError(f"{quoted(asked.rule)}: no such rule", advice=advice)
    found = rule_json(rule, profile)
    parts = {"Why": "why", "Fix": "fix", "Limit": "limit", "Source": "source"}
    rows = (f"{title}: {found[key]}" for title, key in parts.items() if found[key])
    return ToolResult(json=plain(found), text=brief([f"{rule.id}: {rule.what}"], rows))
