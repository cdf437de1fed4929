"""How long encodes take on this machine is remembered, and nonsense is not believed."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.flow.pace import SLOWEST, learn, remembered


def test_the_first_run_is_taken_and_later_ones_are_approached(tmp_path: Path) -> None:
    path = tmp_path / "new" / "pace.json"
    assert remembered(path) == 1.0
    learn(10, 30, path)
    assert remembered(path) == 3.0
    for _ in range(8):
        learn(10, 5, path)
    assert remembered(path) == pytest.approx(0.5, rel=0.05)


def test_a_short_run_and_a_clock_that_stood_still_tell_nothing(tmp_path: Path) -> None:
    path = tmp_path / "pace.json"
    learn(0.4, 30, path)
    learn(10, 0, path)
    assert not path.exists()


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "7", '{"schema": "preflight.pace/1"}', '{"schema": "preflight.pace/2", "pace": 5}']
    + [json.dumps({"schema": "preflight.pace/1", "pace": pace}) for pace in (True, "2", None, [2])],
)
def test_what_is_no_pace_is_not_believed(tmp_path: Path, content: str) -> None:
    path = tmp_path / "pace.json"
    path.write_text(content)
    assert remembered(path) == 1.0


@given(st.floats(allow_nan=False), st.floats(min_value=0, allow_nan=False))
def test_a_pace_has_bounds(tmp_path_factory: pytest.TempPathFactory, pace: float, took_s: float) -> None:
    path = tmp_path_factory.mktemp("pace") / "pace.json"
    path.write_text(json.dumps({"schema": "preflight.pace/1", "pace": pace}))
    assert 1 / SLOWEST <= remembered(path) <= SLOWEST
    learn(10, took_s, path)
    assert 1 / SLOWEST <= remembered(path) <= SLOWEST
