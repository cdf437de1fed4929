"""Reports as JUnit XML: a suite an asset, a case a rule.

Passed rules are cases too. An error is a failure; unjudged is an error; a warning goes to the case's output. A rule
without its value is skipped: "could not tell" is never "passed".
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple, TextIO
from xml.sax.saxutils import escape, quoteattr

from preflight.locale import localized
from preflight.report import Header, Summary
from preflight.report.text import INTERRUPTED, name_of
from preflight.rules import ASSET_RULES, REQUEST_RULES
from preflight.values.assets import Kind, printable
from preflight.values.findings import NOT_TAKEN, UNJUDGED, Finding, Judged

SKIPPED = quoteattr("not judged: what it goes by is not there, or was not measured")


class Result(NamedTuple):
    """Result of one rule."""

    rule: str
    findings: Sequence[Finding] = ()
    judged: bool = True
    """Whether its value was measured."""


class Writer:
    """Writes JUnit; assets are written at once, so there are no totals at the top."""

    def __init__(self, header: Header, out: TextIO) -> None:
        self._header, self._out = header, out
        self._unmeasured: set[Kind] = set()
        """Kinds with unmeasured values."""

    def begin(self) -> None:
        """Open the document, named after program and profile."""
        name = quoteattr(f"preflight {self._header.version}: {self._header.edition}")
        self._out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name={name}>\n')

    def asset(self, judged: Judged) -> None:
        """Write one asset: every rule of its kind."""
        kind, name = family(judged), name_of(judged.asset)
        if not measured(judged):
            self._unmeasured.add(kind)
        if judged.findings:
            self._write(name, asset_results(judged))
        else:
            self._put(name, *_quiet(kind, lacking(judged, kind)))

    def end(self, summary: Summary) -> None:
        """Write the rules of the request, and whether the run was interrupted."""
        if summary.findings is not None:
            self._write("request", self._request_results(summary))
        if summary.interrupted:
            stop = Finding(rule=f"run{UNJUDGED}", severity="error", message=INTERRUPTED)
            self._write("run", [Result(stop.rule, [stop])])
        self._out.write("</testsuites>\n")

    def _request_results(self, summary: Summary) -> Iterator[Result]:
        found = by_rule(summary.findings or ())
        for rule in REQUEST_RULES:
            judged = not any((rule.limit or "").startswith(f"{kind}.total_") for kind in self._unmeasured)
            yield Result(rule.id, found.pop(rule.id, ()), judged)
        yield from (Result(rule, rest) for rule, rest in found.items())

    def _write(self, suite: str, results: Iterable[Result]) -> None:
        self._put(suite, *_cases(results))

    def _put(self, suite: str, counted: str, cases: Iterable[str]) -> None:
        name = quoteattr(suite)
        lead = f"    <testcase classname={name} "
        lines = "".join([lead + case for case in cases])
        self._out.write(f"  <testsuite name={name} {counted}>\n{lines}  </testsuite>\n")


def asset_results(judged: Judged) -> Iterator[Result]:
    """Yield the result of each rule of an asset's kind; judged where its value was measured.

    Where the kind is not taken, nothing else was judged. Findings of other rules are added as cases.
    """
    kind, found = family(judged), by_rule(judged.findings)
    without = lacking(judged, kind)
    for rule, _ in _fields(kind):
        yield Result(rule, found.pop(rule, ()), rule not in without)
    yield from (Result(rule, rest) for rule, rest in found.items())


def lacking(judged: Judged, kind: Kind) -> frozenset[str]:
    """List the rules whose value was not measured."""
    fields, facts = _fields(kind), judged.facts
    whole = measured(judged) and judged.kind == kind
    if not whole or any(one.rule == f"{kind}{NOT_TAKEN}" for one in judged.findings):
        return frozenset([rule for rule, _ in fields])
    return frozenset([rule for rule, field in fields if getattr(facts, field, True) is None])


@lru_cache(256)
def _quiet(kind: Kind, without: frozenset[str]) -> tuple[str, list[str]]:
    """Format the cases of an asset without findings, the usual one; cached."""
    return _cases(Result(rule, judged=rule not in without) for rule, _ in _fields(kind))


@cache
def _fields(kind: Kind) -> tuple[tuple[str, str], ...]:
    """List the rules of a kind with the fact each judges."""
    return tuple((rule.id, (rule.limit or "").rpartition(".")[2]) for rule in ASSET_RULES[kind])


def family(judged: Judged) -> Kind:
    """Choose the kind whose rules judged an asset."""
    return judged.asset.role.kind if judged.asset.role else judged.kind


def measured(judged: Judged) -> bool:
    """Tell whether all of an asset was measured."""
    untold = judged.untold or [finding for finding in judged.findings if finding.rule.endswith(UNJUDGED)]
    return judged.facts is not None and not untold


def by_rule(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Group findings by rule."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.rule, []).append(finding)
    return found


def _cases(results: Iterable[Result]) -> tuple[str, list[str]]:
    """Format the counts of a suite, and each case from its name on."""
    cases = [(result.rule, *_case(result)) for result in results]
    kinds = [kind for _, kind, _ in cases]
    failures, errors, skipped = (kinds.count(kind) for kind in ("failure", "error", "skipped"))
    counted = f'tests="{len(kinds)}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
    return counted, [f'name="{rule}"{body}\n' for rule, _, body in cases]


def _case(result: Result) -> tuple[str, str]:
    """Format one case, with what it counts as."""
    if not result.findings:
        return ("passed", "/>") if result.judged else ("skipped", f"><skipped message={SKIPPED}/></testcase>")
    wrong = [finding for finding in result.findings if finding.severity == "error"]
    rest = [finding for finding in result.findings if finding not in wrong]
    said = f"<system-out>{escape(_lines(rest))}</system-out>" if rest else ""
    if not wrong:
        return "passed", f">{said}</testcase>"
    kind = "error" if result.rule.endswith(UNJUDGED) else "failure"
    message = quoteattr(printable(localized(wrong[0].message)))
    fault = f'<{kind} type="{result.rule}" message={message}>{escape(_lines(wrong))}</{kind}>'
    return kind, f">{fault}{said}</testcase>"


def _lines(findings: Iterable[Finding]) -> str:
    return "\n".join(f"{localized(finding.severity)}: {printable(localized(finding.message))}" for finding in findings)
