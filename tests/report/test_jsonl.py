"""JSON Lines: what the JSON report has, in lines that can be read one by one."""

import io
import json
from typing import Any

import pytest

from preflight.report import Header, open_writer, write_report
from tests.report.fixed import ASSETS, REQUEST, written


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_an_asset_is_a_line_then_the_request_and_the_sum() -> None:
    found = lines(written("jsonl", ASSETS, REQUEST))
    assert [line["line"] for line in found] == ["asset"] * len(ASSETS) + ["request", "summary"]
    assert [finding["rule"] for finding in found[-2]["findings"]] == ["request/prompt-reference"] * 2


def test_the_sum_has_the_verdict_the_profile_and_the_version() -> None:
    assert lines(written("jsonl", ASSETS[:3]))[-1] == {
        "line": "summary",
        "schema": "preflight.lines/1",
        "tool": {"name": "preflight", "version": "1.2.3"},
        "profile": "house-2026",
        "verdict": "fail",
        "assets": {"pass": 2, "fail": 1, "unsure": 0},
        "passed_over": 0,
    }


def test_a_line_of_an_asset_has_the_fields_of_the_json_report() -> None:
    *found, _, _ = lines(written("jsonl", ASSETS))
    expected = json.loads(written("json", ASSETS))["assets"]
    assert [{name: value for name, value in line.items() if name != "line"} for line in found] == expected


def test_each_line_is_whole_when_its_asset_is_judged() -> None:
    out = io.StringIO()

    def judged() -> Any:  # noqa: ANN401 - a generator
        for number, one in enumerate(ASSETS):
            assert len(lines(out.getvalue())) == number
            yield one

    write_report([open_writer("jsonl", Header(profile="p"), out)], judged())


def test_an_interrupted_run_says_so_in_its_sum() -> None:
    out = io.StringIO()

    def stopped() -> Any:  # noqa: ANN401 - a generator
        yield ASSETS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_report([open_writer("jsonl", Header(profile="p"), out)], stopped())
    *_, last = lines(out.getvalue())
    assert (last["verdict"], last["interrupted"]) == ("unsure", True)
