"""Mending as a whole: a clean new file under its name, or an error and nothing at all."""

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fixtures.recipe_video import encode
from preflight.apply import Order, apply_plan
from preflight.apply.ffmpeg import find_tool, run
from preflight.apply.record import settled_state
from preflight.errors import FixFailed, NotDone
from preflight.flow.fix import fix_one
from preflight.plan import FixOptions, Plan, plan
from preflight.plan.cut_points import cut_points_of
from preflight.plan.steps import Cut, Encode, Packets, Write, find
from preflight.probe import probe
from preflight.rules import judge
from preflight.system.files import me
from preflight.values.assets import Asset, Window
from preflight.values.facts import VideoFacts
from preflight.values.findings import Finding, Judged
from tests import made
from tests.apply.conftest import Program
from tests.specimens import PROFILE, SHORT, SMALL, copied, judged, left_behind, lowered

TINY = lowered(PROFILE, shortest_s=1, least_px=160 * 160, most_px=320 * 180)
"""The default edition for clips of a quarter of the sides and half the length: one is as often too large or small."""


def check(asset: Asset) -> Judged:
    return judge(probe(asset), SMALL)


def order(folder: Path, judge_it: Callable[[Asset], Judged] = check) -> Order:
    return Order(folder=folder, profile=SMALL.name, judge=judge_it)


def mended(path: Path, folder: Path) -> Path:
    verdict = judged(path, SMALL)
    assert verdict.facts
    return Path(apply_plan(plan(verdict, SMALL, FixOptions()), verdict.facts, order(folder)).path)


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filmed") / "clip.mp4"
    encode("-preset", "ultrafast", size="160x90", rate="24000/1001", frames=48)(path)
    return path


@pytest.fixture
def clip(filmed: Path, tmp_path: Path) -> Path:
    """A small clip whose rate is refused: what becomes of files does not hang on what they show."""
    return Path(shutil.copy(filmed, tmp_path))


def test_the_new_file_is_judged_before_it_takes_its_name(clip: Path, tmp_path: Path) -> None:
    seen: list[str] = []

    def watch(asset: Asset) -> Judged:
        seen.extend(left_behind(tmp_path / "out"))
        return check(asset)

    verdict = judged(clip, SMALL)
    assert verdict.facts
    done = apply_plan(plan(verdict, SMALL, FixOptions()), verdict.facts, order(tmp_path / "out", watch))
    assert sorted(name.rpartition(".")[2] for name in seen) == ["mp4"]
    assert all(name.startswith(".preflight-") for name in seen)
    assert list(left_behind(tmp_path / "out")) == ["clip.mp4"]
    assert done.judged.asset == Asset(path=done.path)


def test_a_new_file_that_is_not_clean_is_removed(clip: Path, tmp_path: Path) -> None:
    verdict = judged(clip, SMALL)
    assert verdict.facts
    worse = made.judged(made.video(bytes=10**9))
    with pytest.raises(FixFailed, match=r"the new file is not clean \(video/size: .*\); it was removed"):
        apply_plan(plan(verdict, SMALL, FixOptions()), verdict.facts, order(tmp_path / "out", lambda _: worse))
    assert list(left_behind(tmp_path / "out")) == []


def test_a_judge_that_fails_leaves_nothing(clip: Path, tmp_path: Path) -> None:
    def fail(_: Asset) -> Judged:
        raise KeyboardInterrupt

    verdict = judged(clip, SMALL)
    assert verdict.facts
    with pytest.raises(KeyboardInterrupt):
        apply_plan(plan(verdict, SMALL, FixOptions()), verdict.facts, order(tmp_path / "out", fail))
    assert list(left_behind(tmp_path / "out")) == []


def test_a_name_that_is_taken_is_never_overwritten(clip: Path) -> None:
    before = clip.read_bytes()
    made = mended(clip, clip.parent)
    assert made.name == "clip-2.mp4"
    made.write_bytes(b"somebody's own by now")
    assert mended(clip, clip.parent).name == "clip-3.mp4"
    assert (clip.read_bytes(), made.read_bytes()) == (before, b"somebody's own by now")


def test_a_second_run_finds_what_the_first_one_made(clip: Path, tmp_path: Path) -> None:
    made = mended(clip, tmp_path / "out")
    before = made.stat()
    assert mended(clip, tmp_path / "out") == made
    assert (made.stat().st_ino, made.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def fixing(clip: Path, folder: Path, **environment: str) -> "subprocess.Popen[bytes]":
    command = [str(Path(sys.executable).with_name("preflight")), "fix", str(clip), "--yes", "--output", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | environment)


def test_runs_at_the_same_time_make_one_file(tmp_path: Path) -> None:
    clip = copied("video-23.976fps.mp4", tmp_path)
    running = [fixing(clip, tmp_path / "out") for _ in range(3)]
    for one in running:
        one.communicate(timeout=120)
    assert [one.returncode for one in running] == [0, 0, 0]
    made = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert made == [f".preflight/{clip.name}.json", clip.name]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends children with their parent")
def test_a_killed_run_leaves_no_ffmpeg(tmp_path: Path, program: Program) -> None:
    clip = copied("video-23.976fps.mp4", tmp_path)
    note = tmp_path / "pid"
    running = fixing(clip, tmp_path / "out", PREFLIGHT_FFMPEG=program(f"echo $$ >> {note}; exec sleep 60"))
    try:
        assert eventually(lambda: note.exists() and bool(note.read_text().strip()))
    finally:
        running.kill()
        running.communicate()
    assert eventually(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in note.read_text().split()))


def eventually(holds: Callable[[], bool]) -> bool:
    for _ in range(500):
        if holds():
            return True
        time.sleep(0.02)
    return False


def test_work_that_was_broken_off_before_the_file_had_its_name_is_done_again_under_the_same(
    clip: Path, tmp_path: Path
) -> None:
    made = mended(clip, tmp_path / "out")
    content = made.read_bytes()
    made.unlink()
    assert mended(clip, tmp_path / "out") == made
    assert made.read_bytes() == content


def test_a_name_that_is_no_text_is_recorded_and_found_again(clip: Path, tmp_path: Path) -> None:
    odd = clip.rename(tmp_path / os.fsdecode(b"\xff\n.mp4"))
    made = mended(odd, tmp_path / "out")
    assert made.name == odd.name
    assert mended(odd, tmp_path / "out") == made


def test_another_source_of_the_same_name_gets_a_file_of_its_own(clip: Path, tmp_path: Path) -> None:
    first = mended(clip, tmp_path / "out")
    encode("-preset", "ultrafast", size="160x90", rate="12", frames=24)(clip)
    assert mended(clip, tmp_path / "out").name == "clip-2.mp4"
    assert first.exists()


def test_a_source_that_changes_while_it_is_mended_is_told_and_leaves_nothing(clip: Path, tmp_path: Path) -> None:
    def touching(asset: Asset) -> Judged:
        found = check(asset)
        with clip.open("ab") as stream:
            stream.write(b"more")
        return found

    verdict = judged(clip, SMALL)
    assert verdict.facts
    with pytest.raises(FixFailed, match="changed while it was mended"):
        apply_plan(plan(verdict, SMALL, FixOptions()), verdict.facts, order(tmp_path / "out", touching))
    assert list(left_behind(tmp_path / "out")) == []


def test_a_settled_source_that_changes_while_it_is_mended_is_told_too(clip: Path, tmp_path: Path) -> None:
    status = clip.stat()
    os.utime(clip, ns=(status.st_atime_ns, status.st_mtime_ns - 10**10))

    def rewriting(asset: Asset) -> Judged:
        found, content = check(asset), clip.read_bytes()
        with clip.open("r+b") as stream:
            stream.write(content[:-1] + b"\0")
        os.utime(clip, ns=(status.st_atime_ns, status.st_mtime_ns - 10**10))
        return found

    verdict = judged(clip, SMALL)
    assert verdict.facts
    time.sleep(2.1)
    assert settled_state(clip)
    with pytest.raises(FixFailed, match="changed while it was mended"):
        apply_plan(plan(verdict, SMALL, FixOptions()), verdict.facts, order(tmp_path / "out", rewriting))


def test_a_file_that_became_too_large_is_made_again_with_fewer_bits(clip: Path, tmp_path: Path) -> None:
    seen: list[int] = []

    def picky(asset: Asset) -> Judged:
        found = check(asset)
        seen.append(Path(asset.path).stat().st_size)
        too_large = Finding(rule="video/size", severity="error", message="too large")
        return found if len(seen) > 1 else msgspec.structs.replace(found, findings=(too_large,))

    verdict = judged(clip, SMALL)
    assert verdict.facts
    first = plan(verdict, SMALL, FixOptions())
    done = apply_plan(first, verdict.facts, order(tmp_path / "out", picky))
    assert len(seen) == 2
    bounds = [next(s.max_bit_rate for s in way.steps if isinstance(s, Encode)) for way in (first, done.plan)]
    assert bounds[1] == int((bounds[0] or 0) * 3 / 5)


def test_a_result_that_is_otherwise_than_planned_is_not_kept(clip: Path, tmp_path: Path) -> None:
    verdict = judged(clip, SMALL)
    assert verdict.facts
    wrong = msgspec.structs.replace(verdict.facts, duration_s=Fraction(9))
    with pytest.raises(FixFailed, match=r"not as planned: it lasts .* s, planned were 9 s"):
        apply_plan(plan(verdict, SMALL, FixOptions()), wrong, order(tmp_path / "out"))
    assert list(left_behind(tmp_path / "out")) == []


def test_a_clip_that_is_only_too_long_is_cut_between_its_packets(tmp_path: Path) -> None:
    path = copied("video-20s.mp4", tmp_path)
    verdict = judged(path, SMALL)
    todo = plan(verdict, SMALL, FixOptions(), cut_points_of(str(path)))
    assert verdict.facts
    assert (todo.loss, [type(step).__name__ for step in todo.steps]) == ("lossless", ["Cut", "Write"])
    done = apply_plan(todo, verdict.facts, order(tmp_path / "out"))
    assert isinstance(done.judged.facts, VideoFacts)
    assert done.judged.facts.duration_s
    assert Fraction(135, 10) <= done.judged.facts.duration_s <= 15


def test_a_cut_between_packets_keeps_the_sound_from_the_first_sample(tmp_path: Path) -> None:
    path, folder = tmp_path / "long.mp4", tmp_path / "out"
    picture, tone = "testsrc2=size=160x90:rate=25:duration=6", "anoisesrc=duration=6:sample_rate=48000"
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "128k"]
    run(find_tool().path, ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone, *coded, f"file:{path}"])
    verdict = judged(path, SHORT)
    assert verdict.facts
    done = apply_plan(plan(verdict, SHORT, FixOptions(), cut_points_of(str(path))), verdict.facts, order(folder))
    assert done.plan.loss == "lossless"
    assert heard(Path(done.path)) == heard(path)


def heard(path: Path) -> bytes:
    """Return the first tenth of a second of a clip's sound, as samples."""
    command = [find_tool().path, "-v", "error", "-i", str(path), "-vn", "-t", "0.1", "-f", "s16le", "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_a_turned_clip_of_oblong_pixels_can_be_cut(tmp_path: Path) -> None:
    path = copied("video-stored-640x480-shown-864x480-rotated-90.mp4", tmp_path)
    verdict = judged(path, SHORT)
    assert isinstance(verdict.facts, VideoFacts)
    part = Window(Fraction(1, 10), Fraction(12, 10))
    todo = plan(verdict, SHORT, FixOptions(keep_of={str(path): part}))
    done = apply_plan(todo, verdict.facts, order(tmp_path / "out", lambda asset: judge(probe(asset), SHORT)))
    assert isinstance(done.judged.facts, VideoFacts)
    after = (done.judged.facts.width_px, done.judged.facts.height_px)
    assert after == (verdict.facts.width_px, verdict.facts.height_px)


def test_a_cut_between_packets_that_misses_becomes_one_that_encodes(tmp_path: Path) -> None:
    path = copied("video-20s.mp4", tmp_path)
    verdict = judged(path, SHORT)
    todo = plan(verdict, SHORT, FixOptions(), cut_points_of(str(path)))
    assert verdict.facts
    cut = next(step for step in todo.steps if isinstance(step, Cut))
    beyond = msgspec.structs.replace(cut, packets=Packets(0, 10**6))
    done = apply_plan(
        msgspec.structs.replace(todo, steps=(beyond, *todo.steps[1:])), verdict.facts, order(tmp_path / "out")
    )
    assert done.plan.loss == "lossy"
    assert done.judged.verdict == "pass"
    assert "packets" in done.missed


@pytest.mark.parametrize("name", ["video-mkv-20s.mkv"])
def test_a_clip_in_another_container_is_cut_without_encoding_too(name: str, tmp_path: Path) -> None:
    path = copied(name, tmp_path)
    verdict = judged(path, SMALL)
    todo = plan(verdict, SMALL, FixOptions(), cut_points_of(str(path)))
    assert verdict.facts
    done = apply_plan(todo, verdict.facts, order(tmp_path / "out"))
    assert (todo.loss, done.plan.loss) == ("lossless", "lossless")
    assert done.judged.verdict == "pass"


@pytest.mark.parametrize("size", [(1, 32), (1, 100), (3, 99)])
def test_a_narrow_webp_whose_colors_would_bleed_into_its_pad_is_written_without_loss(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / "source.webp"
    Image.new("RGB", size, (9, 99, 199)).save(path)
    verdict = judged(path)
    assert verdict.facts
    done = apply_plan(plan(verdict, PROFILE, FixOptions(allow="creative", fit="pad")), verdict.facts, order(tmp_path))
    write = find(done.plan.steps, Write)
    assert (done.judged.verdict, write and write.lossless) == ("pass", True)
    assert "does not look like" in done.missed


def test_an_ffmpeg_that_dies_half_way_leaves_nothing(
    clip: Path, tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("ffmpeg") or ""
    if not real:
        import imageio_ffmpeg

        real = str(imageio_ffmpeg.get_ffmpeg_exe())
    half = 'for last; do :; done; eval "out=\\${$(($# - 1))}"; echo half > "${out#file:}"; kill -9 $$'
    dying = program(
        f'case "$*" in *" -update "*) exec {real} "$@";; *-progress*) {half};; *) exec {real} "$@";; esac', "dying"
    )
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
    verdict = judged(clip, SMALL)
    clip.unlink()
    assert verdict.facts
    with pytest.raises(NotDone, match="No such file"):
        apply_plan(plan(verdict, SMALL, FixOptions()), verdict.facts, order(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_source_that_was_cut_off_since_is_told(tmp_path: Path) -> None:
    path = copied("video-mkv-20s.mkv", tmp_path)
    verdict = judged(path, SMALL)
    path.write_bytes(path.read_bytes()[:100])
    assert verdict.facts
    with pytest.raises(FixFailed):
        apply_plan(plan(verdict, SMALL, FixOptions()), verdict.facts, order(tmp_path / "out"))
    assert list(left_behind(tmp_path / "out")) == []


@pytest.mark.skipif(me() == 0, reason="root may write everywhere")
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
        apply_plan(Plan(asset=Asset(path="a"), kind="video"), made.VIDEO, order(tmp_path))


def test_progress_names_its_stages_and_is_whole_only_when_the_file_is_done(tmp_path: Path) -> None:
    path = copied("video-20s.mp4", tmp_path)
    verdict = judged(path, SHORT)
    heard: list[tuple[Fraction, str]] = []
    assert verdict.facts
    result = fix_one(
        verdict, plan(verdict, SHORT, FixOptions()), order(tmp_path / "out"), lambda *told: heard.append(told)
    )
    assert result.outcome == "fixed"
    parts, stages = [part for part, _ in heard], [doing for _, doing in heard]
    assert parts == sorted(parts)
    assert list(dict.fromkeys(stages)) == ["looking", "encoding", "checking"]
    assert [part for part in parts if part == 1] == parts[-1:]
    assert max(part for part, doing in heard if doing == "encoding") <= Fraction(9, 10)


def test_a_role_goes_with_the_new_file(tmp_path: Path) -> None:
    from preflight.values.assets import Role

    path = copied("image-gif.gif", tmp_path)
    asset = Asset(path=str(path), role=Role("image", 2), walked=True)
    verdict = judge(probe(asset), SMALL)
    assert verdict.facts
    done = apply_plan(plan(verdict, SMALL, FixOptions()), verdict.facts, order(tmp_path / "out"))
    assert done.judged.asset == Asset(path=done.path, role=Role("image", 2))


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(30, 125).map(lambda n: 2 * n),
    st.integers(30, 100).map(lambda n: 2 * n),
    st.sampled_from(["12", "24000/1001", "24", "25", "60", "61", "120"]),
    st.integers(25, 38),
)
def test_a_mended_clip_has_no_error_left(
    tmp_path_factory: pytest.TempPathFactory, width: int, height: int, rate: str, frames: int
) -> None:
    folder = tmp_path_factory.mktemp("clips")
    path = folder / "source.mp4"
    encode("-preset", "ultrafast", size=f"{width}x{height}", rate=rate, frames=frames)(path)
    verdict = judged(path, TINY)
    found = plan(verdict, TINY, FixOptions(allow="creative"))
    if verdict.verdict == "pass":
        assert found.steps == ()
    elif "video/duration" in {finding.rule for finding in verdict.findings}:
        assert found.beyond_mending
    else:
        assert verdict.facts
        done = apply_plan(found, verdict.facts, order(folder / "out", lambda asset: judge(probe(asset), TINY)))
        assert done.judged.verdict == "pass"
        assert plan(judged(Path(done.path), TINY), TINY, FixOptions()).steps == ()


@settings(max_examples=15, deadline=None)
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
    verdict = judged(path, SMALL)
    found = plan(verdict, SMALL, FixOptions(allow="creative", fit="crop" if fit == "crop" else "pad"))
    if verdict.verdict == "pass":
        assert found.steps == ()
        return
    assert verdict.facts
    done = apply_plan(found, verdict.facts, order(folder / "out"))
    assert done.judged.verdict == "pass"
    assert judged(Path(done.path), SMALL).verdict == "pass"
