"""TIFF directories: every field is read alone, whatever is wrong with its neighbours."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_tiff import ASCII, BYTE, LONG, RATIONAL, SHORT, SLONG, tiff
from preflight.probe.tiff import Directory, open_exif, open_tiff

TAG, OTHER = 0x0112, 0x010F


def first(block: bytes) -> Directory:
    found = open_exif(block)
    assert found
    return next(found.chain())


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("kind", "value"),
    [(BYTE, [6]), (SHORT, [6]), (LONG, [6]), (SLONG, [6]), (RATIONAL, [6, 1]), (RATIONAL, [12, 2]), (ASCII, b"6\0")],
)
def test_a_number_is_a_number_whatever_it_is_kept_as(order: str, kind: int, value: "list[int] | bytes") -> None:
    assert first(tiff([(TAG, kind, value)], order=order)).integer(TAG) == 6


@pytest.mark.parametrize("value", [[1, 2], [0, 0]])
def test_a_fraction_that_is_no_whole_number_is_no_integer_and_one_over_nothing_is_zero(value: list[int]) -> None:
    found = first(tiff([(TAG, RATIONAL, value)]))
    assert found.numbers(TAG) == ((0.5,) if value == [1, 2] else (0,))
    assert found.integer(TAG) == (None if value == [1, 2] else 0)


@pytest.mark.parametrize("text", [b"six\0", b"\0", b"\xff\xfe\0"])
def test_a_text_that_spells_no_number_is_none(text: bytes) -> None:
    assert first(tiff([(TAG, ASCII, text)])).integer(TAG) is None


def test_a_missing_field_is_none_and_text_ends_at_its_zero() -> None:
    found = first(tiff([(OTHER, ASCII, b"Maker\0rest\0")]))
    assert (found.integer(TAG), found.numbers(TAG), found.content(TAG)) == (None, (), b"")
    assert found.text(OTHER) == "Maker"


def test_a_field_that_points_nowhere_costs_itself_alone() -> None:
    block = bytearray(tiff([(OTHER, ASCII, b"a long name\0"), (TAG, SHORT, [6])]))
    struct.pack_into("<I", block, 10 + 8, 0xFFFFFFF0)
    found = first(bytes(block))
    assert (found.text(OTHER), found.integer(TAG)) == ("", 6)


def test_a_field_of_no_known_type_costs_itself_alone() -> None:
    block = bytearray(tiff([(OTHER, SHORT, [1]), (TAG, SHORT, [6])]))
    struct.pack_into("<H", block, 12, 77)
    assert first(bytes(block)).numbers(OTHER) == ()
    assert first(bytes(block)).integer(TAG) == 6


@pytest.mark.parametrize("name", [b"", b"Exif\0\0", b"Exif\0\xff", b"\0\0\0\6Exif\0\0"])
def test_the_name_before_the_header_may_be_missing_or_odd(name: bytes) -> None:
    assert first(name + tiff([(TAG, SHORT, [6])])).integer(TAG) == 6


def test_directories_that_follow_one_another_in_a_circle_end() -> None:
    block = bytearray(tiff([(TAG, SHORT, [1])], [(TAG, SHORT, [2])]))
    found = open_exif(bytes(block))
    assert found
    assert [one.integer(TAG) for one in found.chain()] == [1, 2]
    block[-4:] = struct.pack("<I", 8)
    found = open_exif(bytes(block))
    assert found
    assert [one.integer(TAG) for one in found.chain()] == [1, 2]


@pytest.mark.parametrize("block", [b"", b"II", b"no TIFF at all", b"II*\0", b"II+\0\x08\0\0\0"])
def test_what_has_no_directory_says_nothing(block: bytes) -> None:
    found = open_exif(block)
    assert found is None or list(found.chain()) == []


FLOATS = {11: ("f", 4), 12: ("d", 8)}


def of_floats(kind: int, *values: float, order: str = "<") -> Directory:
    """Lay a directory whose only field holds floats of 4 or 8 bytes, behind it."""
    letter, _ = FLOATS[kind]
    held = struct.pack(f"{order}{len(values)}{letter}", *values)
    inside = len(held) <= 4
    entry = struct.pack(f"{order}HHI", TAG, kind, len(values)) + (held if inside else struct.pack(f"{order}I", 26))
    head = struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, 8)
    return first(head + struct.pack(f"{order}H", 1) + entry + bytes(4) + held)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", FLOATS)
def test_floats_are_numbers_and_a_whole_one_is_an_integer(kind: int, order: str) -> None:
    assert of_floats(kind, 6.0, order=order).integer(TAG) == 6
    assert of_floats(kind, 1.5, -2.25, order=order).numbers(TAG) == (1.5, -2.25)
    assert of_floats(kind, 1.5, order=order).integer(TAG) is None


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("kind", FLOATS)
def test_floats_that_are_no_finite_numbers_leave_the_field_without_any(kind: int, odd: float) -> None:
    found = of_floats(kind, 1.0, odd)
    assert (found.numbers(TAG), found.integer(TAG), found.within(TAG)) == ((), None, None)


@given(st.binary(min_size=8, max_size=64), st.integers(1, 18), st.integers(0, 9))
def test_whatever_numbers_a_field_has_can_be_counted_with(content: bytes, kind: int, count: int) -> None:
    block = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, TAG, kind, count, 26) + bytes(4) + content
    for number in first(block).numbers(TAG):
        assert int(number) in range(-(1 << 1100), 1 << 1100)


@given(st.binary(max_size=40), st.integers(-(1 << 66), 1 << 66), st.integers(-(1 << 66), 1 << 66))
def test_reading_anywhere_gives_a_part_of_the_file_and_never_more_than_asked(
    content: bytes, at: int, size: int
) -> None:
    whole = b"II*\0\x08\0\0\0" + content
    found = open_tiff(io.BytesIO(whole))
    assert found
    read = found.read(at, size)
    assert read in whole
    assert len(read) <= max(size, 0)


@given(
    st.binary(max_size=200), st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0" + bytes(7)])
)
def test_no_bytes_make_the_reader_raise(tail: bytes, head: bytes) -> None:
    found = open_tiff(io.BytesIO(head + tail))
    for one in found.chain() if found else ():
        for tag in one.entries:
            one.numbers(tag), one.integer(tag), one.text(tag), one.within(tag)
        list(one.branches())
