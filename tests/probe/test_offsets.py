"""When samples of MP4 and MOV are shown, by their tables and edit lists."""

import io
import struct
import zlib

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.offsets import show_times
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
