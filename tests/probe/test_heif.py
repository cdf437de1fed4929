"""HEIF and AVIF: what their properties say of what is shown."""

import io
import struct
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fixtures.recipe_properties import clap, imir, irot, with_properties
from fixtures.recipe_psd import SIZE, fields
from fixtures.recipe_stream import boxed as box
from preflight.probe.bitstream.av1 import CodePoints
from preflight.probe.heif import Aperture, Heif, _item_at, boxes, meta_at, read_heif
from preflight.probe.pillow import open_image
from preflight.probe.sniff import sniff
from tests.specimens import MEDIA, image, probed


@cache
def encoded() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (400, 360)).save(buffer, "AVIF", quality=30)
    return buffer.getvalue()


def avif(*properties: bytes) -> io.BytesIO:
    return io.BytesIO(with_properties(encoded(), *properties))


@pytest.mark.parametrize("kind", ["heic", "avif"])
def test_the_aperture_is_what_is_shown_and_what_is_opened(kind: str) -> None:
    name = f"image-{kind}-aperture.{kind}"
    assert (image(name).width_px, image(name).height_px) == SIZE
    assert (image(name, "header").width_px, image(name, "header").height_px) == SIZE
    with (MEDIA / name).open("rb") as stream:
        sniffed = sniff(stream)
        assert sniffed
        picture = open_image(stream, sniffed)
    assert picture.size == SIZE
    for place in ((20, 20), (SIZE[0] - 20, 20), (20, SIZE[1] - 20)):
        shown, painted = picture.getpixel(place), fields().getpixel(place)
        assert isinstance(shown, tuple)
        assert isinstance(painted, tuple)
        assert max(abs(a - b) for a, b in zip(shown, painted, strict=True)) < 12


@pytest.mark.parametrize("kind", ["heic", "avif"])
def test_a_picture_is_cropped_before_it_is_turned(kind: str) -> None:
    facts = image(f"image-{kind}-turned.{kind}")
    assert (facts.width_px, facts.height_px) == SIZE[::-1]


@pytest.mark.parametrize(
    ("property_", "aperture"),
    [
        (clap(320, 300), Aperture(40, 30, 320, 300)),
        (clap(320, 300, -40, -30), Aperture(0, 0, 320, 300)),
        (clap(320, 300, 60, 0), Aperture(100, 30, 300, 300)),
        (clap(400, 360), None),
        (clap(0, 360), None),
        (irot(1), None),
        (imir(0), None),
    ],
)
def test_an_aperture_is_counted_from_the_middle_and_ends_with_the_picture(
    property_: bytes, aperture: Aperture | None
) -> None:
    assert read_heif(avif(property_)).aperture == aperture


def test_a_fraction_over_nothing_is_no_aperture() -> None:
    whole = avif(clap(320, 300)).getvalue()
    at = whole.index(b"clap") + 8
    assert read_heif(io.BytesIO(whole[:at] + bytes(4) + whole[at + 4 :])).aperture is None


def test_the_depth_of_an_avif_is_that_of_its_samples() -> None:
    whole = avif().getvalue()
    assert read_heif(io.BytesIO(whole)).bit_depth == 8
    assert (
        read_heif(io.BytesIO(whole.replace(b"pixi\0\0\0\0\3\x08\x08\x08", b"pixi\0\0\0\0\3\x0a\x0a\x0a"))).bit_depth
        == 10
    )


def test_a_hif_is_a_heic_by_its_ending() -> None:
    assert image("image-heic-named.hif").format == "heic"


HUGE = [1 << 44, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]


@pytest.mark.parametrize("length", HUGE)
@pytest.mark.parametrize("padding", [0, 1 << 18])
def test_a_box_longer_than_any_file_leaves_nothing_to_read(length: int, padding: int, tmp_path: Path) -> None:
    for brand in (b"heic", b"avif"):
        path = tmp_path / "a"
        path.write_bytes(box(b"ftyp", brand + bytes(4)) + struct.pack(">I4sQ", 1, b"free", length) + bytes(padding))
        with path.open("rb") as stream:
            assert read_heif(stream) == Heif()
        found = probed(path)
        assert found.fault
        assert found.fault.kind == "unreadable"


@pytest.mark.parametrize("base", HUGE)
def test_a_coded_image_that_lies_where_no_file_reaches_tells_no_colors(base: int) -> None:
    """The offset of an item is a base and an offset of up to fifteen bytes each."""
    where = struct.pack(">HHQHQQ", 1, 0, base, 1, (1 << 64) - 1, 9)
    located = box(b"iloc", bytes((0, 0, 0, 0, 0x88, 0x80, 0, 1)) + where)
    own = box(b"ipco", box(b"ispe", struct.pack(">III", 0, 64, 64)) + box(b"av1C", bytes.fromhex("81000c00")))
    names = box(b"ipma", struct.pack(">IIHBBB", 0, 1, 1, 2, 1, 2))
    meta = box(b"meta", bytes(4) + box(b"pitm", bytes(4) + b"\0\1") + located + box(b"iprp", own + names))
    found = read_heif(io.BytesIO(box(b"ftyp", b"avif" + bytes(4)) + meta))
    assert (found.item, found.colors) == (1, None)


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise(content: bytes) -> None:
    whole = avif(clap(320, 300)).getvalue()
    at = len(content) % 300
    read_heif(io.BytesIO(content))
    read_heif(io.BytesIO(whole[:at] + content[:9] + whole[at + 9 :]))
    assert read_heif(io.BytesIO(b"")) == Heif()


# ---- properties by hand: ISO 23008-12, 9.3, and ISO 14496-12, 8.11 ---------------------------------------------------


def ispe(width: int = 400, height: int = 360) -> bytes:
    return box(b"ispe", struct.pack(">III", 0, width, height))


def nclx(primaries: int, transfer: int, matrix: int = 1) -> bytes:
    return box(b"colr", b"nclx" + struct.pack(">HHHB", primaries, transfer, matrix, 0x80))


def associations(*items: tuple[int, list[int]], wide_items: bool = False, wide: bool = False) -> bytes:
    """Write `ipma`: property numbers by item, each with a bit that says whether readers must know it."""
    rows = b""
    for item, numbers in items:
        rows += struct.pack(">IB" if wide_items else ">HB", item, len(numbers))
        rows += b"".join(struct.pack(">H", 0x8000 | n) if wide else bytes((0x80 | n,)) for n in numbers)
    return box(b"ipma", struct.pack(">II", int(wide_items) << 24 | int(wide), len(items)) + rows)


def heif(*own: bytes, names: bytes | None = None, item: int = 1, wide_item: bool = False) -> io.BytesIO:
    """Write a HEIF whose primary image has properties; by default all of them."""
    pitm = box(b"pitm", (b"\1\0\0\0" + struct.pack(">I", item)) if wide_item else bytes(4) + struct.pack(">H", item))
    told = associations((item, list(range(1, len(own) + 1))), wide_items=wide_item) if names is None else names
    meta = box(b"meta", bytes(4) + pitm + box(b"iprp", box(b"ipco", b"".join(own)) + told))
    return io.BytesIO(box(b"ftyp", b"heic" + bytes(4)) + meta)


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_a_turn_and_a_mirror_are_the_last_bits_of_their_bytes(quarters: int, axis: int | None) -> None:
    own = [ispe(), box(b"irot", bytes((0xFC | quarters,)))]
    own += [] if axis is None else [box(b"imir", bytes((0xFE | axis,)))]
    found = read_heif(heif(*own))
    assert (found.quarters, found.mirror) == (quarters, axis)


@pytest.mark.parametrize("wide_item", [False, True])
@pytest.mark.parametrize("wide", [False, True])
def test_properties_are_those_that_are_named_for_the_primary_image_in_every_width(wide_item: bool, wide: bool) -> None:
    item = 70_000 if wide_item else 7
    names = associations((3, [1, 2]), (item, [2, 3]), (9, [1]), wide_items=wide_item, wide=wide)
    found = read_heif(
        heif(box(b"irot", b"\1"), box(b"irot", b"\2"), nclx(9, 16), names=names, item=item, wide_item=wide_item)
    )
    assert (found.item, found.quarters, found.colors) == (item, 2, CodePoints(9, 16, 1))


@pytest.mark.parametrize("names", [b"", associations(), associations((2, [1])), associations((1, [0, 5, 127]))])
def test_properties_of_other_images_and_numbers_of_none_say_nothing(names: bytes) -> None:
    found = read_heif(heif(box(b"irot", b"\1"), box(b"clap", bytes(32)), names=names))
    assert (found.quarters, found.aperture) == (0, None)


@pytest.mark.parametrize("size", range(22))
def test_names_of_properties_that_are_cut_name_those_before_the_cut(size: int) -> None:
    whole = associations((1, [1, 2]))[8:]
    found = read_heif(heif(box(b"irot", b"\1"), box(b"imir", b"\1"), names=box(b"ipma", whole[:size])))
    assert found.quarters == (1 if size >= 12 else 0)
    assert found.mirror == (1 if size >= 13 else None)


def test_of_two_properties_of_one_kind_the_first_that_is_named_counts() -> None:
    own = (box(b"irot", b"\1"), box(b"irot", b"\2"))
    assert read_heif(heif(*own, names=associations((1, [2, 1])))).quarters == 2


@pytest.mark.parametrize("depths", [[8, 8, 8], [10, 10, 10], [8, 12, 8], [16], []])
def test_the_depth_is_that_of_the_deepest_channel(depths: list[int]) -> None:
    pixi = box(b"pixi", bytes((0, 0, 0, 0, len(depths), *depths)))
    assert read_heif(heif(ispe(), pixi)).bit_depth == max(depths, default=8)


@pytest.mark.parametrize(
    ("colors", "points", "profiled"),
    [
        ([nclx(9, 16, 9)], CodePoints(9, 16, 9), False),
        ([box(b"colr", b"prof" + bytes(200)), nclx(12, 13)], CodePoints(12, 13, 1), True),
        ([box(b"colr", b"rICC" + bytes(200))], None, True),
        ([nclx(2, 2)], None, False),
        ([nclx(2, 16)], CodePoints(2, 16, 1), False),
        ([box(b"colr", b"nclx\0\x09")], None, False),
        ([box(b"colr", b"nclx\0\x09"), nclx(9, 18)], CodePoints(9, 18, 1), False),
        ([box(b"colr", b"nclc" + bytes(6))], None, False),
    ],
    ids=["nclx", "profile and nclx", "profile", "untold", "half told", "cut", "cut, then whole", "QuickTime's"],
)
def test_colors_are_told_by_code_points_beside_a_profile_or_not_at_all(
    colors: list[bytes], points: CodePoints | None, profiled: bool
) -> None:
    found = read_heif(heif(ispe(), *colors))
    assert (found.colors, found.profiled) == (points, profiled)


def test_a_picture_of_tiles_has_the_colors_of_its_tiles() -> None:
    """A grid has no coding of its own: that, and with it the colors, belongs to the tiles."""
    names = associations((1, [1]))
    assert read_heif(heif(ispe(), nclx(9, 16), names=names)).colors == CodePoints(9, 16, 1)
    coded = heif(box(b"hvcC", bytes(30)), nclx(9, 16), names=names)
    assert read_heif(coded).colors is None


def clean(*numbers: int) -> bytes:
    return box(b"clap", struct.pack(">IIIIiIiI", *numbers))


@pytest.mark.parametrize(
    ("numbers", "aperture"),
    [
        ((100, 1, 80, 1, 0, 1, 0, 1), Aperture(150, 140, 100, 80)),
        ((200, 2, 240, 3, 0, 1, 0, 1), Aperture(150, 140, 100, 80)),
        ((100, 1, 80, 1, -300, 2, 140, 1), Aperture(0, 280, 100, 80)),
        ((100, 1, 80, 1, -400, 1, 0, 1), Aperture(0, 140, 100, 80)),
        ((100, 1, 80, 1, 4000, 1, 0, 1), None),
        ((100, 0, 80, 1, 0, 1, 0, 1), None),
        ((100, 1, 80, 1, 0, 1, 0, 0), None),
        ((500, 1, 400, 1, 0, 1, 0, 1), None),
        ((2**32 - 1, 1, 2**32 - 1, 1, 0, 1, 0, 1), None),
        ((1, 3, 80, 1, 0, 1, 0, 1), None),
    ],
)
def test_an_aperture_is_four_fractions_around_the_middle(numbers: tuple[int, ...], aperture: Aperture | None) -> None:
    assert read_heif(heif(ispe(), clean(*numbers))).aperture == aperture
    assert read_heif(heif(clean(*numbers))).aperture is None


@given(st.lists(st.integers(0, 2**31 - 1), min_size=8, max_size=8))
def test_an_aperture_never_leaves_its_picture(numbers: list[int]) -> None:
    found = read_heif(heif(ispe(), clean(*numbers))).aperture
    if found:
        left, top, right, bottom = found.box
        assert 0 <= left < right <= 400
        assert 0 <= top < bottom <= 360


def located(version: int, offset: int, base: int, extents: list[int], *, elsewhere: bool = False) -> bytes:
    """Write `iloc` for the items 5 and 1, with the same extents: ISO 14496-12, 8.11.3."""
    index = bool(version)
    rows = b""
    for item in (5, 1):
        rows += struct.pack(">I" if version == 2 else ">H", item)
        rows += struct.pack(">H", int(elsewhere)) if version else b""
        rows += struct.pack(">H", 0) + struct.pack(">Q", base) + struct.pack(">H", len(extents))
        for at in extents:
            rows += (bytes(4) if index else b"") + struct.pack(">II", at + (offset if item == 1 else 0), 50)
    count = struct.pack(">I" if version == 2 else ">H", 2)
    return box(b"iloc", bytes((version, 0, 0, 0, 0x44, 0x84 if index else 0x80)) + count + rows)


@pytest.mark.parametrize("version", [0, 1, 2])
def test_the_place_of_the_coded_image_is_a_base_and_an_offset_in_each_version(version: int) -> None:
    """What lies there is looked at only for AV1 whose record holds no sequence header."""
    assert _item_at(located(version, 30, 1000, [0])[8:], 1) == 1030
    assert _item_at(located(version, 30, 1000, [200, 9])[8:], 1) == 1230
    assert _item_at(located(version, 30, 1000, [])[8:], 1) == 0
    assert _item_at(located(version, 30, 1000, [0])[8:], 2) == 0
    assert (_item_at(located(version, 30, 1000, [0], elsewhere=True)[8:], 1) == 0) == bool(version)


@given(st.binary(max_size=60), st.integers(0, 3))
def test_places_of_any_bytes_are_a_number_from_zero_on(iloc: bytes, item: int) -> None:
    assert _item_at(iloc, item) >= 0


def test_the_first_meta_box_of_the_file_is_found_behind_others_and_in_64_bits() -> None:
    front = box(b"ftyp", b"heic") + struct.pack(">I4sQ", 1, b"free", 20) + bytes(4)
    assert meta_at(io.BytesIO(front + box(b"meta", b"abcd"))) == (len(front) + 8, b"abcd")
    assert meta_at(io.BytesIO(front + struct.pack(">I4sQ", 1, b"meta", 20) + b"abcdef")) == (len(front) + 16, b"abcd")
    assert meta_at(io.BytesIO(front + struct.pack(">I4s", 0, b"meta") + b"abcdef")) == (len(front) + 8, b"abcdef")
    assert meta_at(io.BytesIO(front)) == (0, b"")
    assert meta_at(io.BytesIO(box(b"free", b"") * 200 + box(b"meta", b"abcd"))) == (0, b"")


@given(st.lists(st.tuples(st.sampled_from([b"irot", b"ispe"]), st.binary(max_size=9)), max_size=6), st.integers(0, 7))
def test_adjacent_boxes_come_back_until_one_is_shorter_than_its_header(
    own: list[tuple[bytes, bytes]], length: int
) -> None:
    whole = b"".join(box(name, content) for name, content in own)
    assert [(name, content) for _, name, content in boxes(whole)] == own
    broken = whole + struct.pack(">I4s", length, b"free") if length else whole
    assert [(name, content) for _, name, content in boxes(broken + box(b"skip", b""))][: len(own)] == own
    assert all(whole[at : at + len(content)] == content for at, _, content in boxes(whole))
