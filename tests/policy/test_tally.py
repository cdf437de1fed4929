"""Counts of a run, from assets that go by."""

import msgspec

from preflight.policy.tally import SLOWEST, WAITING, Tally
from preflight.values.assets import Asset
from preflight.values.findings import IN_BASELINE, Finding, Judged, Report
from preflight.values.limits import Severity


def finding(rule: str, severity: Severity = "error", before: Severity | None = None, why: str | None = None) -> Finding:
    return Finding(rule=rule, severity=severity, message="x", severity_before=before, ignored=why)


def asset(*findings: Finding) -> Judged:
    return Judged(asset=Asset(path="a.mp4"), kind="video", findings=findings)


def tally(*assets: Judged) -> Tally:
    found = Tally(clock=iter([100.0, 103.5, 104.0]).__next__)
    for one in assets:
        found.add(one)
    return found


def test_a_run_without_assets_came_to_nothing() -> None:
    empty = tally()
    assert (empty.files, empty.verdict, empty.elapsed_s, empty.slowest) == (0, "pass", 3.5, [])


def test_findings_are_counted_by_rule_and_severity() -> None:
    found = tally(
        asset(finding("video/pixels"), finding("video/hdr", "warning")), asset(finding("video/pixels")), asset()
    )
    assert found.rules == {("video/pixels", "error"): 2, ("video/hdr", "warning"): 1}
    assert found.verdicts == {"fail": 2, "pass": 1}
    assert (found.files, found.verdict, found.severity("error"), found.severity("warning")) == (3, "fail", 2, 1)


def test_what_does_not_count_is_counted_apart() -> None:
    found = tally(
        asset(
            finding("video/pixels", "info", "error", "ignored by policy until 2030-01-01: old"),
            finding("video/size", "warning", "error"),
            finding("video/hdr", "error", "warning"),
            finding("video/format", "info", "error", IN_BASELINE),
        )
    )
    assert found.ignored == {"video/pixels": 1}
    assert found.lowered == {"video/size": 1}
    assert found.in_baseline == 1
    assert found.rules == {("video/size", "warning"): 1, ("video/hdr", "error"): 1}


def test_the_slowest_are_kept_and_no_others() -> None:
    found = tally()
    for number in (3, 9, 1, 7, 5, 2, 8, 4, 6):
        found.took(f"{number}.mp4", number / 10)
        found.took(f"{number}.csv", 100)
        found.add(Judged(asset=Asset(path=f"{number}.mp4"), kind="video"))
    assert found.slowest == [(0.9, "9.mp4"), (0.8, "8.mp4"), (0.7, "7.mp4"), (0.6, "6.mp4"), (0.5, "5.mp4")]
    assert len(found.slowest) == SLOWEST


def test_of_files_that_are_never_reported_only_so_many_are_kept() -> None:
    found = tally()
    for number in range(WAITING + 10):
        found.took(f"{number}.csv", 1)
    for number in (9, 10):
        found.add(Judged(asset=Asset(path=f"{number}.csv"), kind="video"))
    assert found.slowest == [(1, "10.csv")]


def test_what_nobody_counted_is_not_called_none() -> None:
    assert tally(asset()).recalled is None


def test_the_set_of_a_request_has_findings_and_a_verdict_of_its_own() -> None:
    found = tally(asset())
    report = Report(profile="p", assets=(asset(),), findings=(finding("request/audio-alone"),))
    found.add_set(report)
    assert (found.files, found.verdict, found.rules) == (1, "fail", {("request/audio-alone", "error"): 1})


def test_what_could_not_be_judged_outranks_the_rest() -> None:
    assert tally(asset(finding("video/unjudged")), asset(finding("video/pixels"))).verdict == "unsure"


def test_a_warning_that_fails_is_a_fail() -> None:
    strict = msgspec.structs.replace(asset(finding("video/hdr", "warning")), fail_on="warning")
    assert tally(strict).verdict == "fail"
