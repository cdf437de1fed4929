import json
from fractions import Fraction
from pathlib import Path

import pytest

from fixtures.recipe_video import encode
from preflight.probe import probe
from preflight.values.assets import Asset
from preflight.values.facts import VideoFacts
from tests.cli.conftest import MEDIA, Program

TOO_LARGE, TOO_SHORT, OK = MEDIA / "video-1920x1080.mp4", MEDIA / "video-1.8s.mp4", MEDIA / "image-ok.jpeg"
SMALL, SLOW, TOO_LONG = MEDIA / "image-299x300.jpg", MEDIA / "video-12fps.mp4", MEDIA / "audio-15.1s.mp3"


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_fixed_file_is_new_clean_and_named_and_the_source_is_as_it_was(program: Program, tmp_path: Path) -> None:
    before = (TOO_LARGE.read_bytes(), TOO_LARGE.stat().st_mtime_ns)
    ended = program("fix", TOO_LARGE, "--yes", "--output", "ready")
    assert ended.status == 0
    assert "scale to 1280 x 720 px for video/pixels" in ended.out
    assert "fixed -> ready/video-1920x1080.mp4: mp4, 1280 x 720 px, 25 fps, 3 s" in ended.out
    assert program("check", "ready").status == 0
    assert (TOO_LARGE.read_bytes(), TOO_LARGE.stat().st_mtime_ns) == before
    made = [".preflight/video-1920x1080.mp4.json", "video-1920x1080.mp4"]
    assert sorted(path.relative_to(tmp_path / "ready").as_posix() for path in files_in(tmp_path / "ready")) == made


def test_a_passing_file_is_never_touched(program: Program, tmp_path: Path) -> None:
    ended = program("fix", OK, "--yes", "--output", "ready")
    assert ended.status == 0
    assert f"{OK}: untouched" in ended.out
    assert not (tmp_path / "ready").exists()


def test_warnings_are_mended_by_name_and_a_crop_is_made_where_it_is_said(program: Program, tmp_path: Path) -> None:
    alpha, placed = MEDIA / "image-alpha.png", MEDIA / "image-gps.jpg"
    crop = f"{alpha.name}=10,20,400,300"
    ended = program("fix", alpha, placed, "--also", "location,alpha", "--crop", crop, "--yes", "--output", "ready")
    assert ended.status == 0
    assert "image-alpha.png: creative: crop to 400 x 300 px at 10, 20" in ended.out
    assert "image-alpha.png: lossy: put transparent parts on black for image/alpha" in ended.out
    assert "image-gps.jpg: lossless: write as jpeg, the coded picture as it is for image/location" in ended.out
    made = [tmp_path / "ready" / name for name in (alpha.name, placed.name)]
    assert "no findings" in program("check", *made).out


def test_a_warning_that_is_none_is_refused_with_the_nearest(program: Program) -> None:
    ended = program("fix", OK, "--also", "locaton", "--yes")
    assert (ended.status, "Did you mean location?" in ended.err) == (2, True)


def test_a_dry_run_writes_nothing(program: Program, tmp_path: Path) -> None:
    ended = program("fix", TOO_LARGE, "--dry-run", "--format", "json")
    assert ended.status == 0
    (asset,) = json.loads(ended.out)["assets"]
    assert [step["do"] for step in asset["steps"]] == ["resize", "encode", "write"]
    assert asset["loss"] == "lossy"
    assert list(tmp_path.iterdir()) == []


def test_json_tells_outcome_output_loss_and_findings_before_and_after(program: Program) -> None:
    ended = program("fix", TOO_LARGE, TOO_SHORT, OK, "--yes", "--format", "json")
    assert ended.status == 1
    report = json.loads(ended.out)
    assert report["schema"] == "preflight.fix/1"
    fixed, unfixable, untouched = report["assets"]
    assert (fixed["outcome"], fixed["loss"]) == ("fixed", "lossy")
    assert [finding["rule"] for finding in fixed["findings_before"]] == ["video/pixels"]
    assert fixed["findings_after"] == []
    assert Path(fixed["output"]).is_file()
    assert unfixable["outcome"] == "unfixable"
    assert unfixable["output"] is None
    assert untouched["outcome"] == "untouched"


def test_nobody_to_ask_is_no_consent(program: Program, tmp_path: Path) -> None:
    ended = program("fix", TOO_LARGE)
    assert ended.status == 2
    assert "--yes" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_more_loss_than_allowed_is_not_done(program: Program) -> None:
    ended = program("fix", TOO_LARGE, "--allow", "lossless", "--yes")
    assert ended.status == 1
    assert "--allow lossy" in ended.out


def test_the_part_to_keep_can_be_marked(program: Program, tmp_path: Path) -> None:
    long = MEDIA / "video-20s.mp4"
    program("fix", long, "--yes", "--keep", f"{long}=3.0-9.5", "--output", "ready")
    probed = probe(Asset(path=str(tmp_path / "ready" / "video-20s.mp4")))
    assert probed.facts is not None
    assert float(getattr(probed.facts, "duration_s", 0)) == 6.48  # whole frames at 25 fps


def test_a_wrong_mark_is_a_wrong_call(program: Program) -> None:
    for keep in ("sometime", "a.mp4=9-3", "a.mp4="):
        assert program("fix", OK, "--keep", keep).status == 2


def test_a_request_is_mended_whole_and_written_anew(program: Program, tmp_path: Path) -> None:
    assets = f'images = ["{SMALL}"]\nvideos = ["{SLOW}"]\naudios = ["{TOO_LONG}"]\n'
    (tmp_path / "request.toml").write_text(f'prompt = "Image 1, video 1 and audio 1."\n{assets}')
    ended = program("fix", "request.toml", "--yes", "--output", "ready")
    assert ended.status == 0
    assert "request written: ready/request.toml" in ended.out
    assert program("check", "ready/request.toml").status == 0


def test_a_name_that_is_taken_is_never_overwritten(program: Program, tmp_path: Path) -> None:
    (tmp_path / "ready").mkdir()
    taken = tmp_path / "ready" / "image-299x300.jpg"
    taken.write_text("somebody's own")
    ended = program("fix", SMALL, "--yes", "--output", "ready")
    assert ended.status == 0
    assert "ready/image-299x300-2.jpg" in ended.out
    assert taken.read_text() == "somebody's own"


def test_no_ffmpeg_is_a_failure_with_advice_and_leaves_nothing(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFLIGHT_FFMPEG", str(tmp_path / "absent"))
    ended = program("fix", TOO_LARGE, "--yes", "--output", "ready")
    assert ended.status == 3
    assert "pip install imageio-ffmpeg" in ended.out
    assert list((tmp_path / "ready").iterdir()) == []


WIDE = MEDIA / "image-2510x1000.png"


def test_a_step_that_changes_what_is_shown_is_taken_when_it_is_named(program: Program) -> None:
    assert program("fix", WIDE, TOO_SHORT, "--yes").status == 1
    assert program("fix", WIDE, "--extend", "loop", "--dry-run").out.count("--allow creative") == 1
    ended = program("fix", WIDE, TOO_SHORT, "--yes", "--fit", "blur", "--extend", "slow", "--output", "ready")
    assert ended.status == 0
    assert "creative: pad with a blurred copy of the picture to 2510 x 1004 px for image/aspect-ratio" in ended.out
    assert "creative: slow it down 1.111 times until 2 s for video/duration" in ended.out
    assert program("check", "ready").status == 0


def test_a_setting_prefers_a_fit_and_does_not_allow_it(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFLIGHT_FIT", "pad")
    assert "--allow creative" in program("fix", WIDE, "--dry-run").out
    assert "pad with black" in program("fix", WIDE, "--dry-run", "--allow", "creative").out
    assert "crop to" in program("fix", WIDE, "--dry-run", "--fit", "crop").out


def test_naming_a_color_pads_with_it(program: Program) -> None:
    assert "pad with #c81e28" in program("fix", WIDE, "--dry-run", "--pad-color", "#c81e28").out
    assert "pad with white" in program("fix", WIDE, "--dry-run", "--pad-color", "white", "--fit", "pad").out


def test_a_wrong_color_or_one_for_nothing_is_a_wrong_call(program: Program) -> None:
    for wrong in (("--pad-color", "mauve"), ("--pad-color", "white", "--fit", "blur"), ("--extend", "twice")):
        ended = program("fix", WIDE, "--dry-run", *wrong)
        assert ended.status == 2
        assert wrong[0] in ended.err


SHARED = """
prompt = "Video 1 gives the pacing, video 2 the light, video 3 the end."
videos = ["one.mp4", { path = "two.mp4", keep = "1-6.5" }, "three.mp4"]
"""


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Encode seven seconds, flat and little moved, once for all tests."""
    path = tmp_path_factory.mktemp("coded") / "one.mp4"
    encode("-c:a", "aac", "-preset", "ultrafast", rate="30000/1001", frames=210, sound_s="7")(path)
    return path.read_bytes()


@pytest.fixture
def seven_seconds(program: Program, tmp_path: Path, coded: bytes) -> Path:  # noqa: ARG001 - stands in its folder
    """A request of three clips, each of which passes, of 7 s each."""
    for name in ("one.mp4", "two.mp4", "three.mp4"):
        (tmp_path / name).write_bytes(coded)
    (tmp_path / "request.toml").write_text(SHARED)
    return tmp_path / "request.toml"


@pytest.mark.parametrize(
    ("share", "most"), [("proportion", ["4.75", "5.5", "4.75"]), ("longest", ["7.007", "5.5", "2.5"])]
)
def test_a_request_whose_clips_are_together_too_long_is_shared_out_and_passes(
    program: Program, seven_seconds: Path, tmp_path: Path, share: str, most: list[str]
) -> None:
    assert "request/video-total-duration" in program("check", seven_seconds).out
    ended = program("fix", seven_seconds, "--yes", "--output", "ready", "--share", share)
    assert ended.status == 0
    assert "the request: request/video-total-duration: video 2 keeps its marked 5.5 s; video" in ended.out
    assert "    or --share " in ended.out
    assert program("check", "ready/request.toml").status == 0
    for name, length in zip(("one", "two", "three"), most, strict=True):
        new = tmp_path / "ready" / f"{name}.mp4"
        facts = probe(Asset(path=str(new if new.is_file() else tmp_path / new.name))).facts
        assert isinstance(facts, VideoFacts)
        assert facts.duration_s
        assert 0 <= Fraction(length) - facts.duration_s < 2 * Fraction(1001, 30000)
        assert facts.sound_duration_s
        assert abs(facts.sound_duration_s - facts.duration_s) < Fraction(1001, 30000)


def test_json_tells_how_the_seconds_are_shared_and_how_else_they_could_be(
    program: Program, seven_seconds: Path
) -> None:
    report = json.loads(program("fix", seven_seconds, "--dry-run", "--format", "json").out)
    (shared,) = report["shares"]
    assert (shared["kind"], shared["rule"]) == ("video", "request/video-total-duration")
    assert shared["ways"] == ["proportion", "equal"]
    assert shared["lengths_s"] == [4.75, 5.5, 4.75]
    assert [part["marked"] for part in shared["parts"]] == [False, True, False]
    assert [one["ways"] for one in shared["alternatives"]] == [["longest"]]
    assert report["findings"] == []


def test_a_request_that_cannot_be_shared_is_not_written(program: Program, tmp_path: Path) -> None:
    clips = ", ".join(['"a.mp4"'] * 8)
    (tmp_path / "a.mp4").write_bytes((MEDIA / "video-2s.mp4").read_bytes())
    (tmp_path / "request.toml").write_text(f'prompt = "Video 1."\nvideos = [{clips}]\n')
    ended = program("fix", "request.toml", "--yes", "--output", "ready")
    assert ended.status == 1
    assert "the request: cannot be mended: request/video-total-duration" in ended.out
    assert "the request: No way of sharing the seconds keeps each within its own limits: leave one out." in ended.out
    assert "request written" not in ended.out
    assert not (tmp_path / "ready").exists()
    found = json.loads(program("fix", "request.toml", "--yes", "--format", "json").out)
    told = [finding["rule"] for finding in found["findings"]]
    assert told == ["request/video-total-duration", "request/video-count"]


def test_with_all_one_folder_holds_the_set_and_the_last_lines_say_where_all_is(
    program: Program, tmp_path: Path
) -> None:
    ended = program("fix", OK, SMALL, "--yes", "--all", "--output", "ready", "--report", "fixed.html")
    assert ended.status == 0
    assert f"{OK}: untouched -> ready/{OK.name}" in ended.out
    assert ended.out.splitlines()[-2:] == ["in ready: 1 new, 1 that passed", "report written: fixed.html"]
    assert sorted(path.name for path in (tmp_path / "ready").iterdir()) == [".preflight", SMALL.name, OK.name]
    assert (tmp_path / "ready" / OK.name).samefile(OK) or (tmp_path / "ready" / OK.name).read_bytes() == OK.read_bytes()
    again = program("fix", OK, "--yes", "--all", "--output", "ready", "--format", "json")
    (asset,) = json.loads(again.out)["assets"]
    assert (asset["outcome"], asset["output"]) == ("untouched", f"ready/{OK.name}")
