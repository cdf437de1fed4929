"""Reports as JSON. Field names never change within a schema number; new ones may be added.

`check` prints `preflight.report/1`, `probe` `preflight.facts/1`, `fix` `preflight.fix/1`.
"""

import json
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any, TextIO

import msgspec

from preflight.locale import localized
from preflight.plan import Plan, Step
from preflight.plan.file import Source
from preflight.plan.request import RequestPlan, Shared
from preflight.plan.result import FixResult
from preflight.policy.policy import UnusedIgnore
from preflight.report import Header, Summary, keep_latest
from preflight.report.remedies import came_of, said
from preflight.report.text import path_of
from preflight.values.assets import printable, shown
from preflight.values.facts import AudioFacts, Facts, VideoFacts
from preflight.values.findings import Finding, Judged, Report
from preflight.values.phrase import plain
from preflight.values.probed import Probed
from preflight.values.units import number

Json = dict[str, Any]

REPORT_SCHEMA = "preflight.report/1"
FACTS_SCHEMA = "preflight.facts/1"
FIX_SCHEMA = "preflight.fix/1"
SUMMARY_SCHEMA = "preflight.summary/1"
RATE_PLACES = 3
"""Decimals of `frame_rate_hz`; `frame_rate` is exact."""


def dump(value: Json) -> str:
    """Encode as indented JSON with a newline at the end; undecodable bytes are escaped."""
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=encode), indent=2).decode() + "\n"


def report_json(report: Report) -> Json:
    """Convert a report to `preflight.report/1`."""
    return {
        "schema": REPORT_SCHEMA,
        "tool": tool_json(Header(profile=report.profile)),
        "profile": report.profile,
        "verdict": report.verdict,
        "assets": [judged_json(judged) for judged in report.assets],
        "findings": [finding_json(finding) for finding in report.findings],
        "passed_over": report.passed_over,
    }


def tool_json(header: Header) -> Json:
    """Name program and version."""
    return {"name": "preflight", "version": header.version}


class Writer:
    """Writes a report asset by asset, without keeping them."""

    def __init__(self, header: Header, out: TextIO) -> None:
        self._header, self._out = header, out
        self._between = "\n    "

    def begin(self) -> None:
        """Write tool and profile."""
        tool, profile = line(tool_json(self._header)), line(self._header.edition)
        head = f'"schema": "{REPORT_SCHEMA}",\n  "tool": {tool},\n  "profile": {profile}'
        self._out.write(f'{{\n  {head},\n  "assets": [')

    def asset(self, judged: Judged) -> None:
        """Write one asset on a line."""
        before, self._between = self._between, ",\n    "
        self._out.write(before + asset_line(judged))

    def end(self, summary: Summary) -> None:
        """Write the findings on the request and the verdict."""
        findings = line([finding_json(finding) for finding in summary.findings or ()])
        rest = '  "interrupted": true,\n' if summary.interrupted else ""
        rest += f'  "passed_over": {summary.passed_over},\n'
        rest += f'  "policy": {line(unused_ignores_json(summary.unused_ignores))},\n' if summary.unused_ignores else ""
        self._out.write(f'\n  ],\n  "findings": {findings},\n{rest}  "verdict": "{summary.verdict}"\n}}\n')


def line(value: Json | list[Json] | list[str] | str | None) -> str:
    """Encode as JSON on one line; control characters are escaped."""
    text = msgspec.json.encode(value, enc_hook=encode).decode()
    return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


@keep_latest
def asset_line(judged: Judged) -> str:
    """Encode one asset on a line; cached for all reports that hold it."""
    return line(judged_json(judged))


def judged_json(judged: Judged) -> Json:
    """Convert one asset of a report."""
    return {
        "path": path_of(judged.asset),
        "kind": judged.kind,
        "role": str(judged.asset.role) if judged.asset.role else None,
        "verdict": judged.verdict,
        "facts": facts_json(judged.facts),
        "findings": [finding_json(finding) for finding in judged.findings],
    }


def facts_report(probed: Iterable[Probed]) -> Json:
    """Convert the facts of assets, without verdicts."""
    return {"schema": FACTS_SCHEMA, "assets": [_probed_json(one) for one in probed]}


def _probed_json(probed: Probed) -> Json:
    fault = {"kind": probed.fault.kind, "message": printable(localized(probed.fault.message))} if probed.fault else None
    return {
        "path": shown(probed.asset.path),
        "kind": probed.kind,
        "facts": facts_json(probed.facts),
        "fault": fault,
    }


def facts_json(facts: Facts | None) -> Json | None:
    """Convert facts; a rate is given as a decimal and exactly."""
    if facts is None:
        return None
    found: Json = msgspec.structs.asdict(facts)
    if isinstance(facts, VideoFacts):
        rate = facts.frame_rate_hz
        found["frame_rate_hz"] = None if rate is None else _rate(rate)
        found["frame_rate"] = None if rate is None else str(rate)
        found["pixels"] = facts.pixels
    if not isinstance(facts, AudioFacts):
        found["aspect_ratio"] = _shape(facts.width_px, facts.height_px)
    return found


@lru_cache(1024)
def _rate(rate: Fraction) -> int | float:
    return number(rate, RATE_PLACES)


@lru_cache(1024)
def _shape(width_px: int, height_px: int) -> int | float:
    return number(Fraction(width_px, height_px))


def finding_json(finding: Finding) -> Json:
    """Convert one finding."""
    fields = msgspec.structs.asdict(finding)
    fields["message"] = localized(finding.message)
    return {name: printable(value) if isinstance(value, str) else value for name, value in fields.items()}


def unused_ignores_json(unused_ignores: Iterable[UnusedIgnore]) -> list[Json]:
    """Convert unused ignores: as in the settings, with their state."""
    return [
        {
            "place": one.place,
            "state": one.state,
            "rules": [printable(rule) for rule in one.rules],
            "paths": [printable(path) for path in one.paths],
            "reason": None if one.reason is None else printable(one.reason),
            "until": None if one.until is None else one.until.isoformat(),
        }
        for one in unused_ignores
    ]


def fix_report(
    profile: str, results: Iterable[FixResult], planned: RequestPlan | None = None, request_path: str | None = None
) -> Json:
    """Convert the results of a fix, how seconds were shared, and the request file that names the new files."""
    rows = [_result_json(one) for one in results]
    path = None if request_path is None else printable(request_path)
    return {"schema": FIX_SCHEMA, "profile": profile, "request_path": path, "assets": rows, **_whole_json(planned)}


def plan_report(
    profile: str, plans: Iterable[tuple[Judged, Plan, Source | None]], planned: RequestPlan | None = None
) -> Json:
    """Convert plans so that `fix --plan` can apply them later: as `fix_report`, without outcomes."""
    rows = [
        {
            **_plan_json(plan),
            "otherwise": [_step_json(step) for step in plan.otherwise],
            "mark": _mark(plan),
            "source": msgspec.structs.asdict(source) if source else None,
            "findings_before": _findings(judged),
        }
        for judged, plan, source in plans
    ]
    return {"schema": FIX_SCHEMA, "profile": profile, "assets": rows, **_whole_json(planned)}


def _whole_json(planned: RequestPlan | None) -> Json:
    """Convert how the seconds of a request are shared, and what remains."""
    shared = planned.shared if planned else ()
    left = (*planned.beyond_mending, *planned.left) if planned else ()
    passed_over = planned.passed_over if planned else 0
    return {
        "passed_over": passed_over,
        "shares": [_shared_json(one) for one in shared],
        "findings": [finding_json(one) for one in left],
    }


def _shared_json(shared: Shared) -> Json:
    return {
        "kind": shared.kind,
        "rule": shared.rule,
        "parts": [{"name": p.name, "duration_s": p.duration_s, "marked": p.marked} for p in shared.parts],
        **msgspec.structs.asdict(shared.chosen),
        "alternatives": [msgspec.structs.asdict(one) for one in shared.alternatives],
    }


def _step_json(step: Step) -> Json:
    return {**msgspec.to_builtins(step, enc_hook=encode), "words": localized(step.words())}


def _mark(plan: Plan) -> str:
    """Hash the steps as printed, to detect edits."""
    from preflight.plan.edited import mark_of_printed

    return mark_of_printed([_step_json(step) for step in plan.steps])


def _plan_json(plan: Plan) -> Json:
    steps = [_step_json(step) for step in plan.steps]
    outcome = "unfixable" if plan.beyond_mending else None if plan.steps else "untouched"
    return {
        "path": shown(plan.asset.path),
        "outcome": outcome,
        "output": None,
        "loss": plan.loss,
        "steps": steps,
        "message": said(plan.remedies),
        "drops_s": plan.drops_s,
        "also": list(plan.also),
        "left": [finding_json(finding) for finding in plan.left],
    }


def _result_json(result: FixResult) -> Json:
    return {
        **_plan_json(result.plan),
        "outcome": result.outcome,
        "output": printable(result.after.asset.path) if result.after else None,
        "message": printable(came_of(result)),
        "findings_before": _findings(result.before),
        "findings_after": _findings(result.after) if result.after else _findings(result.before),
        "facts_after": facts_json(result.after.facts) if result.after else None,
        "quality": msgspec.structs.asdict(result.quality) if result.quality else None,
    }


def _findings(judged: Judged) -> list[Json]:
    return [finding_json(finding) for finding in judged.findings]


def encode(value: object) -> object:
    """Convert a fraction to a number and a phrase to its text, for msgspec."""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else number(value)
    return plain(value)
