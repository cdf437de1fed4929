"""The box tree of MP4 and MOV: rotation, fragments, location and the movie header's claim."""

import io
import struct
import time
import zlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.boxes import TRACK_MATRIX_AT, Boxes, matrix_at, movie_length_s, read_boxes
from preflight.probe.movie import read_movie
from preflight.probe.orientation import UPRIGHT, Orientation, of_matrices
from tests.specimens import MEDIA

ONE = 1 << 16
TURNS = {0: (ONE, 0, 0, ONE), 90: (0, ONE, -ONE, 0), 180: (-ONE, 0, 0, -ONE), 270: (0, -ONE, ONE, 0)}


def box(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def tkhd(matrix: tuple[int, int, int, int], version: int = 0) -> bytes:
    a, b, c, d = matrix
    front = bytes([version]) + bytes(51 if version else 39)
    return front + struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30) + bytes(8)


def _nine(matrix: tuple[int, int, int, int]) -> tuple[int, ...]:
    a, b, c, d = matrix
    return a, b, 0, c, d, 0, 0, 0, 1 << 30


def turn(header: bytes) -> int:
    return of_matrices(matrix_at(header, *TRACK_MATRIX_AT)).degrees


def read(content: bytes) -> Boxes:
    return read_boxes(read_movie(io.BytesIO(content), len(content)))


def movie(*inside: bytes) -> bytes:
    return box(b"ftyp", b"isom") + box(b"moov", b"".join(inside))


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("degrees", TURNS)
def test_a_turn_is_read_from_the_track_headers_matrix(degrees: int, version: int) -> None:
    assert turn(tkhd(TURNS[degrees], version)) == degrees


@pytest.mark.parametrize("matrix", [(ONE, ONE, -ONE, ONE), (0, 0, 0, 0)])
def test_a_matrix_that_is_no_quarter_turn_turns_nothing(matrix: tuple[int, int, int, int]) -> None:
    assert turn(tkhd(matrix)) == 0


def test_a_track_header_cut_short_turns_nothing() -> None:
    assert [turn(tkhd(TURNS[90])[:size]) for size in (0, 1, 40, 59)] == [0, 0, 0, 0]


def test_tracks_keep_their_order() -> None:
    tracks = [box(b"trak", box(b"tkhd", tkhd(TURNS[degrees]))) for degrees in (90, 0, 270)]
    assert read(movie(*tracks)).turns == (Orientation(90), UPRIGHT, Orientation(270))


@pytest.mark.parametrize(("of_movie", "of_track", "both"), [(90, 0, 90), (90, 90, 180), (270, 90, 0), (180, 270, 90)])
def test_the_matrix_of_the_movie_turns_on(of_movie: int, of_track: int, both: int) -> None:
    header = bytes(36) + struct.pack(">9i", *_nine(TURNS.get(of_movie, (ONE, 0, 0, ONE))))
    track = box(b"trak", box(b"tkhd", tkhd(TURNS.get(of_track, (ONE, 0, 0, ONE)))))
    assert read(movie(box(b"mvhd", header), track)).turns == (Orientation(both),)


def test_a_compressed_movie_header_is_read_as_one_that_is_not() -> None:
    header = box(b"mvhd", bytes(12) + struct.pack(">II", 1000, 2000))
    plain = box(b"moov", header + box(b"trak", box(b"tkhd", tkhd(TURNS[90]))))
    packed = box(b"cmvd", len(plain).to_bytes(4, "big") + zlib.compress(plain))
    found = read(movie(box(b"cmov", box(b"dcom", b"zlib") + packed)))
    assert found.turns == (Orientation(90),)
    assert found.claimed_s == 2


@pytest.mark.parametrize(
    ("mvhd", "length"),
    [
        (bytes(12) + struct.pack(">II", 1000, 15_015), Fraction(15_015, 1000)),
        (b"\1" + bytes(19) + struct.pack(">IQ", 90_000, 450_000), Fraction(5)),
        (bytes(12) + struct.pack(">II", 1000, 0), None),
        (bytes(12) + struct.pack(">II", 1000, 2**32 - 1), None),
        (b"\1" + bytes(19) + struct.pack(">IQ", 1000, 2**64 - 1), None),
        (bytes(12) + struct.pack(">II", 0, 15), None),
        (bytes(10), None),
        (b"", None),
    ],
)
def test_the_movie_header_claims_a_length_or_none(mvhd: bytes, length: Fraction | None) -> None:
    assert movie_length_s(mvhd) == length
    assert read(movie(box(b"mvhd", mvhd))).claimed_s == length


def test_a_fragment_makes_a_file_fragmented() -> None:
    assert read(movie() + box(b"moof")).fragmented
    assert not read(movie(box(b"moof"))).fragmented


@pytest.mark.parametrize(
    "inside",
    [
        box(b"udta", box(b"\xa9xyz", b"+37.5+126.9/")),
        box(b"udta", box(b"loci", b"Seoul")),
        box(b"meta", b"com.apple.quicktime.location.ISO6709"),
        box(b"udta", box(b"meta", b"...LocationInformation...")),
        box(b"trak", box(b"udta", box(b"\xa9xyz", b"+37.5+126.9/"))),
    ],
)
def test_a_place_is_seen_wherever_it_stands(inside: bytes) -> None:
    assert read(movie(inside)).location
    assert not read(movie(box(b"udta", box(b"\xa9nam", b"a title")))).location


def test_a_box_with_a_64_bit_length_is_passed_over() -> None:
    wide = struct.pack(">I4sQ", 1, b"mdat", 16 + 5) + bytes(5)
    assert read(wide + movie(box(b"mvhd", bytes(12) + struct.pack(">II", 1, 3)))).claimed_s == 3


def test_a_box_of_length_zero_reaches_to_the_end() -> None:
    mvhd = box(b"mvhd", bytes(12) + struct.pack(">II", 1, 3))
    assert read(struct.pack(">I4s", 0, b"moov") + mvhd).claimed_s == 3


@pytest.mark.parametrize("length", [2, 7])
def test_a_length_shorter_than_its_own_header_ends_the_reading(length: int) -> None:
    assert read(struct.pack(">I4s", length, b"free") + movie(box(b"mvhd", bytes(40)))).claimed_s is None


def test_boxes_within_boxes_without_end_do_not_exhaust_the_reader() -> None:
    depth = 30_000
    deep = b"".join(struct.pack(">I4s", 8 * (depth - level), b"moov") for level in range(depth))
    started = time.process_time()
    assert read(deep) == Boxes(fragmented=False, turns=(), location=False, claimed_s=None)
    assert time.process_time() - started < 10


def test_a_million_empty_boxes_are_left_in_a_moment() -> None:
    assert read(box(b"free") * 1_000_000).turns == ()
    assert read(movie(*[box(b"moov", box(b"moov", box(b"free") * 200) * 50)] * 50)).turns == ()


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_a_crash(content: bytes) -> None:
    assert read(content).turns is not None
    assert read(box(b"moov", content)).turns is not None


@pytest.mark.parametrize(
    ("name", "turn"),
    [("video-rotated-90.mp4", 270), ("video-rotated-180.mp4", 180), ("video-rotated-270.mov", 90), ("video-5s.mp4", 0)],
)
def test_specimens_made_counter_clockwise_are_turned_clockwise(name: str, turn: int) -> None:
    assert read((MEDIA / name).read_bytes()).turns[0].degrees == turn
