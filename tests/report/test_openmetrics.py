"""Metrics as a reader of OpenMetrics, and one of the older format, understand them."""

from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_new
from prometheus_client.parser import text_string_to_metric_families as read_old

from preflight.policy.tally import Tally
from preflight.report.openmetrics import FIRST, openmetrics
from preflight.values.assets import Asset
from preflight.values.findings import IN_BASELINE, Finding, Judged

LARGE = Finding(rule="video/pixels", severity="error", message="x")
KNOWN = Finding(rule="video/size", severity="info", message="x", severity_before="error", ignored=IN_BASELINE)
HOSTILE = 'a "profile"\n\\ of one\'s own'


def tally() -> Tally:
    found = Tally(clock=iter([10.0, 12.3456]).__next__)
    found.add(Judged(asset=Asset(path="a.mp4"), kind="video", findings=(LARGE, LARGE, KNOWN)))
    found.add(Judged(asset=Asset(path="b.mp4"), kind="video"))
    found.recalled = 1
    return found


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    found = {}
    for family in read_new(text):  # type: ignore[no-untyped-call] # they type one reader and not the other
        assert (family.type, bool(family.documentation)) == ("gauge", True)
        for sample in family.samples:
            assert sample.timestamp is None
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found


def test_a_reader_of_openmetrics_finds_every_count() -> None:
    found = samples(openmetrics(tally(), HOSTILE, complete=True, ended_at_s=1_800_000_000.25))
    (program,) = [labels for name, labels in found if name == "preflight_program"]
    assert dict(program)["profile"] == HOSTILE
    assert {key: value for key, value in found.items() if key[0] != "preflight_program"} == {
        ("preflight_assets", (("verdict", "pass"),)): 1,
        ("preflight_assets", (("verdict", "fail"),)): 1,
        ("preflight_assets", (("verdict", "unsure"),)): 0,
        ("preflight_findings", (("rule", "video/pixels"), ("severity", "error"))): 2,
        ("preflight_findings_ignored", (("by", "policy"),)): 0,
        ("preflight_findings_ignored", (("by", "baseline"),)): 1,
        ("preflight_findings_lowered", ()): 0,
        ("preflight_assets_recalled", ()): 1,
        ("preflight_run_complete", ()): 1,
        ("preflight_run_exit_code", ()): 1,
        ("preflight_run_duration_seconds", ()): 2.346,
        ("preflight_run_end_timestamp_seconds", ()): 1_800_000_000.25,
    }


def test_what_is_not_known_has_no_sample() -> None:
    found = tally()
    found.recalled = None
    assert ("preflight_assets_recalled", ()) not in samples(openmetrics(found, "p", complete=True, ended_at_s=1.0))


def test_a_run_that_did_not_end_has_no_exit_code() -> None:
    found = samples(openmetrics(tally(), "p", complete=False, ended_at_s=1.0))
    assert found["preflight_run_complete", ()] == 0
    assert ("preflight_run_exit_code", ()) not in found


def test_the_older_format_reads_the_same_file() -> None:
    text = openmetrics(tally(), HOSTILE, complete=True, ended_at_s=1.0)
    new = samples(text)
    old = {(s.name, tuple(sorted(s.labels.items()))): s.value for family in read_old(text) for s in family.samples}
    assert old == new


def test_a_file_begins_and_ends_as_it_is_recognised() -> None:
    text = openmetrics(tally(), "p", complete=True, ended_at_s=1.0)
    assert text.startswith(FIRST)
    assert text.endswith("\n# EOF\n")
