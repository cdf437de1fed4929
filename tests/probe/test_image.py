"""Pictures: what a viewer sees, decoded to the end, whatever the file is called."""

import io
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from preflight.probe.image import MAX_DECODED_PIXELS
from tests.specimens import MEDIA, image, probed


@pytest.mark.parametrize("orientation", range(1, 9))
def test_size_is_what_a_viewer_sees_after_orientation(orientation: int) -> None:
    facts = image(f"image-orientation-{orientation}.jpg")
    stored, shown = (facts.stored_width_px, facts.stored_height_px), (facts.width_px, facts.height_px)
    assert stored == (640, 400)
    assert shown == ((400, 640) if orientation >= 5 else (640, 400))
    assert facts.orientation == orientation


def test_an_orientation_that_is_no_orientation_means_upright(tmp_path: Path) -> None:
    path = tmp_path / "odd.jpg"
    exif = Image.Exif()
    exif[0x0112] = 99
    Image.new("RGB", (320, 300)).save(path, exif=exif)
    assert (image(path).orientation, image(path).width_px) == (1, 320)


@pytest.mark.parametrize(
    ("name", "format_", "mode", "bits", "alpha", "frames"),
    [
        ("image-ok.jpg", "jpeg", "RGB", 8, False, 1),
        ("image-mpo.jpg", "jpeg", "RGB", 8, False, 1),
        ("image-heic-named.jpg", "heic", "RGB", 8, False, 1),
        ("image-heic.heic", "heic", "RGB", 8, False, 1),
        ("image-avif.avif", "avif", "RGB", 8, False, 1),
        ("image-cmyk.jpg", "jpeg", "CMYK", 8, False, 1),
        ("image-gray.jpg", "jpeg", "L", 8, False, 1),
        ("image-16-bit-gray.png", "png", "I;16", 16, False, 1),
        ("image-16-bit-rgb.png", "png", "RGB", 16, False, 1),
        ("image-palette.png", "png", "P", 8, False, 1),
        ("image-palette-transparent.png", "png", "P", 2, True, 1),
        ("image-black-and-white.png", "png", "1", 1, False, 1),
        ("image-alpha.png", "png", "RGBA", 8, True, 1),
        ("image-alpha.webp", "webp", "RGBA", 8, True, 1),
        ("image-animated.png", "png", "RGB", 8, False, 3),
        ("image-animated.gif", "gif", "P", 8, False, 3),
        ("image-tiff.tif", "tiff", "RGB", 8, False, 1),
        ("image-bmp.bmp", "bmp", "L", 8, False, 1),
        ("image-jpeg2000.jp2", "jp2", "RGB", 8, False, 1),
    ],
)
def test_format_and_samples_follow_from_the_content(
    name: str, format_: str, mode: str, bits: int, *, alpha: bool, frames: int
) -> None:
    facts = image(name)
    if name.endswith(".gif"):
        mode = facts.mode  # the first frame of a GIF is a palette's or RGB, by Pillow's own setting
    if name == "image-palette.png":
        bits = facts.bit_depth  # as many as the palette needs
    assert (facts.format, facts.mode, facts.bit_depth, facts.alpha, facts.frames) == (
        format_,
        mode,
        bits,
        alpha,
        frames,
    )


def test_an_animated_webp_has_frames() -> None:
    assert image("image-animated.webp").frames == 3


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("image-gps.jpg", True),
        ("image-gps.png", True),
        ("image-gps.webp", True),
        ("image-serial-number.jpg", True),
        ("image-exif-harmless.jpg", False),
        ("image-ok.jpg", False),
    ],
)
def test_a_place_or_a_serial_number_in_the_metadata_is_seen(name: str, told: bool) -> None:
    assert image(name).location is told


def test_a_place_in_xmp_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "xmp.webp"
    Image.new("RGB", (320, 300)).save(path, xmp=b"<x exif:GPSLatitude='37,33N'/>")
    assert image(path).location


@pytest.mark.parametrize(
    "name",
    ["image-truncated.jpg", "image-truncated.png", "image-truncated.webp", "image-no-pixels.png"],
)
def test_a_good_header_over_missing_pixels_is_unreadable(name: str) -> None:
    fault = probed(name).fault
    assert fault
    assert fault.kind == "unreadable"
    assert "<" not in fault.message


@pytest.mark.parametrize("name", ["image-truncated.jpg", "image-truncated.png"])
def test_depth_header_believes_a_good_header(name: str) -> None:
    assert probed(name, "header").fault is None


def test_a_header_is_believed_only_at_depth_header() -> None:
    assert image("image-ok.png", "header").decoded is False
    assert image("image-ok.png").decoded is True
    assert image("image-ok.png", "header").width_px == image("image-ok.png").width_px


def test_a_bomb_is_not_unpacked_but_its_header_is_kept() -> None:
    found = probed("image-bomb-30000x30000.png")
    assert found.fault
    assert found.fault.kind == "unmeasured"
    assert (
        "900,000,000" in found.fault.message or "30000 x 30000 px is more than is decoded here" in found.fault.message
    )
    facts = image("image-bomb-30000x30000.png")
    assert (facts.width_px, facts.height_px, facts.decoded) == (30_000, 30_000, False)
    assert MAX_DECODED_PIXELS < 30_000 * 30_000


def test_pillows_own_cap_is_as_it_was_after_a_measurement() -> None:
    before = Image.MAX_IMAGE_PIXELS
    probed("image-ok.png")
    probed("image-truncated.png")
    assert before == Image.MAX_IMAGE_PIXELS


def test_every_measure_says_how_it_was_had() -> None:
    facts = image("image-orientation-6.jpg")
    assert facts.measured_by["width_px"] == "JPEG frame header, decoded by libjpeg-turbo, EXIF orientation 6"
    assert image("image-ok.png", "header").measured_by["width_px"] == "PNG header"
    assert image("image-ok.webp").measured_by["width_px"] == "Pillow decoded"


def test_a_picture_without_a_reader_is_unreadable_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.jxl"
    path.write_bytes(b"\xff\x0a" + bytes(100))
    fault = probed(path).fault
    assert fault
    assert fault.message == "a jxl picture, which cannot be read here"


GOOD = {
    "png": (MEDIA / "image-palette-transparent.png").read_bytes(),
    "jpeg": (MEDIA / "image-gps.jpg").read_bytes(),
    "webp": (MEDIA / "image-alpha.webp").read_bytes(),
    "gif": (MEDIA / "image-animated.gif").read_bytes(),
    "tiff": (MEDIA / "image-tiff.tif").read_bytes()[:20_000],
    "bmp": (MEDIA / "image-bmp.bmp").read_bytes()[:20_000],
    "heic": (MEDIA / "image-heic.heic").read_bytes(),
    "avif": (MEDIA / "image-avif.avif").read_bytes(),
    "mpo": (MEDIA / "image-mpo.jpg").read_bytes(),
}


@settings(max_examples=25)
@given(st.sampled_from(sorted(GOOD)), st.integers(0, 2**32), st.booleans())
def test_no_damage_makes_a_measurement_crash(
    tmp_path_factory: pytest.TempPathFactory, kind: str, seed: int, cut: bool
) -> None:
    chance = random.Random(seed)  # noqa: S311 - damage, not secrets
    content = bytearray(GOOD[kind])
    for _ in range(chance.randint(1, 12)):
        content[chance.randrange(min(len(content), 2000))] = chance.randrange(256)
    if cut:
        del content[chance.randrange(len(content)) :]
    path = tmp_path_factory.mktemp("damaged") / f"damaged.{kind}"
    path.write_bytes(content)
    found = probed(path)
    assert found.facts is not None or found.fault is not None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"])
def test_a_pictures_size_is_exact(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    buffer = io.BytesIO()
    Image.new("RGB", (333, 517)).save(buffer, kind)
    path.write_bytes(buffer.getvalue())
    facts = image(path)
    assert (facts.width_px, facts.height_px, facts.bytes) == (333, 517, len(buffer.getvalue()))
