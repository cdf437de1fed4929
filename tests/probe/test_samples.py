from pathlib import Path
from typing import NamedTuple

import pytest

from preflight.probe.container import codec_name, opened
from preflight.probe.faults import Unreadable
from preflight.probe.samples import refuse_foreign
from tests.specimens import MEDIA

CLIPS = ["video-10s.mp4", "video-hevc.mp4", "video-prores.mov", "video-mpeg4.mp4", "video-edit-list-hides-6s.mp4"]


class Line(NamedTuple):
    pos: int
    size: int
    is_keyframe: bool


def index(name: str) -> tuple[list[Line], str, bytes]:
    with (MEDIA / name).open("rb") as stream, opened(stream, "mov") as container:
        picture = container.streams.video[0]
        lines = [Line(entry.pos, entry.size, entry.is_keyframe) for entry in picture.index_entries]
        return lines, codec_name(picture), picture.codec_context.extradata or b""


@pytest.mark.parametrize("name", CLIPS)
def test_an_index_that_points_at_pictures_is_left_in_peace(name: str) -> None:
    lines, codec, record = index(name)
    with (MEDIA / name).open("rb") as stream:
        stream.seek(5)
        refuse_foreign(stream, lines, codec, record)
        assert stream.tell() == 5


@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.parametrize("off", [-8, 3, 8, 10_000_000])
def test_an_index_that_points_elsewhere_is_refused(name: str, off: int) -> None:
    lines, codec, record = index(name)
    shifted = [line._replace(pos=max(line.pos + off, 0)) for line in lines]
    with (MEDIA / name).open("rb") as stream, pytest.raises(Unreadable, match="its index points elsewhere"):
        refuse_foreign(stream, shifted, codec, record)


def test_what_follows_a_lost_key_picture_is_lost_with_it() -> None:
    lines, codec, record = index("video-10s.mp4")
    without = [line._replace(pos=0) if line.is_keyframe else line for line in lines]
    with (
        (MEDIA / "video-10s.mp4").open("rb") as stream,
        pytest.raises(Unreadable, match=f"{len(lines)} of {len(lines)}"),
    ):
        refuse_foreign(stream, without, codec, record)


def test_one_lost_picture_in_many_is_damage_and_not_a_false_index() -> None:
    lines, codec, record = index("video-10s.mp4")
    lines[-1] = lines[-1]._replace(pos=0)
    with (MEDIA / "video-10s.mp4").open("rb") as stream:
        refuse_foreign(stream, lines, codec, record)


@pytest.mark.parametrize("at", [1 << 44, (1 << 63) - 1, -(1 << 63)])
def test_an_index_that_points_where_no_file_reaches_is_refused_as_any_other_false_one(at: int) -> None:
    lines, codec, record = index("video-10s.mp4")
    with (MEDIA / "video-10s.mp4").open("rb") as stream, pytest.raises(Unreadable, match="points elsewhere"):
        refuse_foreign(stream, [line._replace(pos=at) for line in lines], codec, record)


def test_a_codec_without_a_telltale_is_not_judged(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    with empty.open("rb") as stream:
        refuse_foreign(stream, [Line(0, 10, is_keyframe=True)], "av1", b"")
