"""The table of several editions, and its JSON."""

import csv
import io
import json
import tracemalloc
from typing import Any

import pytest
from markdown_it import MarkdownIt

from preflight.report.comparison import open_comparison
from preflight.report.csv import FORMULA
from preflight.report.json import dump, report_json
from preflight.values.assets import printable
from preflight.values.findings import Finding, Report
from preflight.values.standing import Standing
from tests.report.compared import LARGE, PLACE, REQUEST, TWO, Compared, compared, judged
from tests.report.fixed import REMARKS
from tests.report.test_hostile import NAMES

FORMATS = ("text", "json", "csv", "markdown")


def printed(comparison: Compared, *, verbose: bool = False) -> list[str]:
    return comparison.written("text", verbose=verbose).splitlines()


def told(comparison: Compared) -> dict[str, Any]:
    found = json.loads(comparison.written("json"))
    assert isinstance(found, dict)
    return found


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
    found = told(TWO)
    assert found["schema"] == "preflight.comparison/1"
    assert found["profiles"] == ["old", "new"]
    assert (found["verdict"], found["taking"]) == ("pass", ["new"])
    assert found["assets"][0] == {
        "path": "a.mp4",
        "role": None,
        "kind": "video",
        "by": [
            {"profile": "old", "verdict": "fail", "rules": ["video/pixels"]},
            {"profile": "new", "verdict": "pass", "rules": []},
        ],
    }
    assert found["request"] is None
    assert found["reports"] == [json.loads(dump(report_json(report))) for report in TWO.reports]
    assert found["tool"]["name"] == "preflight"


def test_json_of_a_request_says_what_the_set_fails() -> None:
    found = told(REQUEST)
    assert found["request"] == [
        {"profile": "old", "verdict": "fail", "rules": ["request/video-count"]},
        {"profile": "new", "verdict": "pass", "rules": []},
    ]
    assert found["assets"][0]["role"] == "video 1"
    assert (found["verdict"], found["taking"]) == ("fail", [])
    assert found["reports"] == [json.loads(dump(report_json(report))) for report in REQUEST.reports]


def test_json_of_a_request_without_assets_is_json() -> None:
    bare = Compared((Report(profile="old", assets=()), Report(profile="new", assets=())), request=True)
    assert (told(bare)["assets"], told(bare)["verdict"]) == ([], "pass")
    assert printed(bare)[-1] == "PASS old and new take the request as it is."


def test_what_of_a_policy_did_nothing_is_in_the_json_and_else_nothing_is_said_of_it() -> None:
    assert [one["state"] for one in json.loads(TWO.written("json", unused_ignores=REMARKS))["policy"]] == [
        "expired",
        "unreached",
    ]
    assert "policy" not in told(TWO)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:30])
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_name_made_to_act_is_only_a_name(format_name: str, name: str) -> None:
    found = (judged(name, Finding(rule="video/name", severity="error", message=f"is {name}", how=name)),)
    text = compared(found, found, names=(f"{name} 1", f"{name} 2")).written(format_name, verbose=True)
    assert text.encode()
    assert text.replace("\n", "").isprintable()
    if format_name == "json":
        row, (first, second) = json.loads(text)["assets"][0], json.loads(text)["reports"]
        assert (row["path"], [one["verdict"] for one in row["by"]]) == (printable(name), ["fail", "fail"])
        assert first["assets"] == second["assets"]
    elif format_name == "csv":
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert [len(row) for row in rows] == [6, 6, 6]
        assert not any(cell.startswith(FORMULA) for row in rows for cell in row)
    elif format_name == "markdown":
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text.partition("\n")[2])
        assert sum(one.type == "tr_open" for one in tokens) == 2
        assert sum(one.type in ("th_open", "td_open") for one in tokens) == 6
        inline = [child for one in tokens for child in one.children or ()]
        assert not {one.type for one in inline} & {"link_open", "image", "em_open", "s_open"}
        html = [one.content for one in inline if one.type == "html_inline"]
        assert set(html) <= {"<code>", "</code>", "<!-- -->"}
    else:
        assert len(text.splitlines()) == 7
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_same_verdicts_give_the_same_bytes(format_name: str) -> None:
    for comparison in (TWO, REQUEST):
        assert comparison.written(format_name, verbose=True) == comparison.written(format_name, verbose=True)


@pytest.mark.parametrize("format_name", FORMATS)
def test_memory_does_not_grow_with_the_number_of_files(format_name: str) -> None:
    """Some garbage may wait to be collected; a comparison that kept its rows would take megabytes."""
    row, editions = (judged("a.mp4", LARGE), judged("a.mp4", PLACE)), ["old", "new"]
    with open("/dev/null", "w", encoding="utf-8") as out:  # noqa: PTH123 - a device, not a path of ours
        tracemalloc.start()
        writer, standing = open_comparison(format_name, editions, out), Standing(editions)
        for _ in range(3000):
            standing.add(row)
            writer.row(row)
        writer.end(standing)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 500_000
