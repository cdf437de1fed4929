"""Verdicts: "could not tell" is never "yes", and it outranks "no"."""

import itertools
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.values.assets import Asset
from preflight.values.choices import FailOn
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


# ---- laws -----------------------------------------------------------------------------------------------------------

FINDINGS = st.lists(
    st.builds(
        finding,
        st.sampled_from(["image/side", "image/alpha", "image/unjudged"]),
        st.sampled_from(["error", "warning", "info"]),
    ),
    max_size=4,
)


@given(FINDINGS, st.randoms(), st.sampled_from(["error", "warning"]))
def test_the_order_of_findings_changes_no_verdict(found: list[Finding], random: Random, fail_on: FailOn) -> None:
    shuffled = random.sample(found, len(found))
    one, other = (msgspec.structs.replace(asset(*rows), fail_on=fail_on) for rows in (found, shuffled))
    assert one.verdict == other.verdict


@given(FINDINGS, FINDINGS)
def test_one_more_finding_never_makes_a_fail_a_pass(found: list[Finding], more: list[Finding]) -> None:
    before, after = asset(*found).verdict, asset(*found, *more).verdict
    assert before == "pass" or after != "pass"
    assert before != "fail" or after == "fail"


@given(FINDINGS)
def test_who_fails_on_warnings_fails_on_errors_too(found: list[Finding]) -> None:
    strict = msgspec.structs.replace(asset(*found), fail_on="warning")
    assert strict.verdict != "pass" or asset(*found).verdict == "pass"


@given(FINDINGS, FINDINGS)
def test_what_could_not_be_measured_comes_back_when_no_error_is_left(found: list[Finding], new: list[Finding]) -> None:
    hidden = msgspec.structs.replace(asset(*found), untold=(UNTOLD,))
    after = hidden.with_findings(new)
    refused = any(one.severity == "error" and not one.rule.endswith("/unjudged") for one in new)
    assert after.findings == (tuple(new) if refused else (*new, UNTOLD))
    assert after.untold == ((UNTOLD,) if refused else ())
    assert after.verdict != "pass", "what could not be told is never yes"
    assert after.with_findings(after.findings).verdict == after.verdict


@given(st.lists(st.sampled_from(list(EXIT_CODES)), max_size=5), st.lists(st.sampled_from(list(EXIT_CODES)), max_size=5))
def test_the_worst_of_all_is_the_worst_of_the_worst(one: list[Verdict], other: list[Verdict]) -> None:
    assert worst([*one, *other]) == worst([worst(one), worst(other)])
