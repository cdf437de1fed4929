"""Photoshop files: what they look like, or in words why that cannot be told."""

import struct
from pathlib import Path

import pytest
from PIL import Image

from fixtures.recipe_psd import SIZE, Psd, fields, write
from preflight.probe.pillow import open_image
from preflight.probe.sniff import sniff
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
