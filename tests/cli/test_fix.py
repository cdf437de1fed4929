import json
from pathlib import Path

import pytest

from preflight.assets import Asset
from preflight.probe import probe
from tests.cli.conftest import FIXTURES, MEDIA, Program

TOO_LARGE, TOO_SHORT, OK = MEDIA / "video-1920x1080.mp4", MEDIA / "video-1.8s.mp4", MEDIA / "image-ok.jpeg"
DEMO = FIXTURES / "demo"


def test_a_fixed_file_is_new_clean_and_named_and_the_source_is_as_it_was(program: Program, tmp_path: Path) -> None:
    before = (TOO_LARGE.read_bytes(), TOO_LARGE.stat().st_mtime_ns)
    ended = program("fix", TOO_LARGE, "--yes", "--output", "ready")
    assert ended.status == 0
    assert "scale to 1280 x 720 px for video/pixels" in ended.out
    assert "fixed -> ready/video-1920x1080.mp4: mp4, 1280 x 720 px, 25 fps, 3 s" in ended.out
    assert program("check", "ready").status == 0
    assert (TOO_LARGE.read_bytes(), TOO_LARGE.stat().st_mtime_ns) == before
    assert [path.name for path in (tmp_path / "ready").iterdir()] == ["video-1920x1080.mp4"]


def test_a_passing_file_is_never_touched(program: Program, tmp_path: Path) -> None:
    ended = program("fix", OK, "--yes", "--output", "ready")
    assert ended.status == 0
    assert f"{OK}: untouched" in ended.out
    assert not (tmp_path / "ready").exists()


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


def test_a_request_is_mended_whole_and_written_anew(program: Program) -> None:
    ended = program("fix", DEMO / "request.toml", "--yes", "--output", "ready")
    assert ended.status == 0
    assert "request written: ready/request.toml" in ended.out
    assert program("check", "ready/request.toml").status == 0


def test_a_name_that_is_taken_is_never_overwritten(program: Program, tmp_path: Path) -> None:
    (tmp_path / "ready").mkdir()
    taken = tmp_path / "ready" / "video-1920x1080.mp4"
    taken.write_text("somebody's own")
    ended = program("fix", TOO_LARGE, "--yes", "--output", "ready")
    assert ended.status == 0
    assert "ready/video-1920x1080-2.mp4" in ended.out
    assert taken.read_text() == "somebody's own"


def test_no_ffmpeg_is_a_failure_with_advice_and_leaves_nothing(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFLIGHT_FFMPEG", str(tmp_path / "absent"))
    ended = program("fix", TOO_LARGE, "--yes", "--output", "ready")
    assert ended.status == 3
    assert "pip install imageio-ffmpeg" in ended.out
    assert list((tmp_path / "ready").iterdir()) == []
