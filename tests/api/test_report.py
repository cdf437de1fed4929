"""The report as programs and notebooks hold it."""

import json
from pathlib import Path

import msgspec
import pytest

import preflight
from tests.specimens import MEDIA


@pytest.fixture(scope="module")
def report() -> preflight.Report:
    return preflight.check(MEDIA / "audio-1.8s.wav", MEDIA / "image-ok.jpeg", cache=False)


def test_it_is_ok_where_all_was_measured_and_complies(report: preflight.Report) -> None:
    assert not report.ok
    passed = [judged for judged in report.assets if judged.verdict == "pass"]
    assert msgspec.structs.replace(report, assets=tuple(passed)).ok
    assert not msgspec.structs.replace(report, fail_on="warning", assets=report.assets).ok


def test_it_reads_as_one_short_line(report: preflight.Report) -> None:
    assert repr(report) == "<Report fail: 2 assets (1 pass, 1 fail); seedance-2.0-2026-04>"
    assert repr(preflight.Report(profile="mine", assets=())) == "<Report pass: 0 assets; mine>"


def test_its_json_is_that_of_the_contract(report: preflight.Report) -> None:
    told = report.to_dict()
    assert told == json.loads(report.to_json())
    assert told["schema"] == "preflight.report/1"
    assert [one["verdict"] for one in told["assets"]] == ["fail", "pass"]


def test_in_a_notebook_it_is_a_page_in_a_frame_with_pictures_and_without_scripts(report: preflight.Report) -> None:
    drawn = report._repr_html_()
    assert drawn.startswith("<iframe sandbox srcdoc=")
    assert drawn.count("<iframe") == 1
    assert "<script" not in drawn
    assert "data:image/jpeg" in drawn
    assert "image-ok.jpeg" in drawn


def test_a_hostile_name_stays_in_the_frame(tmp_path: Path) -> None:
    path = tmp_path / '"><img src=x onerror=alert(1)>.wav'
    path.write_bytes((MEDIA / "audio-1.8s.wav").read_bytes())
    drawn = preflight.check(path, cache=False)._repr_html_()
    assert "<img src=x" not in drawn
    assert drawn.count('"><') == 1


def test_a_report_by_a_profile_of_one_s_own_is_drawn_too(report: preflight.Report) -> None:
    drawn = msgspec.structs.replace(report, profile="no such edition")._repr_html_()
    assert "no such edition" in drawn
