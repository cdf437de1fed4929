"""What is seen of a clip: its shots at the very frame, its motion, its sharpness, and what is black."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.media.progress import Part
from preflight.media.seeing import MOST_PX, Packets, laplacian_variance, motion_of, watch
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


def test_a_flash_behind_the_end_that_was_measured_is_looked_at_like_any_other(film: Film) -> None:
    """A header may tell less than there is."""
    burst = "[0]drawbox=enable='between(n,50,56)':c=white:t=fill,format=yuv420p"
    path = film("burst.mp4", "testsrc2=size=160x90:rate=25:d=4", graph=burst, options=("-c:v", "libx264"))
    seen = watch(str(path), "mp4", Fraction(1), Part(None, Fraction(0), Fraction(1), 60))
    assert seen.shots == (Window(Fraction(0), Fraction(1)),)
    assert len(seen.motion) == 10


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


@pytest.mark.parametrize("size", [(1, 1), (2, 50), (50, 2), (0, 9)])
def test_what_is_too_small_for_neighbours_has_no_sharpness(size: tuple[int, int]) -> None:
    assert laplacian_variance(np.zeros(size, np.uint8)) == 0


@given(st.integers(0, 255), st.integers(0, 3), st.integers(0, 3))
def test_an_even_frame_and_a_slope_have_no_sharpness(level: int, across: int, down: int) -> None:
    """The Laplacian is the second derivative: neither a level nor a slope has one."""
    rows, columns = np.mgrid[0:20, 0:20]
    assert laplacian_variance(np.full((20, 20), level, np.uint8)) == 0
    assert laplacian_variance((across * columns + down * rows).astype(np.uint8)) == 0


@given(st.integers(1, 255))
def test_a_checkerboard_is_the_sharpest_of_its_contrast(contrast: int) -> None:
    """Each pixel differs from its four neighbours by the contrast: variance is sixteen times its square."""
    board = (np.indices((20, 20)).sum(axis=0) % 2 * contrast).astype(np.uint8)
    assert laplacian_variance(board) == pytest.approx(16 * contrast**2)


def test_a_frame_is_less_sharp_the_more_it_is_blurred() -> None:
    sharp = np.random.default_rng(1).integers(0, 256, (40, 40)).astype(np.float64)
    found = []
    for _ in range(4):
        found.append(laplacian_variance(sharp.astype(np.uint8)))
        sharp = (sharp + np.roll(sharp, 1, 0) + np.roll(sharp, 1, 1)) / 3
    assert found == sorted(found, reverse=True)
    assert found[0] > 10 * found[-1]


def thumbs(*levels: int) -> np.ndarray:
    return np.stack([np.full((18, 32), level, np.uint8) for level in levels])


@pytest.mark.parametrize(
    ("levels", "at", "motion"),
    [
        ([9], [0], [0]),
        ([0, 10], [0, 1], [10, 10]),
        ([0, 10, 250], [0, 1, 2], [10, 10, 240]),
        ([250, 0], [0, 1], [250, 250]),
        ([0, 100], [0, 5], [20, 20]),
        ([7, 7, 7], [0, 3, 4], [0, 0, 0]),
    ],
)
def test_motion_is_the_mean_difference_a_step(levels: list[int], at: list[int], motion: list[float]) -> None:
    assert motion_of(thumbs(*levels), np.array(at)).tolist() == motion


@given(st.lists(st.integers(0, 255), min_size=1, max_size=20))
def test_there_is_motion_for_each_sample_and_never_less_than_none(levels: list[int]) -> None:
    found = motion_of(thumbs(*levels), np.arange(len(levels)))
    assert len(found) == len(levels)
    assert float(found.min()) >= 0
    assert found.tolist() == motion_of(255 - thumbs(*levels), np.arange(len(levels))).tolist()


def packets(count: int, keyframes: int) -> Packets:
    return Packets(times_s=(0.0,) * count, sizes=(1,) * count, keyframes=keyframes)


HD = 1920 * 1080
PAYABLE = MOST_PX // (HD + 100_000)
"""Frames of full HD that are worth decoding."""


@pytest.mark.parametrize(
    ("frames", "keyframes", "duration", "sparse"),
    [
        (PAYABLE, 1000, 60, False),
        (PAYABLE + 1, 1000, 60, True),
        (PAYABLE + 1, 12, 60, True),
        (PAYABLE + 1, 11, 60, False),
        (3 * PAYABLE, 5, 60, True),
        (3 * PAYABLE, 4, 60, False),
        (3 * PAYABLE, 0, 60, False),
        (0, 0, 60, False),
    ],
)
def test_keyframes_alone_are_decoded_of_what_is_too_much_if_there_are_enough(
    frames: int, keyframes: int, duration: int, sparse: bool
) -> None:
    """At least every five seconds, or every twelve of what is twice too much."""
    assert packets(frames, keyframes).sparse(HD, Fraction(duration)) is sparse


@given(st.integers(0, 5000), st.integers(0, 100), st.integers(1, 600))
def test_more_frames_or_keyframes_never_ask_for_all_to_be_decoded(frames: int, keyframes: int, duration: int) -> None:
    if packets(frames, keyframes).sparse(HD, Fraction(duration)):
        assert packets(frames + 1000, keyframes).sparse(HD, Fraction(duration))
        assert packets(frames, keyframes + 10).sparse(HD, Fraction(duration))
        assert packets(frames, keyframes).sparse(4 * HD, Fraction(duration))
