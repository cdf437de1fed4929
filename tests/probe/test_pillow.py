"""Pillow's door: what is opened, what of it is left out, and that nothing of the process is touched."""

import io
import warnings
from pathlib import Path

import pytest
from PIL import Image

from preflight.probe.faults import Unreadable
from preflight.probe.pillow import is_opaque, open_image
from preflight.probe.sniff import sniff
from tests.specimens import MEDIA, image, probed


def opened(path: Path) -> Image.Image:
    stream = io.BytesIO(path.read_bytes())
    sniffed = sniff(stream)
    assert sniffed
    return open_image(stream, sniffed)


def test_no_state_of_the_process_is_touched() -> None:
    probed("image-ok.jpg")  # numpy, when it is imported, adds a filter of its own
    before = Image.MAX_IMAGE_PIXELS, list(warnings.filters)
    for name in (
        "image-ok.png",
        "image-truncated.webp",
        "image-bomb-30000x30000.png",
        "image-tiff.tif",
        "image-raw.dng",
    ):
        probed(name)
    assert before == (Image.MAX_IMAGE_PIXELS, list(warnings.filters))


def test_a_bound_that_a_host_has_set_on_pillow_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert image("image-tiff.tif").width_px == 640
    assert opened(MEDIA / "image-ok.png").size == (640, 480)


def test_a_jpeg_that_pillow_stumbles_over_is_opened_without_what_it_stumbles_over() -> None:
    picture = opened(MEDIA / "image-short-app0.jpg")
    picture.load()
    assert picture.size == (480, 320)


def test_a_png_with_a_large_profile_is_opened_and_keeps_it() -> None:
    picture = opened(MEDIA / "image-icc-of-2-mb.png")
    picture.load()
    assert len(picture.info["icc_profile"]) == 2_000_000


def test_a_tiff_is_opened_as_it_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("RGB", (40, 20)).save(path, tiffinfo={0x0112: 6})
    picture = opened(path)
    picture.load()
    assert picture.size == (40, 20)
    assert (image(path).width_px, image(path).height_px, image(path).orientation) == (20, 40, 6)


@pytest.mark.parametrize("tag", [0x8769, 0x8825])
def test_a_tiff_whose_directories_of_metadata_are_missing_is_decoded(tag: int, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("RGB", (400, 320)).save(path, tiffinfo={tag: 0x7FFFFFFF})
    assert probed(path).fault is None


def test_a_bigtiff_is_a_tiff() -> None:
    assert (image("image-bigtiff.tif").format, image("image-bigtiff.tif").width_px) == ("tiff", 480)


def test_pages_are_no_animation(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("L", (40, 20)).save(path, save_all=True, append_images=[Image.new("L", (40, 20))])
    assert image(path).frames == 1


@pytest.mark.parametrize(("mode", "color", "opaque"), [("RGBA", (1, 2, 3, 255), True), ("LA", (1, 254), False)])
def test_opaque_is_what_has_no_transparent_pixel(mode: str, color: tuple[int, ...], opaque: bool) -> None:
    assert is_opaque(Image.new(mode, (9, 9), color)) is opaque


@pytest.mark.parametrize("kind", ["WEBP", "TIFF", "GIF"])
@pytest.mark.parametrize("hole", [False, True])
def test_alpha_that_is_opaque_everywhere_is_no_transparency_in_any_format(
    kind: str, hole: bool, tmp_path: Path
) -> None:
    picture = Image.new("RGBA", (64, 48), (200, 30, 60, 255))
    if hole:
        picture.paste((0, 0, 0, 0), (8, 8, 20, 20))
    path = tmp_path / "a"
    picture.save(path, kind, **({"lossless": True} if kind == "WEBP" else {}))
    assert image(path).alpha is hole


def test_what_pillow_does_not_know_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="not a whole webp"):
        opened_bytes(b"RIFF\x10\0\0\0WEBPjunkjunk")


def opened_bytes(content: bytes) -> Image.Image:
    stream = io.BytesIO(content)
    sniffed = sniff(stream)
    assert sniffed
    return open_image(stream, sniffed)
