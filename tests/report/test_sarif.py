"""SARIF 2.1.0, held against the classes that others generated from its schema, and against what they leave open."""

import importlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import attr
import pytest

from preflight.findings import Finding
from preflight.report.sarif import text_of
from preflight.rules import RULES
from tests import values
from tests.report.fixed import ASSETS, DURATION, LET_BE, NAME, REMARKS, REQUEST, asset, written

CLASSES = importlib.import_module("sarif_om")
"""One class for each object of the schema; it ships no type information."""
OBJECTS = {
    "runs": "Run",
    "tool": "Tool",
    "driver": "ToolComponent",
    "rules": "ReportingDescriptor",
    "shortDescription": "MultiformatMessageString",
    "fullDescription": "MultiformatMessageString",
    "help": "MultiformatMessageString",
    "results": "Result",
    "message": "Message",
    "locations": "Location",
    "physicalLocation": "PhysicalLocation",
    "artifactLocation": "ArtifactLocation",
    "logicalLocations": "LogicalLocation",
    "suppressions": "Suppression",
    "invocations": "Invocation",
    "toolConfigurationNotifications": "Notification",
}
"""Property → the object that it holds, or a list of them."""
LEVEL = {"none", "note", "warning", "error"}
VALUES: dict[tuple[str, str], Callable[[Any], bool]] = {
    ("SarifLog", "version"): {"2.1.0"}.__contains__,
    ("SarifLog", "$schema"): lambda said: said.startswith("https://"),
    ("Run", "columnKind"): {"utf16CodeUnits", "unicodeCodePoints"}.__contains__,
    ("Result", "level"): LEVEL.__contains__,
    ("Result", "ruleId"): lambda said: isinstance(said, str) and said != "",
    ("Result", "ruleIndex"): lambda said: type(said) is int and said >= -1,
    ("Notification", "level"): LEVEL.__contains__,
    ("Suppression", "kind"): {"inSource", "external"}.__contains__,
    ("Suppression", "justification"): lambda said: isinstance(said, str),
    ("Invocation", "exitCode"): lambda said: type(said) is int,
    ("Invocation", "executionSuccessful"): lambda said: type(said) is bool,
    ("ArtifactLocation", "uri"): re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*").fullmatch,  # type: ignore[dict-item] # truth
    ("LogicalLocation", "kind"): lambda said: isinstance(said, str),
    ("Message", "text"): lambda said: isinstance(said, str),
    ("MultiformatMessageString", "text"): lambda said: isinstance(said, str),
}
"""What the schema says of a property's value, as far as the classes leave it open."""
UNIQUE = {"rules", "suppressions", "toolConfigurationNotifications"}
"""Lists in which nothing may stand twice."""


def faults(value: dict[str, Any], name: str = "SarifLog") -> Iterator[str]:
    """Yield what is wrong with an object: properties that it does not have, and those that it has to have."""
    fields = attr.fields(getattr(CLASSES, name))
    known = {field.metadata["schema_property_name"]: field for field in fields}
    yield from (f"{name} has no {key}" for key in value if key not in known)
    yield from (
        f"{name} needs {key}" for key, field in known.items() if field.default is attr.NOTHING and key not in value
    )
    for key in value.keys() - {"properties"}:
        if not VALUES.get((name, key), lambda _: True)(value[key]):
            yield f"{name}.{key} may not be {value[key]!r}"
        if key in UNIQUE and len({json.dumps(one) for one in value[key]}) != len(value[key]):
            yield f"{name}.{key} says something twice"
        parts = value[key] if isinstance(value[key], list) else [value[key]]
        for part in parts:
            if key in OBJECTS:
                yield from faults(part, OBJECTS[key])
            elif isinstance(part, dict):
                yield f"{name}.{key} is an object"


def run(text: str) -> dict[str, Any]:
    """Read a report that is as the schema has it, and return its run."""
    log = json.loads(text)
    assert list(faults(log)) == []
    (found,) = log["runs"]
    assert isinstance(found, dict)
    return found


def results(*findings: Finding) -> list[dict[str, Any]]:
    found = run(written("sarif", [asset("a.mov", values.VIDEO, *findings)]))["results"]
    assert isinstance(found, list)
    return found


def test_a_report_is_sarif_2_1_0() -> None:
    text = written("sarif", ASSETS, REQUEST)
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    assert len(run(text)["results"]) == sum(len(one.findings) for one in ASSETS) + len(REQUEST)


def test_what_the_schema_does_not_know_or_misses_is_noticed() -> None:
    log = json.loads(written("sarif", ASSETS).replace('"message"', '"massage"'))
    assert {"Result has no massage", "Result needs message"} <= set(faults(log))


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('"level":"error"', '"level":"fatal"', "Result.level may not be 'fatal'"),
        ('"ruleIndex":', '"ruleIndex":-', "Result.ruleIndex may not be -"),
        ('"exitCode":3', '"exitCode":"3"', "Invocation.exitCode may not be '3'"),
        ('"uri":"pov.mov"', '"uri":"a b.mov"', "ArtifactLocation.uri may not be 'a b.mov'"),
        ('"kind":"external"', '"kind":"policy"', "Suppression.kind may not be 'policy'"),
    ],
)
def test_a_value_that_the_schema_does_not_allow_is_noticed(right: str, wrong: str, said: str) -> None:
    text = written("sarif", ASSETS, REQUEST)
    assert right in text
    assert any(one.startswith(said) for one in faults(json.loads(text.replace(right, wrong))))


def test_what_of_a_policy_did_nothing_is_a_note_on_how_the_tool_is_set_up() -> None:
    (ran,) = run(written("sarif", ASSETS, remarks=REMARKS))["invocations"]
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
        ("C:x.mov", "C%3Ax.mov"),
        ("../x.mov", "../x.mov"),
        ("/media/x y.mov", "file:///media/x%20y.mov"),
        ("http:x.mov", "http%3Ax.mov"),
    ],
)
def test_an_address_is_relative_and_escaped(path: str, uri: str) -> None:
    text = written("sarif", [asset(path, values.VIDEO, DURATION)])
    (result,) = run(text)["results"]
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": uri}}}]
    assert re.fullmatch(r"[A-Za-z0-9._~/:%-]+", uri)


def test_what_is_said_of_the_request_has_a_logical_place() -> None:
    log = run(written("sarif", ASSETS[:1], REQUEST))
    assert [result["locations"][0]["logicalLocations"][0]["name"] for result in log["results"]] == ["request"] * 2


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
