"""HEIF and AVIF: what their properties say of what is shown."""

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fixtures.recipe_properties import clap, imir, irot, with_properties
from fixtures.recipe_psd import SIZE, fields
from fixtures.recipe_stream import boxed as box
from preflight.probe.heif import Aperture, Heif, read_heif
from preflight.probe.pillow import open_image
from preflight.probe.sniff import sniff
from tests.specimens import MEDIA, image, probed


def avif(*properties: bytes) -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (400, 360)).save(buffer, "AVIF", quality=30)
    return io.BytesIO(with_properties(buffer.getvalue(), *properties))


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
