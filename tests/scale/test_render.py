"""A summary is told in five forms, each of which says the same numbers and acts on nobody's screen or sheet."""

import csv
import io
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.report.schemas import schema_of
from preflight.scale.render import RENDERED, SHOWN
from preflight.scale.summary import Row, Summary, WorstAsset

HOSTILE = "s3://b/=cmd|'/<script>alert(1)</script>\x1b[2J\n|x"


def summary(**more: Any) -> Summary:  # noqa: ANN401 - fields of `Summary`
    base: dict[str, Any] = {
        "place": "/store",
        "assets": 1234,
        "bytes": 5_000_000,
        "passed": 1200,
        "failed": 30,
        "unsure": 4,
        "editions": (Row(name="edition", assets=1234, passed=1200, failed=30, unsure=4),),
        "rules": (Row(name="video/duration", assets=30, failed=30, severity="error"),),
        "folders": (
            Row(name="s3://b/a/", assets=34, failed=30, unsure=4),
            Row(name="s3://b/c/", assets=1200, passed=1200),
        ),
        "worst": (WorstAsset(url="s3://b/a/1.mp4", verdict="fail", errors=2, warnings=1, rules=("a", "b")),),
    }
    return Summary(**{**base, **more})


@pytest.mark.parametrize("form", RENDERED)
def test_each_form_tells_the_counts(form: str) -> None:
    told = RENDERED[form](summary()).replace(",", "")
    assert all(number in told for number in ("1234", "1200", "30", "4"))
    assert "video/duration" in told
    assert told.endswith("\n") or form == "html"


@pytest.mark.parametrize("form", RENDERED)
def test_a_store_of_nothing_is_told_too(form: str) -> None:
    assert RENDERED[form](Summary(place="/store"))


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_names_act_on_no_screen(form: str) -> None:
    told = RENDERED[form](
        summary(
            place=HOSTILE,
            folders=(Row(name=HOSTILE, failed=1, assets=1),),
            worst=(WorstAsset(url=HOSTILE, verdict="fail", errors=1, warnings=0, rules=("a",)),),
        )
    )
    assert "\x1b" not in told
    assert form == "text" or "<script>" not in told


def test_names_are_no_formulas_of_a_sheet() -> None:
    told = RENDERED["csv"](summary(folders=(Row(name="=cmd|'/c calc'!A1", failed=1, assets=1),)))
    names = [row[1] for row in csv.reader(io.StringIO(told))]
    assert not any(name.startswith(("=", "+", "-", "@")) for name in names)


def test_csv_is_one_table_with_a_row_for_each_thing_and_one_for_all() -> None:
    head, whole, *rows = csv.reader(io.StringIO(RENDERED["csv"](summary())))
    assert head == ["by", "name", "severity", "assets", "passed", "failed", "unsure"]
    assert whole == ["all", "", "", "1234", "1200", "30", "4"]
    assert [row[0] for row in rows] == ["rule", "folder", "folder", "edition"]


def test_json_is_what_its_schema_describes() -> None:
    for one in (summary(), Summary(place="/store")):
        jsonschema.validate(json.loads(RENDERED["json"](one)), schema_of("summary"))


def test_text_shows_the_worst_and_says_how_many_more_there_are() -> None:
    rows = tuple(Row(name=f"rule/{n}", assets=100 - n, severity="error") for n in range(SHOWN + 3))
    told = RENDERED["text"](summary(rules=rows))
    assert f"rule/{SHOWN - 1}" in told
    assert f"rule/{SHOWN}" not in told
    assert "and 3 more" in told


def test_text_names_no_folder_in_which_nothing_is_wrong() -> None:
    assert "s3://b/c/" not in RENDERED["text"](summary())
    assert "by folder" not in RENDERED["text"](summary(folders=()))


def test_one_asset_is_one() -> None:
    assert "1 asset:" in RENDERED["text"](summary(assets=1))
    assert "." in RENDERED["text"](summary(folders=(Row(name="", failed=1, assets=1),)))


@given(st.text(max_size=30))
def test_a_page_stands_alone_whatever_its_store_is_called(name: str) -> None:
    page = RENDERED["html"](summary(place=name, folders=(Row(name=name, failed=1, assets=1),)))
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<main>") == page.count("</main>") == 1
    assert "http" not in page.partition("<main>")[0] or "http-equiv" in page
