"""What EXIF, XMP and IPTC say: an orientation, a place, a serial number."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_tiff import ASCII, EXIF, GPS, LONG, NOWHERE, RATIONAL, SHORT, SOMEWHERE, Directory, tiff, xmp
from preflight.probe.metadata import Metadata, Said, read_metadata
from tests.specimens import image

TAG, SERIAL = 0x0112, 0xA431


def said(*fields: "tuple[int, int, list[int] | bytes | Directory]", xmp_: tuple[bytes, ...] = ()) -> Said:
    return read_metadata(Metadata(exif=tiff(list(fields)), xmp=xmp_))


@pytest.mark.parametrize(
    "name",
    [
        "image-orientation-is-byte.jpg",
        "image-orientation-is-long.jpg",
        "image-orientation-is-slong.jpg",
        "image-orientation-is-text.jpg",
        "image-orientation-beside-broken-gps.jpg",
        "image-orientation-in-xmp.png",
        "image-orientation-in-xmp.webp",
        "image-orientation-in-xmp.tif",
        "image-exif-date-is-rational.jpg",
    ],
)
def test_a_turn_is_seen_wherever_and_however_it_is_kept(name: str) -> None:
    facts = image(name)
    assert (facts.orientation, facts.width_px, facts.height_px, facts.stored_width_px) == (6, 320, 480, 480)
    header = image(name, "header")
    assert (header.width_px, header.height_px) == (320, 480)


@pytest.mark.parametrize("wrong", [0, 9, 99, 65535])
def test_an_orientation_that_is_none_gives_way_to_xmp(wrong: int) -> None:
    assert said((TAG, SHORT, [wrong])).orientation == 1
    turned = (b"<x tiff:Orientation='8'/>",)
    assert said((TAG, SHORT, [wrong]), xmp_=turned) == Said(8, "XMP")
    assert said((TAG, SHORT, [3]), xmp_=turned) == Said(3, "EXIF")


@pytest.mark.parametrize(
    "packet",
    [
        b'<x tiff:Orientation="6">',
        b"<x tiff:Orientation = '6'>",
        b"<tiff:Orientation>6</tiff:Orientation>",
        '<x tiff:Orientation="6">'.encode("utf-16-le"),
        '<x tiff:Orientation="6">'.encode("utf-16-be"),
    ],
)
def test_xmp_is_read_in_all_its_ways_of_writing(packet: bytes) -> None:
    assert read_metadata(Metadata(xmp=(packet,))).orientation == 6


@pytest.mark.parametrize("packet", [b"<x tiff:Orientation='66'>", b"<x tiff:Orientation='0'>", b"", b"\xff\xfe\0"])
def test_xmp_that_says_no_orientation_says_none(packet: bytes) -> None:
    assert read_metadata(Metadata(xmp=(packet,))) == Said()


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (SOMEWHERE, True),
        (NOWHERE, False),
        ([(2, RATIONAL, [0, 1] * 3), (4, RATIONAL, [0, 1] * 3)], False),
        ([(2, RATIONAL, [0, 1] * 3), (4, RATIONAL, [0, 1, 12, 1, 0, 1])], True),
        ([(2, ASCII, b"37,33N\0")], True),
        ([(2, ASCII, b"0,0N\0")], False),
        ([(29, ASCII, b"2026:11:29\0")], False),
        ([(28, ASCII, b"Gangnam\0")], True),
    ],
)
def test_a_place_is_more_than_zeros(place: Directory, told: bool) -> None:
    assert said((GPS, LONG, place)).location is told


@pytest.mark.parametrize(("serial", "told"), [(b"SN-42\0", True), (b"\0", False), (b"0000000\0", False)])
def test_a_serial_number_is_more_than_zeros(serial: bytes, told: bool) -> None:
    details: Directory = [(SERIAL, ASCII, serial)]
    assert said((EXIF, LONG, details)).location is told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('photoshop:City="Essen"', True),
        ('photoshop:City=""', False),
        ('Iptc4xmpCore:Location="Old Town"', True),
        ('exif:GPSLatitude="51,27.4N"', True),
        ('exif:GPSLatitude="0,0.0N"', False),
        ('aux:SerialNumber="1234"', True),
        ('aux:SerialNumber="0"', False),
        ('dc:format="image/jpeg"', False),
    ],
)
def test_xmp_names_a_place_or_a_serial_number(words: str, told: bool) -> None:
    assert read_metadata(Metadata(xmp=(xmp(words),))).location is told


def test_xmp_names_a_place_in_an_element_too() -> None:
    assert read_metadata(Metadata(xmp=(b"<Iptc4xmpExt:City><rdf:Alt><rdf:li>Essen</rdf:li>",))).location
    assert read_metadata(Metadata(xmp=(b"<photoshop:City>Essen</photoshop:City>",))).location
    assert not read_metadata(Metadata(xmp=(b"<photoshop:City></photoshop:City>",))).location


def record(number: int, text: bytes) -> bytes:
    return b"\x1c\x02" + bytes((number,)) + struct.pack(">H", len(text)) + text


@pytest.mark.parametrize(
    ("records", "told"),
    [
        (record(90, b"Essen"), True),
        (record(5, b"A title") + record(101, b"Korea"), True),
        (record(5, b"\x1c\x02\x5a\x00\x05Essen"), False),
        (record(90, b""), False),
        (record(90, b"  "), False),
        (record(5, b"A title"), False),
        (b"\x1c\x02\x5a", False),
    ],
)
def test_iptc_names_a_place(records: bytes, told: bool) -> None:
    thumbnail = b"8BIM\x04\x0c\x00\x00" + struct.pack(">I", 6) + b"\x1c\x02\x5a\x00\x01x"
    within = thumbnail + b"8BIM\x04\x04\x03abc" + struct.pack(">I", len(records)) + records
    assert read_metadata(Metadata(iptc=(records,))).location is told
    assert read_metadata(Metadata(iptc=(within,))).location is told


@given(st.binary(max_size=200))
def test_no_block_makes_the_reader_raise(block: bytes) -> None:
    read_metadata(Metadata(exif=block, xmp=(block,), iptc=(block, b"8BIM" + block)))
    read_metadata(Metadata(exif=b"Exif\0\0II*\0\x08\0\0\0" + block))
