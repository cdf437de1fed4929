"""What is seen of a clip: its shots at the very frame, its motion, its sharpness, and what is black."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from preflight.media.progress import Part
from preflight.media.seeing import watch
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
