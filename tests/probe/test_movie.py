"""The boxes of a movie: where its samples lie, and which sample entry each is coded by."""

import io
import struct
import zlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import boxed, payload_of
from preflight.probe.faults import Unmeasured
from preflight.probe.movie import (
    ITSELF,
    MAX_DEPTH,
    MAX_MOOV,
    EntryAt,
    Movie,
    Reference,
    Track,
    boxes_in,
    numbers,
    read_movie,
    track_number,
    tree,
    whole_rows,
    within,
)
from tests.probe import boxes_by_hand as by_hand
from tests.probe.boxes_by_hand import box, full, listed, long_box, moov, sample_entry, sized, trak
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


# ---- written by hand -------------------------------------------------------------------------------------------------


def only_track(
    *tables: bytes, number: int = 1, entries: Sequence[bytes] = (), wide: bool = False, behind: bytes = b""
) -> Track:
    (track,) = by_hand.movie(moov(trak(*tables, number=number, entries=entries, wide=wide)), behind).tracks
    return track


def test_a_box_inside_may_tell_its_length_in_64_bits_or_go_on_to_the_end_of_its_parent() -> None:
    data = long_box(b"free", b"abc") + box(b"skip", b"d") + struct.pack(">I4s", 0, b"udta") + b"rest"
    assert [(name, data[start:end]) for name, start, end in boxes_in(data)] == [
        (b"free", b"abc"),
        (b"skip", b"d"),
        (b"udta", b"rest"),
    ]


@pytest.mark.parametrize("length", [2, 7])
def test_a_length_below_its_own_header_ends_the_boxes(length: int) -> None:
    data = box(b"free", b"a") + struct.pack(">I4s", length, b"skip") + box(b"free", b"b")
    assert [name for name, _, _ in boxes_in(data)] == [b"free"]
    assert [top.name for top in by_hand.movie(data).tops] == [b"free"]


@pytest.mark.parametrize("length", [1, 15])
def test_a_length_of_64_bits_below_its_header_ends_the_boxes_too(length: int) -> None:
    data = box(b"free", b"a") + long_box(b"skip", b"", length) + box(b"free", b"b")
    assert [name for name, _, _ in boxes_in(data)] == [b"free"]
    assert [top.name for top in by_hand.movie(data).tops] == [b"free"]


@given(st.integers(1 << 10, (1 << 64) - 1))
def test_a_box_longer_than_its_file_is_told_as_it_says_and_read_as_far_as_it_goes(length: int) -> None:
    data = long_box(b"moov", trak(number=7), length)
    found = by_hand.movie(data)
    assert [(top.name, top.end) for top in found.tops] == [(b"moov", length)]
    assert found.complete
    assert [track.number for track in found.tracks] == [7]


@pytest.mark.parametrize("size", range(1, 8))
def test_bytes_too_few_for_a_box_are_what_is_left(size: int) -> None:
    rest = b"\0\0\1\0moof"[:size]
    found = by_hand.movie(box(b"free", b"a"), rest)
    assert ([top.name for top in found.tops], found.rest) == ([b"free"], rest)


def test_without_a_movie_header_a_file_is_not_complete_and_of_two_the_first_counts() -> None:
    assert not by_hand.movie(box(b"mdat", bytes(8))).complete
    found = by_hand.movie(moov(trak(number=3)), moov(trak(number=4)))
    assert (found.complete, [track.number for track in found.tracks]) == (True, [3])


def test_a_movie_header_of_more_than_days_is_not_read() -> None:
    whole = struct.pack(">I4s", MAX_MOOV + 9, b"moov") + bytes(100)
    with pytest.raises(Unmeasured, match="its moov box takes 134,217,729 bytes"):
        by_hand.movie(whole, size=MAX_MOOV + 9)


def test_fragment_headers_share_one_budget() -> None:
    small = box(b"moof", bytes(100))
    large = struct.pack(">I4s", (32 << 20) - 50, b"moof") + bytes(100)
    assert len(by_hand.movie(small, small).moofs) == 2
    with pytest.raises(Unmeasured, match="its moof box takes"):
        by_hand.movie(small, large, size=len(small) + (32 << 20) - 50)


@pytest.mark.parametrize("packed", [b"", b"\0\0\0\x10", b"\0\0\0\x10no zlib"])
def test_a_compressed_header_that_cannot_be_unpacked_has_no_tracks(packed: bytes) -> None:
    squeezed = moov(box(b"cmov", box(b"dcom", b"zlib"), box(b"cmvd", packed)))
    assert by_hand.movie(squeezed).tracks == ()


@pytest.mark.parametrize("wide", [False, True])
def test_the_number_of_a_track_stands_behind_times_of_32_or_64_bits(wide: bool) -> None:
    assert only_track(number=0x01020304, wide=wide).number == 0x01020304


def test_a_track_header_that_is_cut_has_the_number_zero_or_what_is_left_of_it() -> None:
    whole = bytes(4) + bytes(8) + struct.pack(">I", 5)
    assert [track_number(whole[:size]) for size in (0, 12, 16)] == [0, 0, 5]


def test_a_handler_of_the_data_is_none_of_the_track() -> None:
    """QuickTime puts a second hdlr into minf, which names how data are reached: Data Handler, alis or url."""
    data_handler = full(b"hdlr", b"dhlr" + b"alis" + bytes(12))
    media = box(b"mdia", full(b"hdlr", b"mhlr" + b"soun" + bytes(12)), box(b"minf", data_handler))
    (track,) = by_hand.movie(moov(box(b"trak", media))).tracks
    assert track.handler == b"soun"


def test_of_two_tables_of_one_name_the_first_counts() -> None:
    track = only_track(listed(b"stco", [(10,)], "I"), listed(b"stco", [(20,), (30,)], "I"))
    assert track.chunks() == [10]


def test_chunks_with_offsets_of_64_bits_go_before_those_of_32() -> None:
    track = only_track(listed(b"stco", [(1,)], "I"), listed(b"co64", [(1 << 40,), (1 << 41,)], "Q"))
    assert track.chunks() == [1 << 40, 1 << 41]
    assert track.chunk_count == 2
    assert only_track().chunk_count == 0


@given(st.lists(st.integers(0, 2**32 - 1), max_size=6), st.integers(0, 2**32 - 1))
def test_a_table_has_as_many_rows_as_it_says_and_never_more_than_it_holds(rows: list[int], count: int) -> None:
    table = listed(b"stco", [(row,) for row in rows], "I", count)[8:]
    assert list(numbers(whole_rows(table, 4))) == rows[:count]


@pytest.mark.parametrize("size", range(13))
def test_a_table_that_is_cut_has_its_whole_rows(size: int) -> None:
    table = listed(b"stts", [(1, 2)], "II")[8:][:size]
    assert whole_rows(table, 8) == b""


def test_the_samples_are_counted_by_either_table_of_sizes() -> None:
    assert only_track(sized([5, 6, 7])).samples == 3
    assert only_track(full(b"stz2", struct.pack(">II", 8, 4) + bytes(4))).samples == 4
    assert only_track(sized([], equal=4, count=99)).samples == 99
    assert only_track().samples == 0


def test_the_entries_in_use_are_those_of_chunks_and_fragments_and_all_where_none_is_told() -> None:
    entries = [sample_entry(b"avc1"), sample_entry(b"avc3"), sample_entry(b"hvc1")]
    runs = listed(b"stsc", [(1, 1, 1), (2, 1, 3)], "III")
    assert only_track(runs, sized([1, 1]), entries=entries).used() == {1, 3}
    assert only_track(runs, entries=entries).used() == {1, 2, 3}
    fragment = box(b"moof", box(b"traf", full(b"tfhd", struct.pack(">II", 1, 2), flags=2)))
    assert only_track(entries=entries, behind=fragment).used() == {2}
    assert only_track(runs, sized([1, 1]), entries=entries, behind=fragment).used() == {1, 2, 3}


@given(st.lists(st.integers(1, 3), min_size=1, max_size=8))
def test_each_chunk_has_the_entry_of_the_run_it_belongs_to(entry_of_chunk: list[int]) -> None:
    runs = [
        (number, 1, entry)
        for number, entry in enumerate(entry_of_chunk, 1)
        if number == 1 or entry != entry_of_chunk[number - 2]
    ]
    places = [100 * number for number in range(1, len(entry_of_chunk) + 1)]
    track = only_track(listed(b"stsc", runs, "III"), listed(b"stco", [(place,) for place in places], "I"))
    entry_at = track.entry_at()
    assert [entry_at(place + 50) for place in places] == entry_of_chunk


def test_without_runs_every_sample_has_the_first_entry() -> None:
    assert only_track(listed(b"stco", [(10,)], "I")).entry_at()(10) == 1


def test_an_entry_tells_size_and_reference_and_the_boxes_behind_its_fixed_part() -> None:
    (entry,) = only_track(entries=[sample_entry(b"avc1", box(b"avcC", b"\1abc"), size=(640, 360), reference=2)]).entries
    assert (entry.format, entry.size_px, entry.reference) == (b"avc1", (640, 360), 2)
    assert (entry.box(b"avcC"), entry.box(b"hvcC")) == (b"\1abc", None)


def test_an_entry_that_is_cut_has_no_size_and_no_boxes() -> None:
    for size in range(78):
        (entry,) = only_track(entries=[box(b"avc1", sample_entry(b"avc1")[8:][:size])]).entries
        assert entry.box(b"avcC") is None
        assert entry.size_px == ((64, 48) if size >= 28 else (64, 0) if size >= 26 else (0, 0))


def test_a_name_within_the_fixed_part_is_no_box() -> None:
    named = bytearray(sample_entry(b"avc1")[8:])
    named[40:52] = b"\0\0\0\x0cavcCabcd"
    (entry,) = only_track(entries=[box(b"avc1", bytes(named))]).entries
    assert entry.box(b"avcC") is None


def test_samples_are_in_the_file_itself_or_in_those_that_are_named() -> None:
    def references(*urls: bytes) -> tuple[Reference, ...]:
        dref = full(b"dref", struct.pack(">I", len(urls)) + b"".join(urls))
        return only_track(box(b"dinf", dref)).references

    assert references(full(b"url ", flags=1)) == ITSELF
    assert references(full(b"url ", b"file:///a.mov\0"), full(b"alis", flags=1)) == (
        Reference(b"url ", 0, b"file:///a.mov\0"),
        Reference(b"alis", 1, b""),
    )


@pytest.mark.parametrize(
    ("flags", "fields", "entry"),
    [(0, (), 4), (2, (3,), 3), (1, (0, 99), 4), (3, (0, 99, 5), 5), (0x20003A, (6, 7, 8, 9), 6)],
)
def test_a_fragment_names_its_entry_behind_an_offset_or_else_has_the_usual_one(
    flags: int, fields: tuple[int, ...], entry: int
) -> None:
    usual = box(b"mvex", full(b"trex", struct.pack(">5I", 1, 4, 0, 0, 0)))
    head = full(b"tfhd", struct.pack(f">{1 + len(fields)}I", 1, *fields), flags=flags)
    (track,) = by_hand.movie(moov(trak(), usual), box(b"moof", box(b"traf", head))).tracks
    assert [found for _, found in track.fragments] == [entry]


def test_a_fragment_belongs_to_the_track_that_it_names_and_begins_where_its_header_does() -> None:
    header, gap = moov(trak(number=1), trak(number=2)), box(b"free", bytes(30))
    one, two = (box(b"moof", box(b"traf", full(b"tfhd", struct.pack(">I", number)))) for number in (1, 2))
    found = by_hand.movie(header, one, gap, two, one)
    begin = len(header)
    second = begin + len(one) + len(gap)
    assert [track.fragments for track in found.tracks] == [
        ((begin, 1), (second + len(two), 1)),
        ((second, 1),),
    ]


def test_a_tree_is_read_as_deep_as_real_files_go_and_not_without_end() -> None:
    def nested(depth: int) -> bytes:
        data = full(b"trex", bytes(20))
        for _ in range(depth):
            data = box(b"udta", data)
        return data

    assert [found.name for found in tree(nested(12))] == [b"trex"]
    assert tree(nested(MAX_DEPTH + 1)) == []


def test_boxes_behind_a_broken_one_are_lost_with_it_and_those_of_the_parent_are_not() -> None:
    broken = box(b"trak", struct.pack(">I4s", 3, b"free"), full(b"tkhd", bytes(80)))
    assert [(found.track, found.name) for found in tree(broken + trak())][:1] == [(2, b"tkhd")]


def test_a_path_leads_to_the_first_box_of_each_name() -> None:
    data = box(b"a   ", box(b"b   ", b"1"), box(b"b   ", b"2")) + box(b"a   ", box(b"c   ", b"3"))
    assert within(data, b"a   ", b"b   ") == b"1"
    assert within(data, b"a   ", b"c   ") is None
    assert within(data) == data


@given(st.binary(max_size=120), st.sampled_from([b"moov", b"moof", b"trak"]))
def test_any_bytes_within_a_header_are_read_without_complaint(inside: bytes, name: bytes) -> None:
    content = moov(trak(), box(b"trak", inside)) + box(name, inside)
    for track in by_hand.movie(content).tracks:
        assert track.entry_at()(5) >= 0
        assert (len(track.chunks()), track.samples) >= (0, 0)
        assert all(number >= 0 for number in track.used())
