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


@given(
    st.binary(max_size=200), st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0" + bytes(7)])
)
def test_no_bytes_make_the_reader_raise(tail: bytes, head: bytes) -> None:
    found = open_tiff(io.BytesIO(head + tail))
    for one in found.chain() if found else ():
        for tag in one.entries:
            one.numbers(tag), one.integer(tag), one.text(tag), one.within(tag)
        list(one.branches())
