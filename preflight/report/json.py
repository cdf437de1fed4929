"""Reports as JSON. Field names never change within a schema number; new ones may be added.

`check` prints `preflight.report/1`, `probe` `preflight.facts/1`, `fix` `preflight.fix/1`.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, TextIO

import msgspec

from preflight.assets import printable
from preflight.facts import AudioFacts, Facts, VideoFacts
from preflight.findings import Finding, Judged, Report, Verdict, worst
from preflight.flow import Treated
from preflight.plan import Plan
from preflight.probe import Probed
from preflight.units import number

Json = dict[str, Any]

REPORT_SCHEMA = "preflight.report/1"
FACTS_SCHEMA = "preflight.facts/1"
FIX_SCHEMA = "preflight.fix/1"
RATE_PLACES = 3
"""Decimals of `frame_rate_hz`; the exact value stands beside it as `frame_rate`."""


def dump(value: Json) -> str:
    """Return JSON text, indented, with a newline at the end; bytes that are no text are shown as escapes."""
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=_encode), indent=2).decode() + "\n"


def report_json(report: Report) -> Json:
    """Return a report as the contract has it."""
    return {
        "schema": REPORT_SCHEMA,
        "profile": report.profile,
        "verdict": report.verdict,
        "assets": [judged_json(judged) for judged in report.assets],
        "findings": [finding_json(finding) for finding in report.findings],
    }


def stream_report(profile: str, assets: Iterable[Judged], out: TextIO) -> Verdict | None:
    """Write a report asset by asset, so that a hundred thousand of them need no memory.

    Returns the verdict, or None when there was no asset, and then nothing is written. Ctrl-C closes the object with
    what is known by then, verdict unsure and `interrupted`, and is raised again.
    """
    begin = f'{{\n  "schema": "{REPORT_SCHEMA}",\n  "profile": {_text(profile)},\n  "assets": ['
    comma, verdicts = begin, set[Verdict]()
    try:
        for judged in assets:
            out.write(f"{comma}\n    {_text(judged_json(judged))}")
            out.flush()
            verdicts.add(judged.verdict)
            comma = ","
    except KeyboardInterrupt:
        out.write(f'{"" if verdicts else begin}\n  ],\n  "findings": [],\n  "interrupted": true,\n')
        out.write('  "verdict": "unsure"\n}\n')
        raise
    if not verdicts:
        return None
    out.write(f'\n  ],\n  "findings": [],\n  "verdict": "{worst(verdicts)}"\n}}\n')
    return worst(verdicts)


def _text(value: Json | str) -> str:
    return msgspec.json.encode(value, enc_hook=_encode).decode()


def judged_json(judged: Judged) -> Json:
    """Return one asset of a report."""
    return {
        "path": printable(judged.asset.path),
        "kind": judged.kind,
        "role": str(judged.asset.role) if judged.asset.role else None,
        "verdict": judged.verdict,
        "facts": facts_json(judged.facts),
        "findings": [finding_json(finding) for finding in judged.findings],
    }


def facts_report(probed: Iterable[Probed]) -> Json:
    """Return the facts of assets, without a verdict."""
    return {"schema": FACTS_SCHEMA, "assets": [_probed_json(one) for one in probed]}


def _probed_json(probed: Probed) -> Json:
    fault = {"kind": probed.fault.kind, "message": printable(probed.fault.message)} if probed.fault else None
    return {
        "path": printable(probed.asset.path),
        "kind": probed.kind,
        "facts": facts_json(probed.facts),
        "fault": fault,
    }


def facts_json(facts: Facts | None) -> Json | None:
    """Return facts with JSON numbers; a rate is given twice, as a decimal and exactly."""
    if facts is None:
        return None
    found: Json = msgspec.structs.asdict(facts)
    if isinstance(facts, VideoFacts):
        rate = facts.frame_rate_hz
        found["frame_rate_hz"] = None if rate is None else number(rate, RATE_PLACES)
        found["frame_rate"] = None if rate is None else str(rate)
        found["pixels"] = facts.pixels
    if not isinstance(facts, AudioFacts):
        found["aspect_ratio"] = facts.aspect_ratio
    return found


def finding_json(finding: Finding) -> Json:
    """Return one finding."""
    found: Json = msgspec.structs.asdict(finding)
    found["message"] = printable(finding.message)
    if isinstance(finding.measured, str):
        found["measured"] = printable(finding.measured)
    return found


def fix_report(profile: str, treated: Iterable[Treated]) -> Json:
    """Return what a fix did."""
    return {"schema": FIX_SCHEMA, "profile": profile, "assets": [_treated_json(one) for one in treated]}


def plan_report(profile: str, plans: Iterable[tuple[Judged, Plan]]) -> Json:
    """Return what a fix would do: no outcome yet, the rest as in `fix_report`."""
    rows = [{**_plan_json(plan), "findings_before": _findings(judged)} for judged, plan in plans]
    return {"schema": FIX_SCHEMA, "profile": profile, "assets": rows}


def _plan_json(plan: Plan) -> Json:
    steps = [{**msgspec.to_builtins(step, enc_hook=_encode), "words": step.words()} for step in plan.steps]
    outcome = "unfixable" if plan.beyond_mending else None if plan.steps else "untouched"
    return {
        "path": printable(plan.asset.path),
        "outcome": outcome,
        "output": None,
        "loss": plan.loss,
        "steps": steps,
        "message": plan.advice,
    }


def _treated_json(treated: Treated) -> Json:
    return {
        **_plan_json(treated.plan),
        "outcome": treated.outcome,
        "output": printable(treated.after.asset.path) if treated.after else None,
        "message": printable(treated.message),
        "findings_before": _findings(treated.before),
        "findings_after": _findings(treated.after) if treated.after else _findings(treated.before),
        "facts_after": facts_json(treated.after.facts) if treated.after else None,
    }


def _findings(judged: Judged) -> list[Json]:
    return [finding_json(finding) for finding in judged.findings]


def _encode(value: object) -> object:
    if isinstance(value, Fraction):
        return number(value)
    raise NotImplementedError(type(value).__name__)
