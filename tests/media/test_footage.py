"""A measured file is opened as what it was measured as, and decoded as far as it goes."""

import os
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from preflight.media.footage import decoded, found, lone_frame, open_audio, open_video, timed
from preflight.probe.faults import Unmeasured, Unreadable
from tests.posix import make_pipe
from tests.specimens import copied, media


def test_a_file_that_became_something_else_is_not_opened(tmp_path: Path) -> None:
    path = copied("video-2s.mp4", tmp_path)
    path.write_bytes(Path(media("image-ok.png")).read_bytes())
    with pytest.raises(Unmeasured, match="is no longer the mp4 that was measured"), found(str(path), "mp4"):
        pass
    path.write_bytes(b"")
    with pytest.raises(Unmeasured, match="is no longer the mp4 that was measured"), found(str(path), "mp4"):
        pass


def test_what_is_gone_or_no_plain_file_is_not_waited_for(tmp_path: Path) -> None:
    make_pipe(tmp_path / "pipe.mp4")
    for name, said in (("gone.mp4", "cannot be read"), ("pipe.mp4", "is not a regular file")):
        with pytest.raises(Unmeasured, match=said), found(str(tmp_path / name), "mp4"):
            pass


def test_a_sound_begins_behind_the_junk_before_it() -> None:
    with found(media("sound-id3-before-riff.wav"), "wav") as (stream, sniffed):
        assert sniffed.start > 0
        assert stream.read(4) == b"RIFF"


@pytest.mark.parametrize(
    ("name", "format_name", "said"),
    [
        ("video-sound-only.mp4", "mp4", "holds no pictures that can be decoded"),
        ("image-ok.png", "png", "a png is neither clip nor sound"),
        ("video-no-index.mp4", "mp4", "not a whole mov file"),
    ],
)
def test_what_shows_nothing_is_told(name: str, format_name: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said), open_video(media(name), format_name):
        pass


def test_a_clip_without_sound_is_no_sound() -> None:
    with (
        pytest.raises(Unreadable, match="holds no sound that can be decoded"),
        open_audio(media("video-2s.mp4"), "mp4"),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "format_name", "frames"),
    [("video-2s.mp4", "mp4", 50), ("video-mkv.mkv", "matroska", 75), ("video-bare.h264", "h264", None)],
)
def test_frames_come_with_rising_times_also_where_the_file_has_none(
    name: str, format_name: str, frames: int | None
) -> None:
    with open_video(media(name), format_name) as (container, track):
        moments = [moment for moment, _ in timed(container, track)]
    assert frames in (None, len(moments))
    assert len(moments) > 1
    assert all(one < other for one, other in pairwise(moments))
    assert {other - one for one, other in pairwise(moments)} <= {
        Fraction(1, 25),
        Fraction(39, 1000),
        Fraction(41, 1000),
    }


def test_what_is_cut_off_is_decoded_up_to_there(tmp_path: Path) -> None:
    path = copied("video-faststart.mp4", tmp_path)
    with open_video(str(path), "mp4") as (container, track):
        whole = sum(1 for _ in decoded(container, track))
    os.truncate(path, path.stat().st_size * 3 // 4)
    with open_video(str(path), "mp4") as (container, track):
        assert 0 < sum(1 for _ in decoded(container, track)) < whole


def test_each_packet_is_told_before_it_is_decoded() -> None:
    seen: list[int] = []
    with open_video(media("video-2s.mp4"), "mp4") as (container, track):
        frames = sum(1 for _ in decoded(container, track, lambda packet: seen.append(packet.size)))
    assert sum(size > 0 for size in seen) == frames == 50


def test_the_first_frame_alone_is_the_first_of_all() -> None:
    with open_video(media("video-2s.mp4"), "mp4") as (container, track):
        lone = lone_frame(container, track)
    with open_video(media("video-2s.mp4"), "mp4") as (container, track):
        _, first = next(timed(container, track))
        assert lone is not None
        assert lone.to_ndarray().tobytes() == first.to_ndarray().tobytes()
