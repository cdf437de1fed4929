"""The table of several editions, and its JSON."""

import json

import pytest

from preflight.assets import Asset, Role
from preflight.comparison import Comparison
from preflight.findings import Finding, Judged, Report
from preflight.report.comparison import comparison_json, comparison_lines
from preflight.report.json import dump, report_json

LARGE = Finding(rule="video/pixels", severity="error", message="too large", how="PyAV", limit="..9", source="a page")
FAST = Finding(rule="video/frame-rate", severity="error", message="too fast")
PLACE = Finding(rule="video/location", severity="warning", message="tells the place")
COUNT = Finding(rule="request/video-count", severity="error", message="4 clips")


def judged(path: str, *findings: Finding, role: Role | None = None) -> Judged:
    return Judged(asset=Asset(path=path, role=role), kind="video", findings=findings)


def compared(*columns: tuple[Judged, ...], names: tuple[str, ...] = ("old", "new")) -> Comparison:
    reports = (Report(profile=name, assets=column) for name, column in zip(names, columns, strict=True))
    return Comparison(reports=tuple(reports), request=False)


TWO = compared(
    (judged("a.mp4", LARGE, PLACE), judged("long-name.mp4")), (judged("a.mp4", PLACE), judged("long-name.mp4"))
)
REQUEST = Comparison(
    reports=(
        Report(profile="old", assets=(judged("a.mp4", role=Role("video", 1)),), findings=(COUNT,)),
        Report(profile="new", assets=(judged("a.mp4", LARGE, FAST, FAST, role=Role("video", 1)),)),
    ),
    request=True,
)


def printed(comparison: Comparison, *, verbose: bool = False) -> list[str]:
    return ["".join(text for text, _ in line) for line in comparison_lines(comparison, verbose=verbose)]


def test_a_table_has_a_row_an_asset_and_a_column_an_edition() -> None:
    assert printed(TWO) == [
        "asset         | old               | new",
        "a.mp4         | fail video/pixels | pass",
        "long-name.mp4 | pass              | pass",
        "PASS new takes everything as it is.",
    ]


def test_of_a_request_the_set_has_a_row_of_its_own() -> None:
    assert printed(REQUEST) == [
        "asset           | old                      | new",
        "a.mp4 (video 1) | pass                     | fail video/pixels, video/frame-rate",
        "the request     | fail request/video-count | pass",
        "FAIL No edition takes the request as it is; old takes 1 of 1 files, new takes 0 of 1 files.",
    ]


def test_several_that_take_everything_are_all_named() -> None:
    clean = (judged("a.mp4"),)
    assert printed(compared(clean, clean))[-1] == "PASS old and new take everything as it is."


def test_beneath_a_row_stands_what_each_edition_found_when_that_is_asked_for() -> None:
    assert printed(TWO, verbose=True)[1:8] == [
        "a.mp4         | fail video/pixels | pass",
        "  old: error video/pixels: too large",
        "    measured by PyAV; limit ..9; margin -; source a page",
        "  old: warning video/location: tells the place",
        "    measured by -; limit -; margin -; source -",
        "  new: warning video/location: tells the place",
        "    measured by -; limit -; margin -; source -",
    ]
    assert "  old: error request/video-count: 4 clips" in printed(REQUEST, verbose=True)


def test_columns_stand_beneath_each_other_whatever_the_names_are_written_in() -> None:
    lines = printed(compared((judged("비행.mp4"), judged("ab.mp4")), (judged("비행.mp4"), judged("ab.mp4"))))
    assert lines[1:3] == ["비행.mp4 | pass | pass", "ab.mp4   | pass | pass"]


@pytest.mark.parametrize("hostile", ["\x1b[2J.mp4", "a\nb.mp4", "a\u202eb.mp4"])
def test_no_name_acts_upon_a_terminal(hostile: str) -> None:
    found = (judged(hostile, LARGE),)
    for line in printed(compared(found, found, names=(hostile, "new")), verbose=True):
        assert line.isprintable()


def test_json_has_the_rows_in_short_and_each_report_whole() -> None:
    told = json.loads(dump(comparison_json(TWO)))
    assert told["schema"] == "preflight.comparison/1"
    assert told["profiles"] == ["old", "new"]
    assert (told["verdict"], told["taking"]) == ("pass", ["new"])
    assert told["assets"][0] == {
        "path": "a.mp4",
        "role": None,
        "kind": "video",
        "by": [
            {"profile": "old", "verdict": "fail", "rules": ["video/pixels"]},
            {"profile": "new", "verdict": "pass", "rules": []},
        ],
    }
    assert told["request"] is None
    assert told["reports"] == [json.loads(dump(report_json(report))) for report in TWO.reports]


def test_json_of_a_request_says_what_the_set_fails() -> None:
    told = json.loads(dump(comparison_json(REQUEST)))
    assert told["request"] == [
        {"profile": "old", "verdict": "fail", "rules": ["request/video-count"]},
        {"profile": "new", "verdict": "pass", "rules": []},
    ]
    assert told["assets"][0]["role"] == "video 1"
    assert (told["verdict"], told["taking"]) == ("fail", [])
