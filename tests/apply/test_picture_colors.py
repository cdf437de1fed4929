"""Pictures whose colours are told by words, or whose samples readers mix, come out as they look."""

from pathlib import Path

import pytest
from PIL import Image

from fixtures.recipe_color import CARD, GROUND
from preflight.apply import apply_plan
from preflight.flow.fix import order_of
from preflight.media.icc import profile_of
from preflight.media.image import decode_image
from preflight.plan import FixOptions, plan
from preflight.probe.described import ADOBE_RGB
from tests.specimens import MEDIA, PROFILE, image, judged

PLACES = {
    "top left": (0.06, 0.06),
    "top right": (0.94, 0.06),
    "bottom left": (0.06, 0.94),
    "bottom right": (0.94, 0.94),
}
PLACES |= {"middle": (0.5, 0.5), "ground": (0.5, 0.06)}
NEAR = {
    "image-high-range.heic": 60,
    "image-p3-by-code-points.png": 3,
    "image-linear-by-exponent.png": 6,
    "image-wide-by-chromaticities.png": 4,
    "image-adobe-by-exif.jpg": 5,
    "image-planes-apart-16-bit.tif": 2,
    "image-floating-colors.tif": 2,
}


def colors(picture: Image.Image) -> dict[str, tuple[int, ...]]:
    rgb = picture.convert("RGB")
    spots = {name: rgb.getpixel((int(x * rgb.width), int(y * rgb.height))) for name, (x, y) in PLACES.items()}
    return {name: spot for name, spot in spots.items() if isinstance(spot, tuple)}


def mended(name: str, folder: Path) -> Path:
    verdict = judged(MEDIA / name)
    assert verdict.facts
    return Path(apply_plan(plan(verdict, PROFILE, FixOptions()), verdict.facts, order_of(PROFILE, folder)).path)


@pytest.mark.parametrize("name", NEAR)
def test_a_reader_that_heeds_no_profile_sees_the_colors_that_are_meant(name: str, tmp_path: Path) -> None:
    with Image.open(mended(name, tmp_path)) as made:
        found = colors(made)
    for place, meant in {**CARD, "ground": GROUND}.items():
        assert max(abs(a - b) for a, b in zip(found[place], meant, strict=True)) <= NEAR[name], (place, found[place])


def test_white_of_high_range_comes_out_near_white_and_colors_stay_apart(tmp_path: Path) -> None:
    with Image.open(mended("image-high-range.heic", tmp_path)) as made:
        found = colors(made)
    assert min(found["middle"]) >= 205
    for place in ("top left", "top right", "bottom left"):
        assert max(found[place]) - min(found[place]) >= 95


def test_gray_that_counts_from_white_is_not_inverted(tmp_path: Path) -> None:
    with Image.open(mended("image-white-is-zero-16-bit.tif", tmp_path)) as made:
        found = {place: color[0] for place, color in colors(made).items()}
    for place, (red, green, blue) in {**CARD, "ground": GROUND}.items():
        assert abs(found[place] - (0.299 * red + 0.587 * green + 0.114 * blue)) <= 2


def test_samples_that_stay_as_they_are_get_a_profile() -> None:
    source = MEDIA / "image-adobe-by-exif.jpg"
    assert decode_image(str(source), image(source)).info["icc_profile"] == profile_of(ADOBE_RGB)
