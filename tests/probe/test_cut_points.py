"""Places where a clip can be cut without encoding."""

import subprocess
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.apply.ffmpeg import find_tool
from preflight.probe.cut_points import (
    CutPoint,
    FrameTiming,
    GopBoundary,
    Wanted,
    best_cut_point,
    find_cut_point,
    gop_boundaries,
)
from preflight.probe.faults import Unreadable


def packets(text: str) -> list[FrameTiming]:
    """Return packets shown for a second each: "0I 3P 1b 2b" names when, in the order of decoding, and of what kind."""
    return [FrameTiming(Fraction(int(word[:-1])), Fraction(1), word[-1] == "I") for word in text.split()]


def places(text: str) -> list[tuple[int, int, bool]]:
    return [(one.packets, int(one.at_s), one.is_key) for one in gop_boundaries(packets(text))]


def test_without_reordering_every_packet_is_a_border() -> None:
    assert places("0I 1P 2I 3P") == [(0, 0, True), (1, 1, False), (2, 2, True), (3, 3, False), (4, 4, False)]


def test_no_border_lies_between_pictures_that_are_shown_in_another_order() -> None:
    assert places("0I 3P 1b 2b 6P 4b 5b") == [(0, 0, True), (1, 1, False), (4, 4, False), (7, 7, False)]


def test_a_clip_cannot_begin_at_a_key_picture_that_earlier_pictures_follow() -> None:
    assert places("0I 1P 4I 2b 3b 5P") == [(0, 0, True), (1, 1, False), (2, 2, False), (5, 5, False), (6, 6, False)]


def test_times_count_from_the_first_picture_shown() -> None:
    assert places("7I 8P") == [(0, 0, True), (1, 1, False), (2, 2, False)]


def test_nothing_has_no_borders() -> None:
    assert places("") == []


def cut_point(text: str, start: int, end: int, start_slack: int = 0, end_slack: int = 0) -> tuple[int, int, int] | None:
    wanted = Wanted(
        start_s=Fraction(start),
        end_s=Fraction(end),
        start_slack_s=Fraction(start_slack),
        end_slack_s=Fraction(end_slack),
    )
    found = best_cut_point(list(gop_boundaries(packets(text))), wanted)
    return (int(found.start_s), int(found.length_s), found.frames) if found else None


CLOSED = "0I 1P 2P 3P 4I 5P 6P 7P 8I 9P"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ((0, 7), (0, 7, 7)),
        ((1, 7), None),
        ((3, 10, 1, 0), (4, 6, 6)),
        ((2, 8, 2, 2), (0, 6, 6)),
        ((0, 30), None),
    ],
)
def test_the_longest_part_within_the_slack_is_taken(
    wanted: tuple[int, ...], expected: tuple[int, int, int] | None
) -> None:
    assert cut_point(CLOSED, *wanted) == expected


times = st.integers(0, 40).map(Fraction)


@given(st.lists(st.booleans(), min_size=1, max_size=40), times, times, st.integers(0, 9).map(Fraction), st.randoms())
def test_a_seam_is_never_longer_than_wanted_begins_at_a_key_and_holds_just_its_pictures(
    keys: list[bool], start: Fraction, length: Fraction, slack: Fraction, shuffle: Random
) -> None:
    order = sorted(range(len(keys)), key=lambda at: at + shuffle.random() * 3)
    shown = [FrameTiming(Fraction(at), Fraction(1), keys[at]) for at in order]
    wanted = Wanted(start_s=start, end_s=start + length, start_slack_s=slack, end_slack_s=slack)
    found = best_cut_point(list(gop_boundaries(shown)), wanted)
    if found is None:
        return
    assert 0 < found.length_s <= length
    assert found.frames == found.length_s
    begin = next(at for at, one in enumerate(shown) if one.start_s == found.start_s and one.is_key)
    inside = {one.start_s for one in shown[begin : begin + found.frames]}
    assert inside == {found.start_s + at for at in range(found.frames)}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds, 25 pictures a second, a key picture every two, pictures between them reordered, with sound."""
    path = tmp_path_factory.mktemp("seams") / "clip.mp4"
    tool = find_tool({"libx264"})
    inputs = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=10", "-f", "lavfi", "-i", "sine=r=48000:d=10"]
    coding = ["-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-bf", "3", "-sc_threshold", "0", "-c:a", "aac"]
    subprocess.run([tool.path, "-v", "error", "-nostdin", *inputs, *coding, str(path)], check=True)
    return path


def found_in(path: Path, wanted: Wanted) -> CutPoint | None:
    with path.open("rb") as stream:
        return find_cut_point(stream, "mov", wanted)


def test_a_real_clip_can_end_nearly_anywhere_and_begin_at_its_key_pictures(clip: Path) -> None:
    head = found_in(clip, Wanted(start_s=Fraction(0), end_s=Fraction(7), end_slack_s=Fraction(1)))
    assert head is not None
    assert head.start_s == 0
    assert Fraction(67, 10) < head.length_s <= 7
    assert head.frames == head.length_s * 25
    assert head.first == 0
    tail = found_in(clip, Wanted(start_s=Fraction(3), end_s=Fraction(10), start_slack_s=Fraction(1)))
    assert tail is not None
    assert (int(tail.start_s), int(tail.length_s), tail.first, tail.frames) == (4, 6, 100, 150)


def test_a_part_that_begins_between_key_pictures_has_no_seam(clip: Path) -> None:
    assert found_in(clip, Wanted(start_s=Fraction(3), end_s=Fraction(7), end_slack_s=Fraction(1))) is None


def test_a_clip_cut_short_is_told(clip: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0\0\0\x08ftyp" + clip.read_bytes()[:100])
    with pytest.raises(Unreadable):
        found_in(broken, Wanted(start_s=Fraction(0), end_s=Fraction(7)))


def test_a_border_says_how_many_packets_lie_before_it() -> None:
    assert next(gop_boundaries(packets("5I"))) == GopBoundary(0, Fraction(0), is_key=True)
