"""How long fixes take on this machine is remembered, and nonsense is not believed."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.flow.pace import SLOWEST, Run, expected, fitted, learn, remembered
from preflight.plan.estimate import START_S

ALONE = (1.0, 1.0)
FIRST_S = float(START_S)


def run(start: float, work: float, work_s: float) -> Run:
    """Make a run on a machine of these paces."""
    return Run(work_s=work_s, took_s=FIRST_S * start + work_s * work)


def test_the_first_run_is_taken_and_later_ones_are_approached(tmp_path: Path) -> None:
    path = tmp_path / "new" / "pace.json"
    assert remembered(path) == (1.0, 1.0)
    learn([run(3, 3, 10)], path, ALONE)
    assert remembered(path) == pytest.approx((3, 3), rel=0.02)
    for _ in range(8):
        learn([run(0.5, 0.5, 10), run(0.5, 0.5, 0)], path, ALONE)
    assert remembered(path) == pytest.approx((0.5, 0.5), rel=0.05)


@given(st.floats(0.1, 10), st.floats(0.1, 10))
def test_both_paces_are_told_from_files_that_differ(start: float, work: float) -> None:
    runs = [run(start, work, work_s) for work_s in (0.0, 0.1, 30.0, 60.0)]
    assert fitted(runs, (1.0, 1.0), ALONE) == pytest.approx((start, work), rel=0.1)


@given(st.floats(0.2, 5), st.floats(1, 10))
def test_what_other_programs_slowed_is_set_apart(pace: float, beside: float) -> None:
    runs = [run(pace * beside, pace * beside, work_s) for work_s in (0.0, 20.0)]
    assert fitted(runs, (1.0, 1.0), (beside, beside)) == pytest.approx((pace, pace), rel=0.05)


def test_what_slowed_the_program_itself_before_its_runs_is_no_other_program(tmp_path: Path) -> None:
    path = tmp_path / "pace.json"
    learn([run(2, 2, work_s) for work_s in (0.0, 20.0)], path, (1000.0, 1000.0))
    assert min(remembered(path)) > 1 / SLOWEST


def test_what_runs_tell_nothing_of_moves_with_the_rest() -> None:
    assert fitted([run(2, 1, 0.0)], (1.0, 1.0), ALONE) == pytest.approx((2, 2), rel=0.02)


def test_a_short_run_and_a_clock_that_stood_still_tell_nothing(tmp_path: Path) -> None:
    path = tmp_path / "pace.json"
    learn([Run(work_s=10, took_s=0.01), Run(work_s=10, took_s=float("nan"))], path, ALONE)
    learn([], path, ALONE)
    assert not path.exists()


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "7", '{"schema": "preflight.pace/3"}', '{"schema": "preflight.pace/2", "start": 5, "work": 5}']
    + [json.dumps({"schema": "preflight.pace/3", "start": pace, "work": 2}) for pace in (True, "2", None, [2])],
)
def test_what_is_no_pace_is_not_believed(tmp_path: Path, content: str) -> None:
    path = tmp_path / "pace.json"
    path.write_text(content)
    assert remembered(path) == (1.0, 1.0)


@given(st.floats(allow_nan=False), st.floats(min_value=0, allow_nan=False))
def test_a_pace_has_bounds(tmp_path_factory: pytest.TempPathFactory, pace: float, took_s: float) -> None:
    path = tmp_path_factory.mktemp("pace") / "pace.json"
    path.write_text(json.dumps({"schema": "preflight.pace/3", "start": pace, "work": pace}))
    assert all(1 / SLOWEST <= one <= SLOWEST for one in remembered(path))
    learn([Run(work_s=10, took_s=took_s)], path, ALONE)
    assert all(1 / SLOWEST <= one <= SLOWEST for one in remembered(path))


def test_what_is_expected_now_is_no_sooner_than_without_other_programs(tmp_path: Path) -> None:
    path = tmp_path / "pace.json"
    learn([run(2, 3, work_s) for work_s in (0.0, 50.0)], path, ALONE)
    pace = expected(path)
    start, work = remembered(path)
    assert pace.start >= start
    assert pace.work >= work
