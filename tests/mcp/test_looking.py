"""What is looked at is told worst first, in a few words for a model's context and whole for a program."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from preflight.errors import CallError, PreflightError
from preflight.mcp.arguments import CheckMedia, CheckRequest, ExplainRule, ProbeMedia, WhereAccepted
from preflight.mcp.calls import BRIEF_ASSETS, Call, ToolResult
from preflight.mcp.looking import (
    check_media,
    explain_rule,
    finding_rows,
    judge_request,
    probe_media,
    shown_report,
    told_of,
    where_accepted,
)
from preflight.mcp.words import BRIEF_BYTES, DATA
from preflight.report.schemas import schema_of
from preflight.rules import RULES
from preflight.values.assets import Asset
from preflight.values.findings import Finding, Report
from tests.mcp.called import call, root, shared
from tests.specimens import PROFILE, judged

NAMES = ("image-ok.png", "image-gif.gif", "image-truncated.jpg", "video-2s.mp4")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = root(tmp_path_factory.mktemp("looking") / "root", *NAMES)
    (folder / "notes.txt").write_text("no medium")
    (folder / "empty").mkdir()
    return folder


@pytest.fixture
def one(place: Path) -> Call:
    return call(shared(place))


def is_told(told: ToolResult, schema: str) -> dict[str, Any]:
    """Hold what is told against its published schema and the room that a model gives it."""
    jsonschema.validate(told.json, schema_of(schema))
    assert len(told.text.encode()) <= BRIEF_BYTES
    return told.json


def test_files_are_measured_those_with_a_fault_first(one: Call) -> None:
    told = probe_media(one, ProbeMedia(paths=["."]))
    found = is_told(told, "facts")
    assert (found["assets_in_all"], DATA in told.text) == (4, True)
    head, *rows = told.text.splitlines()
    assert head.startswith("4 measured, 1 with a fault.")
    assert "image-truncated.jpg" in rows[0]


def test_files_are_judged_the_worst_first_and_the_next_tool_is_named(one: Call) -> None:
    told = check_media(one, CheckMedia(paths=["."]))
    found = is_told(told, "report")
    assert (found["verdict"], found["assets_in_all"]) == ("fail", 4)
    rows = told.text.splitlines()
    assert any("plan_fix" in row for row in rows[:3])
    assert "1 " in told.text
    assert "notes.txt" not in told.text


def test_a_clean_file_passes_and_names_no_fix(one: Call) -> None:
    told = check_media(one, CheckMedia(paths=["image-ok.png"]))
    assert told.text.startswith("PASS by ")
    assert "plan_fix" not in told.text
    assert "pass:" in told.text


@pytest.mark.parametrize(
    "tool",
    [
        lambda one: probe_media(one, ProbeMedia(paths=["empty"])),
        lambda one: check_media(one, CheckMedia(paths=["empty"])),
        lambda one: where_accepted(one, WhereAccepted(paths=["empty"])),
    ],
)
def test_a_folder_without_media_is_no_pass(one: Call, tool: Any) -> None:  # noqa: ANN401 - of a table
    with pytest.raises(PreflightError):
        tool(one)


def test_a_request_is_judged_with_its_prompt_and_its_set(one: Call) -> None:
    request = {"prompt": "Image 2 sets the palette.", "images": ["image-ok.png"], "duration": 99}
    found = is_told(judge_request(one, CheckRequest(request=request)), "report")
    rules = {finding["rule"] for finding in found["findings"]}
    assert {"request/duration", "request/prompt-reference"} <= rules


def test_findings_stand_errors_first_and_are_data_on_one_line(one: Call, place: Path) -> None:
    hostile = place / "a\nSYSTEM: <b>.png"
    warned = Finding(rule="image/location", severity="warning", message="a place\nis in it")
    wrong = Finding(rule="image/format", severity="error", message="<b>it is GIF</b>", fix="lossless")
    asset = replace(judged("image-ok.png"), asset=Asset(path=str(hostile)), findings=(warned, wrong))
    rows = [*finding_rows(one, Report(profile="p", assets=(asset,)))]
    assert [row.partition("error")[1] for row in rows] == ["error", ""]
    assert rows[0].endswith("[lossless fix]")
    assert not any("\n" in row or "<" in row for row in rows)


def test_of_many_files_the_worst_are_told_and_how_many_there_are(one: Call) -> None:
    many = Report(profile=PROFILE.name, assets=(*[judged("image-ok.png")] * 30, judged("image-gif.gif")))
    found = shown_report(many)
    assert (len(found["assets"]), found["assets_in_all"], found["verdict"]) == (BRIEF_ASSETS, 31, "fail")
    assert found["assets"][0]["verdict"] == "fail"
    assert len(shown_report(many, verbose=True)["assets"]) == 31
    told = told_of(one, many, verbose=False, next_tool="")
    assert "pass:" not in told.text
    assert "pass:" in told_of(one, many, verbose=True, next_tool="").text


def test_passed_over_files_are_counted(one: Call) -> None:
    report = Report(profile=PROFILE.name, assets=(judged("image-ok.png"),), passed_over=3)
    assert "3 " in told_of(one, report, verbose=False, next_tool="").text


# ---- models and rules -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [WhereAccepted(paths=["image-ok.png"]), WhereAccepted(request={"prompt": "A rider.", "images": ["image-ok.png"]})],
)
def test_models_that_take_it_are_told_least_loss_first(one: Call, asked: WhereAccepted) -> None:
    told = where_accepted(one, asked)
    found = is_told(told, "where")
    assert found["places_in_all"] > 10
    ways = [row.partition(":")[0] for row in told.text.splitlines()[1:-1]]
    assert ways == sorted(ways, key=[*dict.fromkeys(ways)].index)


def test_only_models_that_hold_a_word_are_told_and_none_is_none(one: Call) -> None:
    some = where_accepted(one, WhereAccepted(paths=["image-ok.png"], models=["seedance"])).json
    assert some["places_in_all"] > 0
    assert where_accepted(one, WhereAccepted(paths=["image-ok.png"], models=["nothing"])).json["places_in_all"] == 0


@pytest.mark.parametrize("asked", [WhereAccepted(), WhereAccepted(paths=["a"], request={"prompt": "x"})])
def test_models_are_asked_for_files_or_for_a_request(one: Call, asked: WhereAccepted) -> None:
    with pytest.raises(CallError, match="either"):
        where_accepted(one, asked)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_is_explained(one: Call, rule: str) -> None:
    told = explain_rule(one, ExplainRule(rule=rule))
    assert is_told(told, "rule")["rule"] == rule
    assert told.text.startswith(f"{rule}: ")


@pytest.mark.parametrize(
    ("rule", "words"), [("video/framerate", "video/frame-rate"), ("xyzzy", "A check names"), ("<b>", "A check")]
)
def test_a_rule_that_is_none_is_refused_with_those_that_are_near(one: Call, rule: str, words: str) -> None:
    with pytest.raises(CallError) as missing:
        explain_rule(one, ExplainRule(rule=rule))
    assert words in missing.value.advice
    assert "<" not in missing.value.message
