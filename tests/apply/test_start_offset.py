"""When video begins in its container, and whether a seek lands on a frame that can be decoded."""

from fractions import Fraction
from pathlib import Path

import pytest

from preflight.apply.start_offset import begins_here, begins_whole, start_offset_here, start_offset_s
from tests.specimens import copied, media


def test_the_lead_of_a_sound_is_told_and_nothing_of_what_cannot_be_read(tmp_path: Path) -> None:
    assert abs(start_offset_s(media("video-frames-1s-after-audio.mkv"), "matroska") - 1) < Fraction(3, 100)
    assert start_offset_s(media("video-20s.mp4"), "mov") == 0
    assert start_offset_s(media("audio-10s.wav"), "wav") == 0
    assert start_offset_s(str(tmp_path / "gone.mp4"), "mov") == 0
    broken = copied("video-20s.mp4", tmp_path)
    broken.write_bytes(broken.read_bytes()[:200])
    assert start_offset_s(str(broken), "mov") == 0


@pytest.mark.parametrize("name", ["video-frames-1s-after-audio-1920x1080.mp4", "video-frames-1s-after-audio.mkv"])
def test_a_clip_is_late_by_what_its_frames_come_after_the_sound(name: str) -> None:
    demuxer = "mov" if name.endswith("mp4") else "matroska"
    assert abs(start_offset_here(media(name), demuxer) - 1) < Fraction(3, 100)


def test_a_clip_whose_sound_comes_later_is_not_late() -> None:
    assert start_offset_here(media("video-audio-1s-after-frames-1920x1080.mov"), "mov") == 0


def test_a_stream_of_any_beginning_counts_from_its_first_frame() -> None:
    assert start_offset_here(media("video-mpeg-ts.ts"), "mpegts") == 0
    assert start_offset_here(media("zeros.mp4"), "mov") == 0


def test_a_seek_into_an_index_lands_on_a_keyframe_and_into_what_calls_all_frames_so_it_may_not() -> None:
    assert begins_here(media("video-2s.mp4"), "mov", Fraction(1))
    assert not begins_here(media("video-no-stss-16s.mp4"), "mov", Fraction(77, 10))


def test_where_nobody_can_tell_a_seek_is_trusted(tmp_path: Path) -> None:
    assert begins_here(str(tmp_path / "gone.mp4"), "mov", Fraction(1))
    assert begins_here(media("video-sound-only.mp4"), "mov", Fraction(1))
    assert begins_whole(str(tmp_path / "gone.mp4"), "mov", Fraction(0))


def test_frames_before_the_first_keyframe_are_not_shown() -> None:
    assert start_offset_here(media("video-begins-between-keyframes.mkv"), "matroska") == Fraction(64, 100)
    assert start_offset_here(media("video-begins-between-keyframes.mp4"), "mov") > 0
