"""Photoshop files: what they look like, or in words why that cannot be told."""

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fixtures.recipe_psd import SIZE, Psd, fields, write
from preflight.probe.faults import Unreadable
from preflight.probe.pillow import open_image
from preflight.probe.psd import composite, read_psd
from preflight.probe.sniff import sniff
from tests.probe.tiff_by_hand import pack_bits
from tests.specimens import MEDIA, image, probed


def opened(path: Path) -> Image.Image:
    with path.open("rb") as stream:
        sniffed = sniff(stream)
        assert sniffed
        picture = open_image(stream, sniffed)
        picture.load()
        return picture


def corners(picture: Image.Image) -> list[object]:
    width, height = picture.size
    return [picture.getpixel(place) for place in ((9, 9), (width - 9, 9), (9, height - 9), (width - 9, height - 9))]


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("image-psd.psd", "RGB"),
        ("image-psd-16-bit.psd", "RGB"),
        ("image-psb.psb", "RGB"),
        ("image-psd-two-selections.psd", "RGB"),
        ("image-psd-one-selection.psd", "RGB"),
    ],
)
def test_a_composite_looks_as_it_was_painted(name: str, mode: str) -> None:
    picture = opened(MEDIA / name)
    assert (picture.size, picture.mode) == (SIZE, mode)
    assert corners(picture) == corners(fields())
    assert image(name).alpha is False


def test_gray_of_sixteen_bits_keeps_them() -> None:
    assert [
        value >> 8 if isinstance(value, int) else None for value in corners(opened(MEDIA / "image-psd-16-bit-gray.psd"))
    ] == corners(fields().convert("L"))


def test_in_a_bitmap_one_is_black() -> None:
    assert corners(opened(MEDIA / "image-psd-bitmap.psd")) == [
        255 * (value >= 128) for value in corners(fields().convert("L")) if isinstance(value, int)
    ]


def test_inks_are_stored_as_what_is_left_of_white() -> None:
    picture = opened(MEDIA / "image-psd-inks.psd")
    assert picture.mode == "CMYK"
    shown = corners(picture)[0]
    assert isinstance(shown, tuple)
    assert shown[:3] == (55, 215, 215)


def test_only_a_negative_count_of_layers_makes_a_channel_transparency() -> None:
    assert opened(MEDIA / "image-psd-transparent.psd").mode == "RGBA"
    assert image("image-psd-transparent.psd").alpha is True


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("image-psd-without-composite.psd", "maximize compatibility"),
        ("image-psd-multichannel.psd", "multichannel"),
        ("image-psd-32-bit.psd", "32 bits"),
    ],
)
def test_what_cannot_be_told_is_said_and_not_guessed(name: str, words: str) -> None:
    found = probed(name)
    assert found.fault
    assert (found.fault.kind, words in found.fault.message) == ("unmeasured", True)
    assert (image(name).width_px, image(name).decoded) == (SIZE[0], False)


@pytest.mark.parametrize("psd", [Psd(), Psd(bits=16), Psd(big=True), Psd(0, bits=1), Psd(4)])
def test_a_composite_that_ends_early_is_cut_short(psd: Psd, tmp_path: Path) -> None:
    path = tmp_path / "a.psd"
    write(psd)(path)
    path.write_bytes(path.read_bytes()[:-3])
    found = probed(path)
    assert found.fault
    assert found.fault.kind == "unreadable"


@pytest.mark.parametrize("length", [1 << 44, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
@pytest.mark.parametrize("padding", [100, 1 << 18])
def test_layers_longer_than_any_file_leave_no_composite(length: int, padding: int, tmp_path: Path) -> None:
    """A PSB tells the bytes of its layers in 64 bits: the composite would begin where nobody can seek to."""
    path = tmp_path / "a.psb"
    head = b"8BPS" + struct.pack(">H6xHIIHH", 2, 3, 4, 4, 8, 3)
    path.write_bytes(head + bytes(8) + length.to_bytes(8, "big") + bytes(padding))
    found = probed(path)
    assert found.fault
    assert (found.fault.kind, found.fault.message) == ("unreadable", "cut short: its composite ends early")


def test_layers_are_no_animation() -> None:
    assert image("image-psd-transparent.psd").frames == 1


# ---- written by hand -------------------------------------------------------------------------------------------------

BITMAP, GRAY, INDEXED, RGB, CMYK, LAB = 0, 1, 2, 3, 4, 9


def photoshop(
    planes: list[bytes],
    *,
    size: tuple[int, int] = (3, 2),
    bits: int = 8,
    color: int = RGB,
    palette: bytes = b"",
    resources: bytes = b"",
    layers: bytes = b"",
    version: int = 1,
    packing: int = 0,
    channels: int | None = None,
) -> bytes:
    """Write header, palette, resources, layers and the channels of the composite one after the other."""
    width, height = size
    count = len(planes) if channels is None else channels
    head = b"8BPS" + struct.pack(">H6xHIIHH", version, count, height, width, bits, color)
    wide = ">Q" if version == 2 else ">I"
    sections = b"".join(struct.pack(">I", len(part)) + part for part in (palette, resources))
    whole = head + sections + struct.pack(wide, len(layers)) + layers + struct.pack(">H", packing)
    if packing == 0:
        return whole + b"".join(planes)
    rows = [
        plane[at : at + len(plane) // height] for plane in planes for at in range(0, len(plane), len(plane) // height)
    ]
    packed = [pack_bits(row) for row in rows]
    return whole + b"".join(struct.pack(wide[0] + "IH"[version == 1], len(row)) for row in packed) + b"".join(packed)


def resource(number: int, content: bytes, *, name: bytes = b"", mark: bytes = b"8BIM") -> bytes:
    named = bytes((len(name),)) + name
    return (
        mark
        + struct.pack(">H", number)
        + named
        + bytes(len(named) % 2)
        + struct.pack(">I", len(content))
        + (content + bytes(len(content) % 2))
    )


def decoded(whole: bytes) -> Image.Image:
    stream = io.BytesIO(whole)
    return composite(stream, read_psd(stream))


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("packing", [0, 1])
@given(st.binary(min_size=18, max_size=18))
def test_channels_one_after_the_other_are_the_picture_packed_or_not(version: int, packing: int, noise: bytes) -> None:
    planes = [noise[at : at + 6] for at in (0, 6, 12)]
    image = decoded(photoshop(planes, version=version, packing=packing))
    assert (image.mode, image.size) == ("RGB", (3, 2))
    assert [channel.tobytes() for channel in image.split()] == planes


def test_deep_colors_keep_their_upper_byte_and_deep_gray_all() -> None:
    deep = struct.pack(">6H", 0, 255, 256, 0x1234, 0xFF00, 0xFFFF)
    assert decoded(photoshop([deep] * 3, bits=16)).tobytes()[::3] == bytes((0, 0, 1, 0x12, 0xFF, 0xFF))
    image = decoded(photoshop([deep], bits=16, color=GRAY))
    assert image.mode == "I;16"
    assert struct.unpack("<6H", image.tobytes()) == struct.unpack(">6H", deep)


@pytest.mark.parametrize("bits", [8, 16])
def test_inks_are_stored_inverted_at_every_depth(bits: int) -> None:
    planes = [bytes((value,)) * (6 * bits // 8) for value in (0, 255, 128, 1)]
    image = decoded(photoshop(planes, bits=bits, color=CMYK))
    assert image.getpixel((0, 0)) == (255, 0, 127, 254)


def test_a_bitmap_has_eight_pixels_to_a_byte_and_one_is_black() -> None:
    image = decoded(photoshop([bytes((0b10100000, 0b01000000))], bits=1, color=BITMAP))
    assert list(image.convert("L").tobytes()) == [0, 255, 0, 255, 0, 255]


def test_an_indexed_picture_has_its_reds_then_greens_then_blues() -> None:
    palette = bytes(range(256)) + bytes(reversed(range(256))) + bytes(256)
    image = decoded(photoshop([bytes((0, 1, 255, 7, 7, 7))], color=INDEXED, palette=palette)).convert("RGB")
    assert [image.getpixel((x, 0)) for x in range(3)] == [(0, 255, 0), (1, 254, 0), (255, 0, 0)]


@pytest.mark.parametrize(("count", "alpha"), [(-1, True), (1, False), (0, False), (-32768, True)])
@pytest.mark.parametrize("version", [1, 2])
def test_a_fourth_channel_is_transparency_where_the_layers_count_below_zero(
    count: int, alpha: bool, version: int
) -> None:
    layers = struct.pack(">Q" if version == 2 else ">I", 2) + struct.pack(">h", count)
    found = read_psd(io.BytesIO(photoshop([bytes(6)] * 4, layers=layers, version=version)))
    assert (found.alpha, found.mode) == (alpha, "RGBA" if alpha else "RGB")
    assert not read_psd(io.BytesIO(photoshop([bytes(6)] * 3, layers=layers, version=version))).alpha


@pytest.mark.parametrize("mark", [b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"])
@pytest.mark.parametrize("name", [b"", b"a", b"ab"])
def test_resources_are_found_behind_others_of_any_program_and_name(mark: bytes, name: bytes) -> None:
    before = resource(1000, b"odd", mark=mark, name=name)
    held = before + resource(0x0422, b"exif") + resource(0x0424, b"<xmp/>", name=name) + resource(0x040F, b"icc")
    found = read_psd(io.BytesIO(photoshop([bytes(6)] * 3, resources=held)))
    assert (found.metadata.exif, found.metadata.xmp, found.profile) == (b"exif", (b"<xmp/>",), b"icc")


def test_of_resources_that_are_broken_nothing_is_read_and_the_picture_follows_behind_them() -> None:
    held = b"no resource at all" + resource(0x0422, b"exif")
    found = read_psd(io.BytesIO(photoshop([bytes(6)] * 3, resources=held)))
    assert found.metadata.exif == b""
    assert decoded(photoshop([b"abcdef"] * 3, resources=held)).getpixel((0, 0)) == (97, 97, 97)


@pytest.mark.parametrize(
    ("info", "whole"), [(b"", True), (b"\0\0\0\1", True), (b"\0\0\0\1\1", True), (b"\0\0\0\1\0", False)]
)
def test_whether_there_is_a_composite_is_told_by_its_version_and_otherwise_believed(info: bytes, whole: bool) -> None:
    held = resource(0x0421, info) if info else b""
    found = read_psd(io.BytesIO(photoshop([bytes(6)] * 3, resources=held)))
    assert (found.composite, found.oddity is None) == (whole, whole)


def test_a_profile_comes_with_the_composite() -> None:
    held = resource(0x040F, b"profile")
    assert decoded(photoshop([bytes(6)] * 3, resources=held)).info["icc_profile"] == b"profile"


@pytest.mark.parametrize(
    "whole",
    [
        b"",
        photoshop([bytes(6)] * 3)[:25],
        photoshop([bytes(6)] * 3, version=3),
        photoshop([bytes(6)] * 3, color=5),
        photoshop([bytes(6)] * 3, size=(0, 2)),
        photoshop([bytes(6)] * 3, size=(3, 0)),
        photoshop([bytes(6)] * 3, bits=4),
        photoshop([bytes(6)] * 3, bits=1),
        photoshop([bytes(6)], bits=8, color=BITMAP),
        photoshop([bytes(6)] * 2),
        photoshop([bytes(6)] * 3, color=CMYK),
    ],
)
def test_a_header_that_no_photoshop_file_has_is_not_a_whole_picture(whole: bytes) -> None:
    with pytest.raises(Unreadable, match="not a whole psd picture"):
        read_psd(io.BytesIO(whole))


@pytest.mark.parametrize("packing", [2, 3, 77])
def test_a_packing_that_is_not_known_is_told_by_its_number(packing: int) -> None:
    whole = photoshop([bytes(6)] * 3)
    told = whole[:-20] + struct.pack(">H", packing) + whole[-18:]
    with pytest.raises(Unreadable, match=f"number {packing}"):
        decoded(told)


@pytest.mark.parametrize("packing", [0, 1])
def test_a_composite_that_is_cut_anywhere_ends_early(packing: int) -> None:
    whole = photoshop([bytes(range(at, at + 6)) for at in (0, 6, 12)], packing=packing)
    begin = len(photoshop([], channels=3))
    for size in range(begin - 2, len(whole)):
        with pytest.raises(Unreadable, match="ends early"):
            decoded(whole[:size])


@given(st.integers(0, 200), st.binary(min_size=1, max_size=4), st.integers(0, 1), st.integers(1, 2))
def test_a_photoshop_file_with_changed_bytes_is_a_picture_or_unreadable(
    at: int, change: bytes, packing: int, version: int
) -> None:
    held = resource(0x0422, b"exif")
    whole = bytearray(photoshop([bytes(6)] * 4, resources=held, layers=bytes(6), packing=packing, version=version))
    place = at % len(whole)
    whole[place : place + len(change)] = change
    stream = io.BytesIO(bytes(whole))
    try:
        found = read_psd(stream)
        if found.width_px * found.height_px <= 1 << 16 and found.color not in (7, 8):
            assert composite(stream, found).size == (found.width_px, found.height_px)
    except Unreadable:
        return
