"""When samples of MP4 and MOV are shown, by their tables and edit lists."""

import io
import struct
import zlib

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.offsets import MAX_MOOV, children, movie_header, show_times
from tests.specimens import MEDIA

Runs = list[tuple[int, int]]


def box(name: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return struct.pack(">I4s", 8 + len(content), name) + content


def runs(name: bytes, rows: Runs) -> bytes:
    return box(name, struct.pack(">II", 0, len(rows)), *(struct.pack(">Ii", *row) for row in rows))


def track(number: int, lengths: Runs, offsets: Runs | None, edits: list[tuple[int, int]] | None = None) -> bytes:
    tables = runs(b"stts", lengths) + (runs(b"ctts", offsets) if offsets is not None else b"")
    listed = [struct.pack(">IiI", *edit, 1 << 16) for edit in edits or ()]
    edited = box(b"edts", box(b"elst", struct.pack(">II", 0, len(listed)), *listed)) if edits else b""
    clock = box(b"mdhd", struct.pack(">5I", 0, 0, 0, 100, 0))
    return box(
        b"trak",
        box(b"tkhd", struct.pack(">4I", 0, 0, 0, number), bytes(68)),
        edited,
        box(b"mdia", clock, box(b"minf", box(b"stbl", tables))),
    )


def moov(*tracks: bytes) -> bytes:
    return box(b"moov", box(b"mvhd", struct.pack(">5I", 0, 0, 0, 100, 0)), *tracks)


def times(whole: bytes, number: int = 1) -> tuple[int, ...] | None:
    stream = io.BytesIO(whole)
    stream.seek(3)
    found = show_times(stream, len(whole), number)
    assert stream.tell() == 3
    return found


@pytest.mark.parametrize(
    ("offsets", "shown"),
    [
        (None, None),
        ([], None),
        ([(5, 0)], (0, 10, 20, 30, 40)),
        ([(1, 10), (1, 30), (2, 0), (1, 10)], (10, 40, 20, 30, 50)),
        ([(4, 0)], ()),
        ([(0xFFFFFFFF, 0)], ()),
    ],
)
def test_offsets_are_added_to_decode_times(offsets: Runs | None, shown: tuple[int, ...] | None) -> None:
    assert times(moov(track(1, [(5, 10)], offsets))) == shown


def test_each_track_has_its_own_tables() -> None:
    whole = moov(track(1, [(2, 10)], [(2, 5)]), track(7, [(3, 10)], [(3, 1)]))
    assert times(whole, 7) == (1, 11, 21)
    assert times(whole, 2) is None


@pytest.mark.parametrize(
    ("edits", "shown"),
    [([(0, 10)], (10, 20, 30)), ([(20, 10)], (10, 20, 30)), ([(50, -1), (10, 0)], (0, 10)), ([(9, 0), (9, 20)], ())],
)
def test_an_edit_list_leaves_what_lies_within(edits: list[tuple[int, int]], shown: tuple[int, ...]) -> None:
    found = times(moov(track(1, [(4, 10)], [(4, 0)], edits)))
    assert found is not None
    assert found[: len(shown)] == shown


def test_a_compressed_movie_header_is_read() -> None:
    plain = moov(track(1, [(2, 10)], [(2, 5)]))
    packed = box(b"cmov", box(b"dcom", b"zlib"), box(b"cmvd", len(plain).to_bytes(4, "big"), zlib.compress(plain)))
    assert times(box(b"moov", packed)) == (5, 15)
    assert times(box(b"moov", box(b"cmov", box(b"cmvd", b"\0\0\0\1", b"no zlib")))) is None


@pytest.mark.parametrize("name", ["video-60fps-170-frames.mp4", "video-60fps.mp4", "video-15.015s-29.97fps.mp4"])
def test_times_are_those_of_the_packets(name: str) -> None:
    whole = (MEDIA / name).read_bytes()
    with av.open(io.BytesIO(whole), "r") as container:
        picture = container.streams.video[0]
        shown = [packet.pts for packet in container.demux(picture) if packet.pts is not None and not packet.is_discard]
        found = times(whole, picture.id) or tuple(entry.timestamp for entry in picture.index_entries)
    assert [at - min(found) for at in found] == [at - min(shown) for at in shown]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_complaint(inner: bytes) -> None:
    found = times(moov(box(b"trak", inner)) + inner)
    assert found is None or isinstance(found, tuple)


# ---- edges of the tables ---------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 50), st.integers(0, 90)), min_size=1, max_size=8))
def test_times_are_decode_times_and_delays_run_by_run(rows: list[tuple[int, int, int]]) -> None:
    whole = moov(track(1, [row[:2] for row in rows], [(count, delay) for count, _, delay in rows]))
    expected, at = [], 0
    for count, step, delay in rows:
        for _ in range(count):
            expected.append(at + delay)
            at += step
    assert times(whole) == tuple(expected)


def test_delays_below_zero_are_signed_in_either_version() -> None:
    """Version 1 of ctts is signed; QuickTime writes negative delays into version 0 too, and readers take them so."""
    assert times(moov(track(1, [(3, 10)], [(1, 0), (2, -10)]))) == (0, 0, 10)


@pytest.mark.parametrize(("lengths", "offsets"), [([(3, 10)], [(2, 0)]), ([], [(2, 0)]), ([(2, 10)], [(0, 5)])])
def test_tables_of_different_lengths_give_no_times(lengths: Runs, offsets: Runs) -> None:
    assert times(moov(track(1, lengths, offsets))) == ()


def edited_by(elst: bytes, *, movie_scale: int = 100, scale: int = 100) -> tuple[int, ...] | None:
    tables = runs(b"stts", [(6, 10)]) + runs(b"ctts", [(6, 0)])
    clock = box(b"mdhd", struct.pack(">5I", 0, 0, 0, scale, 0))
    trak = box(
        b"trak",
        box(b"tkhd", struct.pack(">4I", 0, 0, 0, 1), bytes(68)),
        box(b"edts", box(b"elst", elst)),
        box(b"mdia", clock, box(b"minf", box(b"stbl", tables))),
    )
    return times(box(b"moov", box(b"mvhd", struct.pack(">5I", 0, 0, 0, movie_scale, 0)), trak))


def test_an_edit_in_64_bits_is_the_same_as_in_32() -> None:
    wide = struct.pack(">IIQqI", 1 << 24, 1, 20, 10, 1 << 16)
    narrow = struct.pack(">IIIiI", 0, 1, 20, 10, 1 << 16)
    assert edited_by(wide) == edited_by(narrow) == (10, 20, 30)


@pytest.mark.parametrize(("movie_scale", "scale", "shown"), [(1000, 100, 1), (100, 1000, 6), (0, 100, 6), (100, 0, 0)])
def test_an_edit_is_as_long_as_its_ticks_are_in_those_of_the_track(movie_scale: int, scale: int, shown: int) -> None:
    found = edited_by(struct.pack(">IIIiI", 0, 1, 6, 0, 1 << 16), movie_scale=movie_scale, scale=scale)
    assert found is not None
    assert len(found) == shown


def test_an_edit_whose_row_is_cut_is_none() -> None:
    for size in range(8, 20):
        assert edited_by(struct.pack(">IIIiI", 0, 1, 20, 10, 1 << 16)[:size]) == (0, 10, 20, 30, 40, 50)


@pytest.mark.parametrize("version", [0, 1])
def test_a_track_is_found_by_its_number_in_either_version_of_its_header(version: int) -> None:
    number = struct.pack(">4I", 0, 0, 0, 9) if not version else struct.pack(">IQQI", 1 << 24, 0, 0, 9)
    tables = runs(b"stts", [(2, 10)]) + runs(b"ctts", [(2, 5)])
    trak = box(b"trak", box(b"tkhd", number, bytes(68)), box(b"mdia", box(b"minf", box(b"stbl", tables))))
    assert times(box(b"moov", trak), 9) == (5, 15)


def header_of(whole: bytes, size: int | None = None) -> bytes:
    return movie_header(io.BytesIO(whole), len(whole) if size is None else size)


def test_a_movie_header_is_found_behind_boxes_of_any_form_of_length() -> None:
    wide = struct.pack(">I4sQ", 1, b"mdat", 20) + bytes(4)
    assert header_of(box(b"ftyp") + wide + box(b"moov", b"abc")) == b"abc"
    assert header_of(box(b"ftyp") + struct.pack(">I4s", 0, b"moov") + b"abc") == b"abc"
    assert header_of(box(b"ftyp") + struct.pack(">I4sQ", 1, b"moov", 19) + b"abcd") == b"abc"


@pytest.mark.parametrize("length", [2, 7])
def test_what_is_no_box_ends_the_search(length: int) -> None:
    assert header_of(struct.pack(">I4s", length, b"free") + bytes(12) + box(b"moov", b"abc")) == b""


def test_a_movie_header_larger_than_hours_of_frames_is_left_alone() -> None:
    whole = struct.pack(">I4s", MAX_MOOV + 9, b"moov") + bytes(20)
    assert header_of(whole, MAX_MOOV + 9) == b""
    assert header_of(whole, MAX_MOOV + 8) == bytes(20)


def test_of_thousands_of_boxes_before_it_the_search_tires() -> None:
    assert header_of(box(b"free") * 998 + box(b"moov", b"abc")) == b"abc"
    assert header_of(box(b"free") * 1000 + box(b"moov", b"abc")) == b""


def test_a_header_that_unpacks_to_no_header_is_none() -> None:
    packed = box(b"cmov", box(b"cmvd", bytes(4), zlib.compress(box(b"free", b"abc"))))
    assert header_of(box(b"moov", packed)) == b""


@given(st.lists(st.tuples(st.sampled_from([b"trak", b"free"]), st.binary(max_size=9)), max_size=6), st.integers(0, 7))
def test_children_come_back_until_one_is_shorter_than_its_header(own: list[tuple[bytes, bytes]], length: int) -> None:
    whole = b"".join(box(name, content) for name, content in own)
    assert list(children(whole + struct.pack(">I4s", length, b"free") + box(b"skip"))) == own
