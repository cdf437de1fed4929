"""JUnit XML, read by a parser that others wrote, and held against what build servers demand of it."""

from collections import Counter
from io import StringIO
from xml.etree import ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from preflight.profiles import load
from preflight.report import Header, Summary
from preflight.report.junit import Writer
from preflight.rules import ASSET_RULES, REQUEST_RULES
from preflight.values.assets import Role
from preflight.values.facts import Facts
from preflight.values.findings import Finding, Judged
from tests import made
from tests.report.fixed import ASSETS, DENIED, DURATION, EMPTY, LET_BE, NAME, PIXELS, REQUEST, asset, written

DEMANDED = {"testsuites": set(), "testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}}
KNOWN = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "group", "time", "timestamp", "hostname", "id"},
    "testcase": {"name", "time", "classname", "group"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"type", "message"},
    "system-out": set(),
}
INSIDE = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"skipped", "error", "failure", "system-out"},
}
"""What the schema of Jenkins' xUnit plugin says of the elements that are used here."""


def suites(*judged: Judged, findings: tuple[Finding, ...] | None = None) -> dict[str, TestSuite]:
    """Write a report, and read it with the parser of others."""
    report = JUnitXml.fromstring(written("junit", judged, findings).encode())
    return {suite.name or "": suite for suite in report}


def cases(suite: TestSuite) -> dict[str, TestCase]:
    return {case.name or "": case for case in suite}


def outcome(case: TestCase) -> str:
    """Return what a build server shows of a case."""
    if not case.result:
        return "passed"
    (one,) = case.result
    return {Error: "error", Failure: "failure", Skipped: "skipped"}[type(one)]


def outcomes(judged: Judged) -> dict[str, str]:
    (suite,) = suites(judged).values()
    return {name: outcome(case) for name, case in cases(suite).items()}


def test_the_elements_and_attributes_are_those_that_build_servers_know() -> None:
    for element in ET.fromstring(written("junit", ASSETS, REQUEST)).iter():  # noqa: S314 - our own report
        assert DEMANDED.get(element.tag, set()) <= set(element.attrib) <= KNOWN[element.tag]
        assert {child.tag for child in element} <= INSIDE.get(element.tag, set())


def test_each_asset_is_a_suite_and_each_rule_of_its_family_a_case() -> None:
    found = suites(*ASSETS, findings=REQUEST)
    assert list(found)[:2] == ["stills/style.png (image 1)", "stills/rider.jpg (image 2)"]
    assert list(found)[-1] == "request"
    assert list(cases(found["pov.mov"])) == [rule.id for rule in ASSET_RULES["video"]]
    assert list(cases(found["request"])) == [rule.id for rule in REQUEST_RULES]
    assert all(case.classname == name for name, suite in found.items() for case in suite)


def test_of_a_kind_that_is_not_taken_no_other_rule_is_said_to_have_passed() -> None:
    found = outcomes(made.judged(made.VIDEO, profile=load("seedance-2.0-text-to-video-2026-10")))
    assert found.pop("video/not-taken") == "failure"
    assert set(found.values()) == {"skipped"}
    assert set(found) == {rule.id for rule in ASSET_RULES["video"]}


def test_the_counts_of_a_suite_are_those_of_its_cases() -> None:
    for suite in suites(*ASSETS, findings=REQUEST).values():
        counted = Counter(outcome(case) for case in suite)
        assert (suite.tests, suite.failures) == (counted.total(), counted["failure"])
        assert (suite.errors, suite.skipped) == (counted["error"], counted["skipped"])


def test_what_passes_is_a_case_too() -> None:
    assert set(outcomes(asset("a.png", made.IMAGE)).values()) == {"passed"}


def test_an_error_is_a_failure_and_says_what_was_measured() -> None:
    (suite,) = suites(asset("a.mov", made.VIDEO, DURATION, PIXELS)).values()
    found = cases(suite)
    assert Counter(map(outcome, found.values()))["failure"] == 2
    (failure,) = found["video/duration"].result
    assert (failure.type, failure.message) == ("video/duration", DURATION.message)
    assert failure.text == f"error: {DURATION.message}"


@pytest.mark.parametrize("facts", [made.IMAGE, made.VIDEO, made.AUDIO, made.video(duration_s=None), None])
def test_an_asset_without_findings_has_the_cases_of_one_with_a_finding_of_another_rule(facts: Facts | None) -> None:
    quiet, told = asset("a.mov", facts), asset("a.mov", facts, Finding(rule="house/x", severity="info", message="x"))
    assert {**outcomes(quiet), "house/x": "passed"} == outcomes(told)


def test_two_findings_of_one_rule_are_one_case() -> None:
    wide, high = (Finding(rule="image/side", severity="error", message=f"100 px {way}") for way in ("wide", "high"))
    (suite,) = suites(asset("a.png", made.IMAGE, wide, high)).values()
    (failure,) = cases(suite)["image/side"].result
    assert failure.text == "error: 100 px wide\nerror: 100 px high"


@pytest.mark.parametrize("finding", [NAME, LET_BE])
def test_a_warning_and_an_info_stand_in_the_output_of_a_case_that_passes(finding: Finding) -> None:
    (suite,) = suites(asset("a.jpg", made.IMAGE, finding)).values()
    case = cases(suite)[finding.rule]
    assert outcome(case) == "passed"
    assert case.system_out == f"{finding.severity}: {finding.message}"


def test_what_could_not_be_measured_is_an_error_and_no_other_rule_passes() -> None:
    found = outcomes(asset("a.png", None, DENIED))
    assert found.pop("image/unjudged") == "error"
    assert set(found.values()) == {"skipped"}


def test_what_cannot_be_read_fails_and_no_other_rule_passes() -> None:
    found = outcomes(asset("a.mp3", None, EMPTY))
    assert found.pop("audio/readable") == "failure"
    assert set(found.values()) == {"skipped"}


def test_what_was_passed_over_because_of_an_error_lets_no_rule_pass() -> None:
    judged = Judged(
        asset=asset("a.mov", None).asset,
        kind="video",
        facts=made.VIDEO,
        findings=(PIXELS,),
        untold=(Finding(rule="video/unjudged", severity="error", message="its index is too long"),),
    )
    found = outcomes(judged)
    assert found.pop("video/pixels") == "failure"
    assert set(found.values()) == {"skipped"}


def test_a_rule_without_its_measure_is_skipped_and_not_passed() -> None:
    found = outcomes(asset("a.mov", made.video(duration_s=None, frame_rate_hz=None)))
    skipped = {name for name, what in found.items() if what == "skipped"}
    assert skipped == {"video/duration", "video/frame-rate", "video/sound-codec"}


def test_a_picture_in_the_place_of_a_clip_passes_no_rule_of_clips() -> None:
    found = outcomes(Judged(asset=asset("a.mov", None, role=Role("video", 1)).asset, kind="image", facts=made.IMAGE))
    assert set(found.values()) == {"skipped"}
    assert set(found) == {rule.id for rule in ASSET_RULES["video"]}


def test_a_sum_over_what_was_not_measured_is_skipped() -> None:
    lost = asset("theme.mp3", None, EMPTY, role=Role("audio", 1))
    found = {name: outcome(case) for name, case in cases(suites(lost, findings=())["request"]).items()}
    assert found["request/audio-total-duration"] == "skipped"
    assert found["request/video-total-duration"] == found["request/audio-count"] == "passed"


def test_a_finding_of_a_rule_that_is_not_in_the_list_is_not_lost() -> None:
    house = Finding(rule="house/naming", severity="error", message="x")
    assert outcomes(asset("a.png", made.IMAGE, house))["house/naming"] == "failure"
    found = suites(ASSETS[0], findings=(house,))["request"]
    assert outcome(cases(found)["house/naming"]) == "failure"
    assert (found.tests, found.failures) == (len(REQUEST_RULES) + 1, 1)


def test_without_a_request_there_is_no_suite_of_it() -> None:
    assert list(suites(ASSETS[0])) == ["stills/style.png (image 1)"]


def test_an_interrupted_run_is_an_error() -> None:
    out = StringIO()
    writer = Writer(Header(profile="p"), out)
    writer.begin()
    writer.end(Summary(verdict="unsure", interrupted=True))
    (suite,) = JUnitXml.fromstring(out.getvalue().encode())
    assert [(case.name, outcome(case)) for case in suite] == [("run/unjudged", "error")]
