"""Where another shot begins."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from preflight.media.progress import Part
from preflight.media.seeing import watch
from preflight.media.shots import LASTING, Lasting, changes, pixel_difference, shots_between, transitions
from preflight.media.timeline import STEP_S
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.values.assets import Window
from tests.media.conftest import CUTS, Film
from tests.posix import make_pipe
from tests.specimens import media

Cuts = Callable[..., Path]
TRUTH = tuple(Fraction(frame, 25) for frame in CUTS)
LENGTH_S = Fraction(203, 25)


def seen_shots(path: str, kind: str) -> list[Window]:
    return list(watch(path, kind, LENGTH_S, Part(None, Fraction(0), Fraction(1), 60)).shots)


def shot_changes(path: str, kind: str) -> tuple[Fraction, ...]:
    """Return the cuts: where a shot begins as another ends."""
    shots = seen_shots(path, kind)
    return tuple(after.start_s for before, after in pairwise(shots) if before.end_s == after.start_s)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("cuts.mp4", ("-c:v", "libx264")),
        ("cuts.mov", ("-c:v", "libx264", "-bf", "3", "-g", "250", "-sc_threshold", "0")),
        ("cuts.avi", ("-c:v", "mpeg4", "-q:v", "8")),
        ("cuts.ts", ("-c:v", "mpeg2video", "-b:v", "1M")),
        ("fragmented.mp4", ("-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov")),
    ],
)
def test_cuts_are_found_at_the_very_frame(cuts: Cuts, name: str, options: tuple[str, ...]) -> None:
    kind = {"fragmented.mp4": "mp4", "cuts.ts": "mpegts"}.get(name, name[-3:])
    assert shot_changes(str(cuts(name, options)), kind) == TRUTH


def test_matroska_counts_in_milliseconds(cuts: Cuts) -> None:
    assert shot_changes(str(cuts("cuts.mkv", ("-c:v", "libx264"))), "matroska") == TRUTH


def test_times_count_from_the_first_frame_wherever_the_clock_of_the_file_begins(cuts: Cuts) -> None:
    late = cuts("late.mkv", ("-c:v", "libx264", "-output_ts_offset", "7"))
    assert shot_changes(str(late), "matroska") == TRUTH


EVEN = {
    "fade.mp4": ("smptebars=size=160x90:rate=25:d=4", "fade=in:0:25,fade=out:60:25"),
    "fast-fade.mp4": ("smptebars=size=160x90:rate=25:d=4", "fade=in:0:6,fade=out:60:6"),
    "pan.mp4": ("testsrc2=size=640x360:rate=25:d=4", "crop=160:90:x='t*120':y='t*60'"),
    "fast-pan.mp4": ("smptebars=size=640x360:rate=25:d=4", "crop=160:90:x='240+240*sin(t*6)':y=100"),
    "pan-of-12-shown-as-60.mp4": ("testsrc2=size=640x360:rate=12:d=4", "crop=160:90:x='t*120':y='t*60',fps=60"),
    "zoom.mp4": ("mandelbrot=size=160x90:rate=25:end_scale=0.0003:end_pts=100", "trim=duration=4"),
    "noise.mp4": ("color=gray:size=160x90:rate=25:d=4", "noise=alls=90:allf=t"),
    "flash.mp4": ("testsrc2=size=160x90:rate=25:d=4", "drawbox=enable='between(n,50,51)':c=white:t=fill"),
    "strobe.mp4": ("smptebars=size=160x90:rate=25:d=4", "drawbox=enable='eq(mod(n,2),0)':c=white:t=fill"),
}


@pytest.mark.parametrize("name", EVEN)
def test_what_changes_evenly_or_goes_as_it_came_is_one_shot(film: Film, name: str) -> None:
    source, filters = EVEN[name]
    path = film(name, source, graph=f"[0]{filters},format=yuv420p", options=("-c:v", "libx264"))
    assert shot_changes(str(path), "mp4") == ()


def test_a_dissolve_lies_between_two_shots_and_is_no_cut(film: Film) -> None:
    sources = ("smptebars=size=160x90:rate=25:d=3", "testsrc2=size=160x90:rate=25:d=3")
    path = film("dissolve.mp4", *sources, graph="xfade=transition=fade:duration=1:offset=2,format=yuv420p")
    first, second = seen_shots(str(path), "mp4")
    assert float(first.end_s) == pytest.approx(2, abs=0.3)
    assert float(second.start_s) == pytest.approx(3, abs=0.45)


def test_a_fade_from_black_and_to_black_is_left_out_of_its_shot(film: Film) -> None:
    faded = "[0]fade=in:0:25,fade=out:75:25,format=yuv420p"
    path = film("in-and-out.mp4", "smptebars=size=160x90:rate=25:d=4", graph=faded, options=("-c:v", "libx264"))
    assert [shot for shot in seen_shots(str(path), "mp4") if 1.0 <= shot.start_s <= 1.3 and 2.7 <= shot.end_s <= 3.1]


def test_cuts_within_motion_and_noise_are_found(film: Film) -> None:
    sources = ("testsrc2=size=640x360:rate=25:d=2", "mandelbrot=size=160x90:rate=25")
    moving = "[0]crop=160:90:x='t*100':y=20,noise=alls=20:allf=t[a];[1]trim=end_frame=50[b];[a][b]concat,format=yuv420p"
    path = film("moving.mp4", *sources, graph=moving, options=("-c:v", "libx264"))
    assert shot_changes(str(path), "mp4") == (Fraction(2),)


def test_a_specimen_of_one_shot_has_none() -> None:
    assert shot_changes(media("video-5s.mp4"), "mp4") == ()


def test_a_clip_of_one_frame_is_one_shot() -> None:
    assert shot_changes(media("video-one-frame.mp4"), "mp4") == ()


@pytest.mark.parametrize("name", ["video-sound-only.mp4", "audio-m4a.m4a"])
def test_sound_alone_has_no_shots(name: str) -> None:
    with pytest.raises(Unreadable, match="no pictures"):
        shot_changes(media(name), name[-3:])


def test_damage_in_the_middle_does_not_hide_the_cuts_before_it(cuts: Cuts, tmp_path: Path) -> None:
    content = bytearray(cuts("cuts.avi", ("-c:v", "mpeg4", "-q:v", "8")).read_bytes())
    three_quarters = len(content) * 3 // 4
    content[three_quarters : three_quarters + 200] = bytes(200)
    damaged = tmp_path / "damaged.avi"
    damaged.write_bytes(content)
    assert TRUTH[:2] == shot_changes(str(damaged), "avi")[:2]


def test_a_clip_cut_off_is_looked_into_as_far_as_it_goes(cuts: Cuts, tmp_path: Path) -> None:
    whole = cuts("cuts.ts", ("-c:v", "mpeg2video", "-b:v", "1M")).read_bytes()
    most = tmp_path / "most.ts"
    most.write_bytes(whole[: len(whole) * 9 // 10])
    found = shot_changes(str(most), "mpegts")
    assert len(found) >= 2
    assert found == TRUTH[: len(found)]


def test_a_clip_without_its_data_cannot_be_read() -> None:
    with pytest.raises(Unreadable):
        shot_changes(media("video-no-picture-data.mp4"), "mp4")


def test_a_file_that_is_no_longer_what_was_measured_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "clip.mp4"
    changed.write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    with pytest.raises(Unmeasured, match="no longer the mp4"):
        shot_changes(str(changed), "mp4")


def test_a_missing_file_a_folder_and_a_pipe_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mp4"

    make_pipe(pipe)
    for path in (tmp_path / "none.mp4", tmp_path, pipe):
        with pytest.raises(Unmeasured):
            shot_changes(str(path), "mp4")


# ---- the arithmetic ----------------------------------------------------------------------------------------------


def plain(*levels: int) -> list[NDArray[np.uint8]]:
    return [np.full((3, 36, 64), level, np.uint8) for level in levels]


def differences(pictures: list[NDArray[np.uint8]]) -> list[float]:
    found = Lasting(pixel_difference)
    for picture in pictures:
        found.add(picture)
    return found.scores()


def test_a_lasting_change_counts_in_full() -> None:
    scores = differences(plain(0, 0, 0, 0, 0, 90, 90, 90, 90, 90))
    assert scores == [0, 0, 0, 0, 0, 90, 0, 0, 0, 0]


@pytest.mark.parametrize("frames", range(1, LASTING))
def test_a_flash_counts_for_nothing(frames: int) -> None:
    assert max(differences(plain(*[10] * 8, *[250] * frames, *[10] * 8))) == 0


@pytest.mark.parametrize("last", range(1, LASTING))
def test_a_change_near_the_end_counts(last: int) -> None:
    assert max(differences(plain(*[10] * 8, *[99] * last))) == 89


@pytest.mark.parametrize("count", range(1, 8))
def test_there_is_a_score_for_every_picture(count: int) -> None:
    assert len(differences(plain(*range(count)))) == count


def seconds(count: int, rate: int = 25) -> list[Fraction]:
    return [Fraction(at, rate) for at in range(count)]


def test_a_score_must_stand_out_of_those_around_it_and_be_large() -> None:
    assert changes([0, 2, 3, 2, 60, 3, 2, 3], seconds(8)) == [4]
    assert changes([0, 30, 30, 30, 60, 30, 30, 30], seconds(8)) == []
    assert changes([0, 0, 0, 0, 9, 0, 0, 0], seconds(8)) == []


def test_of_two_equal_scores_side_by_side_the_first_counts() -> None:
    assert changes([0, 1, 1, 1, 1, 80, 80, 1, 1, 1, 1, 1], seconds(12)) == [5]


def test_repeated_frames_do_not_make_slow_motion_stand_out() -> None:
    scores = [0.0, *(40.0 if at % 5 == 4 else 0.0 for at in range(60))]
    assert changes(scores, seconds(61, 60)) == []


def test_slides_that_stand_still_between_are_shots() -> None:
    scores = [80.0 if at % 25 == 0 and at else 0.0 for at in range(100)]
    assert changes(scores, seconds(100)) == [25, 50, 75]


def test_nothing_has_no_changes() -> None:
    assert changes([], []) == []


def ramp(length: int, low: int = 20, high: int = 200) -> NDArray[np.uint8]:
    """Steps of one picture, so many that mix it with another, and steps of the other."""
    one, other = (np.random.default_rng(seed).integers(low, high, (18, 32)) for seed in (1, 2))
    parts = np.concatenate([np.zeros(30), np.linspace(0, 1, length), np.ones(30)])[:, None, None]
    mixed: NDArray[np.uint8] = (one * (1 - parts) + other * parts).astype(np.uint8)
    return mixed


@pytest.mark.parametrize("length", [5, 8, 12, 20, 30])
def test_a_mixture_of_two_pictures_is_a_transition_of_about_its_length(length: int) -> None:
    ((first, last),) = transitions(ramp(length))
    assert float(first / STEP_S) == pytest.approx(30, abs=length / 3 + 2)
    assert float(last / STEP_S) == pytest.approx(30 + length, abs=length / 3 + 2)


def test_a_cut_and_a_still_picture_are_no_transition() -> None:
    assert transitions(ramp(0)) == []
    assert transitions(ramp(0)[:30]) == []
    assert transitions(ramp(10), [Fraction(35, 10)]) == []


def test_shots_leave_out_what_lies_in_transitions() -> None:
    found = shots_between(Fraction(20), [Fraction(4)], [(Fraction(9), Fraction(10)), (Fraction(19), Fraction(21))])
    assert found == (Window(F0, Fraction(4)), Window(Fraction(4), Fraction(9)), Window(Fraction(10), Fraction(19)))


F0 = Fraction(0)
