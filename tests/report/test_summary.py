"""The few lines at the end of a run."""

from preflight.policy.tally import Tally
from preflight.report.summary import summary_lines, suppressed_lines
from preflight.values.assets import Asset
from preflight.values.findings import IN_BASELINE, Finding, Judged
from preflight.values.limits import Severity


def finding(rule: str, severity: Severity = "error", before: Severity | None = None, why: str | None = None) -> Finding:
    return Finding(rule=rule, severity=severity, message="x", severity_before=before, ignored=why)


def tally(*assets: Judged) -> Tally:
    found = Tally(clock=iter([0.0, 1.25]).__next__)
    for one in assets:
        found.add(one)
    return found


def asset(*findings: Finding) -> Judged:
    return Judged(asset=Asset(path="a.mp4"), kind="video", findings=findings)


def lines(found: Tally) -> list[str]:
    return ["".join(text for text, _ in line) for line in summary_lines(found)]


def test_a_summary_says_time_rules_and_slowest_files() -> None:
    found = tally(
        asset(finding("video/pixels"), finding("video/hdr", "warning")), asset(finding("video/pixels")), asset()
    )
    found.recalled = 1
    for path, seconds in (("quick.mp4", 0.01), ("slow\x1b.mp4", 0.5)):
        found.took(path, seconds)
        found.add(Judged(asset=Asset(path=path), kind="video"))
    assert lines(found) == [
        "5 files in 1.25 s; 1 measured in an earlier run",
        "        2  error    video/pixels",
        "        1  warning  video/hdr",
        "   0.50 s  slowest  slow\\x1b.mp4",
        "   0.01 s  slowest  quick.mp4",
    ]


def test_what_is_not_known_is_not_said() -> None:
    assert lines(tally(asset())) == ["1 file in 1.25 s"]


def test_what_does_not_count_is_said_aloud_by_rule() -> None:
    why = "ignored by policy until 2030-01-01: old"
    some = asset(
        finding("video/size", "info", "error", why),
        finding("video/pixels", "info", "error", why),
        finding("video/format", "warning", "error"),
        finding("video/hdr", "info", "warning", IN_BASELINE),
        finding("video/codec", "info", "warning", IN_BASELINE),
    )
    assert list(suppressed_lines(tally(some))) == [
        "2 findings ignored by policy: video/pixels 1, video/size 1",
        "1 finding lowered by policy: video/format 1",
        "2 findings in the baseline",
    ]


def test_where_everything_counts_nothing_is_said() -> None:
    assert list(suppressed_lines(tally(asset(finding("video/pixels"))))) == []
