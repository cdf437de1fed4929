"""A line for the start, each asset and the end, for whoever gathers logs."""

import json
from pathlib import Path

from tests.cli.conftest import Program
from tests.cli.library import IGNORE, settings

# ---- log, summary, metrics ------------------------------------------------------------------------------------------


def test_the_log_has_a_line_for_the_start_each_asset_and_the_end(program: Program, library: Path) -> None:
    ended = program("check", library, "--log-format", "json")
    events = [json.loads(line) for line in ended.err.splitlines()]
    assert [event["event"] for event in events] == ["start", "asset", "asset", "end"]
    assert len({event["run"] for event in events}) == 1
    start, _, large, end = events
    assert (start["profile"], start["depth"]) == ("seedance-2.0-2026-04", "exact")
    assert large["path"].endswith("legacy/large.mp4")
    assert (large["verdict"], large["rules"]) == ("fail", ["video/pixels"])
    assert large["waited_s"] >= 0
    assert (end["complete"], end["verdict"], end["assets"], end["errors"]) == (True, "fail", 2, 1)
    assert end["elapsed_s"] > 0
    assert ended.out == program("check", library).out


def test_notes_are_events_where_there_is_a_log(program: Program, library: Path, tmp_path: Path) -> None:
    settings(tmp_path, 'log_format = "json"\n' + IGNORE.format(until="2020-01-31"))
    ended = program("check", library)
    notes = [event for line in ended.err.splitlines() if (event := json.loads(line))["event"] == "note"]
    assert [note["message"][:27] for note in notes] == ["policy: video/pixels was ig"]
