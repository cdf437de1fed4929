"""TIFF, HEIC and AVIF lose what stands beside the picture, and not one byte of the picture."""

import io
import struct
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image, TiffImagePlugin

from fixtures.recipe_image import exif, ramp
from preflight.apply.blank import blanked_heif, blanked_tiff
from preflight.apply.strip import stripped
from preflight.probe.faults import Unreadable
from tests.specimens import image

GPS, DETAILS, SERIAL, MAKE, XMP_TAG = 0x8825, 0x8769, 0xA431, 0x010F, 700
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a photoshop:City="Seoul"/></x:xmpmeta>'
SECRETS = (b"Seoul", b"SN-12345", struct.pack("<II", 37, 1), struct.pack(">II", 37, 1))


def told() -> Image.Exif:
    block = exif({})
    block.get_ifd(GPS).update({1: "N", 2: (37.0, 33.0, 59.4), 3: "E", 4: (126.0, 58.0, 40.8)})
    block.get_ifd(DETAILS).update({SERIAL: "SN-12345"})
    return block


def fields(*, deep: bool = True) -> TiffImagePlugin.ImageFileDirectory_v2:
    """Gather a TIFF's fields: XMP, one that stays, and, where it is deep, directories with a place and a serial."""
    found = TiffImagePlugin.ImageFileDirectory_v2()
    if deep:
        found[GPS], found[DETAILS] = dict(told().get_ifd(GPS)), dict(told().get_ifd(DETAILS))
    found[XMP_TAG], found[MAKE] = XMP, "Specimen"
    found.tagtype[XMP_TAG] = 1
    return found


def tiff(path: Path, **options: Any) -> Path:  # noqa: ANN401 - any option of the encoder
    ramp((320, 400)).save(path, tiffinfo=fields(deep="compression" not in options), **options)
    return path


def heif(path: Path, kind: str) -> Path:
    whole = pillow_heif.from_pillow(ramp((320, 400)))
    if kind == "avif":
        ramp((320, 400)).save(path, "AVIF", exif=told().tobytes(), xmp=XMP)
    else:
        whole.save(path, exif=told().tobytes(), xmp=XMP)
    return path


def two_pages(path: Path) -> Path:
    ramp((320, 400)).save(path, tiffinfo=fields(deep=False), save_all=True, append_images=[ramp((320, 500))])
    return path


@pytest.mark.parametrize("options", [{}, {"compression": "tiff_lzw"}, {"compression": "jpeg"}, {"big_tiff": True}])
def test_a_tiff_loses_its_place_and_no_sample(tmp_path: Path, options: dict[str, Any]) -> None:
    held(tiff(tmp_path / "a.tiff", **options))


def test_each_page_of_a_tiff_is_as_it_was(tmp_path: Path) -> None:
    path = held(two_pages(tmp_path / "a.tiff"))
    with Image.open(path) as whole:
        assert getattr(whole, "n_frames", 1) == 2


def test_a_tiff_of_the_other_byte_order(tmp_path: Path) -> None:
    path = tmp_path / "a.tiff"
    Image.new("I;16B", (320, 400), 700).save(path, tiffinfo=fields())
    held(path)


@pytest.mark.parametrize("kind", ["heic", "avif"])
def test_a_heif_loses_its_place_and_no_byte_of_its_picture(tmp_path: Path, kind: str) -> None:
    path = heif(tmp_path / f"a.{kind}", kind)
    size = path.stat().st_size
    assert held(path).stat().st_size == size


def held(path: Path) -> Path:
    """Strip a file, and hold the new one against it: the same picture, and nothing told."""
    before = image(path)
    assert before.location
    new = path.with_stem("new")
    new.write_bytes(stripped(path, before))
    after = image(new)
    assert not after.location
    assert (after.width_px, after.height_px, after.orientation) == (before.width_px, before.height_px, 1)
    with Image.open(path) as one, Image.open(new) as other:
        assert one.convert("RGB").tobytes() == other.convert("RGB").tobytes()
    assert not [secret for secret in SECRETS if secret in new.read_bytes()]
    return new


def test_what_is_no_tiff_is_refused() -> None:
    with pytest.raises(Unreadable):
        blanked_tiff(b"no tiff")


@pytest.mark.parametrize("kept", range(0, 400, 23))
def test_a_cut_heif_or_tiff_costs_no_more_than_itself(tmp_path: Path, kept: int) -> None:
    assert len(blanked_heif(heif(tmp_path / "a.heic", "heic").read_bytes()[:kept])) == kept
    whole = io.BytesIO(tiff(tmp_path / "a.tiff").read_bytes()).getvalue()
    assert len(blanked_tiff(whole[: kept + 8])) == kept + 8
