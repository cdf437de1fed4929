"""Editions compared as rows: CSV and Markdown."""

from preflight.report.comparison_rows import broken
from tests.report.compared import FAST, LARGE, PLACE, REQUEST, TWO, compared, judged


def test_in_csv_there_is_a_row_an_asset_and_edition() -> None:
    assert TWO.written("csv").splitlines()[:3] == [
        "path,role,kind,profile,verdict,rules",
        "a.mp4,,video,old,fail,video/pixels",
        "a.mp4,,video,new,pass,",
    ]
    assert REQUEST.written("csv").splitlines()[1:] == [
        "a.mp4,video 1,video,old,pass,",
        "a.mp4,video 1,video,new,fail,video/pixels video/frame-rate",
        ",,request,old,fail,request/video-count",
        ",,request,new,pass,",
    ]


def test_in_markdown_there_is_a_row_an_asset_and_a_column_an_edition() -> None:
    assert TWO.written("markdown").splitlines()[1:] == [
        "**preflight: pass**: everything as it is is taken by new",
        "",
        "| asset | old | new |",
        "|---|---|---|",
        "| <code>a.mp4</code> | fail `video/pixels` | pass |",
        "| <code>long-name.mp4</code> | pass | pass |",
    ]
    assert "| the request | fail `request/video-count` | pass |" in REQUEST.written("markdown")
    assert "taken by no edition" in REQUEST.written("markdown")


def test_a_cell_that_a_table_would_take_for_a_formula_is_none() -> None:
    hostile = compared((judged("=1+1.mp4", LARGE),), (judged("=1+1.mp4"),), names=("=old", "+new"))
    for line in hostile.written("csv").splitlines()[1:]:
        assert not any(cell.startswith(("=", "+")) for cell in line.replace('"', "").split(","))


def test_a_name_that_would_end_a_cell_stays_within_it() -> None:
    hostile = compared((judged("a|b`c`\n.mp4", LARGE),), (judged("a|b`c`\n.mp4"),), names=("o|ld", "new"))
    *_, heading, rule, row = hostile.written("markdown").splitlines()
    assert heading.replace("\\|", "").count("|") == rule.count("|") == row.replace("\\|", "").count("|") == 4


def test_rules_are_named_once_in_their_order_and_only_those_that_count() -> None:
    found = [LARGE, PLACE, FAST, LARGE]
    assert broken(found, "error") == ["video/pixels", "video/frame-rate"]
    assert broken(found, "warning") == ["video/pixels", "video/location", "video/frame-rate"]
    assert broken([], "warning") == []
