"""The coded picture stays as it is, and all that stands beside it goes."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from fixtures.recipe_image import PLAIN, ramp, see_through
from preflight.apply.strip import stripped
from preflight.probe.jpeg import image_end
from preflight.probe.webp import read_webp
from preflight.values.facts import ImageFacts
from tests.specimens import MEDIA, image

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
CLIP = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 40
TOLD = "tells of the device"


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112], tags[0x010F] = orientation, TOLD
    return tags


def written(folder: Path, kind: str, behind: bytes = b"", **options: object) -> Path:
    path = folder / f"picture.{kind}"
    picture = see_through(PLAIN) if kind != "jpg" else ramp(PLAIN)
    picture.save(path, exif=exif(6), icc_profile=PROFILE, **options)  # type: ignore[arg-type] # options of a format
    path.write_bytes(path.read_bytes() + behind)
    return path


@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_pixels_turn_and_profile_stay_and_words_go(kind: str, tmp_path: Path) -> None:
    path = written(tmp_path, kind)
    content = stripped(path, image(path))
    with Image.open(io.BytesIO(content)) as made, Image.open(path) as source:
        assert made.tobytes() == source.tobytes()
        assert made.info["icc_profile"] == PROFILE
        assert dict(made.getexif()) == {0x0112: 6}
    assert TOLD.encode() not in content


@pytest.mark.parametrize("progressive", [False, True])
def test_the_scans_of_a_jpeg_are_the_same_bytes_and_what_lies_behind_them_is_cut_off(
    progressive: bool,
    tmp_path: Path,
) -> None:
    path = written(tmp_path, "jpg", CLIP, progressive=progressive)
    content, source = stripped(path, image(path)), path.read_bytes()
    assert content.endswith(b"\xff\xd9")
    scan = source.index(b"\xff\xda")
    assert content[content.index(b"\xff\xda") :] == source[scan : image_end(source)]


def test_the_previews_of_an_mpo_are_cut_off() -> None:
    path = MEDIA / "image-mpo.jpg"
    content = stripped(path, image(path))
    with Image.open(io.BytesIO(content)) as made:
        assert (made.format, made.size) == ("JPEG", PLAIN)


def test_of_a_raw_photograph_the_preview_comes_out_turned_as_it_is_shown() -> None:
    facts = image("image-raw.dng")
    assert facts.preview
    with Image.open(io.BytesIO(stripped(MEDIA / "image-raw.dng", facts))) as made:
        assert made.size == (facts.preview.width_px, facts.preview.height_px)


def test_what_a_large_file_holds_besides_its_picture_is_known(tmp_path: Path) -> None:
    path = written(tmp_path, "jpg", bytes(5 << 20))
    facts = image(path)
    assert isinstance(facts, ImageFacts)
    assert facts.own_bytes
    assert abs(facts.own_bytes - len(stripped(path, facts))) < 400


def test_a_webp_tells_whether_it_is_coded_without_loss(tmp_path: Path) -> None:
    for lossless in (False, True):
        path = tmp_path / "picture.webp"
        ramp(PLAIN).save(path, lossless=lossless)
        with path.open("rb") as stream:
            assert read_webp(stream, path.stat().st_size).lossless is lossless
        assert image(path).lossless is lossless
