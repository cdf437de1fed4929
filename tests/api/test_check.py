"""Files, folders and requests, judged for a program."""

import threading
from fractions import Fraction
from pathlib import Path
from typing import assert_type

import pytest

import preflight
from preflight.sandbox import Sandbox
from tests.api.conftest import DEMO, OK, QUICK, SHORT, a_request
from tests.specimens import FIXTURES, MEDIA, copied


def test_files_and_folders_are_judged_in_their_order() -> None:
    report = preflight.check(DEMO, str(OK), preflight.Asset(path=str(SHORT)))
    assert_type(report, preflight.Report)
    assert [Path(judged.asset.path).name for judged in report.assets] == [
        *("drive.mov", "plain.png", "rider.jpg", "theme.m4a"),
        *("image-ok.jpeg", "video-1.8s.mp4"),
    ]
    assert [judged.verdict for judged in report.assets] == [*["fail"] * 4, "pass", "fail"]
    assert (report.verdict, report.profile) == ("fail", "seedance-2.0-2026-04")
    assert isinstance(report.assets[0].facts, preflight.VideoFacts)


def test_what_could_not_be_judged_is_never_clean(tmp_path: Path) -> None:
    path = copied("image-ok.jpeg", tmp_path)
    path.chmod(0)
    try:
        path.read_bytes()
    except PermissionError:
        assert preflight.check(OK, path).verdict == "unsure"
    assert preflight.check(MEDIA / "image-truncated.png").verdict == "fail"


def test_each_asset_is_told_once_as_it_is_judged() -> None:
    told: list[preflight.Advance] = []
    preflight.check(OK, SHORT, progress=told.append)
    assert told == [preflight.Advance(stage="check", name=str(path), part=Fraction(1)) for path in (OK, SHORT)]


@pytest.mark.parametrize("cache", [True, False])
def test_what_is_remembered_is_told_too(cache: bool) -> None:
    told: list[str] = []
    request = a_request(OK, MEDIA / "image-alpha.png", OK)
    for _ in range(2):
        preflight.check_request(request, cache=cache, progress=lambda advance: told.append(advance.name))
    assert sorted(told) == sorted([str(OK), str(MEDIA / "image-alpha.png")] * 2)


def test_a_profile_is_a_name_a_file_or_a_value(tmp_path: Path) -> None:
    (tmp_path / "quick.toml").write_text(QUICK)
    quick = preflight.load_profile(str(tmp_path / "quick.toml"))
    for profile, name in ((None, "seedance-2.0-2026-04"), ("seedance-2.0-2026-10", "seedance-2.0-2026-10")):
        assert preflight.check(OK, profile=profile).profile == name
    assert preflight.check(OK, profile=quick).profile == preflight.check(OK, profile=Path("quick.toml")).profile
    with pytest.raises(preflight.ProfileError, match="no profile named"):
        preflight.check(OK, profile="seedance-9")


REFUSED = {
    "absent.png": "No such file",
    "nul\0.png": "null",
    "https://example.com/a.png": "part of a request",
    "request.toml": "as a whole",
    "/dev/null": "neither a file nor a folder",
    "empty": "no picture, clip or sound",
}


@pytest.mark.parametrize(("path", "why"), REFUSED.items())
def test_what_is_no_file_to_judge_is_refused(path: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "request.toml").touch()
    with pytest.raises(preflight.CallError, match=why):
        preflight.check(path)


def test_nothing_is_not_clean() -> None:
    with pytest.raises(preflight.CallError, match="no picture, clip or sound"):
        preflight.check()


def test_a_check_may_run_in_a_thread() -> None:
    found: list[preflight.Report] = []
    thread = threading.Thread(target=lambda: found.append(preflight.check(OK, SHORT)))
    thread.start()
    thread.join(120)
    assert [report.verdict for report in found] == ["fail"]


def test_a_request_is_judged_as_a_whole_from_a_file_or_a_value() -> None:
    path = FIXTURES / "requests" / "ten-images.toml"
    report = preflight.check_request(path)
    assert [finding.rule for finding in report.findings if finding.severity == "error"] == ["request/image-count"]
    assert preflight.check_request(preflight.load_request(path), depth="full", jobs=1).findings == report.findings


def test_an_address_of_this_machine_is_not_asked(sandbox: Sandbox) -> None:
    report = preflight.check_request(a_request(f"{sandbox.url}/a.png"))
    assert report.verdict == "unsure"
    assert sandbox.requests == []


def test_a_request_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "request.toml").write_text("prompt = 3")
    with pytest.raises(preflight.RequestFileError, match="prompt"):
        preflight.check_request("request.toml")
