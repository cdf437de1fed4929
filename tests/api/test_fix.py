"""New files for a program, and the requests that name them."""

from pathlib import Path
from typing import Any

import pytest

import preflight
from tests.api.conftest import DEMO, LONG, OK, QUICK, SHORT, Stop, a_request, stop
from tests.specimens import FIXTURES, MEDIA, copied, left_behind

REFUSED = ("audio-flac.flac", "image-299x300.png", "video-23.976fps.mp4", "video-mkv.mkv")


def test_what_does_not_comply_becomes_new_files_and_the_rest_stays(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    before = {path.name: path.read_bytes() for path in (copied(name, given) for name in REFUSED)}
    report = preflight.check(given, OK, SHORT)
    told: list[preflight.Advance] = []
    treated = preflight.fix(report, tmp_path / "ready", progress=told.append)
    assert [one.outcome for one in treated] == [*["fixed"] * 4, "untouched", "unfixable"]
    assert [one.before for one in treated] == list(report.assets)
    assert preflight.check(tmp_path / "ready").verdict == "pass"
    assert {path.name: path.read_bytes() for path in given.iterdir()} == before
    assert {one.name for one in told} == {one.before.asset.path for one in treated[:4]}
    assert {one.stage for one in told} == {"fix"}
    assert all(0 <= one.part <= 1 for one in told)


def test_the_best_part_is_kept_where_that_is_asked_for(tmp_path: Path) -> None:
    told: list[preflight.Advance] = []
    report = preflight.check(LONG)
    (done,) = preflight.fix(report, tmp_path / "ready", keep="best", progress=told.append)
    assert done.outcome == "fixed"
    assert {one.stage for one in told} == {"look", "fix"}
    assert {one.doing for one in told if one.stage == "look"} == {""}
    assert [one.part for one in told if one.stage == "look"][-1] == 1


def test_what_cannot_be_looked_into_keeps_its_start_and_says_so(tmp_path: Path) -> None:
    source = tmp_path / "long.wav"
    source.write_bytes((MEDIA / "audio-20s.wav").read_bytes())
    report = preflight.check(source)
    source.unlink()
    (done,) = preflight.fix(report, tmp_path / "ready", keep="best")
    assert "could not be looked into, and its start is kept" in done.message


def test_what_is_asked_for_by_name_is_done(tmp_path: Path) -> None:
    (longer,) = preflight.fix(preflight.check(SHORT), tmp_path, extend="freeze")
    assert longer.after is not None
    assert longer.after.verdict == "pass"


def test_a_program_agrees_to_each_plan_before_anything_is_made(tmp_path: Path) -> None:
    report = preflight.check(DEMO, OK)
    asked: list[preflight.Plan] = []

    def only_pictures(plan: preflight.Plan) -> bool:
        asked.append(plan)
        return plan.kind == "image"

    treated = preflight.fix(report, tmp_path / "ready", agree=only_pictures)
    assert [one.outcome for one in treated] == ["declined", "fixed", "fixed", "declined", "untouched"]
    assert len(asked) == 4
    planned = preflight.fix(report, tmp_path / "none", agree=lambda _: False)
    assert [step.words() for step in planned[0].plan.steps]
    assert not (tmp_path / "none").exists()


def test_the_seconds_of_a_request_are_shared_and_the_request_names_the_new_files(tmp_path: Path) -> None:
    request = preflight.load_request(FIXTURES / "requests" / "sounds-together-19.9s.toml")
    treated = preflight.fix(preflight.check_request(request), tmp_path / "ready")
    mended = preflight.with_results(request, treated)
    assert preflight.check_request(mended).verdict == "pass"
    assert [asset.role for asset in mended.assets] == [asset.role for asset in request.assets]
    assert mended.prompt == request.prompt


def test_what_was_fixed_of_another_request_is_not_put_into_this_one(tmp_path: Path) -> None:
    treated = preflight.fix(preflight.check(OK), tmp_path)
    with pytest.raises(preflight.CallError, match="not what the request holds"):
        preflight.with_results(a_request(), treated)


WRONG: dict[str, dict[str, Any]] = {
    "lossles": {"allow": "lossles"},
    "#12": {"pad_color": "#12"},
    "17 bits": {"bits": "17"},
    "another edition": {"profile": "seedance-2.0-2026-10"},
}


@pytest.mark.parametrize("choice", WRONG.values(), ids=WRONG.keys())
def test_a_choice_that_is_none_is_refused(choice: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(preflight.CallError):
        preflight.fix(preflight.check(SHORT), tmp_path / "ready", **choice)
    assert not (tmp_path / "ready").exists()


def test_a_report_by_a_profile_of_ones_own_is_fixed_by_it(tmp_path: Path) -> None:
    (tmp_path / "quick.toml").write_text(QUICK)
    report = preflight.check(MEDIA / "image-bmp.bmp", profile="quick.toml")
    with pytest.raises(preflight.CallError, match="not a shipped one"):
        preflight.fix(report, tmp_path / "ready")
    assert [one.outcome for one in preflight.fix(report, tmp_path / "ready", profile="quick.toml")] == ["fixed"]


def test_a_callable_that_raises_ends_the_work_and_leaves_nothing(tmp_path: Path) -> None:
    report = preflight.check(LONG, OK)
    with pytest.raises(Stop):
        preflight.fix(report, tmp_path / "ready", progress=stop)
    assert not (tmp_path / "ready").exists() or list(left_behind(tmp_path / "ready")) == []
    with pytest.raises(Stop):
        preflight.check(OK, LONG, progress=stop)
