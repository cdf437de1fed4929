"""The boxes of a movie: where its samples lie, and which sample entry each is coded by."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import boxed, payload_of
from preflight.probe.movie import EntryAt, Movie, boxes_in, read_movie, tree
from tests.specimens import MEDIA


def movie(content: bytes) -> Movie:
    return read_movie(io.BytesIO(content), len(content))


def of(name: str) -> Movie:
    return movie((MEDIA / name).read_bytes())


def test_a_clip_with_sound_has_two_tracks_in_the_order_of_the_file() -> None:
    found = of("video-sound-aac.mp4")
    assert [(track.number, track.handler, track.entries[0].format) for track in found.tracks] == [
        (1, b"vide", b"avc1"),
        (2, b"soun", b"mp4a"),
    ]
    assert found.tracks[0].entries[0].size_px == (854, 480)
    assert (found.complete, found.fragmented, found.tracks[0].samples) == (True, False, 75)


def test_each_sample_has_the_entry_of_its_chunk() -> None:
    track = of("video-two-sample-entries.mp4").tracks[0]
    first, second = track.chunks()
    entry_at = track.entry_at()
    assert (entry_at(first), entry_at(second - 1), entry_at(second), entry_at(second + 500)) == (1, 1, 2, 2)
    assert track.used() == {1, 2}


def test_a_fragment_has_the_entry_that_its_header_or_the_movie_names() -> None:
    whole = (MEDIA / "video-fragmented.mp4").read_bytes()
    assert {entry for _, entry in movie(whole).tracks[0].fragments} == {1}
    at = whole.index(b"trex") + 4 + 8
    second = whole[:at] + struct.pack(">I", 2) + whole[at + 4 :]
    assert movie(second).tracks[0].used() == {2}
    named = boxed(b"moof", boxed(b"traf", boxed(b"tfhd", struct.pack(">3I", 2, 1, 3))))
    assert movie(second + named).tracks[0].used() == {2, 3}


def test_a_compressed_header_reads_as_it_was_before() -> None:
    plain = (MEDIA / "video-5s.mp4").read_bytes()
    moov = payload_of(plain, "moov")
    packed = struct.pack(">I", len(moov) + 8) + zlib.compress(boxed(b"moov", moov))
    squeezed = boxed(b"moov", boxed(b"cmov", boxed(b"dcom", b"zlib") + boxed(b"cmvd", packed)))
    assert movie(squeezed).tracks == movie(boxed(b"moov", moov)).tracks


@pytest.mark.parametrize("length", [0, 1])
def test_a_box_may_tell_its_length_in_64_bits_or_go_on_to_the_end(length: int) -> None:
    long = struct.pack(">Q", 24) if length else b""
    content = boxed(b"free", b"") + struct.pack(">I4s", length, b"mdat") + long + bytes(8)
    found = movie(content)
    assert [(top.name, top.end) for top in found.tops] == [(b"free", 8), (b"mdat", len(content))]


@given(st.lists(st.tuples(st.sampled_from([b"stsz", b"trak", b"stts", b"free"]), st.binary(max_size=9)), max_size=9))
def test_boxes_come_back_as_they_were_put_in(boxes: list[tuple[bytes, bytes]]) -> None:
    data = b"".join(boxed(name, payload) for name, payload in boxes)
    assert [(name, data[start:end]) for name, start, end in boxes_in(data)] == boxes


@given(st.binary(max_size=300))
def test_a_tree_of_any_bytes_ends(data: bytes) -> None:
    assert len(tree(data)) <= len(data)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 3)), max_size=5), st.integers(0, 120))
def test_the_entry_at_a_place_is_that_of_the_last_place_before_it(places: list[tuple[int, int]], at: int) -> None:
    ordered = sorted(places)
    before = [entry for place, entry in ordered if place <= at]
    expected = before[-1] if before else ordered[0][1] if ordered else 1
    assert EntryAt(ordered)(at) == expected


@given(st.binary(max_size=400))
def test_boxes_of_any_bytes_are_a_movie(content: bytes) -> None:
    movie = read_movie(io.BytesIO(content), len(content))
    assert all(top.end >= top.start for top in movie.tops)
