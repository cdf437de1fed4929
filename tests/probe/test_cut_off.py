"""What of a clip's end can be decoded, where it was cut off within a frame or its audio."""

from fractions import Fraction

import pytest

from preflight.probe.cut_off import Intact, intact_part
from preflight.probe.cut_points import WHOLE, Wanted, cut_point_in
from tests.specimens import MEDIA, media

NAMES = [
    *("video-grain-at-the-end.ts", "video-24fps.flv", "video-mkv.mkv", "video-nut.nut", "video-avi.avi"),
    *("video-fields-25fps.ts", "video-webm.webm", "video-24fps-reordered.avi"),
]


def intact(name: str, demuxer: str) -> Intact:
    with (MEDIA / name).open("rb") as stream:
        return intact_part(stream, demuxer)


def before_damage(name: str, end_s: int = 3) -> tuple[Fraction, int, bool] | None:
    found = cut_point_in(media(name), Wanted(start_s=Fraction(0), end_s=Fraction(end_s), all_but_damage=True))
    return (found.length_s, found.frames, found.is_whole) if found else None


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_clip_is_whole_whatever_holds_it(name: str) -> None:
    found = before_damage(name)
    assert found
    assert found[2]


def test_of_frames_in_order_the_last_alone_is_left_out() -> None:
    assert intact("video-cut-off-in-order.ts", "mpegts") == Intact(packets=72, first=71)
    assert before_damage("video-cut-off-in-order.ts") == (Fraction(71, 30), 71, False)


@pytest.mark.parametrize(
    ("name", "demuxer"), [("video-cut-off-reordered.ts", "mpegts"), ("video-cut-off-reordered.flv", "flv")]
)
def test_of_reordered_frames_those_behind_the_gap_are_left_out_too(name: str, demuxer: str) -> None:
    found = intact(name, demuxer)
    assert found.first < found.packets
    part = before_damage(name)
    assert part
    length, frames, _ = part
    assert frames < found.first
    assert abs(length - Fraction(frames, 30)) <= Fraction(1, 1000)


def test_audio_that_was_cut_off_ends_the_part_before_it() -> None:
    found = intact("video-cut-off-in-sound.ts", "mpegts")
    assert found.first == found.packets == 72
    assert found.heard_s
    part = before_damage("video-cut-off-in-sound.ts")
    assert part
    assert found.heard_s - Fraction(1, 30) < part[0] <= found.heard_s


def test_a_part_up_to_the_end_leaves_out_what_is_damaged() -> None:
    wanted = Wanted(start_s=Fraction(0), end_s=Fraction(12, 5), end_slack_s=Fraction(1, 10))
    found = cut_point_in(media("video-cut-off-in-order.ts"), wanted)
    assert found
    assert found.frames == 71


def test_a_clip_that_is_not_here_is_asked_for_again_once_it_is() -> None:
    assert cut_point_in("gone.ts", Wanted(start_s=Fraction(0), end_s=Fraction(1), all_but_damage=True)) == WHOLE


def test_a_clip_that_cannot_be_opened_is_not_known_to_be_whole() -> None:
    assert before_damage("image-300x300.png") is None
