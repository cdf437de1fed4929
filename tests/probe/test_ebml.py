"""The elements of Matroska: identifiers and places, whatever the bytes are."""

import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import element
from preflight.probe.ebml import (
    CLUSTER,
    SEGMENT,
    SIMPLE_BLOCK,
    TRACK,
    TRACKS,
    Element,
    elements,
    hiding,
    inner,
    last_media,
    segment_of,
    tracks_of,
)
from tests.specimens import MEDIA


def test_the_tracks_of_a_file_are_found_below_its_segment() -> None:
    whole = (MEDIA / "video-mkv.mkv").read_bytes()
    stream = io.BytesIO(whole)
    segment = segment_of(stream, len(whole))
    assert segment
    assert (segment.id, segment.end) == (SEGMENT, len(whole))
    assert [track.id for track in tracks_of(stream, len(whole))] == [TRACK]


def test_an_element_of_unknown_length_goes_on_to_the_end() -> None:
    inner = element(TRACKS.to_bytes(4, "big"), element(bytes([TRACK]), b"ab"))
    whole = SEGMENT.to_bytes(4, "big") + b"\xff" + inner
    assert [track.end for track in tracks_of(io.BytesIO(whole), len(whole))] == [len(whole)]


@given(st.lists(st.binary(max_size=20), max_size=6))
def test_elements_come_back_as_they_were_put_in(payloads: list[bytes]) -> None:
    whole = b"".join(element(b"\xec", payload) for payload in payloads)
    found = elements(io.BytesIO(whole), 0, len(whole))
    assert [whole[one.start : one.end] for one in found] == payloads


@given(st.binary(max_size=64))
def test_any_bytes_are_elements_or_none(whole: bytes) -> None:
    assert all(one.end is None or one.end >= one.start for one in elements(io.BytesIO(whole), 0, len(whole)))


def found_in(whole: bytes, end: int | None = None) -> list[Element]:
    return list(elements(io.BytesIO(whole), 0, len(whole) if end is None else end))


@pytest.mark.parametrize(
    ("head", "id_", "length"),
    [
        (b"\x81\x83", 0x81, 3),
        (b"\xec\x40\x03", 0xEC, 3),
        (b"\x42\x86\x81", 0x4286, 1),
        (b"\x2a\xd7\xb1\x20\x00\x02", 0x2AD7B1, 2),
        (b"\x1a\x45\xdf\xa3\x10\x00\x00\x04", 0x1A45DFA3, 4),
        (b"\xec\x08\0\0\0\x05", 0xEC, 5),
        (b"\xec\x04\0\0\0\0\x06", 0xEC, 6),
        (b"\xec\x02\0\0\0\0\0\x07", 0xEC, 7),
        (b"\xec\x01\0\0\0\0\0\0\x08", 0xEC, 8),
    ],
)
def test_numbers_of_every_width_keep_the_marker_in_an_identifier_and_not_in_a_length(
    head: bytes, id_: int, length: int
) -> None:
    (found,) = found_in(head + bytes(length))
    assert (found.id, found.start, found.end) == (id_, len(head), len(head) + length)


@pytest.mark.parametrize("width", range(1, 9))
def test_a_length_of_all_ones_is_unknown_in_each_width(width: int) -> None:
    ones = ((1 << 7 * width) - 1 | 1 << 7 * width).to_bytes(width, "big")
    assert [one.end for one in found_in(b"\xec" + ones + bytes(9))] == [None]
    known = ((1 << 7 * width) - 2 | 1 << 7 * width).to_bytes(width, "big")
    assert [one.end for one in found_in(b"\xec" + known)] == [1 + width + (1 << 7 * width) - 2]


@pytest.mark.parametrize("head", [b"", b"\0", b"\x08\x80\x80\x80\x80", b"\x01" * 12, b"\xec", b"\xec\0", b"\x42\x86"])
def test_what_is_no_identifier_with_a_length_is_no_element(head: bytes) -> None:
    assert found_in(head) == []


def test_a_head_that_is_cut_is_no_element_at_any_byte() -> None:
    head = b"\x1a\x45\xdf\xa3\x01" + bytes(7)
    assert [len(found_in(head[:size])) for size in range(len(head) + 1)] == [0] * len(head) + [1]


@given(st.integers(0, (1 << 56) - 2))
def test_a_length_past_every_file_ends_the_walk(length: int) -> None:
    whole = b"\xec\x01" + length.to_bytes(7, "big")
    assert [one.end for one in found_in(whole)] == [9 + length]


def test_a_walk_ends_where_its_range_does_though_more_follows() -> None:
    one = element(b"\xec", b"abc")
    whole = one * 3
    assert len(found_in(whole, 2 * len(one) + 5)) == 2
    assert len(found_in(whole, 0)) == 0


def test_a_path_leads_through_every_parent_of_its_name_and_no_other() -> None:
    leaf = element(b"\x83", b"x")
    whole = element(b"\xae", leaf * 2) + element(b"\xe0", leaf) + element(b"\xae", element(b"\xec", b"") + leaf)
    outer = Element(0, 0, len(whole))
    found = list(inner(io.BytesIO(whole), outer, len(whole), 0xAE, 0x83))
    assert [whole[one.start : one.end] for one in found] == [b"x"] * 3


def test_the_first_list_of_tracks_counts_and_others_do_not() -> None:
    def tracks(*numbers: int) -> bytes:
        return element(TRACKS.to_bytes(4, "big"), b"".join(element(bytes((TRACK,)), bytes((n,))) for n in numbers))

    whole = element(SEGMENT.to_bytes(4, "big"), tracks(1, 2) + tracks(3))
    assert [whole[one.start] for one in tracks_of(io.BytesIO(whole), len(whole))] == [1, 2]


def test_without_a_segment_there_are_no_tracks() -> None:
    whole = element(TRACKS.to_bytes(4, "big"), element(bytes((TRACK,)), b"a"))
    assert segment_of(io.BytesIO(whole), len(whole)) is None
    assert list(tracks_of(io.BytesIO(whole), len(whole))) == []


# ---- recorded live streams: nobody went back to write how long they are ----------------------------------------------

UNKNOWN = b"\x01" + b"\xff" * 7
LIVE = SEGMENT.to_bytes(4, "big") + UNKNOWN
NAMED, OPEN = CLUSTER.to_bytes(4, "big"), CLUSTER.to_bytes(4, "big") + UNKNOWN
BLOCK = element(bytes((SIMPLE_BLOCK,)), b"\x81\0\0\x80frame")


def last_of(whole: bytes) -> Element | None:
    stream = io.BytesIO(whole)
    segment = segment_of(stream, len(whole))
    assert segment
    return last_media(stream, segment, len(whole))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.booleans())
def test_the_last_cluster_or_block_of_a_live_stream_ends_with_its_file(blocks: list[int], opened: bool) -> None:
    clusters = [OPEN + BLOCK * count if opened else element(NAMED, BLOCK * count) for count in blocks]
    whole = LIVE + element(b"\xec", b"void") + b"".join(clusters)
    last = last_of(whole)
    assert last
    assert (last.id, last.end) == (SIMPLE_BLOCK if opened else CLUSTER, len(whole))


@pytest.mark.parametrize("missing", range(1, 10))
def test_a_block_that_lacks_bytes_ends_past_the_file_by_as_many(missing: int) -> None:
    for whole in (LIVE + OPEN + BLOCK * 3, LIVE + element(NAMED, BLOCK * 3)):
        last = last_of(whole[:-missing])
        assert last
        assert last.end == len(whole)


def test_what_is_no_media_behind_the_last_cluster_does_not_count() -> None:
    whole = LIVE + element(NAMED, BLOCK) + element(b"\x1c\x53\xbb\x6b", bytes(20))[:-5]
    last = last_of(whole)
    assert last
    assert last.id == CLUSTER
    assert last_of(LIVE + element(b"\xec", b"void")) is None


def test_a_stream_that_begins_anew_is_followed_into_its_next_segment() -> None:
    whole = LIVE + element(NAMED, BLOCK) + element(b"\x1a\x45\xdf\xa3", b"head") + LIVE + OPEN + BLOCK
    last = last_of(whole)
    assert last
    assert last.end == len(whole)


@given(st.binary(max_size=200))
def test_any_bytes_in_a_live_stream_end(tail: bytes) -> None:
    last = last_of(LIVE + tail)
    assert last is None or last.start <= len(LIVE + tail)


# ---- elements that hide the tracks -----------------------------------------------------------------------------------

LONG_VOID = b"\xec\x01" + (1 << 40).to_bytes(7, "big")
TRACKLIST = element(TRACKS.to_bytes(4, "big"), element(bytes((TRACK,)), b"track"))


@pytest.mark.parametrize(
    "segment", [lambda inside: element(SEGMENT.to_bytes(4, "big"), inside), lambda inside: LIVE + inside]
)
def test_an_element_past_the_file_hides_the_tracks_behind_it_and_none_before_it(
    segment: Callable[[bytes], bytes],
) -> None:
    def hidden(whole: bytes) -> bool:
        return hiding(io.BytesIO(whole), len(whole)) is not None

    assert hidden(LONG_VOID + segment(TRACKLIST))
    assert hidden(segment(LONG_VOID + TRACKLIST))
    assert hidden(segment(element(b"\xec", b"") + LONG_VOID + TRACKLIST))
    assert not hidden(segment(TRACKLIST + LONG_VOID))
    assert not hidden(segment(TRACKLIST) + LONG_VOID)
    assert not hidden(segment(element(b"\xec", b"abc") + TRACKLIST))


@given(st.binary(max_size=100))
def test_in_any_bytes_an_element_hides_tracks_or_none_does(whole: bytes) -> None:
    found = hiding(io.BytesIO(whole), len(whole))
    assert found is None or (found.end or 0) > len(whole)
