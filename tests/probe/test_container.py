"""Containers: one demuxer, no decoder, no other file."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.container import (
    FrameSize,
    _adts_ticks,
    _Tally,
    codec_name,
    decoded_size,
    opened,
    samples_of,
    walk,
    words,
)
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


# ---- packets by hand -------------------------------------------------------------------------------------------------

MILLISECOND = Fraction(1, 1000)


def packet(
    content: bytes = b"x", *, pts: int | None = None, duration: int = 0, base: Fraction = MILLISECOND
) -> "av.Packet[Any]":
    made: av.Packet[Any] = av.Packet(content)
    made.pts = made.dts = pts
    made.duration = duration
    made.time_base = base
    return made


OPUS_MS = [Fraction(ms) for ms in (*("10", "20", "40", "60") * 3, *("10", "20") * 2, *("2.5", "5", "10", "20") * 4)]
"""RFC 6716, table 2: the length of a frame of each configuration."""


@pytest.mark.parametrize("config", range(32))
def test_an_opus_packet_has_one_frame_or_two_or_as_many_as_it_says(config: int) -> None:
    each = OPUS_MS[config] * 48
    for code, frames in ((0, 1), (1, 2), (2, 2)):
        assert samples_of("opus", packet(bytes((config << 3 | code, 0xFF)))) == each * frames
    for count in (1, 3, 48):
        assert samples_of("opus", packet(bytes((config << 3 | 4 | 3, 0xC0 | count)))) == each * count
    assert samples_of("opus", packet(bytes((config << 3 | 3,)))) == 0


FLAC_BLOCKS = {1: 192, 2: 576, 3: 1152, 4: 2304, 5: 4608} | {code: 256 << code - 8 for code in range(8, 16)}
"""RFC 9639, table 14."""
NUMBERS = [b"\x05", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80", b"\xf8" + b"\x88" * 4, b"\xfc" + b"\x84" * 5]
NUMBERS += [b"\xfe" + b"\x82" * 6]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_flac_frame_tells_its_block_by_a_code_or_behind_its_number(number: bytes) -> None:
    def frame(code: int, behind: bytes = b"") -> "av.Packet[Any]":
        return packet(bytes((0xFF, 0xF8, code << 4 | 9, 0x18)) + number + behind + bytes(16))

    assert {code: samples_of("flac", frame(code)) for code in FLAC_BLOCKS} == FLAC_BLOCKS
    assert samples_of("flac", frame(6, b"\xbf")) == 192
    assert samples_of("flac", frame(7, b"\x0f\xff")) == 4096
    assert samples_of("flac", frame(7, b"\xff\xff")) == 65536


@pytest.mark.parametrize("head", [b"", b"\xff\xf8\xc9", b"\xff\xf0" + bytes(20), b"\xff\xf8\x09" + bytes(20)])
def test_what_is_no_flac_frame_or_has_the_reserved_block_tells_no_samples(head: bytes) -> None:
    assert samples_of("flac", packet(head)) is None


@pytest.mark.parametrize(
    ("second", "codec", "samples"),
    [
        (0xFF, "mp1", 384),
        (0xFD, "mp2", 1152),
        (0xFB, "mp3", 1152),
        (0xF7, "mp1", 384),
        (0xF5, "mp2", 1152),
        (0xF3, "mp3", 576),
        (0xE3, "mp3", 576),
    ],
    ids=["1, I", "1, II", "1, III", "2, I", "2, II", "2, III", "2.5, III"],
)
def test_a_frame_of_mpeg_audio_has_as_many_samples_as_version_and_layer_say(
    second: int, codec: str, samples: int
) -> None:
    assert samples_of(codec, packet(bytes((0xFF, second, 0x50, 0)))) == samples
    assert samples_of(codec, packet(b"no frame")) is None


@given(st.binary(min_size=1, max_size=20), st.sampled_from(["opus", "flac", "mp3", "aac", "vorbis"]))
def test_a_packet_of_any_bytes_has_samples_or_not(content: bytes, codec: str) -> None:
    found = samples_of(codec, packet(content))
    assert found is None or 0 <= found <= 1 << 20


@pytest.mark.parametrize(("index", "rate"), [(0, 96000), (3, 48000), (4, 44100), (11, 8000), (12, 7350)])
def test_a_frame_of_raw_aac_lasts_1024_samples_of_its_rate(index: int, rate: int) -> None:
    base = Fraction(1, 28_224_000)
    assert _adts_ticks(packet(bytes((0xFF, 0xF1, 0x40 | index << 2)), base=base)) == 1024 * 28_224_000 // rate


@pytest.mark.parametrize("head", [b"\xff\xf1", b"\xff\xe1\x50", b"\xff\xf7\x50", b"\xff\xf1\x74", b"\xff\xf1\x7c"])
def test_what_is_no_frame_of_raw_aac_has_no_length_of_its_own(head: bytes) -> None:
    assert _adts_ticks(packet(head)) == 0


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 50)), min_size=1, max_size=12))
def test_a_span_is_from_the_earliest_start_to_the_latest_end_in_any_order(held: list[tuple[int, int]]) -> None:
    tally = _Tally("h264", counting=False)
    for start, length in held:
        tally.add(packet(pts=start, duration=length, base=Fraction(1, 90_000)))
    found = tally.result(Fraction(1, 90_000), 0, None)
    assert found.packets == len(held)
    assert found.duration_s == Fraction(max(at + length for at, length in held) - min(at for at, _ in held), 90_000)
    assert found.stored_s == Fraction(sum(length for _, length in held), 90_000)


def test_packets_without_times_have_lengths_and_no_span() -> None:
    tally = _Tally("h264", counting=False)
    for _ in range(3):
        tally.add(packet(duration=40))
    found = tally.result(Fraction(1, 90_000), 0, None)
    assert (found.packets, found.duration_s, found.stored_s) == (3, None, Fraction(120, 90_000))


@pytest.mark.parametrize(
    ("last", "whole_s", "stored_s"),
    [(21, None, "0.081"), (0, None, "0.080"), (0, "0.075", "0.075"), (0, "0.05", "0.080"), (0, "9", "0.080")],
    ids=["told", "as the step before", "by the header", "a header before it", "a header far behind"],
)
def test_in_coarse_ticks_audio_is_as_long_as_its_times_say(last: int, whole_s: str | None, stored_s: str) -> None:
    """Matroska's milliseconds round each of 21.33 ms: the durations add up to less than was stored."""
    tally = _Tally("aac", counting=False)
    for start in (0, 20, 40):
        tally.add(packet(pts=start, duration=0))
    tally.add(packet(pts=60, duration=last))
    found = tally.result(MILLISECOND, 48_000, None if whole_s is None else Fraction(whole_s))
    assert found.stored_s == Fraction(stored_s)


def test_where_packets_tell_their_samples_these_are_counted_and_one_that_does_not_ends_that() -> None:
    opus = bytes((3 << 3,))
    counted = _Tally("opus", counting=True)
    for place in range(5):
        counted.add(packet(opus, pts=60 * place, duration=60))
    assert counted.result(MILLISECOND, 48_000, None).stored_s == Fraction(5 * 2880, 48_000)
    counted.add(packet(bytes((3,)), pts=300, duration=60))
    assert counted.samples is None
    assert counted.result(MILLISECOND, 48_000, None).stored_s == Fraction(360, 1000)


def test_vorbis_begins_with_a_packet_that_is_not_played() -> None:
    tally = _Tally("vorbis", counting=False)
    for start in (0, 100, 200):
        tally.add(packet(pts=start, duration=100, base=Fraction(1, 44_100)))
    found = tally.result(Fraction(1, 44_100), 44_100, None)
    assert (found.stored_s, found.played_s) == (Fraction(300, 44_100), Fraction(200, 44_100))


def test_an_error_is_worded_by_its_system_or_itself_or_its_name() -> None:
    assert words(OSError(2, "No such file")) == "No such file"
    assert words(ValueError("odd")) == "odd"
    assert words(LookupError()) == "LookupError"
