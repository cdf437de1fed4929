"""What a clip's own keyframes say of its size: the sets that they use, and whether they agree."""

import struct
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.access_points import (
    KEPT_FIRST,
    KEPT_KEYS,
    Point,
    Points,
    Reader,
    _Kept,
    changed,
    moment,
    points_of_index,
    points_of_packets,
    records_of,
    refuse_changes,
    reshaped,
    time_of,
)
from preflight.probe.faults import Unmeasured
from tests.probe.boxes_by_hand import box, moov, movie, sample_entry, trak
from tests.specimens import MEDIA


@given(st.lists(st.tuples(st.sampled_from([(2, 2), (4, 2)]), st.booleans()), max_size=6))
def test_sizes_are_refused_exactly_when_two_are_shown(told: list[tuple[tuple[int, int], bool]]) -> None:
    points = [
        Point(sample=place, at_s=float(place), size_px=size, random_access=True, shown=shown)
        for place, (size, shown) in enumerate(told)
    ]
    if len({size for size, shown in told if shown}) > 1:
        with pytest.raises(Unmeasured):
            refuse_changes(points)
    else:
        refuse_changes(points)


def point(sample: int, *, shown: bool = True, size: tuple[int, int] | None = (2, 2)) -> Point:
    return Point(sample=sample, at_s=None, size_px=size, random_access=True, shown=shown)


def test_the_first_keyframe_that_is_shown_and_has_a_size_is_the_one_that_counts() -> None:
    found = (point(0, shown=False), point(1, size=None), point(2), point(3))
    assert Points(found=found, samples=4, fetch=lambda _first, _count: []).used == found[2]
    assert Points(found=found[:2], samples=2, fetch=lambda _first, _count: []).used is None


@pytest.mark.parametrize(("at_s", "when"), [(2.0, "at 2.00 s"), (None, "at an unknown time")])
def test_a_change_is_told_with_both_sizes_and_its_time(at_s: float | None, when: str) -> None:
    assert f"from 854 x 480 to 1280 x 720 px {when}" in str(changed((854, 480), (1280, 720), at_s))


@pytest.mark.parametrize(("codec", "reads"), [("h264", True), ("hevc", True), ("vp9", True), ("mjpeg", False)])
def test_a_reader_reads_the_codecs_whose_samples_tell_their_size(codec: str, reads: bool) -> None:
    assert Reader(codec, [b""]).reads is reads


@given(st.binary(max_size=80), st.sampled_from(["h264", "hevc", "vp8", "prores", "mjpeg"]))
def test_a_sample_of_any_bytes_is_a_point(data: bytes, codec: str) -> None:
    found = Reader(codec, [b""]).read(7, data, 1.5)
    assert (found.sample, found.at_s, found.entry) == (7, 1.5, 1)
    assert found.size_px is None or min(found.size_px) > 0


def test_of_an_index_each_keyframe_is_a_point_and_each_sample_can_be_had() -> None:
    path = MEDIA / "video-20s.mp4"
    with path.open("rb") as stream, av.open(str(path)) as container:
        own = container.streams.video[0]
        keys = [place for place, entry in enumerate(own.index_entries) if entry.is_keyframe]
        found = points_of_index(stream, own, Reader("h264", [bytes(own.codec_context.extradata or b"")]), None, set())
        assert [one.sample for one in found.found] == keys
        assert {one.size_px for one in found.found} == {(own.width, own.height)}
        assert found.samples == len(own.index_entries)
        packets = [bytes(packet) for packet in container.demux(own) if packet.size]
        for first, count in ((0, 3), (keys[-1], 2), (found.samples - 1, 9)):
            assert [bytes(one) for one in found.fetch(first, count)] == packets[first : first + count]


@pytest.mark.parametrize("name", ["video-mpeg-ts.ts", "video-mkv.mkv", "video-flv.flv"])
def test_of_packets_the_first_ones_and_keyframes_over_the_rest_are_kept(name: str) -> None:
    path = MEDIA / name
    with av.open(str(path)) as container:
        packets = [(bytes(one), one.is_keyframe) for one in container.demux(video=0) if one.size]
    with av.open(str(path)) as container:
        own = container.streams.video[0]
        record = bytes(own.codec_context.extradata or b"")
        found = points_of_packets(container, own, Reader("h264", [record]))
        keys = [place for place, (_, key) in enumerate(packets) if key]
        assert [one.sample for one in found.found] == keys
        assert found.found[0].at_s == 0
        assert found.samples == len(packets)
        for first in (0, KEPT_FIRST - 1, keys[-1]):
            assert bytes(found.fetch(first, 1)[0]) == packets[first][0]
        assert found.fetch(len(packets), 1) == []


def test_however_long_a_stream_is_few_of_its_packets_are_kept() -> None:
    path = MEDIA / "video-mpeg-ts.ts"
    with av.open(str(path)) as container:
        packets = [one for one in container.demux(video=0) if one.size]
        kept = _Kept()
        for place in range(20_000):
            kept.add(place, packets[0] if place % 10 == 0 else packets[1])
        there = [place for place in range(0, 20_000, 10) if kept.fetch(place, 1)]
    assert len(there) <= KEPT_FIRST // 10 + KEPT_KEYS + 3
    assert max(there) == 19_990
    assert max(later - earlier for earlier, later in pairwise(there)) < 20_000 / 2


def packet(pts: int | None, dts: int | None, base: Fraction | None = Fraction(1, 10)) -> "av.Packet[Any]":
    made: av.Packet[Any] = av.Packet(b"x")
    made.pts, made.dts = pts, dts
    if base is not None:
        made.time_base = base
    return made


@pytest.mark.parametrize(
    ("pts", "dts", "seconds"), [(25, 10, 2.5), (None, 10, 1.0), (0, 10, 0.0), (-5, None, -0.5), (None, None, None)]
)
def test_a_packet_is_timed_by_when_it_is_shown_or_else_decoded(
    pts: int | None, dts: int | None, seconds: float | None
) -> None:
    assert time_of(packet(pts, dts)) == seconds


def test_a_time_that_is_not_known_is_said_so() -> None:
    assert (moment(2.0), moment(0.004), moment(None)) == ("2.00 s", "0.00 s", "an unknown time")


@given(st.fractions(min_value=Fraction(1, 9), max_value=9), st.fractions(min_value=Fraction(1, 9), max_value=9))
def test_a_change_of_shape_is_told_as_ratios(was: Fraction, now: Fraction) -> None:
    said = str(reshaped(was, now, 1.5))
    assert f"from {was.numerator}:{was.denominator} to {now.numerator}:{now.denominator} at 1.50 s" in said


@pytest.mark.parametrize(("codec", "name"), [("h264", b"avcC"), ("hevc", b"hvcC")])
def test_each_sample_entry_has_its_own_record_and_one_without_has_the_first(codec: str, name: bytes) -> None:
    entries = [
        sample_entry(b"xxxx", box(name, b"one")),
        sample_entry(b"xxxx", box(name, b"two")),
        sample_entry(b"xxxx"),
    ]
    (several,) = movie(moov(trak(entries=entries))).tracks
    assert records_of(several, codec, b"first") == [b"one", b"two", b"first"]
    (single,) = movie(moov(trak(entries=entries[1:2]))).tracks
    assert records_of(single, codec, b"first") == [b"first"]
    assert records_of(None, codec, b"first") == [b"first"]


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_what_is_kept_of_a_stream_comes_back_in_its_order(keys: list[bool]) -> None:
    kept = _Kept()
    packets = [packet(place, place) for place in range(len(keys))]
    for place, (one, is_key) in enumerate(zip(packets, keys, strict=True)):
        one.is_keyframe = is_key
        kept.add(place, one)
    for place in range(len(keys)):
        found = kept.fetch(place, 4)
        assert [one.pts for one in found] == list(range(place, place + len(found)))
        assert place >= KEPT_FIRST or found


@given(st.integers(1, 16383), st.integers(1, 16383), st.binary(max_size=9))
def test_a_key_frame_of_vp8_tells_its_size_and_another_frame_none(width: int, height: int, behind: bytes) -> None:
    """RFC 6386, 9.1: three bytes with the kind in the lowest bit, three of a start code, two of each side."""
    key = b"\x10\x02\0\x9d\x01\x2a" + struct.pack("<HH", width, height) + behind + bytes(9)
    found = Reader("vp8", [b""]).read(0, key, None)
    assert (found.size_px, found.random_access) == ((width, height), True)
    assert not Reader("vp8", [b""]).read(0, b"\x11" + key[1:], None).random_access
