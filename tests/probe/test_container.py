"""Containers: one demuxer, no decoder, no other file."""

from fractions import Fraction
from pathlib import Path

import pytest

from preflight.probe.container import FrameSize, codec_name, decoded_size, opened, walk
from preflight.probe.faults import Unreadable
from tests.specimens import MEDIA, copied


@pytest.mark.parametrize(
    ("name", "demuxer", "packets", "length"),
    [
        ("video-5s.mp4", "mov", 125, "5"),
        ("video-fragmented-15s.mp4", "mov", 375, "15"),
        ("video-mkv-20s.mkv", "matroska", 500, "20"),
    ],
)
def test_a_walk_counts_every_packet_and_measures_their_span(name: str, demuxer: str, packets: int, length: str) -> None:
    with (MEDIA / name).open("rb") as stream, opened(stream, demuxer) as container:
        found = walk(container, container.streams.video[0])
    assert found.packets == packets
    assert found.duration_s is not None
    assert abs(found.duration_s - Fraction(length)) < Fraction(1, 100)


def test_a_walk_through_raw_aac_knows_the_length_of_a_frame() -> None:
    with (MEDIA / "audio-aac.aac").open("rb") as stream, opened(stream, "aac") as container:
        found = walk(container, container.streams.audio[0])
    assert Fraction(29, 10) < found.stored_s < Fraction(32, 10)


def test_samples_that_a_container_hides_are_not_played() -> None:
    with (MEDIA / "audio-5s.mp3").open("rb") as stream, opened(stream, "mp3") as container:
        found = walk(container, container.streams.audio[0])
    assert found.stored_s > found.played_s == 5


@pytest.mark.parametrize("demuxer", ["mov", "matroska", "wav"])
def test_text_is_no_container_by_any_demuxer(demuxer: str) -> None:
    with (MEDIA / "playlist-named.mp4").open("rb") as stream, pytest.raises(Unreadable), opened(stream, demuxer) as c:
        assert not c.streams.video


@pytest.mark.parametrize("demuxer", ["hls", "concat"])
def test_a_playlist_opened_as_one_reads_no_other_file(demuxer: str, tmp_path: Path) -> None:
    copied("video-10s.mp4", tmp_path)
    name = "ffconcat-named.mp4" if demuxer == "concat" else "playlist-named.mp4"
    with (
        copied(name, tmp_path).open("rb") as stream,
        pytest.raises(Unreadable),
        opened(stream, demuxer) as container,
    ):
        walk(container, container.streams.video[0])


def test_the_name_of_a_codec_is_its_own_and_not_the_decoders() -> None:
    with (MEDIA / "audio-5s.mp3").open("rb") as stream, opened(stream, "mp3") as container:
        assert codec_name(container.streams.audio[0]) == "mp3"


def test_a_size_left_to_the_codec_is_had_by_decoding_one_frame() -> None:
    with (MEDIA / "video-mpeg-ts.ts").open("rb") as stream:
        assert decoded_size(stream, "mpegts", 0) == FrameSize(854, 480, Fraction(1))


def test_a_stream_without_a_frame_has_no_size(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes((MEDIA / "video-no-picture-data.mp4").read_bytes())
    with path.open("rb") as stream, pytest.raises(Unreadable):
        decoded_size(stream, "mov", 0)
    with (MEDIA / "audio-5s.wav").open("rb") as stream, pytest.raises(Unreadable, match="holds no pictures"):
        decoded_size(stream, "wav", 0)


def test_a_container_cut_short_has_fewer_packets_or_breaks_off(tmp_path: Path) -> None:
    content = (MEDIA / "video-mkv-20s.mkv").read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(content[: len(content) // 2])
    with path.open("rb") as stream, opened(stream, "matroska") as container:
        assert 0 < walk(container, container.streams.video[0]).packets < 500
