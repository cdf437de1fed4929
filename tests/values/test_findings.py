"""Verdicts: "could not tell" is never "yes", and it outranks "no"."""

import itertools

import pytest

from preflight.values.assets import Asset
from preflight.values.findings import EXIT_CODES, Finding, Judged, Report, Verdict, verdict_of, worst
from preflight.values.limits import Severity


def finding(rule: str, severity: Severity = "error") -> Finding:
    return Finding(rule=rule, severity=severity, message="something")


def asset(*findings: Finding) -> Judged:
    return Judged(asset=Asset(path="a.png"), kind="image", findings=findings)


BAD, UNTOLD = finding("image/side"), finding("image/unjudged")
WARNED, TOLD = finding("image/alpha", "warning"), finding("image/name", "info")


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ((), "pass"),
        ((WARNED, TOLD), "pass"),
        ((BAD,), "fail"),
        ((WARNED, BAD), "fail"),
        ((UNTOLD,), "unsure"),
        ((WARNED, UNTOLD), "unsure"),
        ((BAD, UNTOLD), "fail"),
    ],
)
def test_an_asset_fails_for_any_error_and_is_unsure_when_it_could_not_be_measured(
    findings: tuple[Finding, ...], verdict: Verdict
) -> None:
    assert asset(*findings).verdict == verdict


@pytest.mark.parametrize(
    ("assets", "findings", "verdict", "status"),
    [
        ((), (), "pass", 0),
        ((asset(),), (), "pass", 0),
        ((asset(), asset(BAD)), (), "fail", 1),
        ((asset(BAD), asset(UNTOLD)), (), "unsure", 3),
        ((asset(),), (finding("request/duration"),), "fail", 1),
        ((asset(),), (finding("request/no-references", "warning"),), "pass", 0),
        ((asset(UNTOLD),), (finding("request/duration"),), "unsure", 3),
    ],
)
def test_a_report_is_as_bad_as_the_worst_in_it_and_ends_with_its_status(
    assets: tuple[Judged, ...], findings: tuple[Finding, ...], verdict: Verdict, status: int
) -> None:
    report = Report(profile="p", assets=assets, findings=findings)
    assert (report.verdict, report.exit_code) == (verdict, status)


def test_unsure_outranks_fail_and_fail_outranks_pass_in_any_order() -> None:
    for verdicts in itertools.permutations(EXIT_CODES):
        assert worst(verdicts) == "unsure"
    assert worst(["fail", "pass"]) == worst(["pass", "fail"]) == "fail"
    assert worst([]) == "pass"


def test_only_a_pass_ends_with_zero() -> None:
    assert EXIT_CODES == {"pass": 0, "fail": 1, "unsure": 3}


def test_warnings_alone_do_not_fail() -> None:
    assert verdict_of([WARNED, TOLD]) == "pass"
    assert verdict_of([WARNED, BAD]) == "fail"
