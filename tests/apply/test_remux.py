"""The packets that were chosen come into the new file, no other, bit for bit, and begin at zero."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from preflight.apply.remux import _cut_between
from preflight.errors import FixFailed
from preflight.plan.steps import Packets
from tests.specimens import copied, media

FAR = 10**6


def frames(path: str | Path) -> list[tuple[Fraction, bytes]]:
    """Return the moment and the content of each stored frame."""
    with av.open(str(path)) as container:
        return [
            ((packet.pts or 0) * packet.time_base, bytes(packet))
            for packet in container.demux(container.streams.video[0])
            if packet.size
        ]


def heard(path: str | Path, place: int = 0) -> list[tuple[Fraction, bytes]]:
    """Return when each packet of a sound ends, and its content."""
    with av.open(str(path)) as container:
        return [
            (((packet.pts or 0) + (packet.duration or 0)) * packet.time_base, bytes(packet))
            for packet in container.demux(container.streams.audio[place])
            if packet.size
        ]


def cut(name: str, folder: Path, packets: Packets, *, muxer: str = "mp4", tracks: Any = None) -> Path:  # noqa: ANN401
    target = folder / f"part.{muxer}"
    _cut_between(Path(media(name)), packets, target, muxer, tracks)
    return target


def test_frames_are_those_that_were_counted_bit_for_bit_and_begin_at_zero(tmp_path: Path) -> None:
    whole = frames(media("video-20s.mp4"))
    first = 250 if len(whole) > 300 else 0
    part = frames(cut("video-20s.mp4", tmp_path, Packets(first, 40)))
    assert [content for _, content in part] == [content for _, content in whole[first : first + 40]]
    assert min(moment for moment, _ in part) == 0
    between = [moment - whole[first][0] for moment, _ in whole[first : first + 40]]
    assert [moment - part[0][0] for moment, _ in part] == between


def test_sound_lasts_no_longer_than_the_frames_and_misses_less_than_a_packet(tmp_path: Path) -> None:
    made = cut("video-two-sounds.mp4", tmp_path, Packets(0, 30))
    ends = [end for end, _ in heard(made)]
    longest = Fraction(2048, 44_100)
    until = max(moment for moment, _ in frames(made)) + Fraction(1, 25)
    assert until - longest <= max(ends) <= until
    whole = [content for _, content in heard(media("video-two-sounds.mp4"))]
    assert [content for _, content in heard(made)] == whole[: len(ends)]


@pytest.mark.parametrize(("tracks", "places"), [(None, [0]), ([], []), ([1], [1]), ([1, 0], [1, 0])])
def test_the_tracks_that_were_named_are_copied_in_that_order_and_else_the_first(
    tracks: list[int] | None, places: list[int], tmp_path: Path
) -> None:
    made = cut("video-two-sounds.mp4", tmp_path, Packets(0, 30), tracks=tracks)
    with av.open(str(made)) as container:
        assert len(container.streams.audio) == len(places)
    for at, place in enumerate(places):
        assert heard(made, at)[3][1] == heard(media("video-two-sounds.mp4"), place)[3][1]


def test_what_is_said_of_the_source_does_not_go_along(tmp_path: Path) -> None:
    made = cut("video-title.mp4", tmp_path, Packets(0, 10))
    with av.open(str(made)) as container:
        assert "title" not in container.metadata
        assert not any("title" in stream.metadata for stream in container.streams)


@pytest.mark.parametrize(("name", "tag"), [("video-hevc.mp4", "hvc1"), ("video-dolby-vision-5.mp4", "dvh1")])
def test_hevc_is_tagged_for_every_player_and_what_only_dolby_vision_shows_is_not(
    name: str, tag: str, tmp_path: Path
) -> None:
    with av.open(str(cut(name, tmp_path, Packets(0, 10)))) as container:
        assert str(container.streams.video[0].codec_context.codec_tag) == tag


@pytest.mark.parametrize("packets", [Packets(0, FAR), Packets(FAR, 1), Packets(49, 2)])
def test_frames_that_are_not_there_are_refused(packets: Packets, tmp_path: Path) -> None:
    with pytest.raises(FixFailed, match="its packets are not those that were planned with"):
        cut("video-2s.mp4", tmp_path, packets)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("image-ok.png", "it is no clip any more"),
        ("zeros.mp4", "it is no clip any more"),
        ("video-sound-only.mp4", "cannot be cut without encoding"),
        ("video-no-index.mp4", "cannot be cut without encoding"),
    ],
)
def test_what_became_something_else_is_refused_in_words(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(FixFailed, match=said):
        cut(name, tmp_path, Packets(0, 1))


def test_a_target_that_cannot_be_written_and_a_source_that_is_gone_are_told(tmp_path: Path) -> None:
    source = copied("video-2s.mp4", tmp_path)
    with pytest.raises(FixFailed, match="cannot be cut without encoding"):
        _cut_between(source, Packets(0, 1), tmp_path / "no folder" / "a.mp4", "mp4", None)
    with pytest.raises(FixFailed, match="cannot be cut without encoding"):
        _cut_between(tmp_path / "gone.mp4", Packets(0, 1), tmp_path / "a.mp4", "mp4", None)
    with pytest.raises(FixFailed, match="cannot be cut without encoding"):
        _cut_between(source, Packets(0, 1), tmp_path / "a.mp4", "mp4", [3])
