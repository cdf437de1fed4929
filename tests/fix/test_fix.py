"""Mending as a whole: a clean new file under its name, or an error and nothing at all."""

import os
import shutil
import stat
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fixtures.recipe_video import encode
from preflight.assets import Asset
from preflight.errors import FixFailed, NotDone
from preflight.findings import Judged
from preflight.fix import mend
from preflight.plan import Plan, Wishes, plan
from preflight.probe import probe
from preflight.rules import judge
from tests import values
from tests.fix.conftest import Program
from tests.specimens import PROFILE, copied, judged, left_behind


def check(asset: Asset) -> Judged:
    return judge(probe(asset), PROFILE)


def mended(path: Path, folder: Path) -> Path:
    verdict = judged(path)
    assert verdict.facts
    return Path(mend(plan(verdict, PROFILE, Wishes()), verdict.facts, folder, check).path)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return copied("video-23.976fps.mp4", tmp_path)


def test_the_new_file_is_judged_before_it_takes_its_name(clip: Path, tmp_path: Path) -> None:
    seen: list[str] = []

    def watch(asset: Asset) -> Judged:
        seen.extend(left_behind(tmp_path / "out"))
        return check(asset)

    verdict = judged(clip)
    assert verdict.facts
    done = mend(plan(verdict, PROFILE, Wishes()), verdict.facts, tmp_path / "out", watch)
    assert len(seen) == 1
    assert seen[0].startswith(".preflight-")
    assert list(left_behind(tmp_path / "out")) == ["video-23.976fps.mp4"]
    assert done.judged.asset == Asset(path=done.path)


def test_a_new_file_that_is_not_clean_is_removed(clip: Path, tmp_path: Path) -> None:
    verdict = judged(clip)
    assert verdict.facts
    worse = values.judged(values.video(bytes=10**9))
    with pytest.raises(FixFailed, match=r"the new file is not clean \(video/size: .*\); it was removed"):
        mend(plan(verdict, PROFILE, Wishes()), verdict.facts, tmp_path / "out", lambda _: worse)
    assert list(left_behind(tmp_path / "out")) == []


def test_a_judge_that_fails_leaves_nothing(clip: Path, tmp_path: Path) -> None:
    def fail(_: Asset) -> Judged:
        raise KeyboardInterrupt

    verdict = judged(clip)
    assert verdict.facts
    with pytest.raises(KeyboardInterrupt):
        mend(plan(verdict, PROFILE, Wishes()), verdict.facts, tmp_path / "out", fail)
    assert list(left_behind(tmp_path / "out")) == []


def test_a_name_that_is_taken_is_never_overwritten(clip: Path) -> None:
    before = clip.read_bytes()
    assert mended(clip, clip.parent).name == "video-23.976fps-2.mp4"
    assert mended(clip, clip.parent).name == "video-23.976fps-3.mp4"
    assert clip.read_bytes() == before


def test_an_ffmpeg_that_dies_half_way_leaves_nothing(
    clip: Path, tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("ffmpeg") or ""
    if not real:
        import imageio_ffmpeg

        real = str(imageio_ffmpeg.get_ffmpeg_exe())
    half = 'for last; do :; done; eval "out=\\${$(($# - 1))}"; echo half > "${out#file:}"; kill -9 $$'
    dying = program(f'case "$*" in *-progress*) {half};; *) exec {real} "$@";; esac', "dying")
    monkeypatch.setenv("PREFLIGHT_FFMPEG", dying)
    with pytest.raises(FixFailed, match="ffmpeg failed"):
        mended(clip, tmp_path / "out")
    assert list(left_behind(tmp_path / "out")) == []


def test_an_ffmpeg_that_writes_nothing_leaves_nothing(
    clip: Path, tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaks = 'case "$2" in -version) echo "ffmpeg version 1";; -encoders|-filters) '
    speaks += 'echo " V libx264"; echo " V fps";; *) exit 0;; esac'
    monkeypatch.setenv("PREFLIGHT_FFMPEG", program(speaks, "idle"))
    with pytest.raises(FixFailed, match="the new file is not clean"):
        mended(clip, tmp_path / "out")
    assert list(left_behind(tmp_path / "out")) == []


def test_an_ffmpeg_that_does_not_run_is_told(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFLIGHT_FFMPEG", str(tmp_path / "gone"))
    with pytest.raises(NotDone, match=r"no ffmpeg that can do this: .*gone \(does not run\)") as caught:
        mended(clip, tmp_path / "out")
    assert "Install ffmpeg" in caught.value.advice
    assert list(left_behind(tmp_path / "out")) == []


def test_a_source_that_vanished_is_told(clip: Path, tmp_path: Path) -> None:
    verdict = judged(clip)
    clip.unlink()
    assert verdict.facts
    with pytest.raises(FixFailed, match="No such file"):
        mend(plan(verdict, PROFILE, Wishes()), verdict.facts, tmp_path / "out", check)
    assert list(left_behind(tmp_path / "out")) == []


def test_a_source_that_was_cut_off_since_is_told(tmp_path: Path) -> None:
    path = copied("video-mkv-20s.mkv", tmp_path)
    verdict = judged(path)
    path.write_bytes(path.read_bytes()[:100])
    assert verdict.facts
    with pytest.raises(FixFailed):
        mend(plan(verdict, PROFILE, Wishes()), verdict.facts, tmp_path / "out", check)
    assert list(left_behind(tmp_path / "out")) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(clip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(NotDone):
        mended(clip, folder)
    assert list(left_behind(folder)) == []


def test_a_place_that_is_no_folder_is_told(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(NotDone, match="cannot be made"):
        mended(clip, clip / "out")
    assert list(left_behind(tmp_path)) == [clip.name]


def test_a_file_system_that_takes_no_files_is_told(clip: Path) -> None:
    with pytest.raises(NotDone):
        mended(clip, Path("/proc/self"))


def test_a_plan_that_writes_nothing_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="writes nothing"):
        mend(Plan(asset=Asset(path="a"), kind="video"), values.VIDEO, tmp_path, check)


def test_progress_goes_up_to_the_whole(tmp_path: Path) -> None:
    path = copied("video-20s.mp4", tmp_path)
    verdict = judged(path)
    heard: list[Fraction] = []
    assert verdict.facts
    mend(plan(verdict, PROFILE, Wishes()), verdict.facts, tmp_path / "out", check, heard.append)
    assert heard
    assert heard == sorted(heard)
    assert Fraction(9, 10) < heard[-1] <= 1


def test_a_role_goes_with_the_new_file(tmp_path: Path) -> None:
    from preflight.assets import Role

    path = copied("image-gif.gif", tmp_path)
    asset = Asset(path=str(path), role=Role("image", 2), walked=True)
    verdict = judge(probe(asset), PROFILE)
    assert verdict.facts
    done = mend(plan(verdict, PROFILE, Wishes()), verdict.facts, tmp_path / "out", check)
    assert done.judged.asset == Asset(path=done.path, role=Role("image", 2))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(120, 500).map(lambda n: 2 * n),
    st.integers(120, 400).map(lambda n: 2 * n),
    st.sampled_from(["12", "24000/1001", "24", "25", "60", "61", "120"]),
    st.integers(50, 75),
)
def test_a_mended_clip_has_no_error_left(
    tmp_path_factory: pytest.TempPathFactory, width: int, height: int, rate: str, frames: int
) -> None:
    folder = tmp_path_factory.mktemp("clips")
    path = folder / "source.mp4"
    encode("-preset", "ultrafast", size=f"{width}x{height}", rate=rate, frames=frames)(path)
    verdict = judged(path)
    found = plan(verdict, PROFILE, Wishes(allow="creative"))
    if verdict.verdict == "pass":
        assert found.steps == ()
    elif "video/duration" in {finding.rule for finding in verdict.findings}:
        assert found.beyond_mending
    else:
        assert verdict.facts
        done = mend(found, verdict.facts, folder / "out", check)
        assert done.judged.verdict == "pass"
        assert plan(judged(Path(done.path)), PROFILE, Wishes()).steps == ()


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(1, 900), st.integers(1, 900)),
    st.sampled_from(["PNG", "GIF", "BMP", "TIFF", "JPEG", "WEBP"]),
    st.sampled_from(["RGB", "RGBA", "L", "P", "1"]),
    st.sampled_from(["crop", "pad"]),
)
def test_a_mended_picture_has_no_error_left(
    tmp_path_factory: pytest.TempPathFactory, size: tuple[int, int], kind: str, mode: str, fit: str
) -> None:
    folder = tmp_path_factory.mktemp("pictures")
    path = folder / f"source.{kind.lower()}"
    Image.new("RGB", size, (9, 99, 199)).convert("L" if kind == "JPEG" else mode).save(path, kind)
    verdict = judged(path)
    found = plan(verdict, PROFILE, Wishes(allow="creative", fit="crop" if fit == "crop" else "pad"))
    if verdict.verdict == "pass":
        assert found.steps == ()
        return
    assert verdict.facts
    done = mend(found, verdict.facts, folder / "out", check)
    assert done.judged.verdict == "pass"
    assert judged(Path(done.path)).verdict == "pass"
