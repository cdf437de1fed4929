"""Reports are kept for a while, under names that nobody guesses, and tell no path of this machine."""

from fractions import Fraction

import jsonschema
import pytest
from msgspec.structs import replace

from preflight.report.schemas import schema_of
from preflight.server.gateway.reports import (
    KEPT,
    Reports,
    StoredReport,
    as_html,
    as_json,
    findings_json,
    in_short,
    named,
)
from preflight.values.assets import Asset, Role
from preflight.values.findings import Finding, Judged, Report
from preflight.values.limits import Severity
from tests.specimens import MEDIA, PROFILE, judged

WRONG = judged("image-gif.gif")
CLEAN = judged("image-300x300.jpg")


def report(*assets: Judged, findings: tuple[Finding, ...] = ()) -> Report:
    return Report(profile=PROFILE.name, assets=assets, findings=findings)


def finding(message: str, severity: Severity = "error") -> Finding:
    return Finding(rule="request/prompt", severity=severity, message=message, measured=Fraction(1, 3))


def in_role(one: Judged, number: int) -> Judged:
    return replace(one, asset=replace(one.asset, role=Role("image", number)))


def test_a_report_is_found_by_its_name_and_by_no_other() -> None:
    reports, kept = Reports(), report(CLEAN)
    name = reports.keep(kept, PROFILE)
    assert reports.find(name) == StoredReport(kept, PROFILE)
    assert reports.find("") is None
    assert reports.find(name[:-1]) is None
    assert len(name) >= 20


def test_the_latest_are_kept_and_no_two_have_one_name() -> None:
    reports = Reports()
    names = [reports.keep(report(), PROFILE) for _ in range(KEPT + 3)]
    assert len({*names}) == KEPT + 3
    assert [reports.find(name) is None for name in names] == [True] * 3 + [False] * KEPT


def test_files_are_called_as_their_senders_called_them() -> None:
    path = str(MEDIA / "image-gif.gif")
    shown = named(report(WRONG, CLEAN), {path: "a.gif"})
    assert [one.asset.path for one in shown.assets] == ["a.gif", CLEAN.asset.path]
    assert shown.assets[0].findings == WRONG.findings
    assert named(shown, {}) is shown


def test_a_report_s_json_is_the_one_that_the_command_prints() -> None:
    found = as_json(report(in_role(WRONG, 1), findings=(finding("x"),)))
    jsonschema.validate(found, schema_of("report"))
    assert found["verdict"] == "fail"


def test_a_report_s_page_stands_alone_and_escapes_what_it_quotes() -> None:
    hostile = Judged(asset=Asset(path="<script>alert(1)</script>.png"), kind="image", findings=(finding("<b>&"),))
    page = as_html(StoredReport(report(hostile), PROFILE))
    assert "<script>" not in page
    assert "&lt;b&gt;&amp;" in page


def test_every_finding_names_its_place_in_the_request() -> None:
    both = report(in_role(CLEAN, 1), in_role(WRONG, 2), WRONG, findings=(finding("too long"),))
    places = [one["asset"] for one in findings_json(both)]
    assert places == ["image 2"] * len(WRONG.findings) + ["file"] * len(WRONG.findings) + ["request"]
    assert findings_json(both)[-1]["measured"] == pytest.approx(1 / 3)


def test_the_first_finding_that_counts_is_said_and_how_many_more_there_are() -> None:
    warned = (finding("a hint", "warning"), finding("too long"), finding("no subject"), finding("no verb"))
    assert in_short(report(findings=warned[:2])) == "request: request/prompt: too long"
    assert in_short(report(findings=warned)) == "request: request/prompt: too long; and 2 more"
    assert in_short(report(in_role(WRONG, 2), findings=warned)).startswith("image 2: image/")


def test_a_report_without_a_finding_that_counts_says_its_verdict() -> None:
    assert in_short(report(CLEAN)) == "the request is pass"


def test_words_in_short_stay_on_their_line() -> None:
    assert in_short(report(findings=(finding("a\nb\x1b[31m"),))).isprintable()
