"""What a clip's own keyframes say of its size: the sets that they use, and whether they agree."""

from itertools import pairwise

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
    points_of_index,
    points_of_packets,
    refuse_changes,
)
from preflight.probe.faults import Unmeasured
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
